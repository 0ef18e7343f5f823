"""Transforms that change colours; masks and boxes go through untouched. Read next: `transforms._random_color`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from .. import _random_color as v1_color
from .._crops import uniform
from . import functional as F
from ._transform import query_chw, RandomApplyTransform, Transform


class Grayscale(Transform):
    """Luma, in one channel or in three alike."""

    def __init__(self, num_output_channels=1):
        super().__init__()
        self.num_output_channels = num_output_channels

    def transform(self, inpt, params):
        """One picture in gray."""
        return F.rgb_to_grayscale(inpt, num_output_channels=self.num_output_channels)


class RandomGrayscale(RandomApplyTransform):
    """Gray with probability `p`, with as many channels as before."""

    def __init__(self, p=0.1):
        super().__init__(p)

    def make_params(self, flat_inputs):
        """How many channels there are."""
        return {"channels": query_chw(flat_inputs)[0]}

    def transform(self, inpt, params):
        """One picture in gray."""
        return F.rgb_to_grayscale(inpt, num_output_channels=params["channels"])


class RGB(Transform):
    """Three channels, of one alike."""

    def transform(self, inpt, params):
        """One picture in three channels."""
        return F.grayscale_to_rgb(inpt)


class ColorJitter(Transform):
    """Brightness, contrast, saturation and hue changed by chance: see `transforms.ColorJitter`."""

    def __init__(self, brightness=0, contrast=0, saturation=0, hue=0):
        super().__init__()
        checked = v1_color.ColorJitter(brightness, contrast, saturation, hue)
        self.brightness, self.contrast = checked.brightness, checked.contrast
        self.saturation, self.hue = checked.saturation, checked.hue

    def make_params(self, flat_inputs):
        """The order of the changes, and their amounts."""
        order, *amounts = v1_color.ColorJitter.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        return {"order": order.tolist(), "amounts": amounts}

    def transform(self, inpt, params):
        """One picture in other colours."""
        changes = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
        for number in params["order"]:
            amount = params["amounts"][number]
            inpt = inpt if amount is None else changes[number](inpt, amount)
        return inpt


class RandomChannelPermutation(Transform):
    """The channels in an order drawn at random."""

    def make_params(self, flat_inputs):
        """The order."""
        return {"permutation": torch.randperm(query_chw(flat_inputs)[0])}

    def transform(self, inpt, params):
        """One picture with its channels in that order."""
        return F.permute_channels(inpt, params["permutation"].tolist())


class RandomPhotometricDistort(Transform):
    """The distortions that SSD is trained with, each with probability `p`: https://arxiv.org/abs/1512.02325."""

    def __init__(
        self, brightness=(0.875, 1.125), contrast=(0.5, 1.5), saturation=(0.5, 1.5), hue=(-0.05, 0.05), p=0.5
    ):
        super().__init__()
        self.brightness = brightness
        self.contrast = contrast
        self.hue = hue
        self.saturation = saturation
        self.p = p

    def make_params(self, flat_inputs):
        """The amounts, None for those that are not made; whether contrast comes first; the order of the channels."""
        channels = query_chw(flat_inputs)[0]
        ranges = {"brightness": self.brightness, "contrast": self.contrast, "saturation": self.saturation, "hue": self.hue}
        params = {name: uniform(*part) if torch.rand(1) < self.p else None for name, part in ranges.items()}
        params["contrast_before"] = bool(torch.rand(()) < 0.5)
        params["permutation"] = torch.randperm(channels).tolist() if torch.rand(1) < self.p else None
        return params

    def transform(self, inpt, params):
        """One picture, distorted."""
        if params["brightness"] is not None:
            inpt = F.adjust_brightness(inpt, params["brightness"])
        if params["contrast"] is not None and params["contrast_before"]:
            inpt = F.adjust_contrast(inpt, params["contrast"])
        if params["saturation"] is not None:
            inpt = F.adjust_saturation(inpt, params["saturation"])
        if params["hue"] is not None:
            inpt = F.adjust_hue(inpt, params["hue"])
        if params["contrast"] is not None and not params["contrast_before"]:
            inpt = F.adjust_contrast(inpt, params["contrast"])
        if params["permutation"] is not None:
            inpt = F.permute_channels(inpt, params["permutation"])
        return inpt


