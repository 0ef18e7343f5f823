"""Functions that rearrange elements: views, joining, splitting, repeating, flipping.

Read next: `_methods`, `_stacking`, `engine/src/ops/movement/`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from ._args import dims, is_tensor, one_dim, public_functions, sizes, store
from ._C import ops


def reshape(input, *sizes_, shape=None):
    """The elements in row-major order under another shape; a view where possible. One size may be -1.

    sizes: numbers or one sequence of them; RuntimeError if they do not make up the number of elements.
    """
    return ops.reshape(input, sizes(sizes_ if shape is None else (shape,)))


def view(input, *shape, size=None, dtype=None):
    """The same memory under another shape, or as elements of another dtype.

    shape: numbers or one sequence of them, one may be -1. RuntimeError if they do not make up the number of
    elements, or if the strides do not allow a view: `reshape` copies then.
    dtype, or a dtype as only argument: the bits are taken as they lie. If elements become smaller or larger the last
    dimension becomes longer or shorter; RuntimeError if sizes, strides or offset do not allow that. CPU only,
    NotImplementedError on the GPU, which does not hold elements of all dtypes in their own bytes. Not differentiable.
    """
    shape = shape if size is None else (size,)
    if dtype is None and len(shape) == 1 and hasattr(shape[0], "_code"):
        (dtype,) = shape
    if dtype is not None:
        return ops.view_dtype(input, dtype)
    return ops.view(input, sizes(shape))


def view_as(input, other):
    """`input.view(other.shape)`.

    other: any tensor of as many elements. RuntimeError otherwise.
    """
    return ops.view(input, other.shape)


def reshape_as(input, other):
    """`input.reshape(other.shape)`.

    other: any tensor of as many elements. RuntimeError otherwise.
    """
    return ops.reshape(input, other.shape)


def permute(input, *order, dims=None):
    """Dimensions in another order.

    order: every dimension once, as numbers or one sequence; RuntimeError otherwise. A view.
    """
    return ops.permute(input, sizes(order if dims is None else (dims,)))


def transpose(input, dim0, dim1):
    """Two dimensions exchanged.

    dim0, dim1: dimensions; negative ones count from the end. A view. IndexError for a dimension that is not there.
    """
    return ops.transpose(input, dim0, dim1)


swapaxes = swapdims = transpose


def t(input):
    """A matrix transposed; vectors and numbers as they are.

    input: of at most two dimensions, RuntimeError otherwise. A view.
    """
    return ops.t(input)


def movedim(input, source, destination):
    """Dimensions moved to other places.

    source, destination: a dimension, or as many each. A view. IndexError for a dimension that is not there.
    """
    rank = input.dim()
    source, destination = list(dims(source)), list(dims(destination))
    if len(source) != len(destination):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source "
            f"({source} dims) should contain the same number of dims as destination ({destination} dims)"
        )
    sources = [one_dim(dim, rank) for dim in source]
    targets = [one_dim(dim, rank) for dim in destination]
    for name, given, places in (("source", source, sources), ("destination", destination, targets)):
        if len(set(places)) != len(places):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({given})")
    rest = iter(dim for dim in range(rank) if dim not in sources)
    placed = dict(zip(targets, sources))
    return ops.permute(input, [placed[dim] if dim in placed else next(rest) for dim in range(rank)])


moveaxis = movedim


def expand(input, *shape, size=None, implicit=False):
    """Dimensions of size 1 repeated without copying. -1 keeps a size.

    shape: numbers or one sequence of them; further dimensions come first. A view. RuntimeError for sizes that are
    neither 1 nor the one asked for.
    """
    return ops.expand(input, sizes(shape if size is None else (size,)))


def broadcast_to(input, size):
    """`input.expand(size)`.

    size: a shape; dimensions of size 1 are repeated and missing ones come first. A view.
    """
    return ops.expand(input, size)


def expand_as(input, other):
    """`input.expand(other.shape)`.

    other: any tensor to whose shape input broadcasts. A view; RuntimeError otherwise.
    """
    return ops.expand(input, other.shape)


def unsqueeze(input, dim):
    """A dimension of size 1 put in.

    dim: where it will be, negative numbers count from the end of the result. A view. IndexError for a dimension that
    is not there.
    """
    return ops.unsqueeze(input, dim)


def squeeze(input, dim=None):
    """Dimensions of size 1 taken out: all, or those named.

    dim: an int or several; a dimension of another size stays. A view. IndexError for a dimension that is not there.
    """
    return ops.squeeze(input, None if dim is None else dims(dim))


def flatten(input, start_dim=0, end_dim=-1):
    """Dimensions joined into one.

    start_dim, end_dim: the first and last to join. A view where strides allow, else a copy; a number becomes a
    vector. IndexError for a dimension that is not there.
    """
    return ops.flatten(input, start_dim, end_dim)


def ravel(input):
    """All dimensions joined into one.

    input: of any shape. A view where strides allow, else a copy.
    """
    return ops.reshape(input, [-1])


def unflatten(input, dim, sizes):
    """One dimension split into several; one size may be -1.

    sizes: RuntimeError unless their product is the dimension's size. A view. IndexError for a dimension that is not
    there.
    """
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
    if is_tensor(start) and (start.dim() or start.dtype.is_floating_point or start.dtype is _bool()):
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
    """The last dimension as the diagonals of matrices.

    input: of at least one dimension; gets one more. offset: above (positive) or below the main diagonal. dim1, dim2:
    the matrices' places.
    """
    rank = input.dim() + 1
    if one_dim(dim1, rank) == one_dim(dim2, rank):
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    size = input.shape[-1] + abs(offset)
    made = input.new_zeros((*input.shape[:-1], size, size))
    ops.diagonal(made, offset, -2, -1).copy_(input)
    made = movedim(made, (-2, -1), (dim1, dim2))
    return made if ops.is_contiguous(made) else ops.contiguous(made)


def tril(input, diagonal=0, *, out=None):
    """The lower triangle; zeros above.

    input: (..., n, m), RuntimeError for less than two dimensions. diagonal: the last one kept, positive is above the
    main one.
    """
    return store(ops.tril(input, diagonal), out)


def triu(input, diagonal=0, *, out=None):
    """The upper triangle; zeros below.

    input: (..., n, m), RuntimeError for less than two dimensions. diagonal: the first one kept, positive is above
    the main one.
    """
    return store(ops.triu(input, diagonal), out)


def as_strided(input, size, stride, storage_offset=None):
    """A view of the memory with given sizes and strides.

    size, stride: as many numbers each. storage_offset: where it begins (where input does). RuntimeError beyond the
    memory.
    """
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
    """Tensors joined along a dimension.

    tensors: of equal sizes but along dim; dtypes are promoted. RuntimeError for none and for other sizes. IndexError
    for a dimension that is not there.

    >>> torch.cat([torch.zeros(2, 3), torch.ones(4, 3)]).shape
    ..torch.Size([6, 3])
    """
    tensors = _several("cat", tensors)
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for position, item in enumerate(tensors):
        if not is_tensor(item):
            raise TypeError(f"expected Tensor as element {position} in argument 0, but got {type(item).__name__}")
    return store(ops.cat(tensors, dim), out)


concat = concatenate = cat


def stack(tensors, dim=0, *, out=None):
    """Tensors of one shape joined along a new dimension.

    tensors: of one shape, RuntimeError otherwise. dim: where the new dimension will be. IndexError for a dimension
    that is not there.

    >>> torch.stack([torch.zeros(3), torch.ones(3)]).shape
    ..torch.Size([2, 3])
    """
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
    """Views of stretches of a dimension: of one size, or of the sizes given.

    split_size_or_sections: a size, of which the last part may fall short, or a list that sums to the dimension;
    RuntimeError otherwise. Gives a tuple.
    """
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
    dim = one_dim(dim, input.dim())
    size = input.shape[dim]
    if is_tensor(indices_or_sections):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, int):
        if indices_or_sections <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {indices_or_sections}")
        base, extra = divmod(size, indices_or_sections)
        return split(input, [base + 1] * extra + [base] * (indices_or_sections - extra), dim)
    bounds = [slice(end).indices(size)[1] for end in indices_or_sections]
    starts = [0, *bounds]
    return tuple(ops.slice(input, dim, start, max(end, start), 1) for start, end in zip(starts, [*bounds, size]))


def repeat(input, *counts, repeats=None):
    """Copies of the whole tensor side by side.

    counts: numbers or one sequence, at least as many as dimensions; further ones come first. RuntimeError for fewer.
    """
    return ops.repeat(input, sizes(counts if repeats is None else (repeats,)))


def tile(input, *repeats, dims=None):
    """Copies of the whole tensor side by side; missing counts are 1.

    repeats: numbers or one sequence, one for each of the last dimensions, or more for further dimensions in front.
    """
    counts = sizes(repeats if dims is None else (dims,))
    return ops.repeat(input, [1] * (input.dim() - len(counts)) + counts)


def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Every position of a dimension several times in a row.

    repeats: a number, or int64 (n) for every position. dim: None for all elements in a vector. With a tensor of
    repeats it waits for the GPU, unless output_size tells the result's length.
    """
    from ._creation import arange, tensor

    if repeats is None:
        input, repeats = arange(input.shape[0], device=input.device), input
    if dim is None:
        input, dim = input.flatten(), 0
    size = input.shape[dim]
    counts = repeats.tolist() if is_tensor(repeats) else repeats
    counts = [counts] * size if isinstance(counts, int) else counts * size if len(counts) == 1 else counts
    if len(counts) != size:
        raise RuntimeError(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{len(counts)} and input.size({dim}) = {size}"
        )
    order = [position for position, count in enumerate(counts) for _ in range(count)]
    return ops.index_select(input, dim, tensor(order, dtype=None if order else _int64(), device=input.device))


