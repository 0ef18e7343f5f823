"""`torchvision.io`: pictures as tensors, from files and to files.

Refuses video: `read_video` and its kin say so. Read next: `image`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .image import (
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    decode_webp,
    encode_jpeg,
    encode_png,
    ImageReadMode,
    read_file,
    read_image,
    write_file,
    write_jpeg,
    write_png,
)

_VIDEO = ("read_video", "read_video_timestamps", "write_video", "VideoReader", "decode_avif", "decode_heic")


def __getattr__(name):
    if name in _VIDEO:
        raise NotImplementedError(
            f"torchvision.io.{name} is not supported in Carrel: there are no video, AVIF and HEIC decoders; "
            "save frames as PNG or JPEG and read those"
        )
    raise AttributeError(f"module 'torchvision.io' has no attribute {name!r}")
