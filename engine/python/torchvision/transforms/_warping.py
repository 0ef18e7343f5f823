"""Functions that move pixels anywhere: rotation, affine and perspective maps, elastic displacement.

Each makes the place in the old picture of every new pixel, and reads there. The conventions of angles, shears and
centres are torchvision's. Read next: `_geometry`, `_random_geometry`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import numbers

import torch
from torch.nn import functional as nn_functional

from ._pictures import dimensions, interpolation_of, InterpolationMode, on_tensors


def inverse_affine_matrix(center, angle, translate, scale, shear, inverted=True):
    """The six numbers of the map from new places to old ones: turned, sheared, scaled about a centre, and moved.

    The map forward is `T · C · R(angle) · Shear · Scale · C⁻¹`; not `inverted`, its six numbers.
    """
    turn = math.radians(angle)
    shear_x, shear_y = math.radians(shear[0]), math.radians(shear[1])
    center_x, center_y = center
    move_x, move_y = translate
    a = math.cos(turn - shear_y) / math.cos(shear_y)
    b = -math.cos(turn - shear_y) * math.tan(shear_x) / math.cos(shear_y) - math.sin(turn)
    c = math.sin(turn - shear_y) / math.cos(shear_y)
    d = -math.sin(turn - shear_y) * math.tan(shear_x) / math.cos(shear_y) + math.cos(turn)
    if inverted:
        m = [part / scale for part in (d, -b, 0.0, -c, a, 0.0)]
        m[2] += m[0] * (-center_x - move_x) + m[1] * (-center_y - move_y) + center_x
        m[5] += m[3] * (-center_x - move_x) + m[4] * (-center_y - move_y) + center_y
        return m
    m = [part * scale for part in (a, b, 0.0, c, d, 0.0)]
    m[2] += m[0] * -center_x + m[1] * -center_y + center_x + move_x
    m[5] += m[3] * -center_x + m[4] * -center_y + center_y + move_y
    return m


def _read_at(img, grid, mode, fill):
    """The picture at places from -1 to 1, with `fill` beyond its edges."""
    kept, batch = img.dtype, img.shape[:-3]
    x = img.reshape(-1, *img.shape[-3:]) if img.dim() > 2 else img.reshape(1, 1, *img.shape)
    x = x if x.is_floating_point() else x.to(torch.float32)
    grid = grid.to(x.dtype)
    count, channels = x.shape[:2]
    grid = grid.expand(count, *grid.shape[1:])
    options = {"mode": mode, "padding_mode": "zeros", "align_corners": False}
    if fill is None:
        made = nn_functional.grid_sample(x, grid, **options)
    else:
        inside = torch.ones(count, 1, *x.shape[2:], dtype=x.dtype, device=x.device)
        made = nn_functional.grid_sample(torch.cat([x, inside], 1), grid, **options)
        made, share = made[:, :-1], made[:, -1:]
        values = [float(part) for part in fill] if isinstance(fill, (tuple, list)) else [float(fill)]
        if len(values) not in (1, channels):
            raise ValueError(
                "The number of elements in 'fill' cannot broadcast to match the number of channels of the image "
                f"({len(values)} != {channels})"
            )
        color = torch.tensor(values, dtype=x.dtype, device=x.device).reshape(1, -1, 1, 1)
        made = torch.where(share < 0.5, color, made) if mode == "nearest" else made * share + (1.0 - share) * color
    if not kept.is_floating_point:
        made = made.round().to(kept)
    return made.reshape(*batch, *made.shape[-3:]) if img.dim() > 2 else made[0, 0]


def _pixels(height, width, first_x, first_y, device):
    """`(1, height, width, 3)`: x, y and 1 of each pixel."""
    x = torch.arange(width, dtype=torch.float32, device=device) + first_x
    y = torch.arange(height, dtype=torch.float32, device=device) + first_y
    parts = [x.expand(height, width), y.unsqueeze(1).expand(height, width), torch.ones(height, width, device=device)]
    return torch.stack(parts, 2).unsqueeze(0)


def _mapped(img, matrix, interpolation, fill, size=None):
    """A tensor through the map of `inverse_affine_matrix` about its middle; `size` (width, height) if not its own."""
    height, width = img.shape[-2:]
    new_width, new_height = size or (width, height)
    theta = torch.tensor(matrix, dtype=torch.float32, device=img.device).reshape(2, 3)
    pixels = _pixels(new_height, new_width, 0.5 - new_width * 0.5, 0.5 - new_height * 0.5, img.device)
    halves = torch.tensor([0.5 * width, 0.5 * height], device=img.device)
    return _read_at(img, pixels @ (theta.transpose(0, 1) / halves), interpolation.value, fill)


def _check_ways(interpolation):
    interpolation = interpolation_of(interpolation)
    if interpolation not in (InterpolationMode.NEAREST, InterpolationMode.BILINEAR):
        raise ValueError(f"Interpolation mode '{interpolation.value}' is unsupported with Tensor input")
    return interpolation


def _centered(center, width, height):
    return [0.0, 0.0] if center is None else [float(center[0]) - width * 0.5, float(center[1]) - height * 0.5]


def rotate(img, angle, interpolation=InterpolationMode.NEAREST, expand=False, center=None, fill=None):
    """A picture turned against the clock by degrees.

    expand: makes room for all of it. center: (x, y) about which it is turned, the middle if None. fill: the value
    beyond the picture, or one for each channel.
    """
    interpolation = _check_ways(interpolation)
    if not isinstance(angle, numbers.Number):
        raise TypeError("Argument angle should be int or float")
    if center is not None and not isinstance(center, (list, tuple)):
        raise TypeError("Argument center should be a sequence")
    _, height, width = dimensions(img)
    is_whole = angle % 180 == 0 or (angle % 90 == 0 and (expand or width == height))
    if is_whole and center is None and not isinstance(img, torch.Tensor):
        # Pillow turns its pictures by right angles without reading between pixels.
        return _turned(img, int(angle // 90))
    matrix = inverse_affine_matrix(_centered(center, width, height), -angle, [0.0, 0.0], 1.0, [0.0, 0.0])
    size = _room_for(matrix, width, height) if expand else None
    return _mapped_picture(img, matrix, interpolation, fill, size)


_mapped_picture = on_tensors(_mapped)
_turned = on_tensors(lambda img, quarters: img.rot90(quarters, (-2, -1)))


def _room_for(matrix, width, height):
    """Width and height of what the corners of a picture span."""
    theta = torch.tensor(matrix, dtype=torch.float32).reshape(2, 3)
    x, y = 0.5 * width, 0.5 * height
    corners = torch.tensor([[-x, -y, 1.0], [-x, y, 1.0], [x, y, 1.0], [x, -y, 1.0]])
    places = corners @ theta.transpose(0, 1)
    middle, tolerance = torch.tensor([x, y]), 1e-4
    lowest, highest = places.amin(0) + middle, places.amax(0) + middle
    # Rounded to the tolerance first, so that 90 degrees do not need a pixel more.
    first = torch.floor((lowest / tolerance).trunc() * tolerance)
    last = torch.ceil((highest / tolerance).trunc() * tolerance)
    size = last - first
    return int(size[0]), int(size[1])


def affine(
    img, angle, translate, scale, shear, interpolation=InterpolationMode.NEAREST, fill=None, center=None
):
    """A picture turned, moved, scaled and sheared about its middle or a centre.

    angle: degrees with the clock. translate: pixels right and down. shear: degrees along x, or along x and y.
    """
    interpolation = _check_ways(interpolation)
    if not isinstance(angle, (int, float)):
        raise TypeError("Argument angle should be int or float")
    if not isinstance(translate, (list, tuple)):
        raise TypeError("Argument translate should be a sequence")
    if len(translate) != 2:
        raise ValueError("Argument translate should be a sequence of length 2")
    if scale <= 0.0:
        raise ValueError("Argument scale should be positive")
    if not isinstance(shear, (numbers.Number, list, tuple)):
        raise TypeError("Shear should be either a single value or a sequence of two values")
    shear = [shear, 0.0] if isinstance(shear, numbers.Number) else list(shear)
    shear = [shear[0], shear[0]] if len(shear) == 1 else shear
    if len(shear) != 2:
        raise ValueError(f"Shear should be a sequence containing two values. Got {shear}")
    _, height, width = dimensions(img)
    moves = [float(part) for part in translate]
    matrix = inverse_affine_matrix(_centered(center, width, height), float(angle), moves, float(scale), shear)
    return _mapped_picture(img, matrix, interpolation, fill)


def perspective_coefficients(startpoints, endpoints):
    """The eight numbers of the map that takes each end point to its start point, by least squares in float64."""
    if len(startpoints) != 4 or len(endpoints) != 4:
        raise ValueError(
            f"Please provide exactly four corners, got {len(startpoints)} startpoints and {len(endpoints)} endpoints."
        )
    rows = []
    for (x, y), (u, v) in zip(endpoints, startpoints):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    wanted = torch.tensor(startpoints, dtype=torch.float64).reshape(8)
    found = torch.linalg.lstsq(torch.tensor(rows, dtype=torch.float64), wanted, driver="gels").solution
    return found.to(torch.float32).tolist()


def perspective(img, startpoints, endpoints, interpolation=InterpolationMode.BILINEAR, fill=None):
    """A picture whose four start points stand at the four end points: [x, y] of the corners from top left, clockwise."""
    interpolation = _check_ways(interpolation)
    coefficients = perspective_coefficients(startpoints, endpoints)
    return _in_perspective(img, coefficients, interpolation, fill)


@on_tensors
def _in_perspective(img, coefficients, interpolation, fill):
    height, width = img.shape[-2:]
    a, b, c, d, e, f, g, h = coefficients
    pixels = _pixels(height, width, 0.5, 0.5, img.device)
    halves = torch.tensor([0.5 * width, 0.5 * height], device=img.device)
    places = torch.tensor([[a, b, c], [d, e, f]], device=img.device)
    depths = torch.tensor([[g, h, 1.0], [g, h, 1.0]], device=img.device)
    grid = (pixels @ (places.transpose(0, 1) / halves)) / (pixels @ depths.transpose(0, 1)) - 1.0
    return _read_at(img, grid, interpolation.value, fill)


def elastic_transform(img, displacement, interpolation=InterpolationMode.BILINEAR, fill=None):
    """A picture each of whose pixels is read elsewhere.

    displacement: `(1, H, W, 2)`, how far right and down, in halves of the picture's size.
    """
    interpolation = _check_ways(interpolation)
    if not isinstance(displacement, torch.Tensor):
        raise TypeError("Argument displacement should be a Tensor")
    _, height, width = dimensions(img)
    if tuple(displacement.shape) != (1, height, width, 2):
        raise ValueError(f"Argument displacement shape should be {(1, height, width, 2)}, but given {displacement.shape}")
    return _displaced(img, displacement, interpolation, fill)


@on_tensors
def _displaced(img, displacement, interpolation, fill):
    height, width = img.shape[-2:]
    x = torch.linspace((-width + 1) / width, (width - 1) / width, width, device=img.device)
    y = torch.linspace((-height + 1) / height, (height - 1) / height, height, device=img.device)
    identity = torch.stack([x.expand(height, width), y.unsqueeze(1).expand(height, width)], 2).unsqueeze(0)
    return _read_at(img, identity + displacement.to(img.device), interpolation.value, fill)
