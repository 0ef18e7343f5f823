"""A closer look at one variable: a page of a table, a picture, statistics, items, or text.

The page says which piece it wants; only that piece is made and sent. What the
request asks too much of (a page beyond the end, an index that is gone since) is
moved to what there is, and the reply says where it stands.
Read next: arrays.py, pictures.py, items.py.
"""

from collections.abc import Mapping
from typing import Any

from . import known
from .arrays import Array
from .describe import describe
from .guard import Guard
from .items import Missing, item_at, item_count, items
from .pictures import NOT_A_NUMBER, bounds, heat_map, image, legend, range_of
from .text import cut, number, one_line, sound

PAGE = 50
"""Rows and columns of one page of a table."""
HEAT_SIDE = 96
"""The most numbers along one side of a heat map; of more, every so many-th is shown."""
IMAGE_SIDE = 256
"""The most pixels along one side of an image."""
TEXT_LIMIT = 20_000
"""The most characters of a text."""
TEXT_SECONDS = 2.0
"""How long the `repr` of one opened value may take."""
_CHANNELS = (3, 1, 4)
"""How many channels a picture may have, the likeliest first."""


class NotThere(LookupError):
    """The name, or what was inside, is gone."""


def view_of(request: dict, namespace: Mapping, guard: Guard) -> dict:
    """The content of the reply, without its status."""
    value, row = _find(request, namespace, guard)
    modes = _modes(value)
    mode = request.get("mode") if request.get("mode") in modes else modes[0]
    return {"variable": row, "modes": modes, "mode": mode, **_SHOW[mode](value, request, guard)}


def _find(request: dict, namespace: Mapping, guard: Guard) -> tuple[Any, dict]:
    name = str(request.get("name", ""))
    if name not in namespace:
        raise NotThere(f"there is no variable {name} any more")
    value, label = namespace[name], name
    for position in request.get("path") or []:
        try:
            label, value = item_at(value, int(position))
        except (Missing, TypeError, ValueError):
            raise NotThere(f"{label} has no item {position} any more") from None
    return value, describe(label, value, guard)


def _modes(value: Any) -> list[str]:
    """What a value can be shown as; the first is shown unless something else is asked for."""
    if known.is_tensor(value) or known.is_array(value):
        array = Array(value)
        if not array.is_numeric:
            return ["table"]
        pictures = ["heat", *(["image"] if len(array.shape) >= 2 else [])] if array.shape and 0 not in array.shape else []
        return ["table", *pictures, "statistics"]
    if known.is_frame(value) or known.is_series(value):
        return ["frame"]
    return ["items", "text"] if item_count(value) is not None else ["text"]


def _whole(value: Any, low: int, high: int) -> int:
    """A whole number from the request, moved between bounds."""
    try:
        return min(max(int(value), low), max(high, low))
    except (TypeError, ValueError, OverflowError):
        return low


def _start(request: dict, name: str, length: int) -> int:
    """Where a page begins: at a multiple of its length that exists."""
    return _whole(request.get(name, 0), 0, max(length - 1, 0)) // PAGE * PAGE


def _indices(request: dict, leading: tuple) -> list[int]:
    wanted = list(request.get("indices") or [])
    wanted = (wanted + [0] * len(leading))[: len(leading)]
    return [_whole(index, 0, length - 1) for index, length in zip(wanted, leading)]


def _table(value: Any, request: dict, guard: Guard) -> dict:
    array = Array(value)
    leading = array.shape[:-2]
    indices = _indices(request, leading)
    if 0 in leading:
        num_rows, num_columns, cells, row, column = 0, 0, [], 0, 0
    else:
        matrix = array.matrix(indices)
        num_rows, num_columns = matrix.shape
        row, column = _start(request, "row", num_rows), _start(request, "column", num_columns)
        part = matrix[row : row + PAGE, column : column + PAGE]
        cells = [[_cell(element, guard) for element in line] for line in array.read(part)] if 0 not in part.shape else []
    width = len(cells[0]) if cells else min(num_columns, PAGE)
    return {
        "leading": list(leading), "indices": indices,
        "table": {
            "columns": [str(column + offset) for offset in range(width)] if len(array.shape) > 1 else [""][:width],
            "rows": [{"label": str(row + offset), "cells": line, "opens": None} for offset, line in enumerate(cells)],
            "row": row, "column": column, "row_count": num_rows, "column_count": num_columns, "page": PAGE,
        },
    }


def _cell(element: Any, guard: Guard) -> str:
    """The text of one cell of a table."""
    if element is None or type(element) in (bool, int, float):
        return number(element)
    if type(element) is str:
        return sound(cut(element, 80))
    return one_line(guard.preview(element, 80), 80)


def _frame(value: Any, request: dict, guard: Guard) -> dict:
    table = value.to_frame() if known.is_series(value) else value
    num_rows, num_columns = table.shape
    row, column = _start(request, "row", num_rows), _start(request, "column", num_columns)
    part = table.iloc[row : row + PAGE, column : column + PAGE]
    columns = [[_cell(element, guard) for element in part.iloc[:, index].tolist()] for index in range(part.shape[1])]
    labels = [_cell(label, guard) for label in part.index.tolist()]
    rows = [{"label": label, "cells": [cells[index] for cells in columns], "opens": None} for index, label in enumerate(labels)]
    return {"table": {"columns": [_cell(label, guard) for label in part.columns.tolist()], "rows": rows, "row": row, "column": column,
                      "row_count": num_rows, "column_count": num_columns, "page": PAGE}}


