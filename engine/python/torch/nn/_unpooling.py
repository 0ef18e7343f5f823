"""Undoing of max pooling, and pooling over random windows.

Read next: `_pooling`.
"""

from .. import _dtype
from .._C import ops
from .._node_names import named
from .._creation import arange, empty, full
from ._convolution import ints


def _unpool_sizes(rank, input, kernel_size, stride, padding, output_size):
    default = [
        (size - 1) * step - 2 * pad + kernel
        for size, step, pad, kernel in zip(input.shape[-rank:], stride, padding, kernel_size)
    ]
    if output_size is None:
        return default
    sizes = list(output_size)
    if len(sizes) == rank + 2:
        sizes = sizes[2:]
    if len(sizes) != rank:
        raise ValueError(
            f"output_size should be a sequence containing {rank} or {rank + 2} elements, but it has a length of '{len(sizes)}'"
        )
    for dim, (size, wanted, step) in enumerate(zip(sizes, default, stride)):
        if not wanted - step < size < wanted + step:
            raise ValueError(
                f"invalid output_size '{sizes}' (dim {dim} must be between '{wanted - step}' and '{wanted + step}')"
            )
    return sizes


def _spread(value, rank):
    values = ints(value)
    return values * rank if len(values) == 1 else values


def _max_unpool(rank, input, indices, kernel_size, stride, padding, output_size):
    ranks = {1: (2, 3), 2: (3, 4), 3: (4, 5)}[rank]
    if input.dim() not in ranks:
        # A line is a plane of one row.
        least = max(ranks[0], 3)
        raise RuntimeError(
            f"Input to max_unpooling{max(rank, 2)}d should be a {least}d or {least + 1}d Tensor, but got a tensor with "
            f"{input.dim() + (rank == 1)} dimensions."
        )
    if not input.dtype.is_floating_point:
        ops.require(input, f"max_unpool{max(rank, 2)}d")
    kernel_size = _spread(kernel_size, rank)
    stride = _spread(stride, rank) if stride is not None and ints(stride) else kernel_size
    if rank == 3 and min(stride) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {list(stride)}")
    sizes = _unpool_sizes(rank, input, kernel_size, stride, _spread(padding, rank), output_size)
    if indices.dtype is not _dtype.int64:
        raise RuntimeError(
            f"elements in indices should be type int64 but got: {_dtype.SCALAR_TYPE_NAMES[indices.dtype._code]}"
        )
    if input.shape != indices.shape:
        row = [1] if rank == 1 else []
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(input.shape) + row}) but got indices tensor "
            f"with shape: {list(indices.shape) + row}"
        )
    front = list(input.shape[:-rank])
    count = 1
    for size in sizes:
        count *= size
    lines = front + [-1] if input.numel() else front + [0]
    result = input.new_zeros(front + [count]).scatter(-1, indices.reshape(lines), input.reshape(lines))
    return result.reshape(front + sizes)


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Zeros with the elements at the positions where max pooling found them.

    input, indices: (N, C, L), or without N, as `max_pool1d` gave them. output_size: where several sizes are
    possible, which; ValueError if it is none of those.
    """
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


@named("MaxUnpool2DBackward0")
def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Zeros with the elements at the positions where max pooling found them.

    input, indices: (N, C, H, W), or without N, as `max_pool2d` gave them. output_size: where several sizes are
    possible, which; ValueError if it is none of those.
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


@named("MaxUnpool3DBackward0")
def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """Zeros with the elements at the positions where max pooling found them.

    input, indices: (N, C, D, H, W), or without N, as `max_pool3d` gave them. output_size: where several sizes are
    possible, which; ValueError if it is none of those.
    """
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


def _random_windows(size, width, count, samples):
    """Positions `[N, C, count, width]` of windows whose steps vary with the samples `[N, C]`."""
    steps = arange(count, device=samples.device, dtype=samples.dtype)
    if count > 1:
        alpha = (size - width) / (count - 1)
        sample = samples.unsqueeze(-1)
        starts = ops.floor((steps + sample) * alpha) - ops.floor(sample * alpha)
        starts = ops.where(ops.eq_scalar(steps, count - 1), full((), size - width, device=samples.device, dtype=samples.dtype), starts)
    else:
        starts = (steps * 0 + (size - width)).expand([*samples.shape, count])
    return (starts.unsqueeze(-1) + arange(width, device=samples.device)).to(_dtype.int64)


def _fractional(rank, input, kernel_size, output_size, output_ratio, return_indices, samples):
    if output_size is None and output_ratio is None:
        raise ValueError(f"fractional_max_pool{rank}d requires specifying either an output_size or an output_ratio")
    single = input.dim() == rank + 1
    x = input.unsqueeze(0) if single else input
    olds, widths = list(x.shape[2:]), _spread(kernel_size, rank)
    if output_size is None:
        ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else [output_ratio] * rank
        sizes = [int(old * ratio) for old, ratio in zip(olds, ratios)]
    else:
        sizes = _spread(output_size, rank)
    operator = "fractional_max_pool2d()" if rank == 2 else "fractional_max_pool3d_out()"
    for word, old, width, size in zip(("time", "height", "width")[3 - rank :], olds, widths, sizes):
        if size + width - 1 > old:
            raise RuntimeError(f"{operator}: pool {word} {width} too large relative to input {word} {old}")
    if samples is None:
        samples = empty((*x.shape[:2], rank), dtype=x.dtype, device=x.device).uniform_()
    flat = arange(1, device=x.device).reshape([1] * (2 + 2 * rank))
    for axis in range(rank):
        # The samples' last entry is of the first spatial axis in three dimensions; in two, rows take the second.
        sample = samples[..., rank - 1 - axis] if rank == 2 else samples[..., axis]
        rows = _random_windows(olds[axis], widths[axis], sizes[axis], sample.detach())
        shape = [*x.shape[:2]] + [1] * (2 * rank)
        shape[2 + axis], shape[2 + rank + axis] = sizes[axis], widths[axis]
        flat = flat * olds[axis] + rows.reshape(shape)
    front = [*x.shape[:2]]
    flat = flat.reshape(front + sizes + [-1])
    window = flat.shape[-1]
    read = ops.gather(x.reshape(front + [-1]), 2, flat.reshape(front + [-1])).reshape(flat.shape)
    position = ops.argmax(read.detach(), -1, True)
    values, positions = (ops.gather(part, -1, position).squeeze(-1) for part in (read, flat))
    if single:
        values, positions = values.squeeze(0), positions.squeeze(0)
    return (values, positions) if return_indices else values


@named("FractionalMaxPool2DBackward0")
def fractional_max_pool2d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    """Largest elements of windows at random steps of `(N, C, H, W)`.

    kernel_size: a number or one a dimension. output_size or output_ratio: exactly one of them, ValueError otherwise.
    return_indices: also the flat positions, int64. Source: https://arxiv.org/abs/1412.6071
    """
    return _fractional(2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


@named("FractionalMaxPool3DBackward0")
def fractional_max_pool3d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    """Largest elements of windows at random steps of `(N, C, D, H, W)`.

    kernel_size: a number or one a dimension. output_size or output_ratio: exactly one of them, ValueError otherwise.
    return_indices: also the flat positions, int64. Source: https://arxiv.org/abs/1412.6071
    """
    return _fractional(3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def fractional_max_pool2d_with_indices(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    """`fractional_max_pool2d`, and the positions.

    Arguments and shapes as `fractional_max_pool2d`. Gives (values, indices), int64.
    """
    return _fractional(2, input, kernel_size, output_size, output_ratio, True, _random_samples)


def fractional_max_pool3d_with_indices(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    """`fractional_max_pool3d`, and the positions.

    Arguments and shapes as `fractional_max_pool3d`. Gives (values, indices), int64.
    """
    return _fractional(3, input, kernel_size, output_size, output_ratio, True, _random_samples)
