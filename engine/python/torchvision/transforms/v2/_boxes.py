"""Boxes that move with their picture. Read next: `functional`, `torchvision.tv_tensors`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from ...ops.boxes import box_convert
from ...tv_tensors import BoundingBoxes, BoundingBoxFormat, plain, wrap
from .. import _geometry, _warping


def _format(value):
    return BoundingBoxFormat[value.upper()] if isinstance(value, str) else value


def convert_bounding_box_format(inpt, old_format=None, new_format=None, inplace=False):
    """Boxes written in another way. old_format: of a plain tensor's boxes; BoundingBoxes know theirs."""
    if new_format is None:
        raise TypeError("missing 1 required argument: 'new_format'")
    new_format = _format(new_format)
    if isinstance(inpt, BoundingBoxes):
        made = box_convert(plain(inpt), inpt.format.value.lower(), new_format.value.lower())
        return wrap(made, like=inpt, format=new_format)
    if old_format is None:
        raise ValueError("For pure tensor inputs, `old_format` has to be passed.")
    return box_convert(inpt, _format(old_format).value.lower(), new_format.value.lower())


def _corners(boxes):
    return box_convert(plain(boxes), boxes.format.value.lower(), "xyxy")


def _written(corners, like, canvas_size=None, clamps=False):
    """Corners as boxes of the format and dtype of others, cut to their picture if `clamps`."""
    canvas_size = canvas_size or like.canvas_size
    if clamps:
        height, width = canvas_size
        corners = torch.stack([corners[..., 0::2].clamp(0, width), corners[..., 1::2].clamp(0, height)], -1).flatten(-2)
    made = box_convert(corners, "xyxy", like.format.value.lower()).to(like.dtype)
    return wrap(made, like=like, canvas_size=canvas_size)


def clamp_bounding_boxes(inpt, format=None, canvas_size=None):
    """The parts of boxes within their picture. format, canvas_size: of a plain tensor's boxes."""
    if isinstance(inpt, BoundingBoxes):
        return _written(_corners(inpt), inpt, clamps=True)
    if format is None or canvas_size is None:
        raise ValueError("For pure tensor inputs, `format` and `canvas_size` have to be passed.")
    boxes = BoundingBoxes(inpt, format=format, canvas_size=canvas_size)
    return plain(_written(_corners(boxes), boxes, clamps=True))


def horizontal_flip(boxes):
    """Mirrored left to right."""
    x1, y1, x2, y2 = _corners(boxes).unbind(-1)
    width = boxes.canvas_size[1]
    return _written(torch.stack([width - x2, y1, width - x1, y2], -1), boxes)


def vertical_flip(boxes):
    """Mirrored top to bottom."""
    x1, y1, x2, y2 = _corners(boxes).unbind(-1)
    height = boxes.canvas_size[0]
    return _written(torch.stack([x1, height - y2, x2, height - y1], -1), boxes)


def crop(boxes, top, left, height, width):
    """As the picture is cut."""
    moved = _corners(boxes) - torch.tensor([left, top, left, top], dtype=boxes.dtype)
    return _written(moved, boxes, (height, width), clamps=True)


def center_crop(boxes, output_size):
    """As the picture is cut."""
    new_height, new_width = _geometry.sizes_of(output_size)
    height, width = boxes.canvas_size
    top, left = int(round((height - new_height) / 2.0)), int(round((width - new_width) / 2.0))
    return crop(boxes, top, left, new_height, new_width)


def pad(boxes, padding, fill=0, padding_mode="constant"):
    """As the picture gets its border."""
    if padding_mode not in ("constant", "edge"):
        raise ValueError(f"Padding mode '{padding_mode}' is not supported with bounding boxes")
    left, top, right, bottom = _geometry.parsed_padding(padding)
    height, width = boxes.canvas_size
    moved = _corners(boxes) + torch.tensor([left, top, left, top], dtype=boxes.dtype)
    return _written(moved, boxes, (height + top + bottom, width + left + right), clamps=True)


def resize(boxes, size, interpolation=None, max_size=None, antialias=True):
    """As the picture is resized."""
    height, width = boxes.canvas_size
    new_height, new_width = _geometry.output_size(size, height, width, max_size)
    ratios = torch.tensor([new_width / width, new_height / height] * 2)
    return _written(_corners(boxes) * ratios, boxes, (new_height, new_width))


def affine(boxes, angle, translate, scale, shear, interpolation=None, fill=None, center=None):
    """The boxes around where the corners go."""
    shear = [shear, 0.0] if isinstance(shear, (int, float)) else [shear[0], shear[-1]]
    return _mapped(boxes, angle, translate, scale, shear, center)


def rotate(boxes, angle, interpolation=None, expand=False, center=None, fill=None):
    """The boxes around where the corners go."""
    return _mapped(boxes, -angle, (0.0, 0.0), 1.0, (0.0, 0.0), None if expand else center, expand)


def _mapped(boxes, angle, translate, scale, shear, center, expand=False):
    height, width = boxes.canvas_size
    center = (width * 0.5, height * 0.5) if center is None else center
    matrix = _warping.inverse_affine_matrix(center, angle, translate, scale, shear, inverted=False)
    theta = torch.tensor(matrix, dtype=torch.float64).reshape(2, 3)

    def moved(corners):
        x1, y1, x2, y2 = corners.to(torch.float64).unbind(-1)
        places = torch.stack([torch.stack([x, y], -1) for x, y in ((x1, y1), (x2, y1), (x2, y2), (x1, y2))])
        found = places @ theta[:, :2].transpose(0, 1) + theta[:, 2]
        return torch.cat([found.amin(0), found.amax(0)], -1)

    corners, canvas = moved(_corners(boxes)), (height, width)
    if expand:
        whole = moved(torch.tensor([[0.0, 0.0, width, height]]))[0]
        turned = _warping.inverse_affine_matrix([0.0, 0.0], angle, (0.0, 0.0), 1.0, (0.0, 0.0))
        new_width, new_height = _warping._room_for(turned, width, height)
        middle = (whole[:2] + whole[2:]) / 2 - torch.tensor([new_width, new_height], dtype=torch.float64) / 2
        corners, canvas = corners - middle.repeat(2), (new_height, new_width)
    return _written(corners, boxes, canvas, clamps=True)
