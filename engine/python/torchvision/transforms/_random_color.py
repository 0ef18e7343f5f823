"""Transforms that change colours, blur and erase by chance. Read next: `_color`, `_filters`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import numbers
import warnings
from collections.abc import Sequence

import torch
from torch import nn

from . import _color, _conversion, _filters
from ._crops import uniform, whole
from ._pictures import dimensions


class ColorJitter(nn.Module):
    """Brightness, contrast, saturation and hue changed by amounts drawn evenly, in an order drawn at random.

    Each is a number (from `1 - it` to `1 + it`; from `-it` to `it` for the hue) or (low, high).
    """

    def __init__(self, brightness=0, contrast=0, saturation=0, hue=0):
        super().__init__()
        self.brightness = self._range(brightness, "brightness")
        self.contrast = self._range(contrast, "contrast")
        self.saturation = self._range(saturation, "saturation")
        self.hue = self._range(hue, "hue", 0, (-0.5, 0.5), False)

    @staticmethod
    def _range(value, name, center=1, bound=(0, float("inf")), clips=True):
        if isinstance(value, numbers.Number):
            if value < 0:
                raise ValueError(f"If {name} is a single number, it must be non negative.")
            value = [center - float(value), center + float(value)]
            if clips:
                value[0] = max(value[0], 0.0)
        elif isinstance(value, (tuple, list)) and len(value) == 2:
            value = [float(value[0]), float(value[1])]
        else:
            raise TypeError(f"{name} should be a single number or a list/tuple with length 2.")
        if not bound[0] <= value[0] <= value[1] <= bound[1]:
            raise ValueError(f"{name} values should be between {bound}, but got {value}.")
        return None if value[0] == value[1] == center else tuple(value)

    @staticmethod
    def get_params(brightness, contrast, saturation, hue):
        """The order of the four changes, and their amounts; None for those that are not made."""
        order = torch.randperm(4)
        ranges = (brightness, contrast, saturation, hue)
        return order, *(None if part is None else uniform(part[0], part[1]) for part in ranges)

    def forward(self, img):
        """The picture in other colours."""
        order, *amounts = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        changes = (_color.adjust_brightness, _color.adjust_contrast, _color.adjust_saturation, _color.adjust_hue)
        for number in order.tolist():
            if amounts[number] is not None:
                img = changes[number](img, amounts[number])
        return img

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(brightness={self.brightness}, contrast={self.contrast}, "
            f"saturation={self.saturation}, hue={self.hue})"
        )


class Grayscale(nn.Module):
    """Luma, in one channel or in three alike."""

    def __init__(self, num_output_channels=1):
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img):
        """The picture in gray."""
        return _color.rgb_to_grayscale(img, self.num_output_channels)

    def __repr__(self):
        return f"{self.__class__.__name__}(num_output_channels={self.num_output_channels})"


class RandomGrayscale(nn.Module):
    """Gray with probability `p`, with as many channels as before."""

    def __init__(self, p=0.1):
        super().__init__()
        self.p = p

    def forward(self, img):
        """The picture, or the picture in gray."""
        channels = dimensions(img)[0]
        return _color.rgb_to_grayscale(img, channels) if torch.rand(1) < self.p else img

    def __repr__(self):
        return f"{self.__class__.__name__}(p={self.p})"


class GaussianBlur(nn.Module):
    """Blurred by a bell whose sigma is drawn evenly. kernel_size: as `functional.gaussian_blur`'s. sigma: (low, high) or one."""

    def __init__(self, kernel_size, sigma=(0.1, 2.0)):
        super().__init__()
        sizes = [kernel_size] * 2 if isinstance(kernel_size, numbers.Number) else list(kernel_size)
        self.kernel_size = tuple(sizes * 2 if len(sizes) == 1 else sizes)
        if len(self.kernel_size) != 2:
            raise ValueError("Kernel size should be a tuple/list of two integers")
        for size in self.kernel_size:
            if size <= 0 or size % 2 == 0:
                raise ValueError("Kernel size value should be an odd and positive number.")
        if isinstance(sigma, numbers.Number):
            if sigma <= 0:
                raise ValueError("If sigma is a single number, it must be positive.")
            sigma = (sigma, sigma)
        elif isinstance(sigma, Sequence) and len(sigma) == 2:
            if not 0.0 < sigma[0] <= sigma[1]:
                raise ValueError(f"sigma values should be positive and of the form (min, max). Got {sigma}")
        else:
            raise ValueError("sigma should be a single number or a list/tuple with length 2.")
        self.sigma = sigma

    @staticmethod
    def get_params(sigma_min, sigma_max):
        """A sigma drawn at random."""
        return uniform(sigma_min, sigma_max)

    def forward(self, img):
        """The picture, blurred."""
        sigma = self.get_params(self.sigma[0], self.sigma[1])
        return _filters.gaussian_blur(img, list(self.kernel_size), [sigma, sigma])

    def __repr__(self):
        return f"{self.__class__.__name__}(kernel_size={self.kernel_size}, sigma={self.sigma})"


