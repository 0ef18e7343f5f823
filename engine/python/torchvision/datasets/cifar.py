"""Small colour photographs: CIFAR10 and CIFAR100.

`data` holds all images as uint8 `(N, 32, 32, 3)`: an array where NumPy can be imported, as in torchvision, otherwise a
tensor. `targets` is a list of ints. Items are images of mode "RGB" with an int. Read next: `_cifar_files`, `_places`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os
import pickle
import tarfile
import zlib

import torch

from .._bytes import tensor_of_bytes
from ._batches import BatchedItems
from ._cifar_files import Archive, Folder, is_right, unpickle
from ._images import image_of
from ._places import find, not_found
from .utils import download_url
from .vision import VisionDataset

_IMAGE_BYTES = 3 * 32 * 32


class CIFAR10(BatchedItems, VisionDataset):
    """Ten classes of photographs: 50000 images to train with, 10000 to test with. https://www.cs.toronto.edu/~kriz/cifar.html

    root: the folder that has `cifar-10-batches-py`, or the archive `cifar-10-python.tar.gz`, which is read in place;
    both are looked for in the working directory too.
    train: which part. transform: a function of the image. target_transform: a function of the int.
    download: fetches the archive, where the network permits it.
    Raises RuntimeError if the files are not found or not the published ones.
    https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.CIFAR10.html
    """

    base_folder = "cifar-10-batches-py"
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    filename = "cifar-10-python.tar.gz"
    tgz_md5 = "c58f30108f718f92721af3b95e74349a"
    train_list = [
        ["data_batch_1", "c99cafc152244af753f735de768cd75f"],
        ["data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"],
        ["data_batch_3", "54ebc095f3ab1f0389bbae665268c751"],
        ["data_batch_4", "634d18415352ddfa80567beed471001a"],
        ["data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"],
    ]
    test_list = [["test_batch", "40351d587109b95175f43aff81a1287e"]]
    meta = {"filename": "batches.meta", "key": "label_names", "md5": "5ff9c542aee3614f3951f8cda6e48888"}

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        if download:
            self.download()
        wanted = dict(map(tuple, self.train_list if train else self.test_list))
        files = self._read({**wanted, self.meta["filename"]: self.meta["md5"]})
        self.data, self.targets = _joined([unpickle(files.pop(name)) for name in wanted])
        self.classes = unpickle(files[self.meta["filename"]])[self.meta["key"]]
        self.class_to_idx = {name: index for index, name in enumerate(self.classes)}

    def __getitem__(self, index):
        """(image, target) of one index, as the transforms make them."""
        return self._transformed(image_of(self.data[index]), self.targets[index])

    def __len__(self):
        return len(self.data)

    def extra_repr(self):
        return f"Split: {'Train' if self.train is True else 'Test'}"

    def download(self):
        """Fetches the archive into `root`, unless the files are there."""
        if not self._check_integrity():
            download_url(self.url, self.root, self.filename, self.tgz_md5)

    def _source(self):
        """Where the files are, or None."""
        for folder in (os.path.join(self.root, self.base_folder), self.base_folder):
            if os.path.isdir(folder):
                return Folder(folder)
        path = find((self.filename,), self.root, self.root)
        return None if path is None else Archive(path)

    def _read(self, wanted):
        """The bytes of the wanted files, by name, all of them checked. Raises RuntimeError."""
        source = self._source()
        if source is None:
            names = (self.base_folder + "/", self.filename)
            raise RuntimeError(not_found(type(self).__name__, names, self.root, self.root))
        try:
            files = source.read(wanted)
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise RuntimeError(f"Dataset not found or corrupted. {source.path} cannot be read: {error}") from None
        wrong = [name for name, md5 in wanted.items() if name not in files or not is_right(files[name], md5)]
        if wrong:
            raise RuntimeError(
                "Dataset not found or corrupted. You can use download=True to download it. "
                f"In {source.path} these are missing or not the published files: {', '.join(wrong)}"
            )
        return files

    def _check_integrity(self):
        """Whether all files are there and are the published ones."""
        wanted = dict(map(tuple, [*self.train_list, *self.test_list]))
        try:
            self._read({**wanted, self.meta["filename"]: self.meta["md5"]})
        except RuntimeError:
            return False
        return True


class CIFAR100(CIFAR10):
    """A hundred classes of photographs. The arguments are CIFAR10's; the folder is `cifar-100-python`."""

    base_folder = "cifar-100-python"
    url = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
    filename = "cifar-100-python.tar.gz"
    tgz_md5 = "eb9058c3a382ffc7106e4002c42a8d85"
    train_list = [["train", "16019d7e3df5f24257cddd939b257f8d"]]
    test_list = [["test", "f0ef6b0ae62326f3e7ffdfab6717acfc"]]
    meta = {"filename": "meta", "key": "fine_label_names", "md5": "7973b15100ade9c7d40fb424638fde48"}


def _joined(batches):
    """The images of some files as one, and their labels."""
    parts, targets = [], []
    for batch in batches:
        # Each row has the red, the green and the blue plane; images are kept with colours last.
        flat = tensor_of_bytes(batch.pop("data", b""))
        if flat.numel() % _IMAGE_BYTES:
            raise pickle.UnpicklingError("the images of a file of CIFAR have 3072 bytes each")
        parts.append(flat.view(-1, 3, 32, 32).permute(0, 2, 3, 1))
        targets.extend(batch["labels"] if "labels" in batch else batch["fine_labels"])
    data = torch.cat(parts).contiguous()
    if len(targets) != len(data):
        raise pickle.UnpicklingError(f"{len(data)} images of CIFAR have {len(targets)} labels")
    return _as_array(data), targets


def _as_array(data):
    """A NumPy array of the same bytes, where there is NumPy; otherwise the tensor."""
    try:
        import numpy
    except ImportError:
        return data
    return data.numpy() if hasattr(numpy, "ndarray") else data
