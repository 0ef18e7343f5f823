"""Transforms that move pixels, masks and boxes together. Read next: `functional`, `transforms._crops`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from .. import _crops as v1_crops
from .. import _random_geometry as v1_geometry
from .._crops import setup_size, uniform, whole
from .._geometry import parsed_padding
from .._pictures import InterpolationMode
from . import functional as F
from ._transform import query_size, RandomApplyTransform, Transform


class _Probe:
    """Stands for a picture of a size where the first generation draws parameters from one."""

    def __new__(cls, size):
        return torch.empty(1, 1, 1).expand(1, *size)


class RandomHorizontalFlip(RandomApplyTransform):
    """Left and right exchanged with probability `p`."""

    def transform(self, inpt, params):
        """One input, mirrored."""
        return F.horizontal_flip(inpt)


class RandomVerticalFlip(RandomApplyTransform):
    """Top and bottom exchanged with probability `p`."""

    def transform(self, inpt, params):
        """One input, mirrored."""
        return F.vertical_flip(inpt)


class Resize(Transform):
    """Brings inputs to a size: see `transforms.functional.resize`."""

    def __init__(self, size, interpolation="bilinear", max_size=None, antialias=True):
        super().__init__()
        if isinstance(size, int):
            size = [size]
        elif isinstance(size, (list, tuple)) and len(size) in (1, 2):
            size = list(size)
        elif size is not None or max_size is None:
            raise ValueError(f"size can be an integer, a sequence of one or two integers, or None, but got {size} instead.")
        self.size = size
        self.interpolation = interpolation
        self.max_size = max_size
        self.antialias = antialias

    def transform(self, inpt, params):
        """One input at the size."""
        return F.resize(inpt, self.size, self.interpolation, max_size=self.max_size, antialias=self.antialias)


class CenterCrop(Transform):
    """The middle of inputs."""

    def __init__(self, size):
        super().__init__()
        self.size = setup_size(size)

    def transform(self, inpt, params):
        """The middle of one input."""
        return F.center_crop(inpt, self.size)


class RandomCrop(Transform):
    """A part of a size at a random place: see `transforms.RandomCrop`."""

    def __init__(self, size, padding=None, pad_if_needed=False, fill=0, padding_mode="constant"):
        super().__init__()
        self.size = tuple(setup_size(size))
        # Kept as left, right, top, bottom, as the transform is printed.
        self.padding = None if padding is None else [parsed_padding(padding)[side] for side in (0, 2, 1, 3)]
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    def make_params(self, flat_inputs):
        """The border, and the part's place. Raises ValueError if the inputs are too small."""
        height, width = query_size(flat_inputs)
        left, right, top, bottom = self.padding or (0, 0, 0, 0)
        if self.pad_if_needed:
            missing_height = max(self.size[0] - (height + top + bottom), 0)
            missing_width = max(self.size[1] - (width + left + right), 0)
            top, bottom, left, right = top + missing_height, bottom + missing_height, left + missing_width, right + missing_width
        height, width = height + top + bottom, width + left + right
        if height < self.size[0] or width < self.size[1]:
            raise ValueError(f"Required crop size {self.size} is larger than padded input image size {(height, width)}.")
        first_row = whole(0, height - self.size[0] + 1) if height > self.size[0] else 0
        first_column = whole(0, width - self.size[1] + 1) if width > self.size[1] else 0
        return {"padding": [left, top, right, bottom], "top": first_row, "left": first_column}

    def transform(self, inpt, params):
        """A part of one input."""
        if any(params["padding"]):
            inpt = F.pad(inpt, params["padding"], fill=self.fill, padding_mode=self.padding_mode)
        return F.crop(inpt, params["top"], params["left"], *self.size)


class RandomResizedCrop(Transform):
    """A part of random size, shape and place, brought to a size: see `transforms.RandomResizedCrop`."""

    def __init__(
        self,
        size,
        scale=(0.08, 1.0),
        ratio=(3.0 / 4.0, 4.0 / 3.0),
        interpolation="bilinear",
        antialias=True,
    ):
        super().__init__()
        self.size = tuple(setup_size(size))
        self.scale = scale
        self.ratio = ratio
        self.interpolation = interpolation
        self.antialias = antialias

    def make_params(self, flat_inputs):
        """The part's place and size."""
        part = v1_crops.RandomResizedCrop.get_params(_Probe(query_size(flat_inputs)), self.scale, self.ratio)
        return {"part": part}

    def transform(self, inpt, params):
        """A part of one input at the size."""
        return F.resized_crop(inpt, *params["part"], self.size, self.interpolation, antialias=self.antialias)


class Pad(Transform):
    """A border around inputs."""

    def __init__(self, padding, fill=0, padding_mode="constant"):
        super().__init__()
        self.padding = padding if isinstance(padding, int) else list(padding)
        self.fill = fill
        self.padding_mode = padding_mode

    def transform(self, inpt, params):
        """One input with its border."""
        return F.pad(inpt, self.padding, fill=self.fill, padding_mode=self.padding_mode)


