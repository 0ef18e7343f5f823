"""Reading JPEG files, sequential and progressive, with Huffman coding and 8 bits a sample.

Symbols are decoded in Python, everything after them by tensor operations over all blocks. Pixels are those of the IJG
library's defaults (accurate integer transform, smooth stretching of colours).
Read next, in the order of the data: `_jpeg_headers`, `_jpeg_entropy`, `_jpeg_progressive`, `_jpeg_idct`, `_jpeg_planes`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from array import array

import torch

from .._bytes import tensor_of_bytes
from . import _jpeg_planes
from ._jpeg_entropy import read_sequential
from ._jpeg_headers import Headers, TRUNCATED
from ._jpeg_idct import samples
from ._jpeg_progressive import read_progressive


def read(data, wanted):
    """`((C, H, W) uint8, EXIF data or None)` of a file's bytes. wanted: 1 for gray, 3 for RGB, None for the file's own.

    Raises RuntimeError for what is no whole JPEG file, or of a kind that is refused.
    """
    headers = Headers(data)
    coefficients = {}
    for scan in headers.scans():
        frame = headers.frame
        if not coefficients:
            coefficients = {part: array("h", bytes(128 * part.block_columns * part.block_rows)) for part in frame.components}
        try:
            (read_progressive if frame.is_progressive else read_sequential)(frame, data, scan, coefficients)
        except OverflowError:
            raise RuntimeError("Corrupt JPEG data: a coefficient is out of range") from None
    if not coefficients:
        raise RuntimeError(TRUNCATED)
    planes = [_plane(part, coefficients.pop(part), headers.frame) for part in headers.frame.components]
    return _jpeg_planes.colors(planes, _jpeg_planes.color_space(headers), wanted), headers.exif


def _plane(component, coefficients, frame):
    """`(height, width)` int32 samples of a component, stretched to the picture's size."""
    if component.steps is None:
        raise RuntimeError(f"Quantization table 0x{component.table:02x} was not defined")
    blocks = tensor_of_bytes(coefficients.tobytes(), torch.int16).reshape(-1, 8, 8)
    made = samples(blocks, component.steps).reshape(component.block_rows, component.block_columns, 8, 8)
    plane = made.transpose(1, 2).reshape(8 * component.block_rows, 8 * component.block_columns)
    return _jpeg_planes.stretched(plane, component, frame)
