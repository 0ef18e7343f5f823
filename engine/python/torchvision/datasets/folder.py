"""Datasets of files in folders, a folder a class: DatasetFolder and ImageFolder.

Folders are walked in the order of their names, so that indices are the same everywhere. Read next: `vision`, `_images`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os

from ._images import open_rgb
from .vision import VisionDataset

#: What the names of images end in.
IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def has_file_allowed_extension(filename, extensions):
    """Whether a name ends in one of these endings, a string or a tuple of them, in small or large letters."""
    return filename.lower().endswith(extensions if isinstance(extensions, str) else tuple(extensions))


def is_image_file(filename):
    """Whether a name ends as images' do."""
    return has_file_allowed_extension(filename, IMG_EXTENSIONS)


def find_classes(directory):
    """The folders in a folder, sorted, and the number of each. Raises FileNotFoundError if there is none."""
    classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if not classes:
        raise FileNotFoundError(f"Couldn't find any class folder in {directory}.")
    return classes, {name: index for index, name in enumerate(classes)}


def make_dataset(directory, class_to_idx=None, extensions=None, is_valid_file=None, allow_empty=False):
    """The files below a folder's classes, as (path, class number), sorted.

    class_to_idx: number of each class; what `find_classes` says if absent. Either extensions or is_valid_file, a
    function of the path, says which files count. allow_empty: classes may have none.
    Raises ValueError for unfit arguments, FileNotFoundError for classes without files.
    """
    directory = os.path.expanduser(directory)
    if class_to_idx is None:
        class_to_idx = find_classes(directory)[1]
    elif not class_to_idx:
        raise ValueError("'class_to_index' must have at least one entry to collect any samples.")
    if (extensions is None) == (is_valid_file is None):
        raise ValueError("Both extensions and is_valid_file cannot be None or not None at the same time")
    if is_valid_file is None:

        def is_valid_file(path):
            return has_file_allowed_extension(path, extensions)

    samples, filled = [], set()
    for name in sorted(class_to_idx):
        folder = os.path.join(directory, name)
        if not os.path.isdir(folder):
            continue
        for place, _, files in sorted(os.walk(folder, followlinks=True)):
            for path in (os.path.join(place, file) for file in sorted(files)):
                if is_valid_file(path):
                    samples.append((path, class_to_idx[name]))
                    filled.add(name)
    empty = sorted(set(class_to_idx) - filled)
    if empty and not allow_empty:
        message = f"Found no valid file for the classes {', '.join(empty)}. "
        if extensions is not None:
            message += f"Supported extensions are: {extensions if isinstance(extensions, str) else ', '.join(extensions)}"
        raise FileNotFoundError(message)
    return samples


class DatasetFolder(VisionDataset):
    """Files in folders, a folder a class: `root/cat/1.ext`, `root/dog/sub/2.ext`.

    loader: a function of the path that gives the item. extensions, is_valid_file, allow_empty: as `make_dataset`'s.
    `classes`, `class_to_idx`, `samples` (path, class number) and `targets` say what there is.
    Raises FileNotFoundError if there are no classes, or classes without files.
    https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.DatasetFolder.html
    """

    def __init__(
        self,
        root,
        loader,
        extensions=None,
        transform=None,
        target_transform=None,
        is_valid_file=None,
        allow_empty=False,
    ):
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.classes, self.class_to_idx = self.find_classes(self.root)
        self.loader = loader
        self.extensions = extensions
        self.samples = self.make_dataset(self.root, self.class_to_idx, extensions, is_valid_file, allow_empty)
        self.targets = [target for _, target in self.samples]

    @staticmethod
    def make_dataset(directory, class_to_idx, extensions=None, is_valid_file=None, allow_empty=False):
        """The samples; subclasses may choose others."""
        if class_to_idx is None:
            raise ValueError("The class_to_idx parameter cannot be None.")
        return make_dataset(directory, class_to_idx, extensions, is_valid_file, allow_empty)

    def find_classes(self, directory):
        """The classes and their numbers; subclasses may choose others."""
        return find_classes(directory)

    def __getitem__(self, index):
        """(item, class number) of one index, as the transforms make them."""
        path, target = self.samples[index]
        return self._transformed(self.loader(path), target)

    def __len__(self):
        return len(self.samples)


def pil_loader(path):
    """The image in a file, as "RGB"."""
    return open_rgb(path)


def accimage_loader(path):
    """The same as `pil_loader`."""
    return open_rgb(path)


def default_loader(path):
    """What ImageFolder loads with: `pil_loader`."""
    return open_rgb(path)


class ImageFolder(DatasetFolder):
    """Images in folders, a folder a class: `root/dog/xxx.png`, `root/cat/123.jpg`.

    The arguments are DatasetFolder's; images are loaded as "RGB". `imgs` is `samples`.
    https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html
    """

    def __init__(
        self,
        root,
        transform=None,
        target_transform=None,
        loader=default_loader,
        is_valid_file=None,
        allow_empty=False,
    ):
        extensions = IMG_EXTENSIONS if is_valid_file is None else None
        super().__init__(root, loader, extensions, transform, target_transform, is_valid_file, allow_empty)
        self.imgs = self.samples
