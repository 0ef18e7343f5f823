"""Undoing the filters of PNG's scan lines: https://www.w3.org/TR/png-3/#9Filters.

Pixels whose prediction looks left and up can be had a diagonal at a time: all pixels with `x + y = t` need only those
of the two diagonals before. So a picture takes `W + H` steps of a few tensor operations, not a step for each byte.
Lines that are all copied, left or up filtered are running sums and need no diagonals. Read next: `_png_decode`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

_NONE, _LEFT, _UP, _AVERAGE, _PAETH = range(5)


def unfiltered(lines, pixel_bytes):
    """`(rows, bytes)` of lines with their filters' numbers in front. pixel_bytes: how far back "left" is.

    Raises RuntimeError for a filter that is none of the five.
    """
    filters = lines[:, 0].tolist()
    raw = lines[:, 1:]
    if max(filters) > _PAETH:
        raise RuntimeError("Internal error: bad adaptive filter value in the png.")
    if not any(filters):
        return raw
    rows, count = raw.shape
    padding = -count % pixel_bytes
    raw = torch.nn.functional.pad(raw, (0, padding)) if padding else raw
    pixels = raw.reshape(rows, -1, pixel_bytes)
    if max(filters) <= _UP:
        found = _by_running_sums(pixels, filters)
    else:
        found = _by_diagonals(pixels.to(torch.int32), filters)
    return found.to(torch.uint8).reshape(rows, -1)[:, :count]


def _by_running_sums(pixels, filters):
    """Lines of which each adds nothing, what is left of it, or what is above it."""
    made, start = [], 0
    above = torch.zeros(pixels.shape[1:], dtype=torch.int32)
    while start < len(filters):
        kind, end = filters[start], start + 1
        while end < len(filters) and filters[end] == kind:
            end += 1
        run = pixels[start:end].to(torch.int32)
        if kind == _LEFT:
            run = run.cumsum(1, dtype=torch.int32) & 255
        elif kind == _UP:
            run = (run.cumsum(0, dtype=torch.int32) + above) & 255
        above = run[-1]
        made.append(run)
        start = end
    return torch.cat(made)


def _by_diagonals(pixels, filters):
    """`pixels`: `(H, W, bytes)`. Each step makes the pixels of one diagonal, of all lines at once."""
    rows, columns, width = pixels.shape
    steps = columns + rows - 1
    # Read with one column less, padded lines stand one pixel further right each: diagonals become columns.
    slanted = torch.nn.functional.pad(pixels, (0, 0, 0, rows)).reshape(-1, width)[: rows * steps]
    slanted = slanted.reshape(rows, steps, width).transpose(0, 1).contiguous()
    kinds = torch.tensor(filters).reshape(rows, 1)
    is_left, is_up, is_average, is_paeth = (kinds == kind for kind in (_LEFT, _UP, _AVERAGE, _PAETH))
    has_average, has_paeth = _AVERAGE in filters, _PAETH in filters
    nothing = torch.zeros(1, width, dtype=pixels.dtype)
    before = previous = torch.zeros(rows + 1, width, dtype=pixels.dtype)
    none = torch.zeros((), dtype=pixels.dtype)
    made = []
    for raw in slanted.unbind(0):
        left, above, corner = previous[1:], previous[:-1], before[:-1]
        predicted = torch.where(is_left, left, torch.where(is_up, above, none))
        if has_average:
            predicted = torch.where(is_average, (left + above) >> 1, predicted)
        if has_paeth:
            predicted = torch.where(is_paeth, _paeth(left, above, corner), predicted)
        diagonal = (raw + predicted) & 255
        made.append(diagonal)
        before, previous = previous, torch.cat([nothing, diagonal])
    straight = torch.stack(made, 1).reshape(-1, width)
    straight = torch.nn.functional.pad(straight, (0, 0, 0, rows)).reshape(rows, steps + 1, width)
    return straight[:, :columns]


def _paeth(left, above, corner):
    """Whichever neighbour is nearest to `left + above - corner`: left before above before corner."""
    down, across = above - corner, left - corner
    to_left, to_above, to_corner = down.abs(), across.abs(), (down + across).abs()
    is_left = to_left <= torch.minimum(to_above, to_corner)
    return torch.where(is_left, left, torch.where(to_above <= to_corner, above, corner))
