"""Transforms that cut, pad, resize and flip, at fixed places or by chance. Read next: `_geometry`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import warnings
from collections.abc import Sequence

import torch
from torch import nn

from . import _geometry
from ._pictures import dimensions, interpolation_of, InterpolationMode


def setup_size(size, error_msg="Please provide only two dimensions (h, w) for size."):
    """(h, w) of one number or two."""
    return _geometry.sizes_of(size, error_msg)


def uniform(low, high):
    """A number drawn evenly by torch's generator."""
    return float(torch.empty(1).uniform_(float(low), float(high)).item())


def whole(low, high):
    """A whole number from `low` up to but without `high`, drawn by torch's generator."""
    return int(torch.randint(low, high, size=(1,)).item())


class Resize(nn.Module):
    """Brings pictures to a size: see `functional.resize`."""

    def __init__(self, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
        super().__init__()
        if not isinstance(size, (int, Sequence)):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        if isinstance(size, Sequence) and len(size) not in (1, 2):
            raise ValueError("If size is a sequence, it should have 1 or 2 values")
        self.size = size
        self.max_size = max_size
        self.interpolation = interpolation_of(interpolation)
        self.antialias = antialias

    def forward(self, img):
        """The picture at the size."""
        return _geometry.resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self):
        detail = f"(size={self.size}, interpolation={self.interpolation.value}, max_size={self.max_size}, antialias={self.antialias})"
        return f"{self.__class__.__name__}{detail}"


class CenterCrop(nn.Module):
    """The middle of pictures: see `functional.center_crop`."""

    def __init__(self, size):
        super().__init__()
        self.size = setup_size(size)

    def forward(self, img):
        """The middle of a picture."""
        return _geometry.center_crop(img, self.size)

    def __repr__(self):
        return f"{self.__class__.__name__}(size={self.size})"


class Pad(nn.Module):
    """A border around pictures: see `functional.pad`."""

    def __init__(self, padding, fill=0, padding_mode="constant"):
        super().__init__()
        _geometry.parsed_padding(padding)
        if not isinstance(fill, (int, float, str, tuple, list)):
            raise TypeError("Got inappropriate fill arg")
        if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
            raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def forward(self, img):
        """The picture with its border."""
        return _geometry.pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self):
        return f"{self.__class__.__name__}(padding={self.padding}, fill={self.fill}, padding_mode={self.padding_mode})"


