"""`torchvision.io`: pictures as tensors, from files and to files.

Refuses video: `read_video` and its kin say so. Read next: `image`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .image import (
    decode_image,
    decode_jpeg,
    decode_png,
    encode_png,
    ImageReadMode,
    read_file,
    read_image,
    write_file,
    write_png,
)