class RandomZoomOut(RandomApplyTransform):
    """Placed at random on a larger picture of one colour, with probability `p`. side_range: how much larger."""

    def __init__(self, fill=0, side_range=(1.0, 4.0), p=0.5):
        super().__init__(p)
        self.fill = fill
        self.side_range = side_range
        if side_range[0] < 1.0 or side_range[0] > side_range[1]:
            raise ValueError(f"Invalid side range provided {side_range}.")

    def make_params(self, flat_inputs):
        """The border that makes it."""
        height, width = query_size(flat_inputs)
        ratio = self.side_range[0] + torch.rand(1) * (self.side_range[1] - self.side_range[0])
        new_width, new_height = int(width * ratio), int(height * ratio)
        shares = torch.rand(2)
        left, top = int((new_width - width) * shares[0]), int((new_height - height) * shares[1])
        return {"padding": [left, top, new_width - width - left, new_height - height - top]}

    def transform(self, inpt, params):
        """One input on the larger picture."""
        return F.pad(inpt, params["padding"], fill=self.fill)


class RandomRotation(Transform):
    """Turned by an angle drawn evenly: see `transforms.RandomRotation`."""

    def __init__(self, degrees, interpolation="nearest", expand=False, center=None, fill=0):
        super().__init__()
        self.degrees = v1_geometry.setup_angle(degrees, "degrees")
        self.interpolation = interpolation
        self.expand = expand
        self.fill = fill
        self.center = center

    def make_params(self, flat_inputs):
        """The angle."""
        return {"angle": uniform(self.degrees[0], self.degrees[1])}

    def transform(self, inpt, params):
        """One input, turned."""
        return F.rotate(inpt, params["angle"], self.interpolation, self.expand, self.center, self.fill)


class RandomAffine(Transform):
    """Turned, moved, scaled and sheared by amounts drawn evenly: see `transforms.RandomAffine`."""

    def __init__(
        self,
        degrees,
        translate=None,
        scale=None,
        shear=None,
        interpolation="nearest",
        fill=0,
        center=None,
    ):
        super().__init__()
        checked = v1_geometry.RandomAffine(degrees, translate, scale, shear, InterpolationMode.NEAREST, fill, center)
        self.degrees, self.translate, self.scale, self.shear = checked.degrees, translate, scale, checked.shear
        self.interpolation = interpolation
        self.fill = fill
        self.center = center

    def make_params(self, flat_inputs):
        """Angle, move, scale and shears."""
        height, width = query_size(flat_inputs)
        drawn = v1_geometry.RandomAffine.get_params(self.degrees, self.translate, self.scale, self.shear, [width, height])
        return {"drawn": drawn}

    def transform(self, inpt, params):
        """One input through the map."""
        return F.affine(inpt, *params["drawn"], self.interpolation, self.fill, self.center)


class RandomPerspective(RandomApplyTransform):
    """Tilted with probability `p`: see `transforms.RandomPerspective`. Refuses boxes."""

    def __init__(self, distortion_scale=0.5, p=0.5, interpolation="bilinear", fill=0):
        super().__init__(p)
        if not 0 <= distortion_scale <= 1:
            raise ValueError("Argument distortion_scale value should be between 0 and 1")
        self.distortion_scale = distortion_scale
        self.interpolation = interpolation
        self.fill = fill

    def make_params(self, flat_inputs):
        """The corners, and where they go."""
        height, width = query_size(flat_inputs)
        return {"corners": v1_geometry.RandomPerspective.get_params(width, height, self.distortion_scale)}

    def transform(self, inpt, params):
        """One input, tilted."""
        start, end = params["corners"]
        return F.perspective(inpt, start, end, interpolation=self.interpolation, fill=self.fill)


class ElasticTransform(Transform):
    """Displaced by smooth noise: see `transforms.ElasticTransform`. Refuses boxes."""

    def __init__(self, alpha=50.0, sigma=5.0, interpolation="bilinear", fill=0):
        super().__init__()
        checked = v1_geometry.ElasticTransform(alpha, sigma, InterpolationMode.BILINEAR, 0)
        self.alpha, self.sigma, self.interpolation = checked.alpha, checked.sigma, interpolation
        self.fill = fill

    def make_params(self, flat_inputs):
        """The displacement."""
        size = list(query_size(flat_inputs))
        return {"displacement": v1_geometry.ElasticTransform.get_params(self.alpha, self.sigma, size)}

    def transform(self, inpt, params):
        """One input, displaced."""
        return F.elastic(inpt, params["displacement"], interpolation=self.interpolation, fill=self.fill)


class FiveCrop(Transform):
    """The four corners and the middle of pictures."""

    def __init__(self, size):
        super().__init__()
        self.size = setup_size(size)

    def transform(self, inpt, params):
        """Five parts of one picture."""
        return F.five_crop(inpt, self.size)


class TenCrop(Transform):
    """`FiveCrop` of a picture and of its mirror image."""

    def __init__(self, size, vertical_flip=False):
        super().__init__()
        self.size = setup_size(size)
        self.vertical_flip = vertical_flip

    def transform(self, inpt, params):
        """Ten parts of one picture."""
        return F.ten_crop(inpt, self.size, self.vertical_flip)
