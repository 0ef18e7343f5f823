"""Functions of colours: brightness and its kin, gray, inversion, and the histogram's.

On tensors `(…, C, H, W)` of one channel or three, floating from 0 to 1 or of integers, and on pictures.
Read next: `_geometry`, `_random_color`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from ._conversion import convert_image_dtype, largest_value
from ._filters import convolved
from ._pictures import check_tensor, dimensions, is_picture, on_tensors


def check_channels(img, permitted):
    """Raises TypeError unless a tensor has one of these numbers of channels."""
    channels = dimensions(img)[0]
    if channels not in permitted:
        raise TypeError(f"Input image tensor permitted channel values are {permitted}, but found {channels}")


def _blended(first, second, ratio):
    bound, ratio = largest_value(first.dtype), float(ratio)
    return (ratio * first + (1.0 - ratio) * second).clamp(0, bound).to(first.dtype)


def _gray(img):
    red, green, blue = img.unbind(-3)
    return (0.2989 * red + 0.587 * green + 0.114 * blue).to(img.dtype).unsqueeze(-3)


def _check_factor(name, factor):
    if factor < 0:
        raise ValueError(f"{name} ({factor}) is not non-negative.")


@on_tensors
def rgb_to_grayscale(img, num_output_channels=1):
    """Luma (Rec. 601) of a picture, in one channel or in three alike."""
    check_channels(img, [1, 3])
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    gray = _gray(img) if img.shape[-3] == 3 else img
    return gray.expand([*img.shape[:-3], 3, *img.shape[-2:]]).contiguous() if num_output_channels == 3 else gray


def to_grayscale(img, num_output_channels=1):
    """`rgb_to_grayscale` of a picture that is no tensor."""
    if not is_picture(img):
        raise TypeError("Input should be PIL Image")
    return rgb_to_grayscale(img, num_output_channels)


@on_tensors
def adjust_brightness(img, brightness_factor):
    """Brighter by a factor: 0 is black, 1 the picture itself."""
    _check_factor("brightness_factor", brightness_factor)
    check_channels(img, [1, 3])
    return _blended(img, torch.zeros_like(img), brightness_factor)


@on_tensors
def adjust_contrast(img, contrast_factor):
    """Further from the mean gray by a factor: 0 is that gray, 1 the picture itself."""
    _check_factor("contrast_factor", contrast_factor)
    check_channels(img, [1, 3])
    gray = _gray(img) if img.shape[-3] == 3 else img
    gray = gray if gray.is_floating_point() else gray.to(torch.float32)
    return _blended(img, gray.mean(dim=(-3, -2, -1), keepdim=True), contrast_factor)


@on_tensors
def adjust_saturation(img, saturation_factor):
    """Further from gray by a factor: 0 is gray, 1 the picture itself."""
    _check_factor("saturation_factor", saturation_factor)
    check_channels(img, [1, 3])
    return img if img.shape[-3] == 1 else _blended(img, _gray(img), saturation_factor)


@on_tensors
def adjust_hue(img, hue_factor):
    """Hues turned by a part of the circle from -0.5 to 0.5."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    check_channels(img, [1, 3])
    if img.shape[-3] == 1:
        return img
    kept = img.dtype
    hue, saturation, value = _hsv(convert_image_dtype(img, torch.float32))
    turned = _rgb((hue + hue_factor) % 1.0, saturation, value)
    return convert_image_dtype(turned, kept)


def _hsv(img):
    red, green, blue = img.unbind(-3)
    highest, lowest = img.amax(-3), img.amin(-3)
    is_gray = highest == lowest
    spread = highest - lowest
    one = torch.ones_like(highest)
    saturation = spread / torch.where(is_gray, one, highest)
    divisor = torch.where(is_gray, one, spread)
    from_red, from_green, from_blue = ((highest - part) / divisor for part in (red, green, blue))
    by_red = (highest == red) * (from_blue - from_green)
    by_green = ((highest == green) & (highest != red)) * (2.0 + from_red - from_blue)
    by_blue = ((highest != green) & (highest != red)) * (4.0 + from_green - from_red)
    hue = torch.fmod((by_red + by_green + by_blue) / 6.0 + 1.0, 1.0)
    return hue, saturation, highest


