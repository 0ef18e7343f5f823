"""From a JPEG's planes to a picture: planes of fewer samples are stretched, and colours turned to those asked for.

Stretching by two is the "fancy" one of the IJG library: each new sample is 3/4 of the nearest old one and 1/4 of the next.
Colours: https://www.w3.org/Graphics/JPEG/jfif3.pdf. Results equal that library's to the bit. Read next: `_jpeg_decode`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

GRAY, YCC, RGB, CMYK, YCCK = "GRAY", "YCC", "RGB", "CMYK", "YCCK"

#: The library stretches narrower planes by repeating samples.
_NARROWEST_FANCY = 3


def stretched(plane, component, frame):
    """`(height, width)` of the picture's size, of a component's plane."""
    if frame.across % component.across or frame.down % component.down:
        raise RuntimeError("Fractional sampling not implemented yet")
    across, down = frame.across // component.across, frame.down // component.down
    plane = plane[: component.rows, : component.columns]
    is_fancy = component.columns >= _NARROWEST_FANCY
    if (across, down) == (2, 1) and is_fancy:
        plane = _wider(plane, plane * 3, (1, 2), 2)
    elif (across, down) == (2, 2) and is_fancy:
        # The vertical sums are not rounded before the horizontal ones.
        sums = _taller(plane)
        plane = _wider(sums, sums * 3, (8, 7), 4)
    elif (across, down) == (1, 2):
        above, below = _taller(plane).unflatten(0, (-1, 2)).unbind(1)
        plane = torch.stack([(above + 1) >> 2, (below + 2) >> 2], 1).flatten(0, 1)
    else:
        plane = plane.repeat_interleave(down, 0).repeat_interleave(across, 1)
    return plane[: frame.height, : frame.width]


def _taller(plane):
    """Twice the rows: three times the nearest row and once the next, not divided."""
    above, below = torch.cat([plane[:1], plane[:-1]]), torch.cat([plane[1:], plane[-1:]])
    return torch.stack([plane * 3 + above, plane * 3 + below], 1).flatten(0, 1)


def _wider(plane, threefold, roundings, shift):
    """Twice the columns. The outermost have no neighbour and are themselves."""
    first, second = roundings
    left = (threefold[:, 1:] + plane[:, :-1] + first) >> shift
    right = (threefold[:, :-1] + plane[:, 1:] + second) >> shift
    # At the edges four quarters of the sample, rounded as the others are.
    begin, end = (plane[:, :1] * 4 + first) >> shift, (plane[:, -1:] * 4 + second) >> shift
    evens, odds = torch.cat([begin, left], 1), torch.cat([right, end], 1)
    return torch.stack([evens, odds], 2).flatten(1, 2)


def color_space(headers):
    """What the planes are, by the markers of the file, as the library guesses where they are silent."""
    components = headers.frame.components
    if len(components) == 1:
        return GRAY
    if len(components) == 4:
        return YCCK if headers.adobe_transform == 2 else CMYK
    if headers.has_jfif:
        return YCC
    if headers.adobe_transform is not None:
        return RGB if headers.adobe_transform == 0 else YCC
    return RGB if [part.identifier for part in components] == [ord("R"), ord("G"), ord("B")] else YCC


def colors(planes, space, wanted):
    """`(C, H, W)` uint8. planes: int32, of the picture's size. wanted: 1 gray, 3 RGB, None: as the file has it."""
    if space is GRAY:
        made = planes * (wanted or 1)
    elif space in (YCC, RGB):
        if wanted == 1:
            made = [planes[0] if space is YCC else _luma(planes)]
        else:
            made = planes if space is RGB else _rgb(*planes)
    else:
        inks = planes if space is CMYK else [255 - part for part in _rgb(*planes[:3])] + [planes[3]]
        made = inks
        if wanted is not None:
            # Files of four inks hold them inverted: 255 is none.
            made = [_divided_by_255(ink * inks[3]) for ink in inks[:3]]
            made = [_luma(made)] if wanted == 1 else made
    return torch.stack(made).to(torch.uint8)


def _rgb(luma, blue_difference, red_difference):
    """Sixteen bits of fraction, each product rounded where the library rounds it."""
    blue, red = blue_difference - 128, red_difference - 128
    half = 1 << 15
    return [
        (luma + ((red * 91881 + half) >> 16)).clamp(0, 255),
        (luma + ((blue * -22554 - red * 46802 + half) >> 16)).clamp(0, 255),
        (luma + ((blue * 116130 + half) >> 16)).clamp(0, 255),
    ]


def _luma(rgb):
    return (rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + (1 << 15)) >> 16


def _divided_by_255(product):
    rounded = product + 128
    return (rounded + (rounded >> 8)) >> 8
