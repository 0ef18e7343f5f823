"""Rules of operators that work element by element: shapes are aligned, and the batch broadcasts as any dimension.

Read next: `dispatch`, `rules_shape`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .. import _dtype
from .._C import _rows, ops
from .._tensor import Tensor
from .dispatch import RULES, rule

# One tensor comes first and the result has its shape, whatever the other arguments are.
_LIKE_THE_FIRST = """
    clone contiguous row_major to detach data alias same power masked_fill_scalar clamp gelu silu leaky_relu elu softplus
    full_like tril triu linalg_lu linalg_cholesky linalg_qr linalg_householder linalg_eigen linalg_svd linalg_pinv
    linalg_row_order layer_statistics constant_pad
    """.split()

# Tensors broadcast to the shape of the result.
_BROADCAST = "where masked_fill logical_and logical_or logical_xor".split()

# Operators of one tensor that are no functions of its elements.
_NOT_POINTWISE = """
    max min t nonzero grad history history_next history_saved bernoulli poisson standard_gamma sample_dirichlet random_
    """.split()


def _like_the_first(batch, first, *others):
    return batch.wrap(batch.op(batch.value(first), *others))


def _broadcast(batch, *arguments):
    tensors = [value for value in arguments if isinstance(value, Tensor)]
    rank = max(len(value.shape) for value in tensors)
    if rank and any(not value.shape for value in tensors):
        arguments = _as_promoted(arguments, tensors)
    return batch.wrap(batch.op(*[batch.aligned(value, rank) if isinstance(value, Tensor) else value for value in arguments]))


def _as_promoted(arguments, tensors):
    """Entries without dimensions count less for the dtype, which the batch would hide: they are converted before."""
    tensors = [value for value in tensors if value.dtype is not _dtype.bool_]
    if len({value.dtype for value in tensors}) <= 1:
        return arguments
    dtype = _dtype.BY_CODE[ops.result_type(tensors)]
    lone = {id(value) for value in tensors if not value.shape}
    return [value.to(dtype) if id(value) in lone else value for value in arguments]


@rule("result_type")
def _result_type(batch, tensors):
    # Only the number of dimensions and the dtype count.
    return ops.result_type([ops.zeros([1] * len(one.shape), one.dtype, one.device._code) for one in tensors])


@rule("result_type_scalar")
def _result_type_scalar(batch, tensor, number):
    return ops.result_type_scalar(ops.zeros([1] * len(tensor.shape), tensor.dtype, tensor.device._code), number)


@rule("hand_on_format")
def _hand_on_format(batch, tensor, like):
    # Strides of entries are not promised.
    return tensor


@rule("gpu_take")
def _take(batch, ticket, tensor):
    return batch.wrap(ops.gpu_take(ticket, batch.value(tensor)))


def _fill_in():
    for name in _LIKE_THE_FIRST:
        RULES[name] = _like_the_first
    for name in _BROADCAST:
        RULES[name] = _broadcast
    for name, (_, signature) in _rows.items():
        if signature == "T -> T" and name not in _NOT_POINTWISE:
            RULES.setdefault(name, _like_the_first)
        elif signature in ("T T -> T", "T s -> T", "s T -> T") and f"scalar_{name}" in _rows:
            RULES.setdefault(name, _broadcast)
        elif signature in ("T s -> T", "s T -> T") and (name.startswith("scalar_") or name.endswith("_scalar")):
            RULES.setdefault(name, _broadcast)


_fill_in()


@rule("require")
def _require(batch, tensor, name):
    batch.op(tensor._value, name)
