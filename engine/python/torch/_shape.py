"""Functions that rearrange elements: views, joining, splitting, repeating, flipping.

Read next: `_methods`, `engine/src/ops/movement.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from ._args import dims, is_tensor, one_dim, public_functions, sizes, store
from ._C import ops


def reshape(input, *sizes_, shape=None):
    """The elements in row-major order under another shape; a view where possible. One size may be -1."""
    return ops.reshape(input, sizes(sizes_ if shape is None else (shape,)))


def view(input, *shape, size=None):
    """The same memory under another shape. With a dtype, the conversion of that name is not there yet."""
    shape = shape if size is None else (size,)
    if len(shape) == 1 and hasattr(shape[0], "_code"):
        if shape[0] is input.dtype:
            return ops.alias(input)
        raise NotImplementedError("torch.Tensor.view(dtype) is not in Carrel yet")
    return ops.view(input, sizes(shape))


def view_as(input, other):
    """`input.view(other.shape)`."""
    return ops.view(input, other.shape)


def reshape_as(input, other):
    """`input.reshape(other.shape)`."""
    return ops.reshape(input, other.shape)


def permute(input, *order, dims=None):
    """Dimensions in another order."""
    return ops.permute(input, sizes(order if dims is None else (dims,)))


def transpose(input, dim0, dim1):
    """Two dimensions exchanged."""
    return ops.transpose(input, dim0, dim1)


swapaxes = swapdims = transpose


def t(input):
    """A matrix transposed; vectors and numbers as they are."""
    return ops.t(input)


def movedim(input, source, destination):
    """Dimensions moved to other places."""
    rank = input.dim()
    sources = [one_dim(dim, rank) for dim in dims(source)]
    targets = [one_dim(dim, rank) for dim in dims(destination)]
    if len(sources) != len(targets):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source "
            f"({sources} dims) should contain the same number of dims as destination ({targets} dims)"
        )
    rest = iter(dim for dim in range(rank) if dim not in sources)
    placed = dict(zip(targets, sources))
    return ops.permute(input, [placed[dim] if dim in placed else next(rest) for dim in range(rank)])


moveaxis = movedim


def expand(input, *shape, size=None, implicit=False):
    """Dimensions of size 1 repeated without copying. -1 keeps a size."""
    return ops.expand(input, sizes(shape if size is None else (size,)))


def broadcast_to(input, size):
    """`input.expand(size)`."""
    return ops.expand(input, size)


def expand_as(input, other):
    """`input.expand(other.shape)`."""
    return ops.expand(input, other.shape)


def unsqueeze(input, dim):
    """A dimension of size 1 put in."""
    return ops.unsqueeze(input, dim)


def squeeze(input, dim=None):
    """Dimensions of size 1 taken out: all, or those named."""
    return ops.squeeze(input, None if dim is None else dims(dim))


def flatten(input, start_dim=0, end_dim=-1):
    """Dimensions joined into one."""
    return ops.flatten(input, start_dim, end_dim)


def ravel(input):
    """All dimensions joined into one."""
    return ops.reshape(input, [-1])


def unflatten(input, dim, sizes):
    """One dimension split into several; one size may be -1."""
    dim = one_dim(dim, input.dim())
    old = list(input.shape)
    inner = list(sizes)
    known = math.prod(size for size in inner if size != -1)
    if -1 in inner:
        inner[inner.index(-1)] = old[dim] // known if known else 0
    if math.prod(inner) != old[dim]:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({old[dim]}) in the input tensor"
        )
    return ops.view(input, [*old[:dim], *inner, *old[dim + 1 :]])


def narrow(input, dim, start, length):
    """A stretch of one dimension: a view."""
    return ops.narrow(input, dim, int(start), length)


def select(input, dim, index):
    """One position of a dimension: a view with one dimension less."""
    return ops.select(input, dim, int(index))


def unbind(input, dim=0):
    """All positions of a dimension: a tuple of views."""
    return tuple(ops.unbind(input, dim))


def diagonal(input, offset=0, dim1=0, dim2=1):
    """The diagonal of two dimensions: a view."""
    return ops.diagonal(input, offset, dim1, dim2)


def diag(input, diagonal=0):
    """A matrix's diagonal, or the matrix with a vector as diagonal."""
    if input.dim() == 2:
        return ops.diagonal(input, diagonal, 0, 1).clone()
    if input.dim() != 1:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.dim()}D")
    size = input.shape[0] + abs(diagonal)
    made = input.new_zeros((size, size))
    ops.diagonal(made, diagonal, 0, 1).copy_(input)
    return made


def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """The last dimension as the diagonals of matrices."""
    size = input.shape[-1] + abs(offset)
    made = input.new_zeros((*input.shape[:-1], size, size))
    ops.diagonal(made, offset, -2, -1).copy_(input)
    made = movedim(made, (-2, -1), (dim1, dim2))
    return made if ops.is_contiguous(made) else ops.contiguous(made)


