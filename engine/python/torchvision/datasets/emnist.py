"""EMNIST: letters and digits in MNIST's shape, in six selections, and QMNIST: MNIST with everything about each digit.

Read next: `mnist`, `_idx`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os
import string
import zipfile

import torch

from ._idx import read_idx_stream
from ._images import image_of
from ._places import find, not_found
from .mnist import MNIST, read_images, read_labels
from .utils import download_url, verify_str_arg


class EMNIST(MNIST):
    """Letters and digits: https://www.nist.gov/itl/products-and-services/emnist-dataset

    split: "byclass", "bymerge", "balanced", "letters", "digits" or "mnist". Images lie on their side, as in the files.
    Files: `EMNIST/raw/emnist-{split}-train-images-idx3-ubyte` (or `.gz`) and its kin, or the whole `gzip.zip`, which is
    read in place, in `root` and in the working directory too. Other arguments and errors are MNIST's.
    """

    url = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
    md5 = "58c8d27c78d21e728a6bc7b3cc06412e"
    splits = ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")
    # Letters whose capitals look the same.
    _merged_classes = set("cijklmopsuvwxyz")
    _all_classes = set(string.digits + string.ascii_letters)
    classes_split_dict = {
        "byclass": sorted(_all_classes),
        "bymerge": sorted(_all_classes - _merged_classes),
        "balanced": sorted(_all_classes - _merged_classes),
        "letters": ["N/A", *string.ascii_lowercase],
        "digits": [*string.digits],
        "mnist": [*string.digits],
    }

    def __init__(self, root, split, **kwargs):
        self.split = verify_str_arg(split, "split", self.splits)
        self.training_file = f"training_{split}.pt"
        self.test_file = f"test_{split}.pt"
        super().__init__(root, **kwargs)
        self.classes = self.classes_split_dict[self.split]

    @property
    def _names(self):
        part = "train" if self.train else "test"
        return [f"emnist-{self.split}-{part}-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1")]

    def download(self):
        """Fetches the archive, half a gigabyte, unless the files of this selection are there."""
        if not self._check_exists():
            download_url(self.url, self.raw_folder, "gzip.zip", self.md5)

    def _archive(self):
        return find(("gzip.zip",), self.raw_folder, self.root)

    def _check_exists(self):
        return self._archive() is not None or all(self._find(name) is not None for name in self._names)

    def _foreign_md5s(self):
        return ()

    def _read(self, name):
        if self._find(name) is not None:
            return super()._read(name)
        archive = self._archive()
        if archive is None:
            names = (name.removesuffix(".gz"), name, "gzip.zip")
            raise RuntimeError(not_found("EMNIST", names, self.raw_folder, self.root))
        return _read_from_zip(archive, name)

    def _load_data(self):
        images, labels = (self._read(name) for name in self._names)
        return read_images(images), read_labels(labels, images)


def _read_from_zip(archive, name):
    import gzip

    with zipfile.ZipFile(archive) as files:
        inside = [entry for entry in files.namelist() if os.path.basename(entry) == name]
        if not inside:
            raise RuntimeError(f"{archive} has no {name}")
        with files.open(inside[0]) as packed, gzip.open(packed) as file:
            return read_idx_stream(file)


class QMNIST(MNIST):
    """MNIST with 60000 test images and where each digit came from. https://github.com/facebookresearch/qmnist

    what: "train", "test", "test10k", "test50k" or "nist"; "train" or "test" by `train` if absent.
    compat: targets are digits; otherwise tensors of eight numbers about each image.
    Other arguments, files and errors are MNIST's; the folder is `QMNIST/raw`.
    """

    subsets = {"train": "train", "test": "test", "test10k": "test", "test50k": "test", "nist": "nist"}
    _base = "https://raw.githubusercontent.com/facebookresearch/qmnist/master/"
    resources = {
        "train": [
            (_base + "qmnist-train-images-idx3-ubyte.gz", "ed72d4157d28c017586c42bc6afe6370"),
            (_base + "qmnist-train-labels-idx2-int.gz", "0058f8dd561b90ffdd0f734c6a30e5e4"),
        ],
        "test": [
            (_base + "qmnist-test-images-idx3-ubyte.gz", "1394631089c404de565df7b7aeaf9412"),
            (_base + "qmnist-test-labels-idx2-int.gz", "5b5b05890a5e13444e108efe57b788aa"),
        ],
        "nist": [
            (_base + "xnist-images-idx3-ubyte.xz", "7f124b3b8ab81486c9d8c2749c17f834"),
            (_base + "xnist-labels-idx2-int.xz", "5ed0e788978e45d4a8bd4b7caec3d79d"),
        ],
    }

    def __init__(self, root, what=None, compat=True, train=True, **kwargs):
        self.what = verify_str_arg("train" if train else "test", "what") if what is None else what
        verify_str_arg(self.what, "what", tuple(self.subsets))
        self.compat = compat
        super().__init__(root, train, **kwargs)

    def __getitem__(self, index):
        """(image, target) of one index; the target is the digit, or all about it without `compat`."""
        target = self.targets[index]
        return self._transformed(image_of(self.data[index], "L"), int(target[0]) if self.compat else target)

    @property
    def _resources(self):
        return self.resources[self.subsets[self.what]]

    def download(self):
        """Fetches the two files of this part, unless they are there."""
        for url, md5 in self._resources:
            if self._find(os.path.basename(url)) is None:
                download_url(url, self.raw_folder, md5=md5)

    def _check_exists(self):
        return all(self._find(os.path.basename(url)) is not None for url, _ in self._resources)

    def _find(self, name):
        return find((os.path.splitext(name)[0], name), self.raw_folder, self.root)

    def extra_repr(self):
        return f"Split: {self.what}"

    def _load_data(self):
        images, labels = (self._read(os.path.basename(url)) for url, _ in self._resources)
        if labels.dim() != 2 or len(labels) != len(images):
            raise ValueError(f"{len(images)} images need as many rows of labels, got {tuple(labels.shape)}")
        rows = {"test10k": slice(0, 10000), "test50k": slice(10000, None)}.get(self.what, slice(None))
        return read_images(images)[rows], labels.to(torch.int64)[rows]
