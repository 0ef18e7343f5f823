"""Views of parts: stretches and positions of a dimension, diagonals, windows, and whatever strides say.

Refuses indices that are tensors: see `_selection`. Read next: `_shape`, `engine/src/ops/movement/parts.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._args import is_tensor, one_dim, public_functions
from ._C import ops
from ._node_names import named
from ._dtype import bool_


def narrow(input, dim, start, length):
    """A stretch of one dimension: a view.

    start: the first position, negative from the end. length: how many. RuntimeError for positions that are not
    there. IndexError for a dimension that is not there.
    """
    if start.__class__ is not int:
        start = _narrow_start(start)
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if input.dim():
        size = input.shape[one_dim(dim, input.dim())]
        if not -size <= start <= size:
            raise IndexError(f"start out of range (expected to be in range of [{-size}, {size}], but got {start})")
    return ops.narrow(input, dim, start, length)


def _narrow_start(start):
    """The beginning of a stretch given as something else than an int."""
    if is_tensor(start) and (start.dim() or start.dtype.is_floating_point or start.dtype is bool_):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    return int(start)


def select(input, dim, index):
    """One position of a dimension: a view with one dimension less.

    index: a position, negative from the end; IndexError if not there. IndexError for a dimension that is not there.
    """
    return ops.select(input, dim, int(index))


def unbind(input, dim=0):
    """All positions of a dimension: a tuple of views.

    input: of at least one dimension. IndexError for a dimension that is not there.
    """
    return tuple(ops.unbind(input, dim))


def diagonal(input, offset=0, dim1=0, dim2=1):
    """The diagonal of two dimensions: a view.

    offset: above (positive) or below the main one. The diagonal becomes the last dimension. IndexError for a
    dimension that is not there.
    """
    return ops.diagonal(input, offset, dim1, dim2)


def as_strided(input, size, stride, storage_offset=None):
    """A view of the memory with given sizes and strides.

    size, stride: as many numbers each. storage_offset: where it begins (where input does). RuntimeError beyond the
    memory.
    """
    return ops.as_strided(input, size, stride, input.storage_offset() if storage_offset is None else storage_offset)


def split(input, split_size_or_sections, dim=0):
    """Views of stretches of a dimension: of one size, or of the sizes given.

    split_size_or_sections: a size, of which the last part may fall short, or a list that sums to the dimension;
    RuntimeError otherwise. Gives a tuple.
    """
    if input.dim() == 0:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = one_dim(dim, input.dim())
    size = input.shape[dim]
    mark, node = ops.history_mark(), None
    if isinstance(split_size_or_sections, int):
        step = split_size_or_sections
        if step < 0 or (step == 0 and size):
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={step}")
        lengths = [step] * (size // step) + [size % step] * (size % step > 0) if size else [size]
    else:
        lengths = list(split_size_or_sections)
        node = "SplitWithSizesBackward0"
        if sum(lengths) != size:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at dimension {dim}), "
                f"but got split_sizes={lengths}"
            )
    parts = tuple(ops.split_with_sizes(input, lengths, dim))
    if node is not None and ops.history_mark() != mark:
        for part in parts:
            ops.name_node(part, mark, node)
    return parts


split_with_sizes = split


def chunk(input, chunks, dim=0):
    """A dimension in about equal parts: views.

    chunks: at least 1, RuntimeError otherwise; there may be fewer where the size does not divide. Gives a tuple.
    """
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    size = input.shape[one_dim(dim, input.dim())]
    if size == 0:
        return split(input, [0] * chunks, dim)
    return split(input, -(-size // chunks), dim)


def tensor_split(input, indices_or_sections, dim=0):
    """A dimension cut at indices, or into parts whose sizes differ by at most one.

    indices_or_sections: a number of parts, or the positions of cuts. Gives a tuple of views.
    """
    if input.dim() == 0:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = one_dim(dim, input.dim())
    size = input.shape[dim]
    if is_tensor(indices_or_sections):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        if indices_or_sections <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {indices_or_sections}")
        base, extra = divmod(size, indices_or_sections)
        indices_or_sections = [part * base + min(part, extra) for part in range(1, indices_or_sections)]
    bounds = [slice(end).indices(size)[1] for end in indices_or_sections]
    starts = [0, *bounds]
    return tuple(ops.slice(input, dim, start, max(end, start), 1) for start, end in zip(starts, [*bounds, size]))


@named("UnfoldBackward0")
def unfold(input, dimension, size, step):
    """Windows of a dimension as a further dimension: a view.

    size, step: of the windows; RuntimeError for a size above the dimension's. The dimension counts the windows, the
    new last one their elements.
    """
    dim = one_dim(dimension, input.dim())
    if input.dim() == 0:
        if size > 1:
            raise RuntimeError(f"maximum size for tensor at dimension 0 is 1 but size is {size}")
        return ops.as_strided(input, [size], [1], input.storage_offset())
    strides = list(input.stride())
    shape = list(input.shape)
    if size > shape[dim]:
        raise RuntimeError(f"maximum size for tensor at dimension {dim} is {shape[dim]} but size is {size}")
    windows = (shape[dim] - size) // step + 1
    shape[dim], inner = windows, strides[dim]
    strides[dim] *= step
    return ops.as_strided(input, [*shape, size], [*strides, inner], input.storage_offset())


__all__ = public_functions(globals())
