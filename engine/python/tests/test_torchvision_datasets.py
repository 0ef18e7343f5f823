"""Datasets in files of the real formats, made here a few images long. Read next: `torchvision.datasets`."""

import gzip
import hashlib
import io
import lzma
import os
import pickle
import struct
import tarfile
import tempfile
import unittest
import zipfile

import torch
from torch.utils.data import DataLoader, Subset
from torch_case import TorchCase
from torchvision import datasets, io as pictures, transforms


def idx_bytes(code, sizes, data):
    """An IDX file: its two zeros, the type, the number of dimensions, the sizes, the numbers."""
    return bytes([0, 0, code, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes) + data


def write(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


class FolderCase(TorchCase):
    """A test in a working directory of its own."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        before = os.getcwd()
        os.chdir(folder.name)
        self.addCleanup(os.chdir, before)


class Idx(FolderCase):
    def setUp(self):
        super().setUp()
        self.pixels = bytes(range(256)) * 28 + bytes(28 * 28 * 10 - 256 * 28)

    def write_part(self, folder, part="train", pack=gzip.compress, suffix=".gz"):
        write(f"{folder}/{part}-images-idx3-ubyte{suffix}", pack(idx_bytes(8, (10, 28, 28), self.pixels)))
        write(f"{folder}/{part}-labels-idx1-ubyte{suffix}", pack(idx_bytes(8, (10,), bytes(range(9, -1, -1)))))

    def test_files_are_read_in_the_datasets_folder(self):
        self.write_part("data/MNIST/raw", pack=bytes, suffix="")
        found = datasets.MNIST("data")
        self.assertEqual((found.data.shape, found.data.dtype), ((10, 28, 28), torch.uint8))
        self.assertEqual(bytes(found.data.flatten().tolist()), self.pixels)
        self.assert_tensor(found.targets, list(range(9, -1, -1)), torch.int64)
        self.assertEqual(found.class_to_idx["3 - three"], 3)
        self.assertEqual(
            repr(found), "Dataset MNIST\n    Number of datapoints: 10\n    Root location: data\n    Split: Train"
        )

    def test_items_are_images(self):
        self.write_part("data/MNIST/raw")
        image, target = datasets.MNIST("data")[0]
        self.assertEqual((image.mode, image.size, target), ("L", (28, 28), 9))
        self.assertEqual(image.tobytes(), self.pixels[:784])
        with self.assertRaises(IndexError):
            datasets.MNIST("data")[10]

    def test_transforms_are_applied(self):
        self.write_part("data/MNIST/raw")
        found = datasets.MNIST("data", transform=lambda image: image.size, target_transform=str)
        self.assertEqual(found[1], ((28, 28), "8"))
        self.assertIn("    StandardTransform\nTransform: <function", repr(found))

    def test_a_file_that_was_dropped_is_found(self):
        self.write_part(".", "t10k")
        self.assertEqual(len(datasets.MNIST("data", train=False)), 10)

    def test_errors_say_where_was_looked(self):
        with self.assertRaises(RuntimeError) as caught:
            datasets.FashionMNIST("data")
        text = str(caught.exception)
        self.assertTrue(text.startswith("Dataset not found. You can use download=True to download it"))
        self.assertIn("train-images-idx3-ubyte.gz", text)
        self.assertIn(os.path.join(os.getcwd(), "data", "FashionMNIST", "raw"), text)
        self.assertIn(repr(os.getcwd()), text)

    def test_damaged_files_are_refused(self):
        whole = idx_bytes(8, (10, 28, 28), self.pixels)
        labels = idx_bytes(8, (10,), bytes(10))
        write("data/MNIST/raw/train-labels-idx1-ubyte", labels)
        for data in (b"", b"\0\0\x08", b"PK\3\4" + whole, whole[:-1], whole + b"\0", gzip.compress(whole)[:-9], b"\0\0\x08\xff"):
            write("data/MNIST/raw/train-images-idx3-ubyte", data)
            self.assert_error(ValueError, "data/MNIST/raw/train-images-idx3-ubyte is not a whole IDX file", datasets.MNIST, "data")
        write("data/MNIST/raw/train-images-idx3-ubyte", idx_bytes(8, (9, 28, 28), self.pixels[: 9 * 784]))
        self.assert_error(ValueError, "9 images need as many labels", datasets.MNIST, "data")

    def test_another_datasets_files_are_passed_over(self):
        # Dropped files are told apart by their checksums, since MNIST and FashionMNIST name theirs alike.
        self.write_part(".")
        with open("train-images-idx3-ubyte.gz", "rb") as file:
            digest = hashlib.md5(file.read()).hexdigest()

        class Other(datasets.MNIST):
            def _foreign_md5s(self):
                return {digest}

        self.assert_error(RuntimeError, "Dataset not found", Other, "data")

    def test_batches_are_the_items(self):
        self.write_part("data")
        prepared = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
        found = datasets.MNIST("data", transform=prepared)
        images, targets = next(iter(DataLoader(found, batch_size=4)))
        self.assertTrue(torch.equal(images, torch.stack([found[index][0] for index in range(4)])))
        self.assert_tensor(targets, [9, 8, 7, 6], torch.int64)
        images, _ = next(iter(DataLoader(Subset(found, [5, 2]), batch_size=2)))
        self.assertTrue(torch.equal(images, torch.stack([found[5][0], found[2][0]])))

        class Doubled(datasets.MNIST):
            def __getitem__(self, index):
                image, target = super().__getitem__(index)
                return image, 2 * target

        _, targets = next(iter(DataLoader(Doubled("data", transform=prepared), batch_size=2)))
        self.assert_tensor(targets, [18, 16])

    def test_emnist_is_read_from_its_archive(self):
        os.makedirs("data")
        with zipfile.ZipFile("data/gzip.zip", "w") as file:
            images = gzip.compress(idx_bytes(8, (10, 28, 28), self.pixels))
            file.writestr("gzip/emnist-letters-test-images-idx3-ubyte.gz", images)
            labels = gzip.compress(idx_bytes(8, (10,), bytes(range(1, 11))))
            file.writestr("gzip/emnist-letters-test-labels-idx1-ubyte.gz", labels)
        found = datasets.EMNIST("data", "letters", train=False)
        self.assertEqual((len(found), found.classes[found[2][1]]), (10, "c"))
        self.assert_error(ValueError, "Unknown value 'all' for argument split", datasets.EMNIST, "data", "all")

    def test_qmnist_has_numbers_about_each_digit(self):
        write("data/QMNIST/raw/xnist-images-idx3-ubyte.xz", lzma.compress(idx_bytes(8, (10, 28, 28), self.pixels)))
        rows = struct.pack(">80i", *range(-3, 77))
        write("data/QMNIST/raw/xnist-labels-idx2-int.xz", lzma.compress(idx_bytes(12, (10, 8), rows)))
        self.assertEqual(datasets.QMNIST("data", "nist")[1][1], 5)
        self.assert_tensor(datasets.QMNIST("data", "nist", compat=False)[0][1], list(range(-3, 5)), torch.int64)


class _Numpy:
    """Pickles as `numpy.ndarray`s of bytes do, as Python 2 wrote them, without NumPy."""

    @staticmethod
    def pickled(entries):
        """A dictionary of strings, lists and rows of bytes, with protocol 2's instructions."""
        out = io.BytesIO()
        out.write(b"\x80\x02}(")
        for key, value in entries.items():
            out.write(_Numpy._string(key))
            if isinstance(value, list):
                out.write(b"](" + b"".join(_Numpy._entry(one) for one in value) + b"e")
            elif isinstance(value, tuple):
                rows, columns, data = value
                out.write(b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + _Numpy._string("b") + b"\x87R")
                out.write(b"(K\x01" + struct.pack("<BBBI", ord("K"), rows, ord("J"), columns) + b"\x86")
                out.write(b"cnumpy\ndtype\n" + _Numpy._string("u1") + b"K\x00K\x01\x87R")
                out.write(b"(K\x03" + _Numpy._string("|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb")
                out.write(b"\x89" + _Numpy._string(data) + b"tb")
            else:
                out.write(_Numpy._string(value))
        out.write(b"u.")
        return out.getvalue()

    @staticmethod
    def _entry(one):
        return struct.pack("<BB", ord("K"), one) if isinstance(one, int) else _Numpy._string(one)

    @staticmethod
    def _string(text):
        data = text.encode("latin1") if isinstance(text, str) else text
        return b"T" + struct.pack("<I", len(data)) + data


class Cifar(FolderCase):
    def setUp(self):
        super().setUp()
        self.rows = [bytes((7 * position + row) % 256 for position in range(3072)) for row in range(3)]
        self.files = {
            "train": _Numpy.pickled({"data": (2, 3072, b"".join(self.rows[:2])), "fine_labels": [1, 0]}),
            "test": _Numpy.pickled({"data": (1, 3072, self.rows[2]), "fine_labels": [1]}),
            "meta": _Numpy.pickled({"fine_label_names": ["apple", "pear"]}),
        }
        digests = {name: hashlib.md5(data).hexdigest() for name, data in self.files.items()}

        class Tiny(datasets.CIFAR100):
            train_list = [["train", digests["train"]]]
            test_list = [["test", digests["test"]]]
            meta = {**datasets.CIFAR100.meta, "md5": digests["meta"]}

        self.tiny = Tiny

    def write_folder(self, root):
        for name, data in self.files.items():
            write(f"{root}/cifar-100-python/{name}", data)

    def write_archive(self, root):
        self.write_folder("made")
        os.makedirs(root, exist_ok=True)
        with tarfile.open(f"{root}/cifar-100-python.tar.gz", "w:gz") as file:
            file.add("made/cifar-100-python", "cifar-100-python")

    def check(self, found):
        self.assertEqual((len(found), found.targets, found.classes), (2, [1, 0], ["apple", "pear"]))
        self.assertEqual((tuple(found.data.shape), found.class_to_idx), ((2, 32, 32, 3), {"apple": 0, "pear": 1}))
        image, target = found[1]
        self.assertEqual((image.mode, image.size, target), ("RGB", (32, 32), 0))
        pixel = 32 * 5 + 9
        self.assertEqual(image.getpixel((9, 5)), tuple(self.rows[1][1024 * color + pixel] for color in range(3)))

    def test_the_folder_is_read(self):
        self.write_folder("data")
        self.check(self.tiny("data"))
        self.assertEqual(self.tiny("data", train=False)[0][1], 1)
        self.assertEqual(repr(self.tiny("data", train=False)).splitlines()[-1], "    Split: Test")

    def test_the_archive_is_read_as_it_came(self):
        self.write_archive(".")
        self.check(self.tiny("data"))

    def test_batches_are_the_items(self):
        self.write_folder("data")
        found = self.tiny("data", transform=transforms.ToTensor())
        images, targets = next(iter(DataLoader(found, batch_size=2)))
        self.assertTrue(torch.equal(images, torch.stack([found[0][0], found[1][0]])))
        self.assert_tensor(targets, [1, 0])

    def test_other_files_are_refused(self):
        self.assert_error(RuntimeError, "Dataset not found", datasets.CIFAR10, "data")
        self.write_folder("data")
        self.assert_error(RuntimeError, "Dataset not found or corrupted.", datasets.CIFAR100, "data")
        write("other/cifar-100-python.tar.gz", b"not an archive")
        self.assert_error(RuntimeError, "Dataset not found or corrupted.", self.tiny, "other")

    def test_files_run_nothing(self):
        class Evil(self.tiny):
            train_list = [["train", None]]

        self.write_folder("data")
        for data in (pickle.dumps({"data": os.system}), b"cos\nsystem\n(S'true'\ntR.", b"\x80\x02}(", b"", pickle.dumps([1])):
            write("data/cifar-100-python/train", data)
            with self.assertRaises(pickle.UnpicklingError):
                Evil("data")


class Folders(FolderCase):
    def setUp(self):
        super().setUp()
        for name, value in (("cat/b.png", 20), ("cat/a.png", 10), ("dog/deep/c.PNG", 30)):
            os.makedirs(os.path.dirname(f"root/{name}"), exist_ok=True)
            pictures.write_png(torch.full((3, 2, 4), value, dtype=torch.uint8), f"root/{name}")
        write("root/dog/notes.txt", b"x")

    def test_folders_are_classes(self):
        found = datasets.ImageFolder("root")
        self.assertEqual((found.classes, found.class_to_idx), (["cat", "dog"], {"cat": 0, "dog": 1}))
        paths = [("root/cat/a.png", 0), ("root/cat/b.png", 0), ("root/dog/deep/c.PNG", 1)]
        self.assertEqual((found.samples, found.targets, found.imgs), (paths, [0, 0, 1], paths))
        image, target = found[2]
        self.assertEqual((image.mode, image.size, image.getpixel((0, 0)), target), ("RGB", (4, 2), (30, 30, 30), 1))

    def test_other_files(self):
        found = datasets.DatasetFolder("root", lambda path: os.path.getsize(path), is_valid_file=lambda p: p.endswith("txt"), allow_empty=True)
        self.assertEqual((len(found), found[0]), (1, (1, 1)))
        self.assert_error(
            FileNotFoundError,
            "Found no valid file for the classes cat. Supported extensions are: .txt",
            datasets.DatasetFolder,
            "root",
            len,
            (".txt",),
        )
        os.makedirs("empty")
        self.assert_error(FileNotFoundError, "Couldn't find any class folder in empty.", datasets.ImageFolder, "empty")

    def test_random_images_are_the_same_every_time(self):
        found = datasets.FakeData(3, (3, 8, 8), 4, transform=transforms.ToTensor())
        state = torch.get_rng_state()
        (image, target), (again, _) = found[1], found[1]
        self.assertTrue(torch.equal(torch.get_rng_state(), state))
        self.assertTrue(torch.equal(image, again))
        self.assertEqual((image.shape, 0 <= target < 4), ((3, 8, 8), True))
        self.assert_error(IndexError, "FakeData index out of range", found.__getitem__, 3)

    def test_absent_datasets_say_so(self):
        self.assert_error(NotImplementedError, "torchvision.datasets.LSUN is not supported", datasets.LSUN, "root")
        with self.assertRaises(AttributeError):
            datasets.NoSuchData
        with self.assertRaises(ValueError):
            datasets.VisionDataset("root", transforms=len, transform=len)


if __name__ == "__main__":
    unittest.main()
