"""Pooling as functions: largest elements, averages, norms, adaptive sizes, random windows, and unpooling.

Plain windows are the engine's. Adaptive windows that are all alike become plain ones; others are read by position.
Read next: `_resampling`, `_unpooling`, `engine/src/ops/pool.rs`.
"""

import math

from .._C import ops
from .._node_names import named
from .._widened import in_float32
from ._convolution import ints
from ._resampling import mean_taps, places, read_taps


def _max_pool(rank, input, kernel_size, stride, padding, dilation, ceil_mode):
    return tuple(ops.max_pool(input, rank, ints(kernel_size), ints(stride), ints(padding), ints(dilation), ceil_mode))


def max_pool1d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """Largest elements of windows of `(N, C, L)`, and their positions.

    kernel_size, stride, padding, dilation: a number or one a dimension; stride is kernel_size if None. ceil_mode:
    sizes are rounded up. Gives (values, indices), int64. N may be missing. RuntimeError where no window fits.
    """
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """Largest elements of windows of `(N, C, H, W)`, and their flat positions in the plane.

    kernel_size, stride, padding, dilation: a number or one a dimension; stride is kernel_size if None. ceil_mode:
    sizes are rounded up. Gives (values, indices), int64. N may be missing. RuntimeError where no window fits.
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """Largest elements of windows of `(N, C, D, H, W)`, and their flat positions in the volume.

    kernel_size, stride, padding, dilation: a number or one a dimension; stride is kernel_size if None. ceil_mode:
    sizes are rounded up. Gives (values, indices), int64. N may be missing. RuntimeError where no window fits.
    """
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode)


@named("SqueezeBackward1")
def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Largest elements of windows of `(N, C, L)`.

    kernel_size, stride, padding, dilation: a number or one a dimension; stride is kernel_size if None. ceil_mode:
    sizes are rounded up. return_indices: also the flat positions, int64. N may be missing. RuntimeError where no
    window fits.
    """
    found = _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode)
    return found if return_indices else found[0]


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Largest elements of windows of `(N, C, H, W)`.

    kernel_size, stride, padding, dilation: a number or one a dimension; stride is kernel_size if None. ceil_mode:
    sizes are rounded up. return_indices: also the flat positions, int64. N may be missing. RuntimeError where no
    window fits.
    """
    found = _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode)
    return found if return_indices else found[0]


def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Largest elements of windows of `(N, C, D, H, W)`.

    kernel_size, stride, padding, dilation: a number or one a dimension; stride is kernel_size if None. ceil_mode:
    sizes are rounded up. return_indices: also the flat positions, int64. N may be missing. RuntimeError where no
    window fits.
    """
    found = _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode)
    return found if return_indices else found[0]


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Means of windows of `(N, C, L)`.

    kernel_size, stride, padding: a number or one a dimension; stride is kernel_size if None. ceil_mode: sizes are
    rounded up. count_include_pad: padding counts as elements. N may be missing. RuntimeError where no window fits.
    """
    return ops.avg_pool(input, 1, ints(kernel_size), ints(stride), ints(padding), ceil_mode, count_include_pad, None)


def avg_pool2d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """Means of windows of `(N, C, H, W)`.

    kernel_size, stride, padding: a number or one a dimension; stride is kernel_size if None. ceil_mode: sizes are
    rounded up. count_include_pad: padding counts as elements. N may be missing. RuntimeError where no window fits.
    divisor_override: divided by that instead.
    """
    sizes = ints(kernel_size), ints(stride), ints(padding)
    return ops.avg_pool(input, 2, *sizes, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """Means of windows of `(N, C, D, H, W)`.

    kernel_size, stride, padding: a number or one a dimension; stride is kernel_size if None. ceil_mode: sizes are
    rounded up. count_include_pad: padding counts as elements. N may be missing. RuntimeError where no window fits.
    divisor_override: divided by that instead.
    """
    sizes = ints(kernel_size), ints(stride), ints(padding)
    return ops.avg_pool(input, 3, *sizes, ceil_mode, count_include_pad, divisor_override)


def _lp_pool(rank, input, norm_type, kernel_size, stride, ceil_mode):
    kernel = ints(kernel_size)
    count = math.prod(kernel * rank if len(kernel) == 1 else kernel)
    means = ops.avg_pool(input.pow(norm_type), rank, kernel, ints(stride), [0], ceil_mode, True, None)
    return (ops.sign(means) * ops.relu(ops.abs(means)) * count).pow(1.0 / norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The `norm_type`-norm of windows of `(N, C, L)`.

    kernel_size, stride: a number or one a dimension; stride is kernel_size if None. ceil_mode: sizes are rounded up.
    N may be missing.
    """
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The `norm_type`-norm of windows of `(N, C, H, W)`.

    kernel_size, stride: a number or one a dimension; stride is kernel_size if None. ceil_mode: sizes are rounded up.
    N may be missing.
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """The `norm_type`-norm of windows of `(N, C, D, H, W)`.

    kernel_size, stride: a number or one a dimension; stride is kernel_size if None. ceil_mode: sizes are rounded up.
    N may be missing.
    """
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