def _bool():
    from ._dtype import bool_

    return bool_


def _int64():
    from ._dtype import int64

    return int64


def flip(input, *order, dims=None):
    """Dimensions reversed: a copy.

    order: dimensions, numbers or one sequence; RuntimeError for the same one twice. IndexError for a dimension that
    is not there.
    """
    return ops.flip(input, sizes(order if dims is None else (dims,)))


def fliplr(input):
    """Columns reversed.

    input: of at least two dimensions, RuntimeError otherwise. A copy.
    """
    if input.dim() < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return ops.flip(input, [1])


def flipud(input):
    """Rows reversed.

    input: of at least one dimension, RuntimeError otherwise. A copy.
    """
    if input.dim() < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return ops.flip(input, [0])


def roll(input, shifts, dims=None):
    """Elements moved along dimensions, round the end to the front.

    shifts, dims: a number or as many each; without dims the elements are taken as one row. A copy.
    """
    shifts = (shifts,) if isinstance(shifts, int) else shifts
    dims = (dims,) if isinstance(dims, int) else dims
    if not len(shifts):
        raise RuntimeError("`shifts` required")
    if not dims and len(shifts) == 1:
        return roll(input.flatten(), shifts, 0).view(input.shape)
    dims = dims or ()
    if len(shifts) != len(dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    for shift, dim in zip(shifts, dims):
        place = one_dim(dim, input.dim())
        if not input.dim():
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        size = input.shape[place]
        if size and (cut := (-shift) % size):
            input = ops.cat([ops.narrow(input, dim, cut, size - cut), ops.narrow(input, dim, 0, cut)], dim)
    return input.clone() if not shifts else input


def rot90(input, k=1, dims=(0, 1)):
    """A plane turned by quarter turns.

    k: quarter turns, from the first of dims towards the second. dims: two dimensions; RuntimeError otherwise. A
    copy.
    """
    rank, turns = input.dim(), k % 4
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if rank < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {rank}")
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == rank:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    if turns == 1:
        return ops.flip(input, [dims[1]]).transpose(*dims)
    if turns == 2:
        return ops.flip(input, list(dims))
    if turns == 3:
        return ops.flip(input, [dims[0]]).transpose(*dims)
    return input.clone()


def unfold(input, dimension, size, step):
    """Windows of a dimension as a further dimension: a view.

    size, step: of the windows; RuntimeError for a size above the dimension's. The dimension counts the windows, the
    new last one their elements.
    """
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
