"""Handwritten digits and what is shaped like them: MNIST, FashionMNIST, KMNIST.

All images are one uint8 tensor `data`, `(N, 28, 28)`, read straight from the IDX files, compressed or not, without
unpacking them to disk first; `targets` is an int64 tensor. Items are images of mode "L" with an int.
Checksums and addresses are those that the datasets' homes publish. Read next: `_idx`, `_places`, `emnist`, `qmnist`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os
import warnings
from urllib.error import URLError

import torch

from ._batches import BatchedItems
from ._idx import read_idx
from ._images import image_of
from ._places import find, not_found
from .utils import download_url
from .vision import VisionDataset


class MNIST(BatchedItems, VisionDataset):
    """Handwritten digits: 60000 images to train with, 10000 to test with. http://yann.lecun.com/exdb/mnist/

    root: the folder that has `MNIST/raw/train-images-idx3-ubyte` and its kin, or the same with `.gz`; the files are
    taken from `root` itself and from the working directory too.
    train: which part. transform: a function of the image. target_transform: a function of the int.
    download: fetches what is missing, where the network permits it.
    Raises RuntimeError if a file is not found, with where it was looked for.
    https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.MNIST.html
    """

    mirrors = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ]
    resources = [
        ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
        ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
        ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
    ]
    training_file = "training.pt"
    test_file = "test.pt"
    classes = [
        "0 - zero",
        "1 - one",
        "2 - two",
        "3 - three",
        "4 - four",
        "5 - five",
        "6 - six",
        "7 - seven",
        "8 - eight",
        "9 - nine",
    ]

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        self.data, self.targets = self._load_data()

    def __getitem__(self, index):
        """(image, target) of one index, as the transforms make them."""
        return self._transformed(image_of(self.data[index], "L"), int(self.targets[index]))

    def __len__(self):
        return len(self.data)

    @property
    def raw_folder(self):
        """Where the files are, and where downloads go."""
        return os.path.join(self.root, type(self).__name__, "raw")

    @property
    def processed_folder(self):
        """A folder that early versions used."""
        return os.path.join(self.root, type(self).__name__, "processed")

    @property
    def class_to_idx(self):
        """The number of each class."""
        return {name: index for index, name in enumerate(self.classes)}

    def extra_repr(self):
        return f"Split: {'Train' if self.train is True else 'Test'}"

    def download(self):
        """Fetches the files that are missing into `raw_folder`, from the first mirror that has them."""
        for name, md5 in self.resources:
            if self._find(name) is None:
                os.makedirs(self.raw_folder, exist_ok=True)
                self._fetch(name, md5)

    def _fetch(self, name, md5):
        errors = []
        for mirror in self.mirrors:
            try:
                print(f"Downloading {mirror}{name}")
                return download_url(mirror + name, self.raw_folder, name, md5)
            except URLError as error:
                errors.append(error)
                print(f"Failed to download (trying next):\n{error}")
        raise RuntimeError(
            f"Error downloading {name}: no mirror answered. Download it with your browser and add it to the notebook's "
            f"files as {name}"
        ) from errors[0]

    def _find(self, name):
        """The path of a file, decompressed or not."""
        names = (name.removesuffix(".gz"), name)
        return find(names, self.raw_folder, self.root, self._foreign_md5s())

    def _foreign_md5s(self):
        """The checksums of files of the same names that are other datasets'."""
        own = {md5 for _, md5 in self.resources}
        return {md5 for kind in (MNIST, FashionMNIST, KMNIST) for _, md5 in kind.resources} - own

    def _check_exists(self):
        return all(self._find(name) is not None for name, _ in self.resources)

    def _read(self, name):
        """The tensor in a file; RuntimeError if it is not found."""
        path = self._find(name)
        if path is None:
            names = (name.removesuffix(".gz"), name)
            raise RuntimeError(not_found(type(self).__name__, names, self.raw_folder, self.root))
        return read_idx(path)

    def _load_data(self):
        part = "train" if self.train else "t10k"
        images = read_images(self._read(f"{part}-images-idx3-ubyte.gz"))
        return images, read_labels(self._read(f"{part}-labels-idx1-ubyte.gz"), images)

    # Names that early versions had.

    @property
    def train_labels(self):
        """`targets`, under an early name."""
        warnings.warn("train_labels has been renamed targets", stacklevel=2)
        return self.targets

    @property
    def test_labels(self):
        """`targets`, under an early name."""
        warnings.warn("test_labels has been renamed targets", stacklevel=2)
        return self.targets

    @property
    def train_data(self):
        """`data`, under an early name."""
        warnings.warn("train_data has been renamed data", stacklevel=2)
        return self.data

    @property
    def test_data(self):
        """`data`, under an early name."""
        warnings.warn("test_data has been renamed data", stacklevel=2)
        return self.data


class FashionMNIST(MNIST):
    """Pieces of clothing, in MNIST's shape. https://github.com/zalandoresearch/fashion-mnist

    Arguments, files and errors are MNIST's; the folder is `FashionMNIST/raw`.
    """

    mirrors = ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"]
    resources = [
        ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ]
    classes = "T-shirt/top Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag".split() + ["Ankle boot"]


class KMNIST(MNIST):
    """Ten letters of cursive Japanese, in MNIST's shape. http://codh.rois.ac.jp/kmnist/

    Arguments, files and errors are MNIST's; the folder is `KMNIST/raw`.
    """

    mirrors = ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"]
    resources = [
        ("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"),
        ("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
        ("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"),
        ("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134"),
    ]
    classes = "o ki su tsu na ha ma ya re wo".split()


def read_images(images):
    """Images as they were read, if they are some; ValueError otherwise."""
    if images.dtype is not torch.uint8 or images.dim() != 3:
        raise ValueError(f"images are expected as (N, H, W) of uint8, got {tuple(images.shape)} of {images.dtype}")
    return images


def read_labels(labels, images):
    """Labels as int64, if there is one for each image; ValueError otherwise."""
    if labels.dim() != 1 or len(labels) != len(images):
        raise ValueError(f"{len(images)} images need as many labels, got {tuple(labels.shape)}")
    return labels.to(torch.int64)
