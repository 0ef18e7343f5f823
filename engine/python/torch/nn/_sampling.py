"""`grid_sample` and `affine_grid`: reading an image at places given by coordinates.

Coordinates from -1 to 1 span the image. Neighbours outside of it count as the padding mode says.
Read next: `_resampling`.
"""

import warnings

from .. import _dtype
from .._C import ops
from .._node_names import named
from .._creation import linspace, zeros, zeros_like
from ._resampling import cubic_weights

_MODES = ("bilinear", "nearest", "bicubic")
_PADDINGS = ("zeros", "border", "reflection")


def _unnormalized(coordinate, size, align_corners):
    if align_corners:
        return (coordinate + 1) * ((size - 1) / 2)
    return ((coordinate + 1) * size - 1) / 2


def _clipped(x, size):
    """Within `0..size - 1`; what lies outside, or on the rim, gets no gradient. NaN becomes 0."""
    inside = ops.logical_and(ops.gt_scalar(x, 0), ops.lt_scalar(x, size - 1))
    rim = ops.where(ops.ge_scalar(x.detach(), size - 1), x.detach() * 0 + (size - 1), zeros_like(x.detach()))
    return ops.where(inside, x, rim.nan_to_num(size - 1, size - 1, 0.0))


def _reflected(x, size, align_corners):
    """Thrown back at the rim as often as needed: at pixel centres if corners are aligned, else at pixel edges."""
    low, span = (0.0, size - 1.0) if align_corners else (-0.5, float(size))
    if span <= 0:
        return x * 0
    away = ops.abs(x - low)
    turns = ops.floor(away.detach() / span)
    rest = away - turns * span
    is_even = ops.eq_scalar(turns - 2 * ops.floor(turns / 2), 0)
    return ops.where(is_even, rest + low, (span + low) - rest)


def _padded(x, size, padding, align_corners):
    if padding == "border":
        return _clipped(x, size)
    if padding == "reflection":
        return _clipped(_reflected(x, size, align_corners), size)
    return x


def _read(image, places, sizes):
    """Elements `(N, C, L)` of `(N, C, S)` at whole coordinates (floats, first axis first); zeros outside."""
    flat, inside = None, None
    for place, size in zip(places, sizes):
        is_in = ops.logical_and(ops.ge_scalar(place, 0), ops.le_scalar(place, size - 1))
        inside = is_in if inside is None else ops.logical_and(inside, is_in)
        flat = place if flat is None else flat * size + place
    index = ops.where(inside, flat, zeros_like(flat)).to(_dtype.int64).unsqueeze(1)
    found = ops.gather(image, 2, ops.expand(index, [image.shape[0], image.shape[1], index.shape[2]]))
    return ops.where(inside.unsqueeze(1), found, zeros_like(found))


def _linear(image, coordinates, sizes):
    """Sum over the corners around each place, weighted by nearness."""
    lows = [ops.floor(x.detach()) for x in coordinates]
    result = None
    for corner in range(1 << len(sizes)):
        weight, places = None, []
        for axis, (x, low) in enumerate(zip(coordinates, lows)):
            is_high = corner >> axis & 1
            part = x - low if is_high else low + 1 - x
            weight = part if weight is None else weight * part
            places.append(low + 1 if is_high else low)
        term = _read(image, places, sizes) * weight.unsqueeze(1)
        result = term if result is None else result + term
    return result


def _cubic(image, coordinates, sizes, padding, align_corners):
    lows = [ops.floor(x.detach()) for x in coordinates]
    weights = [cubic_weights(x - low) for x, low in zip(coordinates, lows)]
    result = None
    for row in range(4):
        for column in range(4):
            places = [
                _padded(low + (step - 1), size, padding, align_corners)
                for low, step, size in zip(lows, (row, column), sizes)
            ]
            term = _read(image, places, sizes) * (weights[0][row] * weights[1][column]).unsqueeze(1)
            result = term if result is None else result + term
    return result


