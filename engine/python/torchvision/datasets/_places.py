"""Where the files of a dataset are looked for: its own folder, then where people drop files.

A notebook's files lie in the working directory, and a person who adds `train-images-idx3-ubyte.gz` there means it to be
found. Datasets of one family name their files alike, so outside a dataset's own folder a file is passed over if its
checksum says that it belongs to another. Refuses to guess further: the error lists the places.
Read next: `torchvision.datasets.mnist`, `torchvision.datasets.cifar`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os

from .utils import calculate_md5


def find(names, own_folder, root, foreign_md5s=()):
    """The path of the first of some names that is there, or None.

    own_folder: where downloads go; what is there is taken as it is. Then `root` and the working directory.
    foreign_md5s: of files of the same names that belong to other datasets.
    """
    for folder in (own_folder, *_shared_folders(root)):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and (folder == own_folder or not foreign_md5s or calculate_md5(path) not in foreign_md5s):
                return path
    return None


def not_found(what, names, own_folder, root):
    """The text of the error that says what was looked for, and where."""
    folders = ", ".join(repr(os.path.abspath(folder)) for folder in (own_folder, *_shared_folders(root)))
    return (
        f"Dataset not found. You can use download=True to download it. {what} was looked for as {' or '.join(names)} "
        f"in {folders}: in a notebook without network, download it with your browser and add it to the notebook's files"
    )


def _shared_folders(root):
    folders = [root]
    if os.path.abspath(root) != os.getcwd():
        folders.append(".")
    return folders