def _adaptive_sizes(operator, rank, input, output_size):
    if rank > 1 and isinstance(output_size, (tuple, list)) and input.dim() <= len(output_size):
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
    if input.dim() not in (rank + 1, rank + 2):
        raise RuntimeError(
            f"{operator}(): Expected {rank + 1}D or {rank + 2}D tensor, but got {list(input.shape)}"
        )
    for dim in range(input.dim() - rank, input.dim()):
        if input.shape[dim] == 0:
            raise RuntimeError(
                f"{operator}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{list(input.shape)} with dimension {dim} being empty"
            )
    sizes = list(output_size) if isinstance(output_size, (tuple, list)) else [output_size] * rank
    sizes = sizes * rank if len(sizes) == 1 else sizes
    if rank == 1 and None in sizes:
        raise TypeError(
            f"{operator}(): argument 'output_size' (position 2) must be tuple of ints, but found element of type NoneType at pos 0"
        )
    if len(sizes) != rank:
        if rank == 1:
            raise RuntimeError(f"{operator}() argument 'output_size' should contain one int (got {len(sizes)})")
        if "max" in operator:
            raise RuntimeError(f"{operator}(): internal error: output_size.size() must be {rank}")
        raise RuntimeError(f"{operator}: output_size must be {rank}")
    sizes = [old if size is None else size.__index__() for size, old in zip(sizes, input.shape[-rank:])]
    if min(sizes) < 0:
        if "max" in operator:
            shape = [*input.shape[:-rank], *([1] if rank == 1 else []), *sizes]
            raise RuntimeError(f"Trying to create tensor with negative dimension {min(sizes)}: {shape}")
        listed = {1: "{{1, {0}}}", 2: "{{{0}, {1}}}", 3: "{{{0}, {1},{2}}}"}[rank].format(*sizes)
        name = "adaptive_avg_pool2d" if rank == 1 else operator
        raise RuntimeError(f"{name}: elements of output_size must be greater than or equal to 0 but received {listed}")
    if not input.dtype.is_floating_point:
        # A line is a plane of one row.
        ops.require(input, operator.replace("pool1d", "pool2d"))
    return sizes


