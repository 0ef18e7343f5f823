"""`torchvision.transforms.v2.functional`: functions that know pictures, masks and boxes apart.

What is no tensor of a kind goes through `transforms.functional`; masks are read at the nearest pixel and keep their
numbers; boxes move with their picture. Refuses boxes under perspective and elastic maps. Read next: `_boxes`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from functools import wraps

import torch

from ...io import image as _image_files
from ...tv_tensors import BoundingBoxes, Image, Mask, plain, TVTensor, wrap
from .. import functional as _v1
from .._geometry import output_size
from .._pictures import is_picture, on_tensors, picture_of, tensor_of
from ..functional import InterpolationMode
from . import _boxes
from ._boxes import clamp_bounding_boxes, convert_bounding_box_format

_NEAREST = InterpolationMode.NEAREST


def _way(value):
    """A way to resample that is written as a word; anything else as it is."""
    if not isinstance(value, str):
        return value
    words = [way.value for way in InterpolationMode]
    if value not in words:
        raise ValueError(f"Invalid interpolation mode: '{value}'. Supported string values are: {words}.")
    return InterpolationMode(value)


def _moving(function, boxes=None, takes_way=False, takes_fill=False):
    """A function that moves pixels, for every kind of input. boxes: the same for boxes."""

    @wraps(function)
    def of_any_kind(inpt, *args, **kwargs):
        if takes_way:
            if "interpolation" in kwargs:
                kwargs["interpolation"] = _way(kwargs["interpolation"])
        if isinstance(inpt, BoundingBoxes):
            if boxes is None:
                raise NotImplementedError(f"{function.__name__} of BoundingBoxes is not supported in Carrel")
            return boxes(inpt, *args, **kwargs)
        if isinstance(inpt, Mask):
            if takes_way:
                kwargs["interpolation"] = _NEAREST
            if takes_fill:
                kwargs["fill"] = 0
            # A mask without channels is one plane.
            values = plain(inpt)
            made = function(values if values.ndim > 2 else values.unsqueeze(0), *args, **kwargs)
            return wrap(made if values.ndim > 2 else made.squeeze(0), like=inpt)
        if isinstance(inpt, TVTensor):
            return wrap(function(plain(inpt), *args, **kwargs), like=inpt)
        return function(inpt, *args, **kwargs)

    return of_any_kind


def _coloring(function):
    """A function that changes values, which masks and boxes go through untouched."""

    @wraps(function)
    def of_any_kind(inpt, *args, **kwargs):
        if isinstance(inpt, (BoundingBoxes, Mask)):
            return inpt
        if isinstance(inpt, TVTensor):
            return wrap(function(plain(inpt), *args, **kwargs), like=inpt)
        return function(inpt, *args, **kwargs)

    return of_any_kind


horizontal_flip = hflip = _moving(_v1.hflip, _boxes.horizontal_flip)
vertical_flip = vflip = _moving(_v1.vflip, _boxes.vertical_flip)
crop = _moving(_v1.crop, _boxes.crop)
center_crop = _moving(_v1.center_crop, _boxes.center_crop)
pad = _moving(_v1.pad, _boxes.pad, takes_fill=True)
five_crop, ten_crop = _v1.five_crop, _v1.ten_crop
perspective = _moving(_v1.perspective, takes_way=True, takes_fill=True)
elastic = elastic_transform = _moving(_v1.elastic_transform, takes_way=True, takes_fill=True)

adjust_brightness = _coloring(_v1.adjust_brightness)
adjust_contrast = _coloring(_v1.adjust_contrast)
adjust_saturation = _coloring(_v1.adjust_saturation)
adjust_hue = _coloring(_v1.adjust_hue)
adjust_gamma = _coloring(_v1.adjust_gamma)
adjust_sharpness = _coloring(_v1.adjust_sharpness)
rgb_to_grayscale = to_grayscale = _coloring(_v1.rgb_to_grayscale)
solarize = _coloring(_v1.solarize)
invert = _coloring(_v1.invert)
gaussian_blur = _coloring(_v1.gaussian_blur)
normalize = _coloring(_v1.normalize)
erase = _coloring(on_tensors(_v1.erase))
to_pil_image = _v1.to_pil_image
pil_to_tensor = _v1.pil_to_tensor


# Masks and boxes take the arguments by name here, whose places differ from those of the pictures' functions.
def resize(inpt, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
    """See `transforms.functional.resize`."""
    return _resize(inpt, size, interpolation=interpolation, max_size=max_size, antialias=antialias)


def resized_crop(inpt, top, left, height, width, size, interpolation=InterpolationMode.BILINEAR, antialias=True):
    """`crop` and then `resize`."""
    return resize(crop(inpt, top, left, height, width), size, interpolation, antialias=antialias)


def rotate(inpt, angle, interpolation=_NEAREST, expand=False, center=None, fill=None):
    """See `transforms.functional.rotate`."""
    return _rotate(inpt, angle, interpolation=interpolation, expand=expand, center=center, fill=fill)


def affine(inpt, angle, translate, scale, shear, interpolation=_NEAREST, fill=None, center=None):
    """See `transforms.functional.affine`."""
    return _affine(inpt, angle, translate, scale, shear, interpolation=interpolation, fill=fill, center=center)


def _resized(img, size, interpolation, max_size, antialias):
    """Bytes are weighed as bytes here, where the first generation goes through floating point numbers."""
    weighs_bytes = interpolation in (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC)
    if not (isinstance(img, torch.Tensor) and img.dtype is torch.uint8 and weighs_bytes and img.dim() > 2):
        return _v1.resize(img, size, interpolation, max_size, antialias)
    wanted = output_size(size, *img.shape[-2:], max_size)
    if wanted == tuple(img.shape[-2:]):
        return img
    batch = img.reshape(-1, *img.shape[-3:])
    made = torch.nn.functional.interpolate(
        batch, size=wanted, mode=interpolation.value, align_corners=False, antialias=bool(antialias)
    )
    return made.reshape(*img.shape[:-2], *wanted)


_resize = _moving(_resized, _boxes.resize, takes_way=True)
_rotate = _moving(_v1.rotate, _boxes.rotate, takes_way=True, takes_fill=True)
_affine = _moving(_v1.affine, _boxes.affine, takes_way=True, takes_fill=True)


def get_size(inpt):
    """[height, width] of a picture, a mask, or the picture of boxes."""
    if isinstance(inpt, BoundingBoxes):
        return list(inpt.canvas_size)
    if isinstance(inpt, Mask):
        return list(inpt.shape[-2:])
    return _v1.get_dimensions(inpt)[1:]


def get_dimensions(inpt):
    """[channels, height, width] of a picture."""
    return _v1.get_dimensions(inpt)


def get_num_channels(inpt):
    """The channels of a picture."""
    return _v1.get_image_num_channels(inpt)


def to_image(inpt):
    """An `Image` of a tensor, a picture or a NumPy array `(H, W, C)`."""
    if is_picture(inpt):
        return Image(tensor_of(inpt))
    if isinstance(inpt, torch.Tensor):
        return Image(inpt)
    if not hasattr(inpt, "__array_interface__"):
        raise TypeError(
            f"Input can either be a pure Tensor, a numpy array, or a PIL image, but got {type(inpt)} instead."
        )
    found = torch.as_tensor(inpt)
    return Image((found.unsqueeze(2) if found.ndim == 2 else found).permute(2, 0, 1).contiguous())


def to_dtype(inpt, dtype=torch.float32, scale=False):
    """Another dtype. scale: from white to white, as `convert_image_dtype`; masks keep their numbers."""
    if isinstance(inpt, TVTensor):
        is_scaled = scale and not isinstance(inpt, (Mask, BoundingBoxes))
        values = plain(inpt)
        return wrap(_v1.convert_image_dtype(values, dtype) if is_scaled else values.to(dtype), like=inpt)
    return _v1.convert_image_dtype(inpt, dtype) if scale else inpt.to(dtype)


def convert_image_dtype(inpt, dtype=torch.float32):
    """`to_dtype` with `scale`."""
    return to_dtype(inpt, dtype, scale=True)


@_coloring
def grayscale_to_rgb(inpt):
    """Three channels alike, of one."""
    if is_picture(inpt):
        return inpt.convert("RGB")
    return inpt.expand(*inpt.shape[:-3], 3, *inpt.shape[-2:]) if inpt.shape[-3] == 1 else inpt


@_coloring
def autocontrast(inpt):
    """Each channel stretched so that its darkest value is black and its brightest white."""
    if is_picture(inpt):
        return _v1.autocontrast(inpt)
    if inpt.shape[-3] not in (1, 3):
        raise TypeError(f"Input image tensor permitted channel values are 1 or 3, but found {inpt.shape[-3]}")
    if inpt.numel() == 0:
        return inpt
    bound = 1.0 if inpt.is_floating_point() else float(torch.iinfo(inpt.dtype).max)
    values = inpt if inpt.is_floating_point() else inpt.to(torch.float32)
    lowest, highest = values.amin(dim=(-2, -1), keepdim=True), values.amax(dim=(-2, -1), keepdim=True)
    is_flat = lowest == highest
    steps = ((highest - lowest) * (1.0 / bound)).masked_fill_(is_flat, 1.0)
    return ((values - lowest.masked_fill(is_flat, 0.0)) / steps).clamp_(0, bound).to(inpt.dtype)


@_coloring
def equalize(inpt):
    """An even histogram; of floating point pictures in 256 steps."""
    if isinstance(inpt, torch.Tensor) and inpt.is_floating_point():
        return _v1.convert_image_dtype(_v1.equalize(_v1.convert_image_dtype(inpt, torch.uint8)), inpt.dtype)
    return _v1.equalize(inpt)


@_coloring
def posterize(inpt, bits):
    """The upper `bits` of values; of floating point pictures as many levels as so many bits tell apart."""
    if isinstance(inpt, torch.Tensor) and inpt.is_floating_point():
        levels = 1 << bits
        return inpt.mul(levels).floor_().clamp_(0, levels - 1).mul_(1.0 / levels)
    return _v1.posterize(inpt, bits)


@_coloring
def jpeg(inpt, quality):
    """A picture as it is after it was written as JPEG of a quality from 1 to 100."""
    is_pillows = is_picture(inpt)
    values = tensor_of(inpt) if is_pillows else inpt
    if values.dtype is not torch.uint8:
        raise RuntimeError(f"Input tensor dtype should be uint8, got {values.dtype}")
    batch = values.reshape(-1, *values.shape[-3:])
    made = [_image_files.decode_jpeg(_image_files.encode_jpeg(picture.cpu(), quality)) for picture in batch]
    made = torch.stack(made).reshape(values.shape).to(values.device) if made else values
    return picture_of(made, inpt.mode, inpt) if is_pillows else made


@_coloring
def permute_channels(inpt, permutation):
    """The channels in another order."""
    if is_picture(inpt):
        return _v1.to_pil_image(tensor_of(inpt)[list(permutation)])
    return inpt.index_select(-3, torch.as_tensor(permutation))


@_coloring
def gaussian_noise(inpt, mean=0.0, sigma=0.1, clip=True):
    """A picture with noise of a bell curve added, kept from 0 to white if `clip`."""
    if is_picture(inpt):
        raise ValueError("Gaussian Noise is not implemented for PIL images.")
    if sigma < 0:
        raise ValueError(f"sigma shouldn't be negative. Got {sigma}")
    if inpt.is_floating_point():
        made = inpt + (mean + torch.randn_like(inpt) * sigma)
        return made.clamp(0, 1) if clip else made
    if inpt.dtype is not torch.uint8:
        raise ValueError(f"Input tensor is expected to be in uint8 or float dtype, got dtype={inpt.dtype}")
    noise = mean * 255 + torch.randn_like(inpt, dtype=torch.float32) * sigma * 255
    made = inpt.to(torch.int16) + noise.to(torch.int16)
    return (made.clamp(0, 255) if clip else made).to(torch.uint8)