def _check(input, grid, mode, padding_mode):
    if mode not in _MODES:
        raise ValueError(
            f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'"
        )
    if padding_mode not in _PADDINGS:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: "
            f"'{padding_mode}'"
        )
    if input.dtype is not grid.dtype:
        names = _dtype.SCALAR_TYPE_NAMES
        raise RuntimeError(
            "grid_sampler(): expected input and grid to have same dtype, but input has "
            f"{names[input.dtype._code].lower()} and grid has {names[grid.dtype._code].lower()}"
        )
    if input.dim() not in (4, 5) or input.dim() != grid.dim():
        raise RuntimeError(
            "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes "
            f"{list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if input.shape[0] != grid.shape[0]:
        raise RuntimeError(
            "grid_sampler(): expected grid and input to have same batch size, but got input with sizes "
            f"{list(input.shape)} and grid with sizes {list(grid.shape)}"
        )
    if grid.shape[-1] != input.dim() - 2:
        raise RuntimeError(
            f"grid_sampler(): expected grid to have size {input.dim() - 2} in last dimension, but got grid with sizes "
            f"{list(grid.shape)}"
        )
    if mode == "bicubic" and input.dim() == 5:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    for dim, size in enumerate(input.shape[2:], 2):
        if size == 0:
            raise RuntimeError(
                "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes "
                f"{list(input.shape)} with dimension {dim} being empty"
            )


def _sampler_node(input, *arguments, **options):
    return f"GridSampler{input.dim() - 2}DBackward0"


@named(_sampler_node)
def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """Elements of `(N, C, …)` at the coordinates `(N, …, axes)`, last axis first.

    grid: from -1 to 1 across the input. mode: "bilinear", "nearest" or "bicubic" (2-D). padding_mode: outside
    "zeros", "border" or "reflection". align_corners: -1 and 1 are the corners' centres, not their edges. ValueError
    or RuntimeError for other names and shapes. Source: https://arxiv.org/abs/1506.02025
    """
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
            "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.",
            stacklevel=3,
        )
        align_corners = False
    _check(input, grid, mode, padding_mode)
    if not input.dtype.is_floating_point:
        ops.require(input, f"grid_sample_{input.dim() - 2}d")
    sizes = list(input.shape[2:])
    batch, channels = input.shape[:2]
    wanted = list(grid.shape[1:-1])
    if grid.numel() == 0 or input.numel() == 0:
        return input.new_zeros([batch, channels, *wanted])
    image = input.reshape([batch, channels, -1])
    lines = grid.reshape([batch, -1, len(sizes)])
    coordinates = [
        _unnormalized(lines.select(2, len(sizes) - 1 - axis), size, align_corners) for axis, size in enumerate(sizes)
    ]
    if mode == "bicubic":
        result = _cubic(image, coordinates, sizes, padding_mode, align_corners)
    else:
        coordinates = [_padded(x, size, padding_mode, align_corners) for x, size in zip(coordinates, sizes)]
        if mode == "nearest":
            result = _read(image, [ops.round(x.detach()) for x in coordinates], sizes)
            if grid.requires_grad:
                # The grid takes part, with a gradient of zero.
                result = result + sum(x.nan_to_num(0.0, 0.0, 0.0) * 0 for x in coordinates).unsqueeze(1)
        else:
            result = _linear(image, coordinates, sizes)
    return result.reshape([batch, channels, *wanted])


def grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners):
    """`grid_sample` with modes as numbers."""
    return grid_sample(input, grid, _MODES[interpolation_mode], _PADDINGS[padding_mode], align_corners)


grid_sampler_2d = grid_sampler_3d = grid_sampler


def _base(count, align_corners, like):
    """Coordinates of the places along an axis."""
    if count <= 1:
        return zeros([count], dtype=like.dtype, device=like.device)
    line = linspace(-1, 1, count, dtype=like.dtype, device=like.device)
    return line if align_corners else line * ((count - 1) / count)


@named("AffineGridGeneratorBackward0")
def affine_grid(theta, size, align_corners=None):
    """Coordinates `(N, …, axes)` for `grid_sample` that transform an image by the matrices `theta`.

    theta: (N, 2, 3) or (N, 3, 4). size: of the result, (N, C, H, W) or (N, C, D, H, W). align_corners: as
    `grid_sample`. ValueError or NotImplementedError for other shapes.
    """
    if align_corners is None:
        warnings.warn(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
            "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.",
            stacklevel=3,
        )
        align_corners = False
    if not theta.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    size = [part.__index__() for part in size]
    rank = len(size) - 2
    if rank not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size "
            f"{list(size)}"
        )
    if theta.dim() != 3 or list(theta.shape[1:]) != [rank, rank + 1] or theta.shape[0] != size[0]:
        raise ValueError(
            f"Expected a batch of {rank}D affine matrices of shape Nx{rank}x{rank + 1} for size {list(size)}. Got "
            f"{list(theta.shape)}."
        )
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {list(size)}")
    axes = size[2:]
    columns = []
    for axis in reversed(range(rank)):
        shape = [1] * rank
        shape[axis] = axes[axis]
        columns.append(ops.expand(_base(axes[axis], align_corners, theta).reshape(shape), axes).reshape(-1))
    columns.append(columns[0] * 0 + 1)
    base = ops.stack(columns, -1)
    points = ops.matmul(ops.expand(base, [size[0], *base.shape]), theta.transpose(1, 2))
    return points.reshape([size[0], *axes, rank])


affine_grid_generator = affine_grid
