"""Products of matrices and vectors, `einsum` and its like.

Refuses decompositions: see `linalg`. Read next: `_methods`, `engine/src/ops/matmul.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from . import _dtype
from ._args import dims, is_tensor, one_dim, public_functions, store
from ._C import ops
from ._node_names import named
from ._stacking import broadcast_shapes, stack
from ._widened import in_float32


def matmul(input, other, *, out=None):
    """Product of matrices; of vectors, and of batches, by NumPy's rules.

    input, other: of at least one dimension. (n, m) and (m, p) give (n, p); (n) and (n) a number; (n, m) and (m) give
    (n); leading dimensions are batches and broadcast. RuntimeError if shapes do not fit or dtypes differ.

    >>> torch.matmul(torch.ones(10, 3, 4), torch.ones(4, 5)).shape
    ..torch.Size([10, 3, 5])
    """
    return store(ops.matmul(input, other), out)


def mm(input, mat2, *, out=None):
    """Product of two matrices.

    input: (n, m). mat2: (m, p). Gives (n, p). No broadcasting: see `matmul`. RuntimeError if shapes do not fit or
    dtypes differ.
    """
    return store(ops.mm(input, mat2), out)


def bmm(input, mat2, *, out=None):
    """Products of two batches of matrices.

    input: (b, n, m). mat2: (b, m, p). Gives (b, n, p). RuntimeError if shapes do not fit or dtypes differ.
    """
    return store(ops.bmm(input, mat2), out)


def mv(input, vec, *, out=None):
    """A matrix times a vector.

    input: (n, m). vec: (m). Gives (n). RuntimeError if shapes do not fit or dtypes differ.
    """
    return store(ops.mv(input, vec), out)


def dot(input, tensor, *, out=None):
    """Sum of the products of two vectors' elements.

    input, tensor: vectors of one length and dtype. Gives a tensor without dimensions. RuntimeError otherwise.
    """
    return store(ops.dot(input, tensor), out)


vdot = dot


def outer(input, vec2, *, out=None):
    """All products of the elements of two vectors.

    input: (n). vec2: (m). Gives (n, m). RuntimeError if one is no vector.
    """
    return store(ops.outer(input, vec2), out)


ger = outer


def inner(input, other):
    """Sums of products over the last dimension of both."""
    if input.dim() == 0 or other.dim() == 0:
        return input * other
    return tensordot(input, other, dims=([-1], [-1]))


def addmm(input, mat1, mat2, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * (mat1 @ mat2)`.

    mat1: (n, m). mat2: (m, p). input: broadcasts to (n, p). With `beta=0` its NaNs do not count. RuntimeError if
    shapes do not fit or dtypes differ.
    """
    if beta == 0 or not input.dtype.is_floating_point:
        return store(_scaled_sum(input, ops.mm(mat1, mat2), beta, alpha), out)
    return store(ops.addmm(input, mat1, mat2, beta, alpha), out)


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * bmm(batch1, batch2)`.

    batch1: (b, n, m). batch2: (b, m, p). input: broadcasts to (b, n, p). RuntimeError if shapes do not fit or dtypes
    differ.
    """
    if beta == 0 or not input.dtype.is_floating_point:
        return store(_scaled_sum(input, ops.bmm(batch1, batch2), beta, alpha), out)
    return store(ops.baddbmm(input, batch1, batch2, beta, alpha), out)


@named("AddmvBackward0")
@in_float32
def addmv(input, mat, vec, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * (mat @ vec)`.

    mat: (n, m). vec: (m). input: broadcasts to (n). RuntimeError if shapes do not fit or dtypes differ.
    """
    return store(_scaled_sum(input, ops.mv(mat, vec), beta, alpha), out)


@named("AddrBackward0")
def addr(input, vec1, vec2, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * outer(vec1, vec2)`.

    vec1: (n). vec2: (m). input: broadcasts to (n, m). RuntimeError if shapes do not fit or dtypes differ.
    """
    if input.dtype is _dtype.bool_:
        return store(ops.logical_or(input, ops.outer(vec1, vec2)), out)
    return store(_scaled_sum(input, ops.outer(vec1, vec2), beta, alpha), out)


def addbmm(input, batch1, batch2, *, beta=1, alpha=1, out=None):
    """`beta * input + alpha * bmm(batch1, batch2).sum(0)`.

    batch1: (b, n, m). batch2: (b, m, p). input: broadcasts to (n, p). RuntimeError if shapes do not fit or dtypes
    differ.
    """
    # One product over the batch and the inner dimension together, which sums in one go.
    count, rows, inner = batch1.shape
    left = batch1.permute(1, 0, 2).reshape(rows, count * inner)
    product = ops.mm(left, batch2.reshape(count * inner, batch2.shape[2]))
    return store(_scaled_sum(input, product, beta, alpha), out)