def _adaptive_avg_pool(operator, rank, input, output_size):
    sizes = _adaptive_sizes(operator, rank, input, output_size)
    olds = list(input.shape[-rank:])
    if 0 in sizes:
        return input.new_zeros([*input.shape[:-rank], *sizes])
    if sizes == [1] * rank:
        return ops.hand_on_format(ops.mean(input, list(range(-rank, 0)), True, None), input)
    if all(old % size == 0 for old, size in zip(olds, sizes)):
        steps = [old // size for old, size in zip(olds, sizes)]
        return ops.avg_pool(input, rank, steps, steps, [0], False, True, None)
    result = input
    for dim, (old, size) in enumerate(zip(olds, sizes), input.dim() - rank):
        if old != size:
            result = read_taps(result, dim, mean_taps(old, size))
    return ops.hand_on_format(result, input)


@in_float32
def adaptive_avg_pool1d(input, output_size):
    """Means of as many windows as are asked for.

    input: (N, C, L), or without N; RuntimeError otherwise. output_size: a number or one a dimension.
    """
    return _adaptive_avg_pool("adaptive_avg_pool1d", 1, input, output_size)


def _adaptive_node(rank):
    """The name of the means over as many windows as asked for; where there is one it is a mean, and called so."""

    def node(input, output_size):
        wanted = output_size if isinstance(output_size, (tuple, list)) else [output_size]
        return None if all(size == 1 for size in wanted) else f"AdaptiveAvgPool{rank}DBackward0"

    return node


@named(_adaptive_node(2))
@in_float32
def adaptive_avg_pool2d(input, output_size):
    """Means of as many windows as are asked for; a size of None stays.

    input: (N, C, H, W), or without N; RuntimeError otherwise. output_size: a number or one a dimension.
    """
    return _adaptive_avg_pool("adaptive_avg_pool2d", 2, input, output_size)


@named(_adaptive_node(3))
@in_float32
def adaptive_avg_pool3d(input, output_size):
    """Means of as many windows as are asked for; a size of None stays.

    input: (N, C, D, H, W), or without N; RuntimeError otherwise. output_size: a number or one a dimension.
    """
    return _adaptive_avg_pool("adaptive_avg_pool3d", 3, input, output_size)


def _largest_of_windows(rank, input, starts):
    """Largest elements, and positions, of windows given by the input positions along each axis: `[[[…] …] …]`."""
    olds, sizes = list(input.shape[-rank:]), [len(axis) for axis in starts]
    front = list(input.shape[:-rank])
    x, flat = input, places(0, input.device)
    for axis, windows in enumerate(starts):
        rows = places(windows, input.device)
        x = ops.select_places(x, len(front) + axis, rows.reshape(-1))
        shape = [1] * (2 * rank)
        shape[2 * axis], shape[2 * axis + 1] = rows.shape
        flat = flat * olds[axis] + rows.reshape(shape)
    widths = [len(axis[0]) for axis in starts]
    pairs = [size for pair in zip(sizes, widths) for size in pair]
    order = [*range(0, 2 * rank, 2), *range(1, 2 * rank, 2)]
    x = x.reshape(front + pairs).permute([*range(len(front)), *(len(front) + dim for dim in order)])
    x = x.reshape(front + sizes + [math.prod(widths)])
    flat = flat.permute(order).reshape(sizes + [math.prod(widths)])
    position = ops.argmax(x.detach(), -1, True)
    values = ops.gather(x, -1, position).squeeze(-1)
    return values, ops.gather(ops.expand(flat, x.shape), -1, position).squeeze(-1)


def _adaptive_max_pool(operator, rank, input, output_size, return_indices):
    sizes = _adaptive_sizes(operator, rank, input, output_size)
    olds = list(input.shape[-rank:])
    if 0 in sizes or input.numel() == 0:
        empty = input.new_zeros([*input.shape[:-rank], *sizes])
        values, positions = empty, empty.to(places(0, "cpu").dtype)
    elif all(old % size == 0 for old, size in zip(olds, sizes)):
        steps = [old // size for old, size in zip(olds, sizes)]
        values, positions = _max_pool(rank, input, steps, steps, 0, 1, False)
    else:
        starts = []
        for old, size in zip(olds, sizes):
            starts.append([taps for taps, _ in mean_taps(old, size)])
        values, positions = _largest_of_windows(rank, input, starts)
    return (values, positions) if return_indices else values


def adaptive_max_pool1d_with_indices(input, output_size, return_indices=False):
    """Largest elements of as many windows as are asked for, and their positions.

    input: (N, C, L), or without N; RuntimeError otherwise. Gives (values, indices), int64.
    """
    return _adaptive_max_pool("adaptive_max_pool1d", 1, input, output_size, True)


def adaptive_max_pool2d_with_indices(input, output_size, return_indices=False):
    """Largest elements of as many windows as are asked for, and their flat positions.

    input: (N, C, H, W), or without N; RuntimeError otherwise. Gives (values, indices), int64.
    """
    return _adaptive_max_pool("adaptive_max_pool2d", 2, input, output_size, True)


def adaptive_max_pool3d_with_indices(input, output_size, return_indices=False):
    """Largest elements of as many windows as are asked for, and their flat positions.

    input: (N, C, D, H, W), or without N; RuntimeError otherwise. Gives (values, indices), int64.
    """
    return _adaptive_max_pool("adaptive_max_pool3d", 3, input, output_size, True)


@named("SqueezeBackward1")
def adaptive_max_pool1d(input, output_size, return_indices=False):
    """Largest elements of as many windows as are asked for.

    input: (N, C, L), or without N; RuntimeError otherwise. output_size: a number or one a dimension. return_indices:
    also the flat positions, int64.
    """
    return _adaptive_max_pool("adaptive_max_pool1d", 1, input, output_size, return_indices)


@named("AdaptiveMaxPool2DBackward0")
def adaptive_max_pool2d(input, output_size, return_indices=False):
    """Largest elements of as many windows as are asked for.

    input: (N, C, H, W), or without N; RuntimeError otherwise. output_size: a number or one a dimension.
    return_indices: also the flat positions, int64.
    """
    return _adaptive_max_pool("adaptive_max_pool2d", 2, input, output_size, return_indices)


@named("AdaptiveMaxPool3DBackward0")
def adaptive_max_pool3d(input, output_size, return_indices=False):
    """Largest elements of as many windows as are asked for.

    input: (N, C, D, H, W), or without N; RuntimeError otherwise. output_size: a number or one a dimension.
    return_indices: also the flat positions, int64.
    """
    return _adaptive_max_pool("adaptive_max_pool3d", 3, input, output_size, return_indices)
