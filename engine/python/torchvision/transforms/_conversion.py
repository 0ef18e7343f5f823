"""Between pictures and tensors, between dtypes, and values brought to a mean and a deviation.

Read next: `_pictures`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from ._pictures import dimensions, is_picture, picture_of, tensor_of

_LARGEST = {
    torch.uint8: 255, torch.int8: 127, torch.int16: 32767, torch.uint16: 65535, torch.int32: 2**31 - 1, torch.int64: 2**63 - 1,
}

#: The modes that `to_pil_image` takes for a number of channels.
_MODES = {1: ("L",), 2: ("LA",), 3: ("RGB", "YCbCr", "HSV"), 4: ("RGBA", "CMYK", "RGBX")}


def largest_value(dtype):
    """What stands for white in a dtype: 1 in floating ones, the largest number in others."""
    return _LARGEST.get(dtype, 1)


def _is_array(value):
    return hasattr(value, "__array_interface__") and hasattr(value, "ndim")


def to_tensor(pic):
    """`(C, H, W)` float32 from 0 to 1 of a picture, or of a NumPy array `(H, W)` or `(H, W, C)`.

    Arrays and pictures of other kinds than uint8 keep their values. Raises TypeError for tensors.
    """
    if not is_picture(pic) and not _is_array(pic):
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    if is_picture(pic):
        found = tensor_of(pic)
        if pic.mode == "1":
            # Pillow's two values are 0 and 255 as they stand in memory.
            return found.to(torch.get_default_dtype()).div(255)
    else:
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        found = torch.as_tensor(pic.copy())
        found = (found.unsqueeze(2) if found.dim() == 2 else found).permute(2, 0, 1).contiguous()
    return found.to(torch.get_default_dtype()).div(255) if found.dtype is torch.uint8 else found


def pil_to_tensor(pic):
    """`(C, H, W)` of a picture, with its own values. Raises TypeError for anything else."""
    if not is_picture(pic):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    return tensor_of(pic)


def to_pil_image(pic, mode=None):
    """A picture of a tensor `(C, H, W)` or `(H, W)`, or of a NumPy array `(H, W)` or `(H, W, C)`.

    Floating values count from 0 to 1. mode: Pillow's name; by the number of channels if absent. Where Pillow is not
    installed, the picture is one of `torchvision._image`, which PNG and JPEG files and transforms take.
    Raises TypeError or ValueError for what is no picture.
    """
    if not isinstance(pic, torch.Tensor):
        if not _is_array(pic):
            raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        pic = torch.as_tensor(pic)
        pic = pic.unsqueeze(0) if pic.dim() == 2 else pic.permute(2, 0, 1)
    elif pic.dim() not in (2, 3):
        raise ValueError(f"pic should be 2/3 dimensional. Got {pic.dim()} dimensions.")
    elif pic.dim() == 2:
        pic = pic.unsqueeze(0)
    channels = pic.shape[0]
    if channels > 4:
        raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
    pic = pic.detach().cpu()
    if pic.is_floating_point() and mode != "F":
        pic = pic.mul(255).to(torch.uint8)
    if channels == 1 and pic.dtype is not torch.uint8:
        expected = {torch.int16: "I;16", torch.int32: "I", torch.float32: "F"}.get(pic.dtype)
        if expected is None:
            raise TypeError(f"Input type {pic.dtype} is not supported")
        if mode is not None and mode != expected:
            raise ValueError(f"Incorrect mode ({mode}) supplied for input type {pic.dtype}. Should be {expected}")
        return picture_of(pic, expected)
    if pic.dtype is not torch.uint8:
        raise TypeError(f"Input type {pic.dtype} is not supported")
    allowed = _MODES[channels]
    if mode is not None and mode not in allowed:
        if channels == 1:
            raise ValueError(f"Incorrect mode ({mode}) supplied for input type {pic.dtype}. Should be L")
        raise ValueError(f"Only modes {list(allowed)} are supported for {channels}D inputs")
    return picture_of(pic, mode or allowed[0])


def convert_image_dtype(image, dtype=torch.float32):
    """A picture's tensor in another dtype, its values brought from one white to the other.

    Raises RuntimeError where a floating dtype is too coarse for an integer one.
    """
    if image.dtype is dtype:
        return image
    if image.is_floating_point():
        if dtype.is_floating_point:
            return image.to(dtype)
        is_coarse = image.dtype is torch.float32 and dtype in (torch.int32, torch.int64)
        if is_coarse or (image.dtype is torch.float64 and dtype is torch.int64):
            raise RuntimeError(f"The cast from {image.dtype} to {dtype} cannot be performed safely.")
        # A little less than one beyond white: equal shares for all numbers, and white stays within.
        return image.mul(largest_value(dtype) + 1.0 - 1e-3).to(dtype)
    before, after = largest_value(image.dtype), largest_value(dtype)
    if dtype.is_floating_point:
        return image.to(dtype) / before
    if image.dtype is torch.uint16:
        # There is no division without remainder of these.
        image = image.to(torch.int32)
    if before > after:
        return torch.div(image, (before + 1) // (after + 1), rounding_mode="floor").to(dtype)
    return image.to(dtype) * ((after + 1) // (before + 1))


def normalize(tensor, mean, std, inplace=False):
    """`(tensor - mean) / std`, channel by channel, of a floating tensor `(…, C, H, W)`."""
    if not isinstance(tensor, torch.Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    if not tensor.is_floating_point():
        raise TypeError(f"Input tensor should be a float tensor. Got {tensor.dtype}.")
    if tensor.ndim < 3:
        raise ValueError(
            f"Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = {tensor.size()}"
        )
    mean = torch.as_tensor(mean, dtype=tensor.dtype, device=tensor.device)
    std = torch.as_tensor(std, dtype=tensor.dtype, device=tensor.device)
    if (std == 0).any():
        raise ValueError(f"std evaluated to zero after conversion to {tensor.dtype}, leading to division by zero.")
    mean = mean.view(-1, 1, 1) if mean.ndim == 1 else mean
    std = std.view(-1, 1, 1) if std.ndim == 1 else std
    if inplace:
        return tensor.sub_(mean).div_(std)
    return (tensor - mean) / std


def erase(img, i, j, h, w, v, inplace=False):
    """A tensor with the values `v` in the `h` rows from `i` and the `w` columns from `j`."""
    if not isinstance(img, torch.Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(img)}")
    made = img if inplace else img.clone()
    made[..., i : i + h, j : j + w] = v
    return made


def get_dimensions(img):
    """Channels, height and width of a picture, as a list."""
    return list(dimensions(img))


def get_image_size(img):
    """Width and height of a picture, as a list."""
    return list(dimensions(img)[:0:-1])


def get_image_num_channels(img):
    """The number of channels of a picture."""
    return dimensions(img)[0]


