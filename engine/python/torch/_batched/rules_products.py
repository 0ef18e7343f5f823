"""Rules of matrix products and what is made of them. Batches become further dimensions of a product of matrices.

Read next: `rules_windows`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._C import ops
from .dispatch import rule


@rule("matmul")
def _matmul(batch, first, second):
    a, b = batch.value(first), batch.value(second)
    ranks = first.dim(), second.dim()
    if 0 in ranks:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {ranks[0]}D and {ranks[1]}D")
    if not batch.has(second) and ranks[1] == 2:
        # One product of a tall matrix.
        return batch.wrap(ops.matmul(a, b))
    if not batch.has(second) and ranks[1] == 1:
        return batch.wrap(ops.matmul(a, b))
    if not batch.has(first) and ranks == (2, 1):
        return batch.wrap(ops.matmul(b, ops.transpose(a, 0, 1)))
    a = ops.unsqueeze(a, -2) if ranks[0] == 1 else a
    b = ops.unsqueeze(b, -1) if ranks[1] == 1 else b
    rank = max(2, *ranks)
    result = ops.matmul(_aligned(batch, first, a, rank), _aligned(batch, second, b, rank))
    if ranks[1] == 1:
        result = ops.squeeze(result, [-1])
    if ranks[0] == 1:
        result = ops.squeeze(result, [-1 if ranks[1] == 1 else -2])
    return batch.wrap(result)


def _aligned(batch, tensor, value, rank):
    """Matrices with as many dimensions before them as the other factor has."""
    if not batch.has(tensor) or len(value.shape) - 1 == rank:
        return value
    return ops.reshape(value, [batch.size, *[1] * (rank + 1 - len(value.shape)), *value.shape[1:]])


_RANKS = {"mm": (2, 2), "bmm": (3, 3), "mv": (2, 1), "dot": (1, 1)}


@rule("mm", "bmm", "mv", "dot")
def _fixed_product(batch, first, second):
    wanted = _RANKS[batch.name]
    if (first.dim(), second.dim()) != wanted:
        raise RuntimeError(
            f"{batch.name}: expected tensors of {wanted[0]} and {wanted[1]} dimensions, but got {first.dim()} and {second.dim()}"
        )
    return ops.matmul(first, second)


@rule("outer")
def _outer(batch, first, second):
    if (first.dim(), second.dim()) != (1, 1):
        wrong = first if first.dim() != 1 else second
        raise RuntimeError(f"outer: Expected 1-D argument, but got {wrong.dim()}-D")
    return ops.mul(ops.unsqueeze(first, 1), ops.unsqueeze(second, 0))


@rule("addmm", "baddbmm")
def _add_product(batch, addend, first, second, beta, alpha):
    product = ops.matmul(first, second)
    product = product if alpha == 1 else ops.mul_scalar(product, alpha)
    if beta == 0:
        return product
    return ops.add(addend if beta == 1 else ops.mul_scalar(addend, beta), product)


@rule("linear")
def _linear(batch, tensor, weight, bias):
    if not batch.has(weight) and not batch.has(bias):
        return batch.wrap(ops.linear(batch.value(tensor), weight, bias))
    result = ops.matmul(tensor, ops.t(weight))
    return result if bias is None else ops.add(result, bias)


@rule("linalg_solve_triangular")
def _solve_triangular(batch, triangle, right, is_upper, is_unit):
    rank = max(triangle.dim(), right.dim())
    a, b = (batch.aligned(batch.wrap(batch.front(one)), rank) for one in (triangle, right))
    # Dimensions before the matrices are broadcast here.
    lead = [max(sizes) if 0 not in sizes else 0 for sizes in zip(a.shape[:-2], b.shape[:-2])]
    a, b = (ops.expand(one, [*lead, *one.shape[-2:]]) for one in (a, b))
    return batch.wrap(ops.linalg_solve_triangular(a, b, is_upper, is_unit))


@rule("layer_norm")
def _layer_norm(batch, tensor, sizes, weight, bias, eps):
    if not batch.has(weight) and not batch.has(bias):
        return batch.wrap(ops.layer_norm(tensor._value, sizes, weight, bias, eps))
    result = ops.layer_norm(tensor, sizes, None, None, eps)
    result = result if weight is None else ops.mul(result, weight)
    return result if bias is None else ops.add(result, bias)


@rule("attention")
def _attention(batch, query, key, value, mask, dropout, is_causal, scale):
    if dropout > 0.0:
        from .rules_random import checked_randomness

        checked_randomness(batch.level)
    rank = max(one.dim() for one in (query, key, value, mask) if one is not None)
    query, key, value = (batch.aligned(batch.wrap(batch.front(one)), rank) for one in (query, key, value))
    mask = None if mask is None else batch.aligned(mask, rank)
    return batch.wrap(ops.attention(query, key, value, mask, dropout, is_causal, scale))
