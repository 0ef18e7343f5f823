"""Functions that fold dimensions away: sums, means, extremes, norms.

Read next: `_methods`, `engine/src/ops/reduce.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype, return_types
from ._args import dims, is_tensor, not_a_tensor, numpy_names, one_dim, public_functions, store
from ._C import ops
from ._node_names import named
from ._fallback import on_cpu
from ._widened import in_float32


def _converted(input, dtype):
    return input if dtype is None or dtype is input.dtype else input.to(dtype)


def sum(input, dim=None, keepdim=False, *, dtype=None, out=None, **numpy):
    """Sum over `dim` (an int, several, or all).

    input: of any shape. bool and integers add up to int64 if no dtype is named. keepdim: the dimensions stay, with
    size 1. IndexError for a dimension that is not there.
    """
    if numpy:
        dim, keepdim = numpy_names(dim, keepdim, numpy)
    return store(ops.sum(input, dims(dim), keepdim, dtype), out)


def mean(input, dim=None, keepdim=False, *, dtype=None, out=None, **numpy):
    """Mean over `dim`.

    input: floating point, or another with a floating point `dtype`; NotImplementedError otherwise. NaN of nothing. keepdim:
    the dimensions stay, with size 1. IndexError for a dimension that is not there.
    """
    if numpy:
        dim, keepdim = numpy_names(dim, keepdim, numpy)
    if not is_tensor(input):
        raise not_a_tensor("mean", input)
    kind = input.dtype if dtype is None else dtype
    if not kind.is_floating_point:
        what = "Input" if dtype is None else "Optional"
        name = _dtype.SCALAR_TYPE_NAMES[kind._code]
        raise NotImplementedError(
            f"mean(): could not infer output dtype. {what} dtype must be either a floating point or complex dtype. Got: {name}"
        )
    return store(ops.mean(input, dims(dim), keepdim, dtype), out)


def prod(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """Product over `dim`.

    input: of any shape; dim: one, or all if None. bool and integers give int64 if no dtype is named. keepdim: the
    dimensions stay, with size 1. IndexError for a dimension that is not there.
    """
    return store(ops.prod(input, dims(dim), keepdim, dtype), out)


@named("NansumBackward0")
def nansum(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """Sum without the NaNs.

    input: of any shape; dim: an int, several, or all if None. keepdim: the dimensions stay, with size 1. IndexError
    for a dimension that is not there.
    """
    if input.dtype.is_floating_point:
        input = ops.masked_fill(input, ops.isnan(input), 0.0)
    return sum(input, dim, keepdim, dtype=dtype, out=out)


def nanmean(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """Mean without the NaNs.

    input: floating point; dim: an int, several, or all if None. NaN where there is nothing else. keepdim: the
    dimensions stay, with size 1. IndexError for a dimension that is not there.
    """
    if not input.dtype.is_floating_point:
        kind = _dtype.SCALAR_TYPE_NAMES[input.dtype._code]
        raise NotImplementedError(f"nanmean(): expected input to have floating point or complex dtype but got {kind}")
    count = sum(ops.logical_not(ops.isnan(input)), dim, keepdim)
    return store(nansum(input, dim, keepdim, dtype=dtype) / count, out)


def _correction(unbiased, correction):
    return (1 if unbiased else 0) if correction is None else correction


def _spread(name, doc):
    def function(input, dim=None, unbiased=True, keepdim=False, *, correction=None, out=None, **numpy):
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        if numpy:
            dim, keepdim = numpy_names(dim, keepdim, numpy)
        if not is_tensor(input):
            raise TypeError(
                f"{name}() received an invalid combination of arguments - got ({type(input).__name__}), but expected one of:"
            )
        if not input.dtype.is_floating_point:
            raise NotImplementedError("std and var only support floating point and complex dtypes")
        return store(getattr(ops, name)(input, dims(dim), float(_correction(unbiased, correction)), keepdim), out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{doc}

    input: floating point, NotImplementedError otherwise. dim: an int, several, or all if None. correction: what is taken from the
    count; `unbiased=False` means 0. keepdim: the dimensions stay, with size 1.
    """
    return function