def _rgb(hue, saturation, value):
    sector = torch.floor(hue * 6.0)
    part = hue * 6.0 - sector
    sector = sector.to(torch.int32) % 6
    low = (value * (1.0 - saturation)).clamp(0.0, 1.0)
    falling = (value * (1.0 - saturation * part)).clamp(0.0, 1.0)
    rising = (value * (1.0 - saturation * (1.0 - part))).clamp(0.0, 1.0)
    orders = (
        (value, falling, low, low, rising, value),
        (rising, value, value, falling, low, low),
        (low, low, rising, value, value, falling),
    )
    made = []
    for order in orders:
        found = order[5]
        for number in range(5):
            found = torch.where(sector == number, order[number], found)
        made.append(found)
    return torch.stack(made, -3)


@on_tensors
def adjust_gamma(img, gamma, gain=1):
    """`gain * value ** gamma`, with values from 0 to 1."""
    if gamma < 0:
        raise ValueError("Gamma should be a non-negative real number")
    check_channels(img, [1, 3])
    kept = img.dtype
    values = img if img.is_floating_point() else convert_image_dtype(img, torch.float32)
    return convert_image_dtype((gain * values**gamma).clamp(0, 1), kept)


@on_tensors
def invert(img):
    """White minus the picture."""
    check_channels(img, [1, 3])
    return largest_value(img.dtype) - img


@on_tensors
def posterize(img, bits):
    """The upper bits of uint8 values."""
    if img.dtype is not torch.uint8:
        raise TypeError(f"Only torch.uint8 image tensors are supported, but found {img.dtype}")
    check_channels(img, [1, 3])
    return img & (256 - 2 ** (8 - bits)) if bits < 8 else img.clone()


@on_tensors
def solarize(img, threshold):
    """The picture, inverted where it is as bright as a threshold or brighter."""
    check_channels(img, [1, 3])
    bound = largest_value(img.dtype)
    if threshold > bound:
        raise TypeError("Threshold should be less than bound of img.")
    return torch.where(img >= threshold, bound - img, img)


@on_tensors
def adjust_sharpness(img, sharpness_factor):
    """Sharper by a factor: 0 is blurred, 1 the picture itself. The outermost pixels stay."""
    _check_factor("sharpness_factor", sharpness_factor)
    check_channels(img, [1, 3])
    if img.shape[-1] <= 2 or img.shape[-2] <= 2:
        return img
    kernel = torch.ones(3, 3, dtype=img.dtype if img.is_floating_point() else torch.float32, device=img.device)
    kernel[1, 1] = 5.0
    blurred = img.clone()
    blurred[..., 1:-1, 1:-1] = convolved(img, kernel / kernel.sum())
    return _blended(img, blurred, sharpness_factor)


@on_tensors
def autocontrast(img):
    """Each channel stretched so that its darkest value is black and its brightest white."""
    check_channels(img, [1, 3])
    bound = largest_value(img.dtype)
    dtype = img.dtype if img.is_floating_point() else torch.float32
    lowest = img.amin(dim=(-2, -1), keepdim=True).to(dtype)
    highest = img.amax(dim=(-2, -1), keepdim=True).to(dtype)
    scale = bound / (highest - lowest)
    is_flat = ~torch.isfinite(scale)
    lowest, scale = torch.where(is_flat, 0.0, lowest), torch.where(is_flat, 1.0, scale)
    return ((img - lowest) * scale).clamp(0, bound).to(img.dtype)


@on_tensors
def equalize(img):
    """Each channel of uint8 values mapped so that its histogram is even."""
    if img.dtype is not torch.uint8:
        raise TypeError(f"Only torch.uint8 image tensors are supported, but found {img.dtype}")
    check_tensor(img)
    check_channels(img, [1, 3])
    flat = img.reshape(-1, *img.shape[-2:])
    return torch.stack([_evened(channel) for channel in flat]).reshape(img.shape)


def _evened(channel):
    indices = channel.to(torch.int64)
    histogram = torch.bincount(indices.reshape(-1), minlength=256)
    counts = histogram[histogram != 0]
    step = int(counts[:-1].sum()) // 255
    if step == 0:
        return channel
    table = (histogram.cumsum(0) + step // 2) // step
    table = torch.cat([table.new_zeros(1), table[:-1]]).clamp(0, 255).to(torch.uint8)
    return table[indices]
