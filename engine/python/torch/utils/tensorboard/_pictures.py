"""Pictures for the log: from any order of dimensions to height, width, channels; grids; boxes; figures.

Read next: `_png`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from ... import _dtype, as_tensor, frombuffer, zeros


def to_pixels(picture, dataformats):
    """A uint8 tensor of height, width and channels from numbers (0 to 1, or 0 to 255 if they are uint8).

    dataformats: which dimension is what, as `"CHW"`, `"HW"` or `"NCHW"`; several pictures become one grid.
    """
    picture = as_tensor(picture).detach().cpu()
    scale = 1 if picture.dtype is _dtype.uint8 else 255
    picture = to_hwc(picture, dataformats)
    if picture.dtype is _dtype.uint8:
        return picture
    # Fractions are cut off.
    return (picture.to(_dtype.float32) * scale).clamp(0, 255).to(_dtype.uint8)


def to_hwc(picture, dataformats):
    """Height, width, channels; grey becomes three channels. Raises AssertionError for formats that do not fit."""
    letters = dataformats.upper()
    if len(set(letters)) != len(letters):
        raise AssertionError(f"You can not use the same dimension shordhand twice, input_format: {dataformats}")
    if picture.dim() != len(letters):
        raise AssertionError(
            "size of input tensor and input format are different. "
            f"tensor shape: {tuple(picture.shape)}, input_format: {dataformats}"
        )
    if len(letters) == 4:
        return make_grid(picture.permute([letters.index(letter) for letter in "NCHW"]))
    if len(letters) == 2:
        picture = picture.permute([letters.index(letter) for letter in "HW"]).unsqueeze(2)
    else:
        picture = picture.permute([letters.index(letter) for letter in "HWC"])
    return picture.expand(-1, -1, 3) if picture.shape[2] == 1 else picture


def make_grid(pictures, columns=8):
    """One picture of many (number, channels, height, width), at most `columns` side by side, without gaps."""
    if pictures.shape[1] == 1:
        pictures = pictures.expand(-1, 3, -1, -1)
    count, channels, height, width = pictures.shape
    columns = min(count, columns)
    rows = math.ceil(count / columns)
    cells = zeros(rows * columns, channels, height, width, dtype=pictures.dtype)
    cells[:count] = pictures
    return cells.reshape(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2).reshape(rows * height, columns * width, channels)


def draw_boxes(pixels, boxes):
    """The picture with red outlines of boxes, each given as left, top, right, bottom."""
    pixels = pixels.clone()
    red = as_tensor([255, 0, 0, 255][: pixels.shape[2]], dtype=_dtype.uint8)
    height, width = pixels.shape[:2]
    for left, top, right, bottom in as_tensor(boxes).reshape(-1, 4).tolist():
        left, right = (min(max(int(edge), 0), width - 1) for edge in (left, right))
        top, bottom = (min(max(int(edge), 0), height - 1) for edge in (top, bottom))
        pixels[[top, bottom], left : right + 1] = red
        pixels[top : bottom + 1, [left, right]] = red
    return pixels


def figure_pixels(figure, close=True):
    """A matplotlib figure, drawn. A list of figures gives a list. Raises ImportError without matplotlib."""
    from matplotlib import pyplot
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    if isinstance(figure, (list, tuple)):
        return [figure_pixels(one, close) for one in figure]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    width, height = canvas.get_width_height()
    pixels = frombuffer(bytearray(canvas.buffer_rgba()), dtype=_dtype.uint8).reshape(height, width, 4)[:, :, :3]
    if close:
        pyplot.close(figure)
    return pixels