class RandomErasing(nn.Module):
    """A rectangle of a tensor overwritten with probability `p`: https://arxiv.org/abs/1708.04896.

    scale: its share of the area. ratio: its height to its width. value: a number, one for each channel, or "random".
    """

    def __init__(self, p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False):
        super().__init__()
        if not isinstance(value, (numbers.Number, str, tuple, list)):
            raise TypeError("Argument value should be either a number or str or a sequence")
        if isinstance(value, str) and value != "random":
            raise ValueError("If value is str, it should be 'random'")
        if not isinstance(scale, Sequence):
            raise TypeError("Scale should be a sequence")
        if not isinstance(ratio, Sequence):
            raise TypeError("Ratio should be a sequence")
        if scale[0] > scale[1] or ratio[0] > ratio[1]:
            warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=2)
        if scale[0] < 0 or scale[1] > 1:
            raise ValueError("Scale should be between 0 and 1")
        if p < 0 or p > 1:
            raise ValueError("Random erasing probability should be between 0 and 1")
        self.p = p
        self.scale = scale
        self.ratio = ratio
        self.value = value
        self.inplace = inplace

    @staticmethod
    def get_params(img, scale, ratio, value=None):
        """Top, left, height, width and values of a rectangle drawn at random; values of a bell curve if `value` is None."""
        channels, height, width = img.shape[-3], img.shape[-2], img.shape[-1]
        log_ratio = torch.log(torch.tensor(ratio))
        for _ in range(10):
            erase_area = height * width * uniform(scale[0], scale[1])
            aspect_ratio = torch.exp(torch.empty(1).uniform_(float(log_ratio[0]), float(log_ratio[1]))).item()
            part_height = int(round(math.sqrt(erase_area * aspect_ratio)))
            part_width = int(round(math.sqrt(erase_area / aspect_ratio)))
            if not (part_height < height and part_width < width):
                continue
            if value is None:
                values = torch.empty([channels, part_height, part_width], dtype=torch.float32).normal_()
            else:
                values = torch.tensor(value)[:, None, None]
            top = whole(0, height - part_height + 1)
            left = whole(0, width - part_width + 1)
            return top, left, part_height, part_width, values
        return 0, 0, height, width, img

    def forward(self, img):
        """The tensor, or the tensor with a rectangle overwritten."""
        if not torch.rand(1) < self.p:
            return img
        value = self.value
        if isinstance(value, (int, float)):
            value = [float(value)]
        elif isinstance(value, str):
            value = None
        elif isinstance(value, (list, tuple)):
            value = [float(part) for part in value]
        if value is not None and len(value) not in (1, img.shape[-3]):
            raise ValueError(
                "If value is a sequence, it should have either a single value or "
                f"{img.shape[-3]} (number of input channels)"
            )
        return _conversion.erase(img, *self.get_params(img, self.scale, self.ratio, value), self.inplace)

    def __repr__(self):
        detail = f"(p={self.p}, scale={self.scale}, ratio={self.ratio}, value={self.value}, inplace={self.inplace})"
        return f"{self.__class__.__name__}{detail}"


class _ByChance(nn.Module):
    """A change that is made with probability `p`."""

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, img):
        """The picture, changed or not."""
        return self._changed(img) if torch.rand(1).item() < self.p else img

    def __repr__(self):
        return f"{self.__class__.__name__}(p={self.p})"


class RandomInvert(_ByChance):
    """White minus the picture, with probability `p`."""

    def _changed(self, img):
        return _color.invert(img)


class RandomPosterize(_ByChance):
    """The upper `bits` of values, with probability `p`."""

    def __init__(self, bits, p=0.5):
        super().__init__(p)
        self.bits = bits

    def _changed(self, img):
        return _color.posterize(img, self.bits)

    def __repr__(self):
        return f"{self.__class__.__name__}(bits={self.bits},p={self.p})"


class RandomSolarize(_ByChance):
    """Inverted from a threshold on, with probability `p`."""

    def __init__(self, threshold, p=0.5):
        super().__init__(p)
        self.threshold = threshold

    def _changed(self, img):
        return _color.solarize(img, self.threshold)

    def __repr__(self):
        return f"{self.__class__.__name__}(threshold={self.threshold},p={self.p})"


class RandomAdjustSharpness(_ByChance):
    """Sharper by a factor, with probability `p`."""

    def __init__(self, sharpness_factor, p=0.5):
        super().__init__(p)
        self.sharpness_factor = sharpness_factor

    def _changed(self, img):
        return _color.adjust_sharpness(img, self.sharpness_factor)

    def __repr__(self):
        return f"{self.__class__.__name__}(sharpness_factor={self.sharpness_factor},p={self.p})"


class RandomAutocontrast(_ByChance):
    """Stretched from black to white, with probability `p`."""

    def _changed(self, img):
        return _color.autocontrast(img)


class RandomEqualize(_ByChance):
    """With an even histogram, with probability `p`."""

    def _changed(self, img):
        return _color.equalize(img)
