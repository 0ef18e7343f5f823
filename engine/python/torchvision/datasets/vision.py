"""What all datasets of images share: the folder, the transforms, and how they print.

Read next: `torchvision.datasets.folder`, `torchvision.datasets.mnist`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os

from torch.utils.data import Dataset


class VisionDataset(Dataset):
    """Base class of datasets of images: define `__getitem__` and `__len__`.

    root: the folder. transforms: a function of image and target; or transform: a function of the image, and
    target_transform: one of the target. Raises ValueError if both ways are used.
    https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.VisionDataset.html
    """

    _repr_indent = 4

    def __init__(self, root=None, transforms=None, transform=None, target_transform=None):
        self.root = os.path.expanduser(root) if isinstance(root, str) else root
        if transforms is not None and (transform is not None or target_transform is not None):
            raise ValueError("Only transforms or transform/target_transform can be passed as argument")
        self.transform = transform
        self.target_transform = target_transform
        if transform is not None or target_transform is not None:
            transforms = StandardTransform(transform, target_transform)
        self.transforms = transforms

    def __getitem__(self, index):
        raise NotImplementedError

    def __len__(self):
        raise NotImplementedError

    def __repr__(self):
        body = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            body.append(f"Root location: {self.root}")
        body += self.extra_repr().splitlines()
        if getattr(self, "transforms", None) is not None:
            body.append(repr(self.transforms))
        return "\n".join(["Dataset " + type(self).__name__] + [" " * self._repr_indent + line for line in body])

    def extra_repr(self):
        """More lines of `repr`."""
        return ""

    def _transformed(self, image, target):
        """An item as the user's transforms make it."""
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target


class StandardTransform:
    """One function of image and target, made of a function of each."""

    def __init__(self, transform=None, target_transform=None):
        self.transform = transform
        self.target_transform = target_transform

    def __call__(self, input, target):
        if self.transform is not None:
            input = self.transform(input)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return input, target

    def __repr__(self):
        body = [type(self).__name__]
        if self.transform is not None:
            body += _indented(self.transform, "Transform: ")
        if self.target_transform is not None:
            body += _indented(self.target_transform, "Target transform: ")
        return "\n".join(body)


def _indented(transform, head):
    first, *rest = repr(transform).splitlines()
    return [head + first] + [" " * len(head) + line for line in rest]
