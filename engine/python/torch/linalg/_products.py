"""Products and powers of matrices, and tensors seen as matrices.

Read next: `_solving`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from .._args import one_dim, store
from .._C import ops
from .._node_names import named
from .._pointwise import where
from .._stacking import cat
from ._common import check_square, dense, identity, tied


def _best_order(sizes):
    """Where to split each run of matrices, so that the whole product takes the fewest multiplications."""
    count = len(sizes) - 1
    cost = [[0] * count for _ in range(count)]
    split = [[0] * count for _ in range(count)]
    for length in range(2, count + 1):
        for first in range(count - length + 1):
            last = first + length - 1
            cost[first][last], split[first][last] = min(
                (cost[first][k] + cost[k + 1][last] + sizes[first] * sizes[k + 1] * sizes[last + 1], k)
                for k in range(first, last)
            )
    return split


def multi_dot(tensors, *, out=None):
    """Product of several matrices, in the order that takes the fewest multiplications. The ends may be vectors.

    tensors: at least two, each as high as the one before is wide; RuntimeError otherwise. Source: the matrix chain
    order by dynamic programming.
    """
    tensors = list(tensors)
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    starts, ends = tensors[0].dim() == 1, tensors[-1].dim() == 1
    if starts:
        tensors[0] = tensors[0].unsqueeze(0)
    if ends:
        tensors[-1] = tensors[-1].unsqueeze(1)
    for position, tensor in enumerate(tensors):
        if tensor.dim() != 2:
            raise RuntimeError(f"multi_dot(): tensor {position} must be 2D but got {tensor.dim()}D")
    for position, (left, right) in enumerate(zip(tensors, tensors[1:])):
        if left.shape[1] != right.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {position} and {position + 1} with shapes {list(left.shape)} and {list(right.shape)} "
                "cannot be multiplied"
            )
    split = _best_order([tensors[0].shape[0], *(tensor.shape[1] for tensor in tensors)])

    def product(first, last):
        if first == last:
            return tensors[first]
        middle = split[first][last]
        return ops.mm(product(first, middle), product(middle + 1, last))

    result = product(0, len(tensors) - 1)
    if starts:
        result = result.squeeze(0)
    if ends:
        result = result.squeeze(-1)
    return store(result, out)


def matrix_power(A, n, *, out=None):
    """Square matrices multiplied with themselves; the inverse's power for a negative `n`.

    A: (..., n, n), RuntimeError otherwise. n: an integer; 0 gives the identity.
    """
    from ._solving import inv

    if A.dim() < 2:
        raise RuntimeError("linalg.matrix_power: The input tensor A must have at least 2 dimensions.")
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"linalg.matrix_power: A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} matrices"
        )
    if n < 0:
        return matrix_power(inv(A), -n, out=out)
    if n == 0:
        return store(tied(identity(A.shape[-1], A).expand(A.shape), A), out)
    result = None
    while n:
        if n & 1:
            result = A if result is None else ops.matmul(result, A)
        n >>= 1
        if n:
            A = ops.matmul(A, A)
    return store(result.clone() if result is A else result, out)


#: The coefficients of the exponential series that are summed. With norms up to 1/2 the rest is far below rounding.
_SERIES = [1 / math.factorial(power) for power in range(18)]


@dense("torch.linalg.matrix_exp", "LinalgMatrixExpBackward0")
def matrix_exp(A):
    """The exponential series of square matrices.

    A: floating point (..., n, n), RuntimeError otherwise. Gives the same shape. Source: scaling and squaring.
    """
    check_square(A, "linalg.matrix_exp")
    if A.numel() == 0:
        return A.clone()
    size = A.detach().abs().sum(-2).amax(-1)
    # The matrix is halved so often that the series converges fast; then the result is squared as often.
    halvings = (size.clamp(min=0.5).log2() + 1).ceil().nan_to_num(0, 0, 0)
    A = A * (-halvings).exp2()[..., None, None]
    one = identity(A.shape[-1], A)
    square = A @ A
    cube = square @ A
    result = None
    for power in range(len(_SERIES) - 3, -1, -3):
        block = one * _SERIES[power] + A * _SERIES[power + 1] + square * _SERIES[power + 2]
        result = block if result is None else result @ cube + block
    for step in range(int(halvings.max())):
        result = where((halvings > step)[..., None, None], result @ result, result)
    return result


def vander(x, *, N=None, out=None):
    """Powers 0 to N - 1 of vectors' elements.

    x: (..., n), RuntimeError for numbers. N: columns (n if None). Gives (..., n, N).
    """
    from .._creation import arange

    if x.dim() == 0:
        x = x.unsqueeze(0)
    count = x.shape[-1] if N is None else N
    if count <= 1:
        raise RuntimeError(f"N must be greater than 1. Got {count}")
    ones = x.new_ones([*x.shape, 1])
    powers = ops.expand(x.unsqueeze(-1), [*x.shape, count - 1]).cumprod(-1)
    return store(cat([ones, powers], -1), out)


def vecdot(x, y, *, dim=-1, out=None):
    """Sums of products of vectors along `dim`.

    x, y: of one dtype; shapes broadcast, RuntimeError otherwise. Gives them without `dim`.
    """
    return store(ops.mul(x, y).sum(dim), out)


@named("LinalgCrossBackward0")
def cross(input, other, *, dim=-1, out=None):
    """Vector product of 3-element vectors along `dim`.

    input, other: as many dimensions each; shapes broadcast; size 3 along dim. RuntimeError otherwise.
    """
    from .._linalg import cross as product

    if input.dim() != other.dim():
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    position = one_dim(dim, input.dim())
    if input.shape[position] != 3 or other.shape[position] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[position]} and {other.shape[position]}"
        )
    return product(input, other, dim, out=out)


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The diagonals of matrices: a view.

    A: of at least two dimensions. offset: above (positive) or below the main one. The diagonal becomes the last
    dimension.
    """
    return ops.diagonal(A, offset, dim1, dim2)


def tensorinv(A, ind=2, *, out=None):
    """The inverse of `tensordot(A, ., ind)`.

    A: of shape S + T where both have the same product, S being the first `ind` sizes; RuntimeError otherwise. Gives
    T + S.
    """
    from ._common import check_info
    from ._solving import SINGULAR_INVERSE, inv_ex

    if ind <= 0:
        raise RuntimeError("Expected a strictly positive integer for 'ind'")
    rows, columns = A.shape[:ind], A.shape[ind:]
    if math.prod(rows) != math.prod(columns):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{math.prod(columns)} != {math.prod(rows)}"
        )
    inverse, info = inv_ex(A.reshape(math.prod(rows), math.prod(columns)))
    check_info(info, "inv", SINGULAR_INVERSE)
    return store(inverse.reshape([*columns, *rows]), out)


def tensorsolve(A, B, dims=None, *, out=None):
    """`X` with `tensordot(A, X, X.ndim) = B`; the dimensions `dims` of A go last before.

    A: of shape B.shape + X.shape, of equal products; RuntimeError otherwise.
    """
    from ._solving import solve

    if dims is not None:
        moved = [one_dim(d, A.dim()) for d in dims]
        A = ops.permute(A, [d for d in range(A.dim()) if d not in moved] + moved)
    rest = A.shape[B.dim() :]
    if math.prod(rest) != B.numel():
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got "
            f"{math.prod(rest)} != {B.numel()}"
        )
    return store(solve(A.reshape(B.numel(), B.numel()), B.reshape(-1)).reshape(rest), out)
