"""What follows from names alone, made last: in-place variants, `out=` where a function has none of its own, methods.

`x.f_()` computes `f` and writes it into `x`; `f(..., out=t)` computes `f` and writes it into `t`.
Refuses to know any function. Read next: `_methods`, `_args.store`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools
import inspect

from ._args import store
from ._C import ops
from ._signatures import document, take_signature
from ._tensor import Tensor

# Methods that PyTorch also has as `name_`.
_INPLACE = """
    abs absolute acos arccos acosh arccosh add addbmm addcdiv addcmul addmm addmv addr asin arcsin asinh arcsinh atan arctan
    atan2 arctan2 atanh arctanh baddbmm bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor
    ceil clamp clamp_max clamp_min clip copysign cos cosh cumprod cumsum deg2rad digamma div divide eq erf erfc erfinv exp exp2
    expm1 fix float_power floor floor_divide fmod frac gcd ge greater greater_equal gt heaviside hypot i0 igamma igammac
    index_add index_copy index_fill index_reduce lcm ldexp le lerp less less_equal lgamma log log10 log1p log2 logical_and
    logical_not logical_or logical_xor logit lt masked_fill masked_scatter mul multiply mvlgamma nan_to_num ne neg negative
    nextafter not_equal polygamma pow rad2deg reciprocal relu remainder renorm round rsqrt scatter scatter_add scatter_reduce
    sgn sigmoid sign sin sinc sinh sqrt square sub subtract tan tanh tril triu true_divide trunc xlogy put
    """.split()

# In-place functions that are in `torch` itself.
_INPLACE_FUNCTIONS = """
    abs acos acosh asin asinh atan atanh ceil clamp clamp_max clamp_min cos cosh deg2rad erf erfc exp exp2 expm1 fill floor frac
    i0 log log10 log1p log2 logit nan_to_num neg negative rad2deg reciprocal relu round rsqrt sgn sigmoid sin sinc sinh sqrt square
    tan tanh trunc xlogy zero detach index_put resize_as celu selu absolute arccos arccosh arcsin arcsinh arctan arctanh clip fix
    ldexp gcd lcm addmv
    """.split()

# Functions that take `out=` in PyTorch; those that have it of their own are left as they are.
_WITH_OUT = """
    aminmax bucketize diag float_power inner isin logspace msort narrow_copy range take take_along_dim isposinf isneginf renorm
    tensordot polar index_add index_copy index_reduce scatter scatter_add scatter_reduce gather masked_select nonzero outer ger dot
    vdot mv mm bmm matmul addmm addmv addr addbmm baddbmm chain_matmul cumsum cumprod cummax cummin logcumsumexp cross diff
    frexp heaviside histc hypot i0 igamma igammac index_select kron lcm gcd ldexp lerp lgamma digamma polygamma mvlgamma nextafter
    logaddexp logaddexp2 logsumexp median nanmedian mode kthvalue topk sort mean sum nansum nanmean prod std var norm max min amax
    amin argmax argmin any all quantile nanquantile reciprocal searchsorted sinc square stack cat concat concatenate hstack vstack
    dstack column_stack row_stack tril triu where xlogy round sgn signbit trunc fix frac fmod remainder floor_divide true_divide div
    sub add mul pow eq ne lt le gt ge maximum minimum fmax fmin copysign bitwise_and bitwise_or bitwise_xor bitwise_not
    bitwise_left_shift bitwise_right_shift logical_and logical_or logical_xor logical_not atan2 addcmul addcdiv clamp clamp_min
    clamp_max nan_to_num softmax log_softmax erfinv matrix_power angle conj_physical permute_copy expand_copy as_strided_copy
    select_copy slice_copy squeeze_copy unsqueeze_copy transpose_copy t_copy view_copy unfold_copy diagonal_copy detach_copy
    alias_copy cholesky cholesky_inverse cholesky_solve geqrf orgqr ormqr lu_solve lu_unpack qr svd triangular_solve
    inverse hardshrink fill_diagonal absolute arccos negative
    """.split()

# Functions that take NumPy's names for keywords as well.
_WITH_NUMPYS_NAMES = "all any argmax argmin max min mean sum std var new_empty new_ones new_zeros".split()

# Functions that make tensors: there `out` also decides the dtype.
_MAKERS = "zeros ones empty full arange linspace logspace eye range rand randn randint randperm normal".split()


def _inplace(name, function):
    def method(self, *args, **kwargs):
        ops.begin_inplace()
        try:
            ops.assign_(self, function(self, *args, **kwargs))
        except BaseException:
            ops.end_inplace()
            raise
        return self

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{name[:-1]}`, written into this tensor. Returns self."
    return take_signature(method, function, out=False)


def _inplace_function(name):
    def function(input, *args, **kwargs):
        return getattr(input, name)(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__module__ = "torch"
    function.__doc__ = f"`{name[:-1]}`, written into `input`, a tensor. Returns it."
    return take_signature(function, getattr(Tensor, name), out=False)


def _with_out(name, function):
    @functools.wraps(function)
    def wrapper(*args, out=None, **kwargs):
        result = function(*args, **kwargs)
        return result if out is None else store(result, out)

    del wrapper.__wrapped__
    return take_signature(wrapper, function, out=True)


def _maker(name, function):
    @functools.wraps(function)
    def wrapper(*args, out=None, **kwargs):
        if out is None:
            return function(*args, **kwargs)
        kwargs.setdefault("dtype", out.dtype)
        kwargs.setdefault("device", out.device)
        if kwargs["dtype"] is not out.dtype:
            raise RuntimeError(f"dtype {kwargs['dtype']} does not match dtype of out parameter ({out.dtype})")
        return store(function(*args, **kwargs), out)

    del wrapper.__wrapped__
    return take_signature(wrapper, function, out=True)


def _takes_out(function):
    try:
        return "out" in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return True


def attach(names):
    """Completes `Tensor` and the names of `torch`."""
    have = vars(Tensor)
    for name in _INPLACE:
        if name in have and name + "_" not in have:
            setattr(Tensor, name + "_", _inplace(name + "_", have[name]))
    for name in _INPLACE_FUNCTIONS:
        if name + "_" not in names and name + "_" in have:
            names[name + "_"] = _inplace_function(name + "_")
    for name in _WITH_OUT:
        function = names.get(name)
        if function is not None and name not in _MAKERS and not _takes_out(function):
            names[name] = _with_out(name, function)
    for name in _MAKERS:
        if name in names:
            names[name] = _maker(name, names[name])
    for name in _WITH_NUMPYS_NAMES:
        document(getattr(Tensor, name))
        if name in names:
            document(names[name])
