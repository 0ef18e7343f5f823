"""Copies of a tensor in another arrangement: repeated, flipped, rolled, turned; triangles, and matrices of a diagonal.

Refuses views: see `_shape` and `_parts`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._args import is_tensor, one_dim, public_functions, sizes, store
from ._C import ops
from ._node_names import named
from ._dtype import int64
from ._shape import movedim


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


@named("DiagEmbedBackward0")
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
    from ._creation import arange
    from ._from_data import tensor

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
    return ops.index_select(input, dim, tensor(order, dtype=None if order else int64, device=input.device))


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


@named("RollBackward0")
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


@named("Rot90Backward0")
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


__all__ = public_functions(globals())