def _scaled_sum(input, product, beta, alpha):
    """`beta * input + alpha * product`; a factor 0 leaves its tensor out, whatever it holds."""
    if not product.dtype.is_floating_point:
        beta, alpha = int(beta), int(alpha)
    product = product if alpha == 1 else ops.mul_scalar(product, alpha)
    if beta == 0:
        if input.requires_grad:
            # Nothing of it is left, but a gradient of zeros still arrives there.
            return ops.add(ops.masked_fill(input, input.new_ones((), dtype=_dtype.bool_), 0), product)
        return ops.expand(product, broadcast_shapes(input.shape, product.shape))
    return ops.add(input if beta == 1 else ops.mul_scalar(input, beta), product)


@named("TraceBackward0")
def trace(input):
    """Sum of a matrix's diagonal.

    input: a matrix; RuntimeError otherwise. Gives a tensor without dimensions.
    """
    if input.dim() != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.dim()}")
    ops.require(input, "trace")
    return ops.diagonal(input, 0, 0, 1).sum()


def tensordot(a, b, dims=2, out=None):
    """Sums of products over pairs of dimensions: the last `dims` of a with the first of b, or two lists.

    a, b: of any shapes in which the paired sizes are equal, RuntimeError otherwise. Gives the other dimensions of a,
    then those of b.
    """
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.dim(), b.dim()):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        first, second = list(range(a.dim() - dims, a.dim())), list(range(dims))
    else:
        first, second = ([one_dim(dim, t.dim()) for dim in ([d] if isinstance(d, int) else d)] for d, t in zip(dims, (a, b)))
    named = [-count for count in range(dims, 0, -1)] if isinstance(dims, int) else first
    kept_a = [dim for dim in range(a.dim()) if dim not in first]
    kept_b = [dim for dim in range(b.dim()) if dim not in second]
    for one, two, name in zip(first, second, named):
        # A size of 1 meets any other, as if it were expanded.
        if a.shape[one] == 1 != b.shape[two]:
            b = b.sum(two, True).to(b.dtype)
        elif b.shape[two] == 1 != a.shape[one]:
            a = a.sum(one, True).to(a.dtype)
        if a.shape[one] != b.shape[two]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a.shape[one]} in dim {name} and second has size "
                f"{b.shape[two]} in dim {two}"
            )
    size = math.prod(a.shape[dim] for dim in first)
    left = ops.permute(a, kept_a + first).reshape(math.prod(a.shape[dim] for dim in kept_a), size)
    right = ops.permute(b, second + kept_b).reshape(size, math.prod(b.shape[dim] for dim in kept_b))
    product = ops.mm(left, right)
    return store(product.reshape([a.shape[dim] for dim in kept_a] + [b.shape[dim] for dim in kept_b]), out)


def chain_matmul(*matrices, out=None):
    """Product of several matrices.

    matrices: two-dimensional, each as high as the one before is wide. See `torch.linalg.multi_dot`.
    """
    product = matrices[0]
    for matrix in matrices[1:]:
        product = ops.mm(product, matrix)
    return store(product, out)


@named("LinalgCrossBackward0")
def cross(input, other, dim=None, *, out=None):
    """Vector product of 3-element vectors along `dim`.

    input, other: shapes broadcast; size 3 along `dim` (the first such dimension if None). RuntimeError otherwise.
    """
    if dim is not None and input.dim():
        one_dim(dim, input.dim())
    if dim is not None and input.dim() == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    if dim is None:
        dim = next((d for d, size in enumerate(input.shape) if size == 3), None)
        if dim is None:
            raise RuntimeError("no dimension of size 3 in input")
    elif input.shape[dim] != 3 or other.shape[dim] != 3:
        sizes = f"{input.shape[dim]} and {other.shape[dim]}"
        raise RuntimeError(f"linalg.cross: inputs dimension {dim} must have length 3. Got {sizes}")
    a, b = (tensor.unbind(dim) for tensor in (input.expand(_common(input, other)), other.expand(_common(input, other))))
    parts = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    return store(stack(parts, dim), out)


def _common(first, second):
    return broadcast_shapes(first.shape, second.shape)


def einsum(equation, *operands):
    """Sums of products named by letters: `einsum("ij,kj->ik", a, b)`.

    equation: letters of every operand's dimensions, `...` for those without, and after `->` those of the result;
    without it the letters that occur once, in order. operands: tensors of one dtype, or several lists of numbers
    instead of letters. RuntimeError for letters that do not fit.
    """
    from ._einsum import contract

    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    return contract(equation, operands)


def kron(input, other, *, out=None):
    """Kronecker product.

    input, other: of any shapes. Every size of the result is the product of both; missing dimensions count as 1.
    """
    rank = max(input.dim(), other.dim())
    a = input.reshape([1] * (rank - input.dim()) + list(input.shape))
    b = other.reshape([1] * (rank - other.dim()) + list(other.shape))
    a_shape = [size for pair in zip(a.shape, [1] * rank) for size in pair]
    b_shape = [size for pair in zip([1] * rank, b.shape) for size in pair]
    product = a.reshape(a_shape) * b.reshape(b_shape)
    return store(product.reshape([m * n for m, n in zip(a.shape, b.shape)]), out)

__all__ = public_functions(globals())
