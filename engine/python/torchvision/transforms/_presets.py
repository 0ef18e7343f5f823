"""What makes images ready for a model with weights: `weights.transforms()`. Read next: `functional`, `torchvision.models`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch
from torch import nn

from . import functional
from .functional import InterpolationMode

__all__ = ["ImageClassification"]


class ImageClassification(nn.Module):
    """Resizes, crops the centre, scales to 0 … 1 and normalises: images or tensors `(…, 3, H, W)` to float tensors.

    crop_size, resize_size: in pixels. mean, std: of the colours. interpolation, antialias: how it is resized.
    """

    def __init__(
        self,
        *,
        crop_size,
        resize_size=256,
        mean=(0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
        interpolation=InterpolationMode.BILINEAR,
        antialias=True,
    ):
        super().__init__()
        self.crop_size = [crop_size]
        self.resize_size = [resize_size]
        self.mean = list(mean)
        self.std = list(std)
        self.interpolation = interpolation
        self.antialias = antialias

    def forward(self, img):
        """The image as a model with these weights takes it."""
        img = functional.resize(img, self.resize_size, interpolation=self.interpolation, antialias=self.antialias)
        img = functional.center_crop(img, self.crop_size)
        if not isinstance(img, torch.Tensor):
            img = functional.pil_to_tensor(img)
        img = functional.convert_image_dtype(img, torch.float)
        return functional.normalize(img, mean=self.mean, std=self.std)

    def __repr__(self):
        names = ("crop_size", "resize_size", "mean", "std", "interpolation")
        lines = [f"    {name}={getattr(self, name)}" for name in names]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])

    def describe(self):
        """The same in words."""
        return (
            f"Resized to {self.resize_size} by {self.interpolation}, cropped in the centre to {self.crop_size}, scaled to "
            f"0 … 1 and normalised with mean {self.mean} and std {self.std}."
        )