class RandomEqualize(RandomApplyTransform):
    """With an even histogram, with probability `p`."""

    def transform(self, inpt, params):
        """One picture, evened."""
        return F.equalize(inpt)


class RandomInvert(RandomApplyTransform):
    """White minus the picture, with probability `p`."""

    def transform(self, inpt, params):
        """One picture, inverted."""
        return F.invert(inpt)


class RandomAutocontrast(RandomApplyTransform):
    """Stretched from black to white, with probability `p`."""

    def transform(self, inpt, params):
        """One picture, stretched."""
        return F.autocontrast(inpt)


class RandomPosterize(RandomApplyTransform):
    """The upper `bits` of values, with probability `p`."""

    def __init__(self, bits, p=0.5):
        super().__init__(p)
        self.bits = bits

    def transform(self, inpt, params):
        """One picture of fewer bits."""
        return F.posterize(inpt, self.bits)


class RandomSolarize(RandomApplyTransform):
    """Inverted from a threshold on, with probability `p`."""

    def __init__(self, threshold, p=0.5):
        super().__init__(p)
        self.threshold = threshold

    def transform(self, inpt, params):
        """One picture, partly inverted."""
        return F.solarize(inpt, self.threshold)


class RandomAdjustSharpness(RandomApplyTransform):
    """Sharper by a factor, with probability `p`."""

    def __init__(self, sharpness_factor, p=0.5):
        super().__init__(p)
        self.sharpness_factor = sharpness_factor

    def transform(self, inpt, params):
        """One picture, sharper."""
        return F.adjust_sharpness(inpt, self.sharpness_factor)


class GaussianBlur(Transform):
    """Blurred by a bell whose sigma is drawn evenly: see `transforms.GaussianBlur`."""

    def __init__(self, kernel_size, sigma=(0.1, 2.0)):
        super().__init__()
        checked = v1_color.GaussianBlur(kernel_size, sigma)
        self.kernel_size, self.sigma = checked.kernel_size, list(checked.sigma)

    def make_params(self, flat_inputs):
        """The sigma."""
        return {"sigma": [uniform(self.sigma[0], self.sigma[1])] * 2}

    def transform(self, inpt, params):
        """One picture, blurred."""
        return F.gaussian_blur(inpt, list(self.kernel_size), params["sigma"])


class GaussianNoise(Transform):
    """With noise of a bell curve added."""

    def __init__(self, mean=0.0, sigma=0.1, clip=True):
        super().__init__()
        self.mean = mean
        self.sigma = sigma
        self.clip = clip

    def transform(self, inpt, params):
        """One picture with noise."""
        return F.gaussian_noise(inpt, mean=self.mean, sigma=self.sigma, clip=self.clip)


class RandomErasing(RandomApplyTransform):
    """A rectangle overwritten with probability `p`: see `transforms.RandomErasing`."""

    def __init__(self, p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0.0, inplace=False):
        super().__init__(p)
        v1_color.RandomErasing(p, scale, ratio, value)
        self.scale = scale
        self.ratio = ratio
        self.value = [value] if isinstance(value, (int, float)) else None if isinstance(value, str) else list(value)
        self.inplace = inplace

    def make_params(self, flat_inputs):
        """The rectangle and its values."""
        probe = torch.empty(1, 1, 1).expand(query_chw(flat_inputs))
        value = self.value and [float(part) for part in self.value]
        found = v1_color.RandomErasing.get_params(probe, self.scale, self.ratio, value)
        return {"found": None if found[-1] is probe else found}

    def transform(self, inpt, params):
        """One picture with the rectangle overwritten."""
        return inpt if params["found"] is None else F.erase(inpt, *params["found"], self.inplace)
