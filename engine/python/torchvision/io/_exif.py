"""Which way a picture is up: the orientation in EXIF data, and turning by it.

The tags: https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E (4.6.5, orientation).
Read next: `image`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct

_ORIENTATION = 0x0112


def turned(picture, exif):
    """`(C, H, W)` the right way up. exif: TIFF data, or None."""
    number = orientation(exif)
    if number in (5, 6, 7, 8):
        picture = picture.transpose(1, 2)
    flips = {2: [2], 3: [1, 2], 4: [1], 6: [2], 7: [1, 2], 8: [1]}.get(number)
    return picture if flips is None else picture.flip(flips)


def orientation(exif):
    """The orientation from 1 to 8 that TIFF data names; 1 where it names none."""
    try:
        order = {b"II": "<", b"MM": ">"}[exif[:2]]
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(count):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", exif, start + 2 + 12 * entry)
            if tag == _ORIENTATION and kind == 3:
                return value if 1 <= value <= 8 else 1
    except (KeyError, TypeError, struct.error):
        pass
    return 1
