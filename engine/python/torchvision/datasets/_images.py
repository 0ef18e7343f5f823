"""Pictures as items of datasets: Pillow's where it is installed, otherwise the package's own of the same interface.

Read next: `torchvision._image`, `torchvision.datasets.folder`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch
from torch import _memory

try:
    from PIL import Image
except ImportError:
    from torchvision import _image as Image


def image_of(pixels, mode=None):
    """An image of a uint8 tensor, or of an array, `(H, W)` or `(H, W, 3)`.

    mode: Pillow's name of what a pixel is; "L" and "RGB" by the number of dimensions if absent.
    """
    if not isinstance(pixels, torch.Tensor):
        # What users put into `data`, NumPy's arrays above all.
        pixels = torch.as_tensor(pixels)
    if pixels.dtype is not torch.uint8:
        pixels = pixels.to(torch.uint8)
    if mode is None:
        mode = "L" if pixels.dim() == 2 else "RGB"
    size = (pixels.shape[1], pixels.shape[0])
    if pixels.is_cpu and pixels.is_contiguous():
        data = _memory.read(pixels, pixels.storage_offset(), pixels.numel())
    else:
        data = b"".join(_memory.row_major_bytes(pixels))
    return Image.frombytes(mode, size, data)


def open_rgb(path):
    """The image in a file, as "RGB"."""
    with open(path, "rb") as file:
        return Image.open(file).convert("RGB")