def _items(value: Any, request: dict, guard: Guard) -> dict:
    num_rows = item_count(value) or 0
    row = _start(request, "row", num_rows)
    rows = []
    for offset, (label, item) in enumerate(items(value, row, PAGE)):
        told = describe(label, item, guard)
        about = " ".join(filter(None, [told["shape"], told["dtype"], told["device"] if told["device"] != "cpu" else ""]))
        rows.append({"label": label, "cells": [told["type"], about, told["preview"]], "opens": row + offset})
    return {"table": {"columns": ["Type", "Shape", "Value"], "rows": rows, "row": row, "column": 0, "row_count": num_rows,
                      "column_count": 3, "page": PAGE}}


def _heat(value: Any, request: dict, _guard: Guard) -> dict:
    array = Array(value)
    leading = array.shape[:-2]
    indices = _indices(request, leading)
    part = array.matrix(indices)
    # A row of numbers lies down, so that it fills the panel.
    part = part.reshape(1, -1) if len(array.shape) == 1 else part
    height, width = part.shape
    steps = -(-height // HEAT_SIDE), -(-width // HEAT_SIDE)
    rows = [[float(element) for element in line] for line in array.read(part[:: steps[0], :: steps[1]])]
    flat = [element for line in rows for element in line]
    found = bounds(flat)
    low, high = found or (0.0, 0.0)
    note = f"{height} × {width}"
    if max(steps) > 1:
        note += f", of which every {_ordinal(steps[0])} row and every {_ordinal(steps[1])} column is shown"
    picture = {
        "png": heat_map(rows, low, high), "legend": legend(), "low": number(low) if found else "", "high": number(high) if found else "",
        "nan_count": sum(element != element for element in flat), "nan_colour": "#%02x%02x%02x" % NOT_A_NUMBER,
        "width": len(rows[0]), "height": len(rows), "note": note,
    }
    return {"leading": list(leading), "indices": indices, "picture": picture}


def _ordinal(step: int) -> str:
    """`1st`, `2nd`, `3rd`, …"""
    ending = "th" if step % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(step % 10, "th")
    return f"{step}{ending}"


def _layout(array: Array) -> str:
    """Whether the last three dimensions are a picture in colours, and in which order: "chw", "hwc", or "" for grey."""
    if len(array.shape) < 3:
        return ""
    first, last = (_CHANNELS.index(size) if size in _CHANNELS else len(_CHANNELS) for size in (array.shape[-3], array.shape[-1]))
    if first == last:
        return "" if first == len(_CHANNELS) else "chw" if array.is_tensor else "hwc"
    return "chw" if first < last else "hwc"


def _image(value: Any, request: dict, _guard: Guard) -> dict:
    array = Array(value)
    layout = _layout(array)
    leading = array.shape[:-3] if layout else array.shape[:-2]
    indices = _indices(request, leading)
    part = array.chosen(indices)
    if layout == "chw":
        part = part.permute(1, 2, 0) if array.is_tensor else part.transpose(1, 2, 0)
    elif not layout:
        part = part.reshape(*part.shape, 1)
    height, width = part.shape[:2]
    step = max(-(-height // IMAGE_SIDE), -(-width // IMAGE_SIDE))
    pixels = [[[float(channel) for channel in pixel] for pixel in line] for line in array.read(part[::step, ::step])]
    low, high, words = range_of([channel for line in pixels for pixel in line for channel in pixel], array.is_byte)
    order = {"chw": "channels first", "hwc": "channels last", "": "grey"}[layout]
    note = f"{height} × {width}, {order}, black to white: {words}"
    if step > 1:
        note += f"; every {_ordinal(step)} pixel is shown"
    picture = {"png": image(pixels, low, high), "legend": "", "low": "", "high": "", "nan_count": 0, "nan_colour": "",
               "width": len(pixels[0]), "height": len(pixels), "note": note}
    return {"leading": list(leading), "indices": indices, "picture": picture}


def _statistics(value: Any, _request: dict, _guard: Guard) -> dict:
    return {"facts": [list(fact) for fact in Array(value).statistics()]}


def _text(value: Any, _request: dict, guard: Guard) -> dict:
    if type(value) is str:
        return {"text": sound(value[:TEXT_LIMIT]), "text_total": len(value)}
    if type(value) in (bytes, bytearray):
        return {"text": repr(bytes(value[: TEXT_LIMIT // 4])), "text_total": len(value) if len(value) > TEXT_LIMIT // 4 else 0}
    found = guard.text(value, TEXT_LIMIT, TEXT_SECONDS)
    if found is None:
        raise ValueError("its repr() failed, wanted to wait, or took too long")
    return {"text": cut(found, TEXT_LIMIT), "text_total": TEXT_LIMIT + 1 if len(found) > TEXT_LIMIT else 0}


_SHOW = {"table": _table, "frame": _frame, "items": _items, "heat": _heat, "image": _image, "statistics": _statistics, "text": _text}
