"""The different values of a tensor, or its different slices along a dimension.

How many there are is known only when they are found, so these wait for the GPU.
Read next: `_selection`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype
from ._args import one_dim, public_functions
from ._C import ops


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The different values, or slices along `dim`, in order.

    sorted: accepted; they are always sorted. return_inverse: also where in the result each element is, int64 in the
    shape of input. return_counts: also how often each occurs, int64. dim: None for the values of all elements. Gives
    a tensor, or a tuple of those asked for. IndexError for a dimension that is not there. Waits for the GPU.
    """
    return _unique(input, True, return_inverse, return_counts, dim)


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The values, or slices along `dim`, without repetitions of the one before.

    return_inverse: also where in the result each element is, int64 in the shape of input. return_counts: also how
    often each occurs, int64. dim: None for the values of all elements. Gives a tensor, or a tuple of those asked
    for. IndexError for a dimension that is not there. Waits for the GPU.
    """
    return _unique(input, False, return_inverse, return_counts, dim)


def _unique(input, in_order, return_inverse, return_counts, dim):
    if dim is None:
        rows, whole, shape = input.reshape(-1, 1), input.reshape(-1), input.shape
        dim = 0
    else:
        if input.dim() == 0:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        dim = one_dim(dim, input.dim())
        whole = input.reshape(1) if input.dim() == 0 else input
        count = whole.shape[dim]
        if 0 in whole.shape and count:
            raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
        rows, shape = ops.transpose(whole, 0, dim).reshape(count, whole.numel() // count if count else 0), [count]
    with_grad = ops.set_grad_enabled(False)
    try:
        order = _row_order(rows) if in_order else None
        starts, ranks = _runs(rows if order is None else ops.index_select(rows, 0, order))
    finally:
        ops.set_grad_enabled(with_grad)
    result = [ops.index_select(whole, dim, starts if order is None else ops.index_select(order, 0, starts))]
    if return_inverse:
        inverse = ranks if order is None else ops.index_copy(ops.mul_scalar(ranks, 0), 0, order, ranks)
        result.append(inverse.reshape(shape))
    if return_counts:
        size = starts.new_full((1,), rows.shape[0])
        ends = ops.cat([ops.narrow(starts, 0, 1, starts.numel() - 1), size], 0) if starts.numel() else starts
        result.append(ends - starts)
    return result[0] if len(result) == 1 else tuple(result)


def _row_order(rows):
    """The order of the rows by their first element, then the second, and so on: stable sorts from the last to the first."""
    count, width = rows.shape
    order = None
    for column in range(width - 1, -1, -1):
        keys = ops.select(rows, 1, column)
        step = ops.sort(keys if order is None else ops.index_select(keys, 0, order), 0, False)[1]
        order = step if order is None else ops.index_select(order, 0, step)
    return rows.new_zeros(count, dtype=_dtype.int64) if order is None else order


def _runs(rows):
    """Where runs of equal rows begin, and the number of each row's run."""
    count = rows.shape[0]
    if count == 0:
        nothing = rows.new_zeros(0, dtype=_dtype.int64)
        return nothing, nothing
    changes = ops.any(ops.ne(ops.narrow(rows, 0, 1, count - 1), ops.narrow(rows, 0, 0, count - 1)), [1], False)
    is_first = ops.cat([changes.new_ones(1), changes], 0)
    return is_first.nonzero().squeeze(1), ops.cumsum(is_first, 0) - 1


__all__ = public_functions(globals())
