"""Reading and writing pictures: PNG and JPEG by this package, other formats through Pillow where it is installed.

Pictures are `(C, H, W)` tensors of uint8, as they are in torchvision; those of PNG files with 16 bits a sample
are of uint16.
Refuses WebP, GIF and AVIF where there is no Pillow. Read next: `_png_decode`, `_png_encode`, `_jpeg_decode`, `_jpeg_encode`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os
from enum import Enum
from io import BytesIO

import torch

from .._bytes import bytes_of_tensor, tensor_of_bytes
from . import _exif, _jpeg_decode, _jpeg_encode, _png_colors, _png_decode, _png_encode


class ImageReadMode(Enum):
    """Which channels a picture is read to have. Names are taken as strings too, in any case ("rgb")."""

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4
    RGBA = RGB_ALPHA


def read_file(path):
    """A flat uint8 tensor of the bytes of a file."""
    with open(path, "rb") as file:
        return tensor_of_bytes(file.read())


def write_file(filename, data):
    """Writes the bytes of a flat uint8 tensor to a file."""
    if data.dtype is not torch.uint8:
        raise RuntimeError("Input tensor dtype should be uint8")
    if data.dim() != 1:
        raise RuntimeError("Input data should be a 1-dimensional tensor")
    with open(filename, "wb") as file:
        file.write(bytes_of_tensor(data))


def decode_png(input, mode=ImageReadMode.UNCHANGED, apply_exif_orientation=False):
    """`(C, H, W)` of the bytes of a PNG file, uint8, or uint16 where the file has 16 bits a sample.

    input: a flat uint8 tensor. mode: the channels wanted. Raises RuntimeError for what is no PNG file.
    """
    picture = _png_decode.read(_checked_bytes(input))
    made = _png_colors.converted(picture, _mode(mode).value or None).permute(2, 0, 1)
    made = made if made.dtype is torch.uint8 else made.to(torch.uint16)
    return _exif.turned(made, picture.exif) if apply_exif_orientation else made


def encode_png(input, compression_level=6):
    """A flat uint8 tensor with the bytes of a PNG file. input: `(C, H, W)` uint8 with C of 1 or 3. compression_level: 0 to 9."""
    _check_picture(input)
    if not 0 <= compression_level <= 9:
        raise RuntimeError("Compression level should be between 0 and 9")
    return tensor_of_bytes(_png_encode.encode(input.detach().cpu(), compression_level))


def write_png(input, filename, compression_level=6):
    """Writes a picture to a PNG file; see `encode_png`."""
    write_file(filename, encode_png(input, compression_level))


def decode_jpeg(input, mode=ImageReadMode.UNCHANGED, device="cpu", apply_exif_orientation=False):
    """`(C, H, W)` uint8 of the bytes of a JPEG file, or a list of such for a list of them.

    input: a flat uint8 tensor. mode: UNCHANGED, GRAY or RGB. device: where the picture goes; it is decoded on the CPU.
    Raises RuntimeError for what is no whole JPEG file.
    """
    if isinstance(input, (list, tuple)):
        return [decode_jpeg(part, mode, device, apply_exif_orientation) for part in input]
    mode = _mode(mode)
    if mode in (ImageReadMode.GRAY_ALPHA, ImageReadMode.RGB_ALPHA):
        raise RuntimeError("The provided mode is not supported for JPEG files")
    made, exif = _jpeg_decode.read(_checked_bytes(input), mode.value or None)
    made = _exif.turned(made, exif) if apply_exif_orientation else made
    return made.to(device)


def encode_jpeg(input, quality=75):
    """A flat uint8 tensor with the bytes of a JPEG file, or a list of such for a list of pictures.

    input: `(C, H, W)` uint8 with C of 1 or 3. quality: 1 to 100. Raises ValueError for another quality.
    """
    if quality < 1 or quality > 100:
        raise ValueError("Image quality should be a positive number between 1 and 100")
    if isinstance(input, (list, tuple)):
        return [encode_jpeg(part, quality) for part in input]
    _check_picture(input)
    return tensor_of_bytes(_jpeg_encode.encode(input.detach().cpu(), quality))


def write_jpeg(input, filename, quality=75):
    """Writes a picture to a JPEG file; see `encode_jpeg`."""
    write_file(filename, encode_jpeg(input, quality))


def decode_image(input, mode=ImageReadMode.UNCHANGED, apply_exif_orientation=False):
    """`(C, H, W)` of a picture: of the bytes of a file as a flat uint8 tensor, or of the file at a path.

    mode: the channels wanted. apply_exif_orientation: turns the picture as the camera was held.
    PNG and JPEG are read here; GIF, WebP and AVIF by Pillow. Raises RuntimeError for what is none of these.
    """
    if not isinstance(input, torch.Tensor):
        input = read_file(input)
    start = _checked_bytes(input[:16])
    mode = _mode(mode)
    if start.startswith(b"\x89PNG"):
        return decode_png(input, mode, apply_exif_orientation)
    if start.startswith(b"\xff\xd8\xff"):
        return decode_jpeg(input, mode, apply_exif_orientation=apply_exif_orientation)
    name = _foreign_format(start)
    if name:
        return _decode_by_pillow(input, mode, name)
    raise RuntimeError(
        "Unsupported image file. Only jpeg, png, webp and gif are currently supported. For avif and heic format, "
        "please rely on `decode_avif` and `decode_heic`."
    )


def decode_gif(input):
    """`(C, H, W)` uint8 of the bytes of a GIF file, `(N, C, H, W)` if it moves. Needs Pillow."""
    return _decode_by_pillow(input, ImageReadMode.RGB, "GIF")


def decode_webp(input, mode=ImageReadMode.UNCHANGED):
    """`(C, H, W)` uint8 of the bytes of a WebP file. Needs Pillow."""
    return _decode_by_pillow(input, _mode(mode), "WebP")


def read_image(path, mode=ImageReadMode.UNCHANGED, apply_exif_orientation=False):
    """The picture in a file; see `decode_image`."""
    return decode_image(read_file(os.fspath(path)), mode, apply_exif_orientation)


def _foreign_format(start):
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "WebP"
    return None


_PILLOW_MODES = {"GRAY": "L", "GRAY_ALPHA": "LA", "RGB": "RGB", "RGB_ALPHA": "RGBA"}


def _decode_by_pillow(input, mode, name):
    try:
        from PIL import Image, ImageSequence
    except ImportError:
        raise RuntimeError(
            f"{name} pictures are read through Pillow, which is not installed: install it, or save the picture as PNG or JPEG"
        ) from None
    with Image.open(BytesIO(_checked_bytes(input))) as picture:
        frames = []
        for frame in ImageSequence.Iterator(picture):
            wanted = _PILLOW_MODES.get(mode.name) or ("RGBA" if "A" in frame.getbands() else "RGB")
            frame = frame.convert(wanted)
            flat = tensor_of_bytes(frame.tobytes()).reshape(frame.height, frame.width, len(frame.getbands()))
            frames.append(flat.permute(2, 0, 1))
    return frames[0] if len(frames) == 1 else torch.stack(frames)


def _mode(mode):
    return ImageReadMode[mode.upper()] if isinstance(mode, str) else mode


def _checked_bytes(input):
    if not isinstance(input, torch.Tensor) or input.dtype is not torch.uint8:
        raise RuntimeError(f"Expected a torch.uint8 tensor, got {getattr(input, 'dtype', type(input).__name__)}")
    if input.dim() != 1 or input.numel() == 0:
        raise RuntimeError(f"Expected a non empty 1-dimensional tensor, got {list(input.shape)}")
    return bytes_of_tensor(input)


def _check_picture(input):
    if input.dtype is not torch.uint8:
        raise RuntimeError("Input tensor dtype should be uint8")
    if input.dim() != 3:
        raise RuntimeError("Input data should be a 3-dimensional tensor")
    if input.shape[0] not in (1, 3):
        raise RuntimeError(f"The number of channels should be 1 or 3, got: {input.shape[0]}")
    if 0 in input.shape:
        raise RuntimeError("Input data should have at least one pixel")


def _is_palette(data):
    """Whether a PNG file's pixels are indices: its header's tenth byte behind its name says so."""
    return data.numel() > 25 and int(data[25]) == _png_decode.PALETTE
