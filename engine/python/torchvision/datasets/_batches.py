"""Items of a dataset made a whole batch at a time, where the transforms are known to do the same to every image.

DataLoader asks for the items of a batch at once. If the transform is `ToTensor`, maybe with `Normalize` after it, they
come of a few operations on the whole batch instead of some for each image; the numbers are the same. Anything else,
and subclasses with an own `__getitem__`, go item by item. Read next: `mnist`, `cifar`, `torch.utils.data.dataloader`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys

import torch


class BatchedItems:
    """Adds `__getitems__` to a dataset whose `data` are uint8 images `(N, H, W)` or `(N, H, W, C)` and `targets` ints."""

    def __getitems__(self, indices):
        """The items of some indices, as a list."""
        steps = _steps(self.transform) if _has_own_items(self) and self.target_transform is None else None
        if steps is None or not isinstance(self.data, torch.Tensor) or self.data.dtype is not torch.uint8:
            return [self[index] for index in indices]
        images = self.data[torch.tensor(indices, device=self.data.device)]
        images = images.unsqueeze(1) if images.dim() == 3 else images.permute(0, 3, 1, 2).contiguous()
        # What ToTensor does to one image.
        images = images.to(torch.get_default_dtype()).div(255)
        for step in steps:
            images = step(images)
        return list(zip(images.unbind(0), self._targets_of(indices)))

    def _targets_of(self, indices):
        if isinstance(self.targets, torch.Tensor):
            return self.targets[torch.tensor(indices, device=self.targets.device)].tolist()
        return [self.targets[index] for index in indices]


def _has_own_items(dataset):
    """Whether the items are made by this package, not by a user's subclass."""
    return getattr(type(dataset).__getitem__, "__module__", "").startswith(__package__ + ".")


def _steps(transform):
    """The transforms after `ToTensor`, all of which take batches; None if the transform is not of that kind."""
    transforms = sys.modules.get("torchvision.transforms.transforms")
    if transforms is None or transform is None:
        return None
    steps = transform.transforms if type(transform) is transforms.Compose else [transform]
    if not steps or type(steps[0]) is not transforms.ToTensor:
        return None
    rest = list(steps[1:])
    return rest if all(type(step) is transforms.Normalize for step in rest) else None