def tril(input, diagonal=0, *, out=None):
    """The lower triangle; zeros above."""
    return store(ops.tril(input, diagonal), out)


def triu(input, diagonal=0, *, out=None):
    """The upper triangle; zeros below."""
    return store(ops.triu(input, diagonal), out)


def as_strided(input, size, stride, storage_offset=None):
    """A view of the memory with given sizes and strides."""
    return ops.as_strided(input, size, stride, input.storage_offset() if storage_offset is None else storage_offset)


def _several(name, tensors):
    """The tensors given as a list; one tensor is not several."""
    if is_tensor(tensors):
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor")
    tensors = list(tensors)
    if not tensors and name != "cat":
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return tensors


def cat(tensors, dim=0, *, out=None):
    """Tensors joined along a dimension."""
    tensors = _several("cat", tensors)
    if not tensors:
        raise RuntimeError("torch.cat(): expected a non-empty list of Tensors")
    for position, item in enumerate(tensors):
        if not is_tensor(item):
            raise TypeError(f"expected Tensor as element {position} in argument 0, but got {type(item).__name__}")
    return store(ops.cat(tensors, dim), out)


concat = concatenate = cat


def stack(tensors, dim=0, *, out=None):
    """Tensors of one shape joined along a new dimension."""
    tensors = _several("stack", tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    for position, item in enumerate(tensors):
        if not is_tensor(item):
            raise TypeError(f"expected Tensor as element {position} in argument 0, but got {type(item).__name__}")
        if item.shape != tensors[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at entry 0 and "
                f"{list(item.shape)} at entry {position}"
            )
    return store(ops.stack(tensors, dim), out)


def split(input, split_size_or_sections, dim=0):
    """Views of stretches of a dimension: of one size, or of the sizes given."""
    dim = one_dim(dim, input.dim())
    size = input.shape[dim]
    if isinstance(split_size_or_sections, int):
        step = split_size_or_sections
        if step < 0 or (step == 0 and size):
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={step}")
        lengths = [step] * (size // step) + [size % step] * (size % step > 0) if size else [size]
    else:
        lengths = list(split_size_or_sections)
        if sum(lengths) != size:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at dimension {dim}), "
                f"but got split_sizes={lengths}"
            )
    return tuple(ops.split_with_sizes(input, lengths, dim))


split_with_sizes = split


