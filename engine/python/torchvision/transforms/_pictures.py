"""What a transform may be given: a tensor `(…, C, H, W)`, a picture of Pillow's, or one of `torchvision._image`.

Every transform computes with tensors; pictures become tensors on the way in and pictures again on the way out.
Read next: `_conversion`, `torchvision._image`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from enum import Enum
from functools import wraps

import torch

from .. import _image
from .._bytes import bytes_of_tensor, tensor_of_bytes

try:
    from PIL import Image as _pillow
except ImportError:
    _pillow = None

#: Pillow's modes whose samples are not one byte, and the dtypes they are read as.
_WIDE_MODES = {"I": torch.int32, "F": torch.float32, "I;16": torch.int16}


class InterpolationMode(Enum):
    """Ways to resample. BOX, HAMMING and LANCZOS are Pillow's alone and refused."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


_BY_PILLOW_NUMBER = {
    0: InterpolationMode.NEAREST,
    2: InterpolationMode.BILINEAR,
    3: InterpolationMode.BICUBIC,
    4: InterpolationMode.BOX,
    5: InterpolationMode.HAMMING,
    1: InterpolationMode.LANCZOS,
}


def interpolation_of(value):
    """An InterpolationMode, of one or of Pillow's number. Raises TypeError for anything else."""
    if isinstance(value, int):
        value = _BY_PILLOW_NUMBER.get(int(value), value)
    if not isinstance(value, InterpolationMode):
        raise TypeError("Argument interpolation should be a InterpolationMode or a corresponding Pillow integer constant")
    return value


def pillow_number(interpolation):
    """Pillow's number of a way to resample."""
    if interpolation is InterpolationMode.NEAREST_EXACT:
        return 0
    return next(number for number, mode in _BY_PILLOW_NUMBER.items() if mode is interpolation)


def is_picture(value):
    """Whether this is a picture of Pillow's or of the package's own."""
    return isinstance(value, _image.Image) or (_pillow is not None and isinstance(value, _pillow.Image))


def check_tensor(value):
    """Raises TypeError unless this is a tensor with at least a height and a width."""
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"img should be PIL Image or Tensor. Got {type(value)}")
    if value.dim() < 2:
        raise TypeError("Tensor is not a torch image.")


def dimensions(value):
    """Channels, height and width."""
    if is_picture(value):
        return len(value.getbands()), value.height, value.width
    check_tensor(value)
    channels = 1 if value.dim() == 2 else value.shape[-3]
    return channels, value.shape[-2], value.shape[-1]


def tensor_of(picture):
    """`(C, H, W)` of a picture, uint8 but for Pillow's modes of wider samples."""
    if isinstance(picture, _image.Image):
        return picture.tensor()
    if picture.mode == "1":
        picture = picture.convert("L")
    dtype = _WIDE_MODES.get(picture.mode, torch.uint8)
    flat = tensor_of_bytes(picture.tobytes(), dtype)
    return flat.reshape(picture.height, picture.width, len(picture.getbands())).permute(2, 0, 1).contiguous()


def picture_of(tensor, mode, like=None):
    """A picture of a `(C, H, W)` tensor: of Pillow's kind where it is installed, or of the kind of `like`.

    mode: Pillow's name of what a pixel is.
    """
    is_own = _pillow is None or (like is not None and isinstance(like, _image.Image))
    if is_own:
        return _image.from_tensor(tensor, mode)
    size = (tensor.shape[2], tensor.shape[1])
    data = bytes_of_tensor(tensor.detach().permute(1, 2, 0))
    if mode == "1":
        return _pillow.frombytes("L", size, data).convert("1")
    made = _pillow.frombytes(mode, size, data)
    if mode == "P" and getattr(like, "mode", None) == "P":
        made.putpalette(like.getpalette())
    return made


def on_tensors(function):
    """A function of a tensor that takes pictures too, and gives a picture of the same mode for one."""

    @wraps(function)
    def taking_pictures(img, *args, **kwargs):
        if is_picture(img):
            made = function(tensor_of(img), *args, **kwargs)
            mode = img.mode if made.shape[0] == len(img.getbands()) else {1: "L", 3: "RGB"}[made.shape[0]]
            return picture_of(made, mode, img)
        check_tensor(img)
        return function(img, *args, **kwargs)

    return taking_pictures