var = _spread("var", "Variance over `dim`; divided by `n - correction` (1).")
std = _spread("std", "Standard deviation over `dim`; divided by `n - correction` (1).")


def _check_floating(name, input):
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"{name} only support floating point and complex dtypes")


@named("VarMeanBackward0")
@in_float32
def var_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    """Variance and mean.

    input: floating point. correction: what is taken from the count (1); `unbiased=False` means 0. keepdim: the
    dimensions stay, with size 1. IndexError for a dimension that is not there.
    """
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    _check_floating("var_mean", input)
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


@named("StdMeanBackward0")
@in_float32
def std_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    """Standard deviation and mean.

    input: floating point. correction: what is taken from the count (1); `unbiased=False` means 0. keepdim: the
    dimensions stay, with size 1. IndexError for a dimension that is not there.
    """
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    _check_floating("std_mean", input)
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def _extreme(name, pairwise):
    result_type = getattr(return_types, name)

    def function(input, dim=None, keepdim=False, *, out=None, **numpy):
        if numpy:
            dim, keepdim = numpy_names(dim, keepdim, numpy)
        if dim is None:
            return store(getattr(ops, name)(input), out)
        if is_tensor(dim):
            return store(getattr(ops, pairwise)(input, dim), out)
        return store(result_type(*getattr(ops, name + "_dim")(input, dim, keepdim)), out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"Without `dim` the {name}imum of all elements; with it the values and their indices; "
        f"with a tensor in its place, the elementwise {name}imum."
    )
    return function


max = _extreme("max", "maximum")
min = _extreme("min", "minimum")


def amax(input, dim=(), keepdim=False, *, out=None):
    """Largest values over `dim`.

    dim: an int, several, or all if empty. Equal values share the gradient. keepdim: the dimensions stay, with size
    1. IndexError for a dimension that is not there.
    """
    return store(ops.amax(input, dims(dim), keepdim), out)


def amin(input, dim=(), keepdim=False, *, out=None):
    """Smallest values over `dim`.

    dim: an int, several, or all if empty. Equal values share the gradient. keepdim: the dimensions stay, with size
    1. IndexError for a dimension that is not there.
    """
    return store(ops.amin(input, dims(dim), keepdim), out)


@named("AminmaxBackward0")
def aminmax(input, *, dim=None, keepdim=False):
    """Smallest and largest values, over all or along a dimension.

    input: any tensor. dim: the dimension that is folded, kept as 1 with keepdim. Gives a pair of the dtype of `input`.
    """
    return return_types.aminmax(amin(input, dims(dim), keepdim), amax(input, dims(dim), keepdim))


def argmax(input, dim=None, keepdim=False, *, out=None, **numpy):
    """Index of the largest element, over all or along `dim`.

    Gives int64; of equal elements one of them; NaN counts as the largest. IndexError for nothing. keepdim: the
    dimensions stay, with size 1. IndexError for a dimension that is not there.
    """
    if numpy:
        dim, keepdim = numpy_names(dim, keepdim, numpy)
    if not is_tensor(input):
        raise not_a_tensor("argmax", input)
    if input.dtype is _dtype.bool_:
        raise NotImplementedError("argmax(): does not support bool input")
    return store(ops.argmax(input, dim, keepdim), out)


def argmin(input, dim=None, keepdim=False, *, out=None, **numpy):
    """Index of the smallest element, over all or along `dim`.

    Gives int64; of equal elements one of them; NaN counts as the smallest. IndexError for nothing. keepdim: the
    dimensions stay, with size 1. IndexError for a dimension that is not there.
    """
    if numpy:
        dim, keepdim = numpy_names(dim, keepdim, numpy)
    if not is_tensor(input):
        raise not_a_tensor("argmin", input)
    if input.dtype is _dtype.bool_:
        raise NotImplementedError("argmin(): does not support bool input")
    return store(ops.argmin(input, dim, keepdim), out)


