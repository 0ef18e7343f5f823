"""Functions that combine tensors, or cut one into several: products of sets, block matrices, splits by direction.

Read next: `_shape`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import itertools
import math

from . import _dtype
from ._args import is_tensor, public_functions, store
from ._C import ops
from ._node_names import named
from ._parts import tensor_split
from ._rearranging import diag
from ._stacking import meshgrid


def _split_along(name, dim_of, least_rank, doc):
    def function(input, indices_or_sections):
        if input.dim() < least_rank:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least_rank} dimension, but got a tensor with {input.dim()} dimensions!"
            )
        dim = dim_of(input)
        size = input.shape[dim]
        if isinstance(indices_or_sections, int) and (indices_or_sections <= 0 or size % indices_or_sections):
            raise RuntimeError(
                f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension {size} is not "
                f"divisible by the split_size {indices_or_sections}!"
            )
        return tensor_split(input, indices_or_sections, dim)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{doc}

    indices_or_sections: where to cut, or into how many equal parts; RuntimeError if they are not equal. Gives a tuple of views.
    """
    return function


hsplit = _split_along("hsplit", lambda input: 0 if input.dim() == 1 else 1, 1, "The columns cut into parts: views.")
vsplit = _split_along("vsplit", lambda input: 0, 2, "The rows cut into parts: views.")
dsplit = _split_along("dsplit", lambda input: 2, 3, "The third dimension cut into parts: views.")


@named("BlockDiagBackward0")
def block_diag(*tensors):
    """The matrices along the diagonal of a larger one, zeros elsewhere.

    tensors: matrices, vectors (taken as rows) or numbers of any sizes. Gives a matrix of the summed heights and
    widths, in the promoted dtype.
    """
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    blocks = []
    for position, block in enumerate(tensors):
        if block.dim() > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. "
                f"Input {position} has {block.dim()} dimensions"
            )
        blocks.append(block.reshape(1, -1) if block.dim() < 2 else block)
    if not blocks:
        from ._creation import zeros

        return zeros(1, 0)
    dtype = blocks[0].dtype
    for block in blocks[1:]:
        dtype = _dtype.promote_types(dtype, block.dtype)
    width = sum(block.shape[1] for block in blocks)
    rows, left = [], 0
    for block in blocks:
        height, columns = block.shape
        before, after = block.new_zeros(height, left, dtype=dtype), block.new_zeros(height, width - left - columns, dtype=dtype)
        rows.append(ops.cat([before, block.to(dtype), after], 1))
        left += columns
    return ops.cat(rows, 0)


def cartesian_prod(*tensors):
    """Every choice of one element of each vector, a row each.

    tensors: vectors. Gives a matrix with as many columns as tensors; of one vector, that vector.
    """
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    for vector in tensors:
        if vector.dim() != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(vector.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return ops.stack([grid.flatten() for grid in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input, r=2, with_replacement=False):
    """Every choice of `r` elements of a vector, a row each.

    input: a vector of n elements; RuntimeError otherwise. Gives a matrix of r columns.
    """
    if input.dim() != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return input.new_zeros(0)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = [position for row in choose(range(input.shape[0]), r) for position in row]
    index = input.new_tensor(rows, dtype=_dtype.int64)
    return ops.index_select(input, 0, index).reshape(-1, r)


@named("DiagEmbedBackward0")
def diagflat(input, offset=0):
    """The elements as the diagonal of a matrix.

    input: a tensor of any shape, n elements. Gives a square matrix of n + |offset| rows. offset: above (positive) or
    below the main diagonal.
    """
    return diag(input.reshape(-1), offset)


def vander(x, N=None, increasing=False):
    """Powers of a vector's elements, a column each, the highest first unless `increasing`.

    x: a vector. Gives a matrix of len(x) rows and N columns (as many as elements if None).
    """
    if x.dim() != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    count = x.shape[0] if N is None else N
    if count < 0:
        raise RuntimeError("N must be non-negative.")
    dtype = _dtype.int64 if x.dtype is _dtype.bool_ else x.dtype
    x = x.to(dtype)
    columns = [ops.power(x, exponent) if exponent else ops.add_scalar(ops.mul_scalar(x, 0), 1) for exponent in range(count)]
    if not columns:
        return x.new_zeros(x.shape[0], 0)
    return ops.stack(columns if increasing else columns[::-1], 1)


def adjoint(input):
    """The last two dimensions exchanged: there is nothing to conjugate.

    input: of at least two dimensions. A view.
    """
    if input.dim() == 1:
        raise RuntimeError("tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.")
    return ops.transpose(input, -2, -1) if input.dim() else input


def unravel_index(indices, shape):
    """The coordinates, a tensor a dimension, of positions in the row-major elements of `shape`.

    indices: integers, of any shape, which each result has too. shape: sizes of the tensor that is indexed.
    ValueError for negative sizes.
    """
    if indices.dtype.is_floating_point or indices.dtype is _dtype.bool_:
        raise ValueError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    sizes = [shape] if isinstance(shape, int) else shape.tolist() if is_tensor(shape) else [int(size) for size in shape]
    for size in sizes:
        if size < 0:
            raise ValueError(f"'shape' cannot have negative values, but got {tuple(sizes)}")
    result, places = [], indices.to(_dtype.int64)
    for position in range(len(sizes)):
        step = math.prod(sizes[position + 1 :])
        result.append(ops.remainder_scalar(ops.floor_divide_scalar(places, max(step, 1)), max(sizes[position], 1)))
    return tuple(result)


def nonzero_static(input, *, size, fill_value=-1, out=None):
    """Indices of the first `size` elements that are not zero, a row each; rows of `fill_value` after them.

    input: of any shape; gives int64 (size, input.dim()). Unlike `nonzero` it need not wait for the GPU.
    """
    if size < 0:
        raise RuntimeError(f"nonzero_static: 'size' must be an non-negative integer, got {size}")
    found = input.nonzero()
    count, rank = found.shape
    if count > size:
        found = ops.narrow(found, 0, 0, size)
    elif count < size:
        found = ops.cat([found, found.new_full((size - count, rank), fill_value)], 0)
    return store(ops.clone(found), out)


@named("RenormBackward0")
def renorm(input, p, dim, maxnorm, *, out=None):
    """`input` with every part along `dim` whose `p`-norm is above `maxnorm` scaled down to it.

    input: of at least two dimensions. Gives the same shape and dtype.
    """
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    if input.dim() < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {input.dim()} dimensions")
    others = [position for position in range(input.dim()) if position != dim % input.dim()]
    norms = ops.norm(input, float(p), others, True)
    # PyTorch's guard against division by zero.
    scaled = maxnorm / (norms + 1e-7)
    factors = ops.where(ops.gt_scalar(norms, maxnorm), scaled, norms.new_ones(()))
    return store(ops.mul(input, factors), out)


__all__ = public_functions(globals())
