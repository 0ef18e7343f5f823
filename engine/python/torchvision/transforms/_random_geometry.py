"""Transforms that turn, shear, tilt and displace pictures by chance. Read next: `_warping`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import numbers
from collections.abc import Sequence

import torch
from torch import nn

from . import _warping
from ._crops import uniform, whole
from ._filters import gaussian_blur
from ._pictures import dimensions, interpolation_of, InterpolationMode


def check_sequence(value, name, sizes):
    """Raises unless this is a sequence of one of these lengths."""
    message = f"{sizes[0]}" if len(sizes) < 2 else " or ".join(str(size) for size in sizes)
    if not isinstance(value, Sequence):
        raise TypeError(f"{name} should be a sequence of length {message}.")
    if len(value) not in sizes:
        raise ValueError(f"{name} should be a sequence of length {message}.")


def setup_angle(value, name, sizes=(2,)):
    """(low, high) of angles: of a number, from minus to plus it."""
    if isinstance(value, numbers.Number):
        if value < 0:
            raise ValueError(f"If {name} is a single number, it must be positive.")
        value = [-value, value]
    else:
        check_sequence(value, name, sizes)
    return [float(part) for part in value]


def fill_for(img, fill):
    """The value beyond the picture: a tensor needs one for each channel."""
    if fill is None or not isinstance(img, torch.Tensor):
        return fill
    if isinstance(fill, (int, float)):
        return [float(fill)] * dimensions(img)[0]
    return [float(part) for part in fill]


class RandomRotation(nn.Module):
    """Turned by an angle drawn evenly. degrees: (low, high), or a number for both directions.

    interpolation, expand, center, fill: as `functional.rotate`'s.
    """

    def __init__(self, degrees, interpolation=InterpolationMode.NEAREST, expand=False, center=None, fill=0):
        super().__init__()
        self.interpolation = interpolation_of(interpolation)
        self.degrees = setup_angle(degrees, "degrees")
        if center is not None:
            check_sequence(center, "center", (2,))
        self.center = center
        self.expand = expand
        if fill is not None and not isinstance(fill, (Sequence, numbers.Number)):
            raise TypeError("Fill should be either a sequence or a number.")
        self.fill = 0 if fill is None else fill

    @staticmethod
    def get_params(degrees):
        """An angle drawn at random."""
        return uniform(degrees[0], degrees[1])

    def forward(self, img):
        """The picture, turned."""
        angle = self.get_params(self.degrees)
        return _warping.rotate(img, angle, self.interpolation, self.expand, self.center, fill_for(img, self.fill))

    def __repr__(self):
        text = f"{self.__class__.__name__}(degrees={self.degrees}, interpolation={self.interpolation.value}, expand={self.expand}"
        if self.center is not None:
            text += f", center={self.center}"
        if self.fill is not None:
            text += f", fill={self.fill}"
        return text + ")"


class RandomAffine(nn.Module):
    """Turned, moved, scaled and sheared, each by an amount drawn evenly.

    degrees: (low, high), or a number for both directions. translate: the most, in parts of width and height.
    scale: (low, high). shear: degrees along x as a number or (low, high), or those of x and y as four numbers.
    """

    def __init__(
        self,
        degrees,
        translate=None,
        scale=None,
        shear=None,
        interpolation=InterpolationMode.NEAREST,
        fill=0,
        center=None,
    ):
        super().__init__()
        self.interpolation = interpolation_of(interpolation)
        self.degrees = setup_angle(degrees, "degrees")
        if translate is not None:
            check_sequence(translate, "translate", (2,))
            if not all(0.0 <= part <= 1.0 for part in translate):
                raise ValueError("translation values should be between 0 and 1")
        self.translate = translate
        if scale is not None:
            check_sequence(scale, "scale", (2,))
            if any(part <= 0 for part in scale):
                raise ValueError("scale values should be positive")
        self.scale = scale
        self.shear = setup_angle(shear, "shear", (2, 4)) if shear is not None else None
        if fill is not None and not isinstance(fill, (Sequence, numbers.Number)):
            raise TypeError("Fill should be either a sequence or a number.")
        self.fill = 0 if fill is None else fill
        if center is not None:
            check_sequence(center, "center", (2,))
        self.center = center

    @staticmethod
    def get_params(degrees, translate, scale_ranges, shears, img_size):
        """Angle, move, scale and shears drawn at random. img_size: (width, height)."""
        angle = uniform(degrees[0], degrees[1])
        moves = (0, 0)
        if translate is not None:
            most_x, most_y = float(translate[0] * img_size[0]), float(translate[1] * img_size[1])
            move_x = int(round(uniform(-most_x, most_x)))
            moves = (move_x, int(round(uniform(-most_y, most_y))))
        scale = uniform(scale_ranges[0], scale_ranges[1]) if scale_ranges is not None else 1.0
        shear_x = shear_y = 0.0
        if shears is not None:
            shear_x = uniform(shears[0], shears[1])
            if len(shears) == 4:
                shear_y = uniform(shears[2], shears[3])
        return angle, moves, scale, (shear_x, shear_y)

    def forward(self, img):
        """The picture through a map drawn at random."""
        _, height, width = dimensions(img)
        found = self.get_params(self.degrees, self.translate, self.scale, self.shear, [width, height])
        return _warping.affine(img, *found, self.interpolation, fill_for(img, self.fill), self.center)

    def __repr__(self):
        text = f"{self.__class__.__name__}(degrees={self.degrees}"
        text += f", translate={self.translate}" if self.translate is not None else ""
        text += f", scale={self.scale}" if self.scale is not None else ""
        text += f", shear={self.shear}" if self.shear is not None else ""
        is_named = self.interpolation is not InterpolationMode.NEAREST
        text += f", interpolation={self.interpolation.value}" if is_named else ""
        text += f", fill={self.fill}" if self.fill != 0 else ""
        text += f", center={self.center}" if self.center is not None else ""
        return text + ")"


class RandomPerspective(nn.Module):
    """Tilted with probability `p`: each corner moves inwards by up to half of `distortion_scale` of the picture."""

    def __init__(self, distortion_scale=0.5, p=0.5, interpolation=InterpolationMode.BILINEAR, fill=0):
        super().__init__()
        self.p = p
        self.interpolation = interpolation_of(interpolation)
        self.distortion_scale = distortion_scale
        if fill is not None and not isinstance(fill, (Sequence, numbers.Number)):
            raise TypeError("Fill should be either a sequence or a number.")
        self.fill = 0 if fill is None else fill

    def forward(self, img):
        """The picture, or the tilted picture."""
        if not torch.rand(1) < self.p:
            return img
        _, height, width = dimensions(img)
        start, end = self.get_params(width, height, self.distortion_scale)
        return _warping.perspective(img, start, end, self.interpolation, fill_for(img, self.fill))

    @staticmethod
    def get_params(width, height, distortion_scale):
        """The corners, and where they go, drawn at random: top left, top right, bottom right, bottom left."""
        inner_x, inner_y = int(distortion_scale * (width // 2)), int(distortion_scale * (height // 2))
        top_left = [whole(0, inner_x + 1), whole(0, inner_y + 1)]
        top_right = [whole(width - inner_x - 1, width), whole(0, inner_y + 1)]
        bottom_right = [whole(width - inner_x - 1, width), whole(height - inner_y - 1, height)]
        bottom_left = [whole(0, inner_x + 1), whole(height - inner_y - 1, height)]
        start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        return start, [top_left, top_right, bottom_right, bottom_left]

    def __repr__(self):
        return f"{self.__class__.__name__}(p={self.p})"


class ElasticTransform(nn.Module):
    """Displaced by smooth noise. alpha: how far. sigma: how smooth. Each one number, or those of two directions."""

    def __init__(self, alpha=50.0, sigma=5.0, interpolation=InterpolationMode.BILINEAR, fill=0):
        super().__init__()
        self.alpha = self._pair(alpha, "alpha")
        self.sigma = self._pair(sigma, "sigma")
        self.interpolation = interpolation_of(interpolation)
        if isinstance(fill, (int, float)):
            fill = [float(fill)]
        elif isinstance(fill, (list, tuple)):
            fill = [float(part) for part in fill]
        else:
            raise TypeError(f"fill should be int or float or a list or tuple of them. Got {type(fill)}")
        self.fill = fill

    @staticmethod
    def _pair(value, name):
        if not isinstance(value, (float, Sequence)):
            raise TypeError(f"{name} should be float or a sequence of floats. Got {type(value)}")
        if isinstance(value, float):
            return [float(value), float(value)]
        if len(value) not in (1, 2):
            raise ValueError(f"{name} is a sequence its length should be 2. Got {len(value)}")
        for part in value:
            if not isinstance(part, float):
                raise TypeError(f"{name} should be a sequence of floats. Got {type(part)}")
        return [value[0], value[-1]]

    @staticmethod
    def get_params(alpha, sigma, size):
        """The displacement, `(1, H, W, 2)`, drawn at random. size: [H, W]."""
        parts = []
        for at in (0, 1):
            noise = torch.rand([1, 1] + size) * 2 - 1
            if sigma[at] > 0.0:
                width = int(8 * sigma[at] + 1)
                width += 1 - width % 2
                noise = gaussian_blur(noise, [width, width], sigma)
            parts.append(noise * alpha[at] / size[at])
        return torch.cat(parts, 1).permute([0, 2, 3, 1])

    def forward(self, tensor):
        """The picture, displaced."""
        _, height, width = dimensions(tensor)
        displacement = self.get_params(self.alpha, self.sigma, [height, width])
        return _warping.elastic_transform(tensor, displacement, self.interpolation, self.fill)

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(alpha={self.alpha}, sigma={self.sigma}, "
            f"interpolation={self.interpolation}, fill={self.fill})"
        )
