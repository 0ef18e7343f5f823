"""Boxes, masks and points drawn on pictures, by tensors alone; labels need the letters of Pillow.

Pictures are `(C, H, W)`, uint8 or floating from 0 to 1. Read next: `utils`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import warnings

import torch

from ._bytes import tensor_of_bytes
from .transforms._conversion import convert_image_dtype

_NAMES = {
    "black": "000000", "white": "ffffff", "red": "ff0000", "green": "008000", "blue": "0000ff", "yellow": "ffff00",
    "cyan": "00ffff", "aqua": "00ffff", "magenta": "ff00ff", "fuchsia": "ff00ff", "gray": "808080", "grey": "808080",
    "orange": "ffa500", "purple": "800080", "brown": "a52a2a", "pink": "ffc0cb", "lime": "00ff00", "navy": "000080",
    "teal": "008080", "olive": "808000", "maroon": "800000", "silver": "c0c0c0", "gold": "ffd700", "violet": "ee82ee",
    "indigo": "4b0082", "turquoise": "40e0d0", "salmon": "fa8072", "coral": "ff7f50", "darkgreen": "006400",
    "darkblue": "00008b", "darkred": "8b0000", "lightblue": "add8e6", "lightgreen": "90ee90", "skyblue": "87ceeb",
}

#: How opaque filled boxes are, of 255.
_FILL_OPACITY = 100


def color_of(value):
    """(red, green, blue) of a name, "#rgb", "#rrggbb" or three numbers. Raises ValueError for an unknown name."""
    if not isinstance(value, str):
        return tuple(int(part) for part in value)
    text = _NAMES.get(value.lower(), value.removeprefix("#") if value.startswith("#") else "")
    text = "".join(letter * 2 for letter in text) if len(text) == 3 else text
    try:
        if len(text) == 6:
            return tuple(bytes.fromhex(text))
    except ValueError:
        pass
    raise ValueError(f"unknown color specifier: {value!r}: give it as '#rrggbb'")


def colors_for(colors, count):
    """A colour for each of so many things: one for all, a list, or a palette if None."""
    if colors is None:
        return [tuple((number * part) % 255 for part in (2**25 - 1, 2**15 - 1, 2**21 - 1)) for number in range(count)]
    if isinstance(colors, list):
        if len(colors) < count:
            raise ValueError(f"Number of colors must be equal or larger than the number of objects, but got {len(colors)} < {count}.")
        return [color_of(color) for color in colors[:count]]
    if not isinstance(colors, (tuple, str)):
        raise ValueError("colors must be a tuple or a string, or a list thereof")
    if isinstance(colors, tuple) and len(colors) != 3:
        raise ValueError("If passed as tuple, colors should be an RGB triplet")
    return [color_of(colors)] * count


def _checked(image, channels=(1, 3)):
    if not isinstance(image, torch.Tensor):
        raise TypeError(f"The image must be a tensor, got {type(image)}")
    if not (image.dtype is torch.uint8 or image.is_floating_point()):
        raise ValueError(f"The image dtype must be uint8 or float, got {image.dtype}")
    if image.dim() != 3:
        raise ValueError("Pass individual images, not batches")
    if image.size(0) not in channels:
        raise ValueError("Only grayscale and RGB images are supported" if 1 in channels else "Pass an RGB image. Other Image formats are not supported")


def _canvas(image):
    """A copy in three channels of uint8."""
    canvas = image.detach().cpu()
    canvas = canvas if canvas.dtype is torch.uint8 else convert_image_dtype(canvas, torch.uint8)
    return canvas.repeat(3, 1, 1) if canvas.size(0) == 1 else canvas.clone()


def _given_back(canvas, image):
    made = canvas if image.dtype is torch.uint8 else convert_image_dtype(canvas, image.dtype)
    return made.to(image.device)


def _painted(canvas, top, left, bottom, right, color):
    """Sets the pixels of a rectangle, its last row and column too, as far as they are on the picture."""
    area = canvas[:, max(top, 0) : max(bottom + 1, 0), max(left, 0) : max(right + 1, 0)]
    if area.numel():
        area.copy_(torch.tensor(color, dtype=torch.uint8).reshape(3, 1, 1).expand(area.shape))


@torch.no_grad()
def draw_bounding_boxes(
    image, boxes, labels=None, colors=None, fill=False, width=1, font=None, font_size=None, label_colors=None,
    label_background_colors=None, fill_labels=False,
):
    """A picture with the outlines of boxes.

    boxes: `(N, 4)` of (x1, y1, x2, y2). labels: a text for each, or None for some; they need Pillow. colors: one for
    all, or a list; a palette if None. fill: fills them too, so that the picture shows through. width: of the lines.
    """
    _checked(image)
    if boxes.numel() and ((boxes[:, 0] > boxes[:, 2]).any() or (boxes[:, 1] > boxes[:, 3]).any()):
        raise ValueError("Boxes need to be in (xmin, ymin, xmax, ymax) format. Use torchvision.ops.box_convert to convert them")
    count = boxes.shape[0]
    if count == 0:
        warnings.warn("boxes doesn't contain any box. No box was drawn", stacklevel=2)
        return image
    if labels is not None and len(labels) != count:
        raise ValueError(f"The number of boxes ({count}) and labels ({len(labels)}) mismatch. Please specify labels for each box.")
    canvas = _canvas(image)
    drawn = colors_for(colors, count)
    for (left, top, right, bottom), color in zip(boxes.to(torch.int64).tolist(), drawn):
        if fill:
            area = canvas[:, max(top, 0) : max(bottom + 1, 0), max(left, 0) : max(right + 1, 0)]
            paint = torch.tensor(color, dtype=torch.int32).reshape(3, 1, 1)
            mixed = area.to(torch.int32) * (255 - _FILL_OPACITY) + paint * _FILL_OPACITY + 128
            area.copy_(((mixed + (mixed >> 8)) >> 8).to(torch.uint8))
        for inset in range(min(width, (bottom - top) // 2 + 1, (right - left) // 2 + 1)):
            _painted(canvas, top + inset, left + inset, top + inset, right - inset, color)
            _painted(canvas, bottom - inset, left + inset, bottom - inset, right - inset, color)
            _painted(canvas, top + inset, left + inset, bottom - inset, left + inset, color)
            _painted(canvas, top + inset, right - inset, bottom - inset, right - inset, color)
    if labels is not None:
        texts = colors_for(label_colors, count) if label_colors is not None else drawn
        canvas = _labelled(canvas, boxes, labels, texts, width, font, font_size)
    return _given_back(canvas, image)


def _labelled(canvas, boxes, labels, colors, width, font, font_size):
    try:
        from PIL import ImageDraw, ImageFont
    except ImportError:
        raise ImportError("labels are drawn with Pillow's letters, and Pillow is not installed: leave `labels` out") from None
    from .transforms.functional import pil_to_tensor, to_pil_image

    picture = to_pil_image(canvas)
    letters = ImageFont.truetype(font, font_size or 10) if font is not None else ImageFont.load_default(font_size or 10)
    pen = ImageDraw.Draw(picture)
    for (left, top, _, _), label, color in zip(boxes.to(torch.int64).tolist(), labels, colors):
        if label is not None:
            pen.text((left + width + 1, top + width + 1), label, fill=color, font=letters)
    return pil_to_tensor(picture)


@torch.no_grad()
def draw_segmentation_masks(image, masks, alpha=0.8, colors=None):
    """A picture `(3, H, W)` with masks laid over it. masks: `(N, H, W)` or `(H, W)` bool. alpha: how opaque, from 0 to 1."""
    _checked(image, (3,))
    masks = masks[None] if masks.ndim == 2 else masks
    if masks.ndim != 3:
        raise ValueError("masks must be of shape (H, W) or (batch_size, H, W)")
    if masks.dtype is not torch.bool:
        raise ValueError(f"The masks must be of dtype bool. Got {masks.dtype}")
    if masks.shape[-2:] != image.shape[-2:]:
        raise ValueError("The image and the masks must have the same height and width")
    if masks.shape[0] == 0:
        warnings.warn("masks doesn't contain any mask. No mask was drawn", stacklevel=2)
        return image
    drawn = image.detach().clone()
    for mask, color in zip(masks, colors_for(colors, masks.shape[0])):
        paint = torch.tensor(color, dtype=torch.uint8, device=image.device)
        paint = convert_image_dtype(paint, image.dtype).reshape(3, 1, 1)
        drawn = torch.where(mask, paint, drawn)
    mixed = image * (1 - alpha) + drawn * alpha
    return torch.where(masks.any(0), mixed.to(image.dtype), image)


@torch.no_grad()
def draw_keypoints(image, keypoints, connectivity=None, colors=None, radius=2, width=3, visibility=None):
    """A picture `(3, H, W)` with points, and lines between them.

    keypoints: `(N, K, 2)` of x and y, K points of each of N things. connectivity: pairs of points' numbers to join.
    visibility: `(N, K)`, which points to draw; all if None.
    """
    _checked(image, (3,))
    if keypoints.ndim != 3:
        raise ValueError("keypoints must be of shape (num_instances, K, 2)")
    if visibility is None:
        visibility = torch.ones(keypoints.shape[:-1], dtype=torch.bool)
    visibility = visibility.squeeze(-1) if visibility.ndim == 3 else visibility
    if tuple(visibility.shape) != tuple(keypoints.shape[:-1]):
        raise ValueError(f"keypoints and visibility must have the same dimensionality for num_instances and K. Got {visibility.shape = } and {keypoints.shape = }")
    canvas = _canvas(image)
    height, width_ = canvas.shape[1:]
    y, x = torch.arange(height).reshape(-1, 1), torch.arange(width_)
    tint = color_of("red") if colors is None else colors_for(colors, 1)[0] if not isinstance(colors, list) else None
    for number, (points, shown) in enumerate(zip(keypoints.to(torch.int64).tolist(), visibility.tolist())):
        color = tint or colors_for(colors, len(keypoints))[number]
        paint = torch.tensor(color, dtype=torch.uint8).reshape(3, 1, 1)
        for first, second in connectivity or ():
            if shown[first] and shown[second]:
                canvas = torch.where(_near_line(x, y, points[first], points[second], width), paint, canvas)
        for (at_x, at_y), is_shown in zip(points, shown):
            if is_shown:
                canvas = torch.where((x - at_x) ** 2 + (y - at_y) ** 2 <= radius**2 + radius // 2, paint, canvas)
    return _given_back(canvas, image)


def _near_line(x, y, first, second, width):
    """Which pixels are within half a width of the line between two points."""
    along_x, along_y = second[0] - first[0], second[1] - first[1]
    length = max(along_x**2 + along_y**2, 1)
    share = (((x - first[0]) * along_x + (y - first[1]) * along_y) / length).clamp(0, 1)
    apart = (x - first[0] - share * along_x) ** 2 + (y - first[1] - share * along_y) ** 2
    return apart <= (width / 2) ** 2


@torch.no_grad()
def flow_to_image(flow):
    """Colours of optical flow: the hue is its direction, the strength its length. `(2, H, W)` or `(N, 2, H, W)` float32."""
    if flow.dtype is not torch.float32:
        raise ValueError(f"Flow should be of dtype torch.float, got {flow.dtype}.")
    batch = flow[None] if flow.ndim == 3 else flow
    if batch.ndim != 4 or batch.shape[1] != 2:
        raise ValueError(f"Input flow should have shape (2, H, W) or (N, 2, H, W), got {tuple(flow.shape)}.")
    longest = (batch**2).sum(1).sqrt().max()
    batch = batch / (longest + torch.finfo(torch.float32).eps)
    length = (batch**2).sum(1).sqrt()
    wheel = _wheel().to(flow.device)
    turn = torch.atan2(-batch[:, 1], -batch[:, 0]) / torch.pi
    place = (turn + 1) / 2 * (len(wheel) - 1)
    before = place.floor().to(torch.int64)
    share = (place - before).unsqueeze(-1)
    color = (1 - share) * wheel[before] + share * wheel[(before + 1) % len(wheel)]
    made = (255 * (1 - length.unsqueeze(-1) * (1 - color))).floor().to(torch.uint8).permute(0, 3, 1, 2)
    return made[0] if flow.ndim == 3 else made


def _wheel():
    """Hues around the circle, each sixth with its number of steps: https://vision.middlebury.edu/flow/ (Baker and others)."""
    rows = []
    for steps, rising, falling, full in ((15, 1, None, 0), (6, None, 0, 1), (4, 2, None, 1), (11, None, 1, 2), (13, 0, None, 2), (6, None, 2, 0)):
        for step in range(steps):
            row = [0, 0, 0]
            row[full] = 255
            if rising is not None:
                row[rising] = 255 * step // steps
            else:
                row[falling] = 255 - 255 * step // steps
            rows += row
    return tensor_of_bytes(bytes(rows)).reshape(-1, 3) / 255