def chunk(input, chunks, dim=0):
    """A dimension in about equal parts: views."""
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    size = input.shape[one_dim(dim, input.dim())]
    if size == 0:
        return split(input, [0] * chunks, dim)
    return split(input, -(-size // chunks), dim)


def tensor_split(input, indices_or_sections, dim=0):
    """A dimension cut at indices, or into parts whose sizes differ by at most one."""
    dim = one_dim(dim, input.dim())
    size = input.shape[dim]
    if is_tensor(indices_or_sections):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        base, extra = divmod(size, indices_or_sections)
        return split(input, [base + 1] * extra + [base] * (indices_or_sections - extra), dim)
    bounds = [slice(end).indices(size)[1] for end in indices_or_sections]
    starts = [0, *bounds]
    return tuple(ops.slice(input, dim, start, max(end, start), 1) for start, end in zip(starts, [*bounds, size]))


def repeat(input, *counts, repeats=None):
    """Copies of the whole tensor side by side."""
    return ops.repeat(input, sizes(counts if repeats is None else (repeats,)))


def tile(input, *repeats, dims=None):
    """As `repeat`; missing counts are 1."""
    counts = sizes(repeats if dims is None else (dims,))
    return ops.repeat(input, [1] * (input.dim() - len(counts)) + counts)


def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Every position of a dimension several times in a row."""
    from ._creation import arange, tensor

    if repeats is None:
        input, repeats = arange(input.shape[0], device=input.device), input
    if dim is None:
        input, dim = input.flatten(), 0
    size = input.shape[dim]
    counts = repeats.tolist() if is_tensor(repeats) else repeats
    counts = [counts] * size if isinstance(counts, int) else counts * size if len(counts) == 1 else counts
    if len(counts) != size:
        raise RuntimeError("repeats must have the same size as input along dim")
    order = [position for position, count in enumerate(counts) for _ in range(count)]
    return ops.index_select(input, dim, tensor(order, dtype=None if order else _int64(), device=input.device))


def _int64():
    from ._dtype import int64

    return int64


def flip(input, *order, dims=None):
    """Dimensions reversed: a copy."""
    return ops.flip(input, sizes(order if dims is None else (dims,)))


def fliplr(input):
    """Columns reversed."""
    return ops.flip(input, [1])


def flipud(input):
    """Rows reversed."""
    return ops.flip(input, [0])


def roll(input, shifts, dims=None):
    """Elements moved along dimensions, round the end to the front."""
    if dims is None:
        return roll(input.flatten(), shifts, 0).view(input.shape)
    shifts = (shifts,) if isinstance(shifts, int) else shifts
    dims = (dims,) if isinstance(dims, int) else dims
    if len(shifts) != len(dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    for shift, dim in zip(shifts, dims):
        size = input.shape[dim]
        if size and (cut := (-shift) % size):
            input = ops.cat([ops.narrow(input, dim, cut, size - cut), ops.narrow(input, dim, 0, cut)], dim)
    return input.clone() if not shifts else input


def rot90(input, k=1, dims=(0, 1)):
    """A plane turned by quarter turns."""
    turns = k % 4
    if turns == 1:
        return ops.flip(input, [dims[1]]).transpose(*dims)
    if turns == 2:
        return ops.flip(input, list(dims))
    if turns == 3:
        return ops.flip(input, [dims[0]]).transpose(*dims)
    return input.clone()


def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes broadcast to."""
    from ._size import Size

    shapes = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    rank = max(map(len, shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        for offset, size in enumerate(reversed(shape), 1):
            if size != 1 and result[-offset] not in (1, size):
                raise RuntimeError(
                    f"Shape mismatch: objects cannot be broadcast to a single shape: {shape} and {tuple(result)}"
                )
            if size != 1:
                result[-offset] = size
    return Size(result)


def broadcast_tensors(*tensors):
    """Tensors expanded to one shape."""
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    shape = []
    for tensor in tensors:
        shape = _joined(shape, tensor.shape)
    return tuple(ops.expand(tensor, shape) for tensor in tensors)


def _joined(first, second):
    """The shape of two tensors broadcast, or the error of an operator that is given both."""
    rank = max(len(first), len(second))
    first, second = [1] * (rank - len(first)) + list(first), [1] * (rank - len(second)) + list(second)
    for dim in reversed(range(rank)):
        if first[dim] != second[dim] and 1 not in (first[dim], second[dim]):
            raise RuntimeError(
                f"The size of tensor a ({first[dim]}) must match the size of tensor b ({second[dim]}) "
                f"at non-singleton dimension {dim}"
            )
    return [b if a == 1 else a for a, b in zip(first, second)]


def meshgrid(*tensors, indexing="ij"):
    """Coordinate grids of vectors."""
    tensors = list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else list(tensors)
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    for one in tensors:
        if one.dim() > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {one}")
    swap = indexing == "xy" and len(tensors) > 1
    if swap:
        tensors[0], tensors[1] = tensors[1], tensors[0]
    shape = [tensor.numel() for tensor in tensors]
    grids = [
        ops.expand(tensor.reshape([1] * position + [-1] + [1] * (len(tensors) - position - 1)), shape)
        for position, tensor in enumerate(tensors)
    ]
    if swap:
        # Made with the first two exchanged, the grids have their dimensions in the order wanted.
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


def _at_least(rank):
    def function(*tensors):
        def raised(tensor):
            if rank == 3 and tensor.dim() == 2:
                return tensor.unsqueeze(-1)
            while tensor.dim() < rank:
                tensor = tensor.unsqueeze(0) if tensor.dim() != 1 or rank != 3 else tensor.unsqueeze(0).unsqueeze(-1)
            return tensor

        if len(tensors) == 1:
            if isinstance(tensors[0], (list, tuple)):
                return tuple(raised(tensor) for tensor in tensors[0])
            return raised(tensors[0])
        return tuple(raised(tensor) for tensor in tensors)

    function.__name__ = function.__qualname__ = f"atleast_{rank}d"
    function.__doc__ = f"Tensors with dimensions of size 1 added up to rank {rank}."
    return function


atleast_1d, atleast_2d, atleast_3d = _at_least(1), _at_least(2), _at_least(3)


def hstack(tensors, *, out=None):
    """Tensors side by side."""
    tensors = [atleast_1d(tensor) for tensor in _several("hstack", tensors)]
    return cat(tensors, 0 if tensors[0].dim() == 1 else 1, out=out)


def vstack(tensors, *, out=None):
    """Tensors one below another."""
    return cat([atleast_2d(tensor) for tensor in _several("vstack", tensors)], 0, out=out)


row_stack = vstack


def dstack(tensors, *, out=None):
    """Tensors one behind another."""
    return cat([atleast_3d(tensor) for tensor in _several("dstack", tensors)], 2, out=out)


def column_stack(tensors, *, out=None):
    """Vectors as columns beside matrices."""
    tensors = _several("column_stack", tensors)
    return cat([tensor.reshape(tensor.numel(), 1) if tensor.dim() <= 1 else tensor for tensor in tensors], 1, out=out)


def unfold(input, dimension, size, step):
    """Windows of a dimension as a further dimension: a view."""
    dim = one_dim(dimension, input.dim())
    if input.dim() == 0:
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