class RandomCrop(nn.Module):
    """A part of a size at a random place.

    size: (h, w) or one number. padding: a border that pictures get first. pad_if_needed: a border where the picture is
    too small. fill, padding_mode: of the border, as `functional.pad`'s.
    """

    @staticmethod
    def get_params(img, output_size):
        """Top, left, height and width of a part drawn at random. Raises ValueError if the picture is too small."""
        _, height, width = dimensions(img)
        wanted_height, wanted_width = output_size
        if height < wanted_height or width < wanted_width:
            raise ValueError(
                f"Required crop size {(wanted_height, wanted_width)} is larger than input image size {(height, width)}"
            )
        if width == wanted_width and height == wanted_height:
            return 0, 0, height, width
        top = whole(0, height - wanted_height + 1)
        left = whole(0, width - wanted_width + 1)
        return top, left, wanted_height, wanted_width

    def __init__(self, size, padding=None, pad_if_needed=False, fill=0, padding_mode="constant"):
        super().__init__()
        self.size = tuple(setup_size(size))
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    def forward(self, img):
        """A part of the picture."""
        if self.padding is not None:
            img = _geometry.pad(img, self.padding, self.fill, self.padding_mode)
        _, height, width = dimensions(img)
        if self.pad_if_needed and width < self.size[1]:
            img = _geometry.pad(img, [self.size[1] - width, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and height < self.size[0]:
            img = _geometry.pad(img, [0, self.size[0] - height], self.fill, self.padding_mode)
        return _geometry.crop(img, *self.get_params(img, self.size))

    def __repr__(self):
        return f"{self.__class__.__name__}(size={self.size}, padding={self.padding})"


class RandomResizedCrop(nn.Module):
    """A part of random size, shape and place, brought to a size.

    size: (h, w) or one number. scale: the part's share of the area. ratio: its width to its height.
    """

    def __init__(
        self,
        size,
        scale=(0.08, 1.0),
        ratio=(3.0 / 4.0, 4.0 / 3.0),
        interpolation=InterpolationMode.BILINEAR,
        antialias=True,
    ):
        super().__init__()
        self.size = setup_size(size)
        if not isinstance(scale, Sequence):
            raise TypeError("Scale should be a sequence")
        if not isinstance(ratio, Sequence):
            raise TypeError("Ratio should be a sequence")
        if scale[0] > scale[1] or ratio[0] > ratio[1]:
            warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=2)
        self.interpolation = interpolation_of(interpolation)
        self.antialias = antialias
        self.scale = scale
        self.ratio = ratio

    @staticmethod
    def get_params(img, scale, ratio):
        """Top, left, height and width of a part drawn at random: ten tries, then the middle."""
        _, height, width = dimensions(img)
        area = height * width
        log_ratio = torch.log(torch.tensor(ratio))
        for _ in range(10):
            target_area = area * uniform(scale[0], scale[1])
            aspect_ratio = torch.exp(torch.empty(1).uniform_(float(log_ratio[0]), float(log_ratio[1]))).item()
            part_width = int(round(math.sqrt(target_area * aspect_ratio)))
            part_height = int(round(math.sqrt(target_area / aspect_ratio)))
            if 0 < part_width <= width and 0 < part_height <= height:
                top = whole(0, height - part_height + 1)
                left = whole(0, width - part_width + 1)
                return top, left, part_height, part_width
        part_width, part_height = width, height
        if width / height < min(ratio):
            part_height = int(round(width / min(ratio)))
        elif width / height > max(ratio):
            part_width = int(round(height * max(ratio)))
        return (height - part_height) // 2, (width - part_width) // 2, part_height, part_width

    def forward(self, img):
        """A part of the picture at the size."""
        part = self.get_params(img, self.scale, self.ratio)
        return _geometry.resized_crop(img, *part, self.size, self.interpolation, antialias=self.antialias)

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(size={self.size}, scale={tuple(round(s, 4) for s in self.scale)}, "
            f"ratio={tuple(round(r, 4) for r in self.ratio)}, interpolation={self.interpolation.value}, "
            f"antialias={self.antialias})"
        )


class RandomHorizontalFlip(nn.Module):
    """Left and right exchanged with probability `p`."""

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        """The picture or its mirror image."""
        return _geometry.hflip(img) if torch.rand(1) < self.p else img

    def __repr__(self):
        return f"{self.__class__.__name__}(p={self.p})"


class RandomVerticalFlip(nn.Module):
    """Top and bottom exchanged with probability `p`."""

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        """The picture or its mirror image."""
        return _geometry.vflip(img) if torch.rand(1) < self.p else img

    def __repr__(self):
        return f"{self.__class__.__name__}(p={self.p})"


class FiveCrop(nn.Module):
    """The four corners and the middle: see `functional.five_crop`."""

    def __init__(self, size):
        super().__init__()
        self.size = setup_size(size)

    def forward(self, img):
        """Five parts of the picture."""
        return _geometry.five_crop(img, self.size)

    def __repr__(self):
        return f"{self.__class__.__name__}(size={self.size})"


class TenCrop(nn.Module):
    """`FiveCrop` of a picture and of its mirror image: see `functional.ten_crop`."""

    def __init__(self, size, vertical_flip=False):
        super().__init__()
        self.size = setup_size(size)
        self.vertical_flip = vertical_flip

    def forward(self, img):
        """Ten parts of the picture."""
        return _geometry.ten_crop(img, self.size, self.vertical_flip)

    def __repr__(self):
        return f"{self.__class__.__name__}(size={self.size}, vertical_flip={self.vertical_flip})"