def any(input, dim=None, keepdim=False, *, out=None, **numpy):
    """True if any element is not zero.

    Gives bool; uint8 for uint8. dim: an int, several, or all if None. False of nothing. keepdim: the dimensions
    stay, with size 1. IndexError for a dimension that is not there.
    """
    if numpy:
        dim, keepdim = numpy_names(dim, keepdim, numpy)
    return store(ops.any(input, dims(dim), keepdim), out)


def all(input, dim=None, keepdim=False, *, out=None, **numpy):
    """True if all elements are not zero.

    Gives bool; uint8 for uint8. dim: an int, several, or all if None. True of nothing. keepdim: the dimensions stay,
    with size 1. IndexError for a dimension that is not there.
    """
    if numpy:
        dim, keepdim = numpy_names(dim, keepdim, numpy)
    return store(ops.all(input, dims(dim), keepdim), out)


def count_nonzero(input, dim=None):
    """How many elements are not zero.

    input: of any shape. dim: an int, several, or all if None. Gives int64.
    """
    return sum(ops.ne_scalar(input, 0), dim)


def hash_tensor(input, dim=(), *, keepdim=False, mode=0, out=None):
    """A number of 64 bits that tells tensors apart: the exclusive or of all elements, or over `dim`.

    input: of any shape and dtype; floats count as the bits of their value in float64, others as their value in 64 bits.
    dim: an int or several; all if empty. keepdim: the dimensions stay, with size 1. mode: 0, the only one; RuntimeError
    otherwise. Gives uint64, on the CPU: for a GPU tensor it warns once, and waits.
    https://docs.pytorch.org/docs/stable/generated/torch.hash_tensor.html
    """
    if mode != 0:
        raise RuntimeError(f"hash_tensor: unknown mode {mode}. Only mode=0, reduction by xor, is supported")
    return store(ops.hash_tensor(on_cpu("torch.hash_tensor", input.detach()), dims(dim), keepdim), out)


def logsumexp(input, dim, keepdim=False, *, out=None):
    """`log(sum(exp(input)))` over `dim`.

    dim: an int or several. Computed so that large elements do not overflow; integers give the default dtype.
    keepdim: the dimensions stay, with size 1. IndexError for a dimension that is not there.
    """
    return store(ops.logsumexp(input, dims(dim), keepdim), out)


def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """The `p`-norm of all elements or over `dim`.

    input: floating point; RuntimeError otherwise. p: a number, "fro" or "nuc" (of matrices). PyTorch prefers
    `torch.linalg.norm`. keepdim: the dimensions stay, with size 1. IndexError for a dimension that is not there.
    """
    input = _converted(input, dtype)
    if p == "nuc":
        from .linalg import matrix_norm

        return store(matrix_norm(input, "nuc", tuple(range(input.dim())) if dim is None else dim, keepdim), out)
    order = 2.0 if p is None or p == "fro" else float(p)
    return store(ops.norm(input, order, dims(dim), keepdim), out)


@named("DistBackward0")
@in_float32
def dist(input, other, p=2):
    """The `p`-norm of the difference.

    input, other: shapes broadcast. Gives a tensor without dimensions.
    """
    return norm(input - other, p)


def nonzero(input, *, as_tuple=False, out=None):
    """Indices of the elements that are not zero, a row each; or a tuple of one tensor a dimension. Waits for the GPU.

    input: of any shape and dtype. Gives int64 (count, input.dim()).
    """
    result = store(ops.nonzero(input.detach().cpu()).to(input.device), out)
    if as_tuple:
        return result.unbind(1) if input.dim() else nonzero(input.reshape(1), as_tuple=True)
    return result


def argwhere(input):
    """Indices of the elements that are not zero, a row each.

    input: of any shape and dtype. Gives int64 (count, input.dim()). The same as `nonzero`.
    """
    return nonzero(input)


__all__ = public_functions(globals())
