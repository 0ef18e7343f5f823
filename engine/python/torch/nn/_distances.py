"""Distances between vectors, and the bilinear form.

A distance of zero has the gradient zero. Read next: `functional`.
"""

import math

from .. import _dtype
from .._C import ops
from .._node_names import named
from .._widened import in_float32
from .._creation import ones_like, zeros_like
from ._resampling import places

#: Rows from which PyTorch works Euclidean distances out by a matrix product.
_MANY = 25


def _safe_power(x, exponent):
    """`x ** exponent` for `x >= 0`, with gradient zero at zero."""
    is_zero = ops.eq_scalar(x, 0)
    return ops.where(is_zero, zeros_like(x), ops.where(is_zero, ones_like(x), x).pow(exponent))


def _length(difference, p):
    """The p-norm over the last dimension."""
    size = ops.abs(difference)
    if p == 0:
        return ops.ne_scalar(difference, 0).to(difference.dtype).sum(-1) + size.sum(-1) * 0
    if p == 1:
        return size.sum(-1)
    if p == 2:
        return _safe_power((difference * difference).sum(-1), 0.5)
    if math.isinf(p):
        return size.amax(-1) if size.shape[-1] else size.sum(-1)
    return _safe_power(_safe_power(size, p).sum(-1), 1 / p)


@named("CdistBackward0")
def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """Distances of every row of `x1` to every row of `x2`: `(…, P, R)`."""
    modes = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
    if compute_mode not in (*modes, 0, 1, 2, None):
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for name, x in (("x1", x1), ("x2", x2)):
        if x.dim() < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name.upper()} got: {x.dim()}D")
    for name, x in (("x1", x1), ("x2", x2)):
        if not x.dtype.is_floating_point:
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name.upper()} got: {_dtype.SCALAR_TYPE_NAMES[x.dtype._code]}")
    ops.require(x1, "cdist")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
        )
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    first = modes.index(compute_mode) if isinstance(compute_mode, str) else compute_mode or 0
    many = first == 1 or first == 0 and (x1.shape[-2] > _MANY or x2.shape[-2] > _MANY)
    if p == 2 and many and x1.shape[-1]:
        # The squares expanded; rounding may leave a little less than zero.
        squares = (x1 * x1).sum(-1, True) + (x2 * x2).sum(-1).unsqueeze(-2) - 2 * ops.matmul(x1, x2.transpose(-2, -1))
        return _safe_power(ops.relu(squares), 0.5)
    return _length(x1.unsqueeze(-2) - x2.unsqueeze(-3), p)


@named("PdistBackward0")
def pdist(input, p=2.0):
    """Distances of every row to every later row.

    input: a matrix of n rows, RuntimeError otherwise. p: of the norm. Gives n (n - 1) / 2 distances.
    """
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    if not input.dtype.is_floating_point:
        raise RuntimeError("pdist only supports floating-point dtypes")
    ops.require(input, "pdist")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    count = input.shape[0]
    pairs = [(row, other) for row in range(count) for other in range(row + 1, count)]
    first, second = (places([pair[side] for pair in pairs], input.device) for side in (0, 1))
    return _length(ops.select_places(input, 0, first) - ops.select_places(input, 0, second), p)


def bilinear(input1, input2, weight, bias=None):
    """`input1 @ weight[k] @ input2` for every `k`.

    input1: (…, n). input2: (…, m). weight: (k, n, m). bias: (k). Gives (…, k). RuntimeError otherwise.
    """
    if input1.shape[:-1] != input2.shape[:-1]:
        raise RuntimeError("bilinear(): input batch dimensions do not match: got " f"{list(input1.shape[:-1])} and {list(input2.shape[:-1])}")
    outs, ins1, ins2 = weight.shape
    if input1.shape[-1] != ins1:
        raise RuntimeError(f"bilinear(): input1 size does not match weight size: got {input1.shape[-1]} but expected {ins1}")
    if input2.shape[-1] != ins2:
        raise RuntimeError(f"bilinear(): input2 size does not match weight size: got {input2.shape[-1]} but expected {ins2}")
    front = list(input1.shape[:-1])
    first, second = input1.reshape([math.prod(front), ins1]), input2.reshape([math.prod(front), ins2])
    inner = ops.matmul(first, weight.permute(1, 0, 2).reshape([ins1, outs * ins2]))
    result = (inner.reshape([math.prod(front), outs, ins2]) * second.unsqueeze(1)).sum(-1).to(inner.dtype)
    result = result if bias is None else result + bias
    return result.reshape([*front, outs])


@in_float32
def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """Divided by the `p`-norm over `dim`.

    input: floating point, of any shape, which the result has. eps: the least that is divided by.
    """
    from .._args import store

    return store(input / ops.clamp(input.norm(p, dim, True), eps, None).expand(input.shape), out)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """Cosine of the angle between vectors along `dim`.

    x1, x2: shapes broadcast, RuntimeError otherwise. Gives them without `dim`. eps: the least norm that is divided
    by.
    """
    from .._stacking import broadcast_tensors

    x1, x2 = broadcast_tensors(x1, x2)
    # Divided before they are multiplied, so that half types do not overflow.
    first, second = (x / ops.clamp(x.norm(2, dim, True), eps, None) for x in (x1, x2))
    return (first * second).sum(dim)


@in_float32
def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The `p`-norm of the difference of vectors in the last dimension.

    x1, x2: (N, D) or (D). eps: added to the difference. Gives (N) or a number, (N, 1) if keepdim.
    """
    return (x1 - x2 + eps).norm(p, -1, keepdim)
