"""The methods of `Tensor` that are functions of the families, attached from lists of names.

`x.exp()` is `torch.exp(x)`; `x.exp_()` computes the same and writes it into `x`.
Read next: `_tensor`, `_pointwise`, `_reduction`, `_shape`, `_selection`, `_linalg`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _creation, _device, _dtype, _linalg, _pointwise, _random, _random_fills, _reduction, _scan, _scatter, _selection, _shape
from . import _combining, _copies, _decompositions, _from_data, _parts, _rearranging, _special, _stacking, _spectral, _statistics, _unique
from ._args import is_tensor
from ._C import ops, read_back
from ._memory_format import laid_out
from ._settings import contiguous_format, preserve_format
from ._signatures import take_signature
from ._storage import set_, storage_of, untyped
from ._swapping import module_load
from ._tensor import Tensor

_METHODS = {
    _pointwise: """
        neg abs sign square relu exp expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan tanh sigmoid erf floor
        ceil trunc bitwise_not logical_not isnan isinf mul remainder fmod floor_divide maximum minimum atan2 bitwise_and
        bitwise_or bitwise_xor eq ne lt le gt ge logical_and logical_or logical_xor add sub div pow float_power clamp clip
        clamp_min clamp_max round masked_fill isfinite isclose allclose equal lerp addcmul addcdiv sinh cosh asin acos atan
        asinh acosh atanh frac logit logaddexp xlogy nan_to_num softmax log_softmax rad2deg deg2rad exp2 erfc
        absolute negative subtract multiply divide true_divide greater greater_equal less less_equal not_equal arcsin
        arccos arctan arctan2 arcsinh arccosh arctanh fix sgn positive""",
    _special: """
        lgamma digamma erfinv i0 signbit copysign nextafter fmax fmin hypot gcd lcm bitwise_left_shift bitwise_right_shift
        igamma igammac mvlgamma sinc logaddexp2 ldexp frexp heaviside isposinf isneginf isreal angle conj resolve_conj
        resolve_neg conj_physical conj_physical_ is_conj is_neg""",
    _combining: "adjoint hsplit vsplit dsplit diagflat renorm nonzero_static",
    _reduction: """
        sum mean prod nansum nanmean var std max min amax amin aminmax argmax argmin any all count_nonzero logsumexp norm
        dist nonzero argwhere hash_tensor""",
    _scan: "cumsum cumprod logcumsumexp cummax cummin diff",
    _statistics: "median nanmedian mode quantile nanquantile cov corrcoef bincount histc histogram",
    _shape: """
        reshape view view_as reshape_as permute transpose swapaxes swapdims t movedim moveaxis expand expand_as
        broadcast_to unsqueeze squeeze flatten ravel unflatten""",
    _parts: "narrow select unbind diagonal as_strided split split_with_sizes chunk tensor_split unfold",
    _rearranging: "diag diag_embed tril triu repeat tile repeat_interleave flip fliplr flipud roll rot90",
    _selection: """
        gather index_select take take_along_dim masked_select topk sort argsort msort kthvalue""",
    _unique: "unique unique_consecutive",
    _copies: "narrow_copy unsafe_chunk unsafe_split unsafe_split_with_sizes",
    _spectral: "stft istft",
    _scatter: """
        scatter scatter_add scatter_reduce index_add index_copy index_fill index_reduce index_put index_put_ put
        masked_scatter select_scatter slice_scatter diagonal_scatter as_strided_scatter""",
    _linalg: """
        matmul mm bmm mv dot vdot outer ger inner addmm baddbmm addmv addr addbmm trace cross""",
    _decompositions: """
        det logdet slogdet matrix_exp matrix_power qr geqrf orgqr ormqr svd pinverse inverse cholesky cholesky_solve
        cholesky_inverse triangular_solve lu lu_solve""",
    _random: "multinomial bernoulli",
    _random_fills: "uniform_ normal_ exponential_ bernoulli_ random_ cauchy_ log_normal_ geometric_",
    _creation: "new_tensor new_full new_zeros new_ones new_empty",
}

# Methods that also come as `name_`: the result is written into the tensor.
_INPLACE = """
    neg abs sign square relu exp expm1 log log2 log10 log1p sqrt rsqrt reciprocal sin cos tan tanh sigmoid erf floor ceil
    trunc bitwise_not logical_not mul remainder fmod floor_divide bitwise_and bitwise_or bitwise_xor eq ne lt le gt ge
    logical_and logical_or logical_xor add sub div pow clamp clip clamp_min clamp_max round masked_fill lerp addcmul addcdiv
    sinh cosh asin acos atan asinh acosh atanh frac nan_to_num tril triu scatter scatter_add scatter_reduce index_add index_copy index_fill index_reduce put masked_scatter addmm baddbmm
    lgamma digamma erfinv i0 copysign nextafter gcd lcm bitwise_left_shift bitwise_right_shift igamma igammac mvlgamma
    sinc ldexp heaviside renorm cumsum cumprod subtract multiply divide true_divide negative absolute hypot atan2 xlogy erfc exp2 logit addmv addr
    """.split()


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


def _reshaping(name, function):
    def method(self, *args, **kwargs):
        return self._turn_into(function(self, *args, **kwargs))

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{name[:-1]}` of this tensor itself. Returns self."
    return take_signature(method, function, out=False)


# Copying, converting, filling


def to(self, *args, device=None, dtype=None, non_blocking=False, copy=False, memory_format=None):
    """This tensor on another device or of another dtype; itself if nothing changes. From the GPU, waits."""
    for argument in args:
        if argument.__class__ is _dtype.dtype:
            dtype = argument
        elif isinstance(argument, Tensor):
            device, dtype = argument.device, argument.dtype
        elif argument is True or argument is False or argument is None:
            continue
        else:
            device = argument
    if memory_format is not None and memory_format is not preserve_format:
        moved = laid_out(to(self, device=device, dtype=dtype), memory_format)
        return ops.clone(moved) if copy and moved is self else moved
    if device is None or (code := _device.device_code(device)) == self.device._code:
        if dtype is None or dtype is self.dtype:
            return ops.clone(self) if copy else self
        return ops.to(self, None, dtype, False)
    if code == _device.CPU_CODE:
        here = read_back(self)
        return here if dtype is None or dtype is here.dtype else ops.to(here, None, dtype, False)
    return ops.to(self, code, dtype, False)


def cpu(self, memory_format=None):
    """This tensor on the CPU. Waits for the GPU."""
    return self if self.device._code == _device.CPU_CODE else read_back(self)


def cuda(self, device=None, non_blocking=False, memory_format=None):
    """This tensor on the GPU."""
    return self.to("webgpu")


def type_(self, dtype=None, non_blocking=False):
    """The type's name, or this tensor converted."""
    if dtype is None:
        where = "" if self.device._code == _device.CPU_CODE else self.device.type + "."
        return f"torch.{where}{_dtype.SCALAR_TYPE_NAMES[self.dtype._code]}Tensor"
    if isinstance(dtype, str):
        name = dtype.rpartition(".")[2].removesuffix("Tensor")
        if name not in _dtype.SCALAR_TYPE_NAMES or _dtype.BY_CODE[_dtype.SCALAR_TYPE_NAMES.index(name)] in _dtype.WIDE_UNSIGNED:
            raise ValueError(f"invalid type: '{dtype}'")
        dtype = _dtype.BY_CODE[_dtype.SCALAR_TYPE_NAMES.index(name)]
    return self.to(getattr(dtype, "_of", dtype))


def type_as(self, other):
    """This tensor with another's dtype and device."""
    return self.to(other)


def _conversion(dtype):
    def method(self, memory_format=None):
        return self if self.dtype is dtype else ops.to(self, None, dtype, False)

    method.__doc__ = f"This tensor as {dtype}."
    return method


def clone(self, *, memory_format=None):
    """A copy."""
    if memory_format is None or memory_format is preserve_format:
        return ops.clone(self)
    made = laid_out(self, memory_format)
    return made if made is not self else ops.clone(self)


def contiguous(self, memory_format=None):
    """This tensor with its elements in row-major order; itself if they are."""
    if memory_format is None or memory_format is contiguous_format:
        return self if ops.is_contiguous(self) else ops.contiguous(self)
    if memory_format is preserve_format:
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    return laid_out(self, memory_format)


def copy_(self, src, non_blocking=False):
    """Writes another tensor's elements into this one, converting and broadcasting. Returns self."""
    if not isinstance(src, Tensor):
        src = _from_data.as_tensor(src)
    try:
        ops.copy_(self, src)
    except RuntimeError as error:
        if not str(error).startswith(("The expanded size", "expand(")):
            raise
        # A copy broadcasts: the error of sizes that do not is that of a sum.
        shape = ops.add(self.detach(), src.detach()).shape
        raise RuntimeError(f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(shape)}") from None
    return self


def fill_(self, value):
    """Writes one value everywhere. Returns self."""
    if is_tensor(value):
        if value.dim() != 0:
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.dim()} dimensions."
            )
        ops.copy_(self, value)
    else:
        ops.fill_(self, value)
    return self


def zero_(self):
    """Writes zeros. Returns self."""
    ops.fill_(self, 0)
    return self


def fill_diagonal_(self, fill_value, wrap=False):
    """Writes one value along the diagonal. Returns self."""
    ops.fill_(ops.diagonal(self, 0, 0, 1), fill_value)
    return self


def resize_(self, *sizes, memory_format=None):
    """Takes another size; new elements are zero. Returns self."""
    from ._args import sizes as size_list

    shape = size_list(sizes)
    count = 1
    for size in shape:
        count *= size
    flat = self.reshape(-1)
    if flat.numel() < count:
        flat = _stacking.cat([flat, flat.new_zeros(count - flat.numel())])
    if flat.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    ops.set_data(self, flat.narrow(0, 0, count).reshape(shape).clone())
    self._forget()
    return self


def resize_as_(self, other, *, memory_format=None):
    """Takes the size of another tensor. Returns self."""
    return self.resize_(other.shape)


def map_(self, *args):
    """Not there yet."""
    raise NotImplementedError("torch.Tensor.map_ is not in Carrel yet")


def sum_to_size(self, *size):
    """Sums away what broadcasting from `size` would have added."""
    from ._args import sizes

    size = sizes(size)
    if not size:
        return self.sum()
    extra = self.dim() - len(size)
    result = self.sum(tuple(range(extra))) if extra else self
    dims = [dim for dim, (have, want) in enumerate(zip(result.shape, size)) if want == 1 and have != 1]
    return result.sum(dims, True) if dims else result


def pin_memory(self, device=None):
    """Itself: there is no memory to pin."""
    return self


def _attach():
    for module, names in _METHODS.items():
        for name in names.split():
            setattr(Tensor, name, getattr(module, name))
    for name in _INPLACE:
        setattr(Tensor, name + "_", _inplace(name + "_", getattr(Tensor, name)))
    for name in ("unsqueeze", "squeeze", "t", "transpose", "swapaxes", "as_strided"):
        setattr(Tensor, name + "_", _reshaping(name + "_", getattr(Tensor, name)))
    for name, dtype in _dtype.BY_NAME.items():
        if name in ("bool", "half", "float", "double", "short", "int", "long", "bfloat16"):
            setattr(Tensor, name, _conversion(dtype))
    Tensor.byte = _conversion(_dtype.uint8)
    Tensor.char = _conversion(_dtype.int8)
    for function in (to, cpu, cuda, type_as, clone, contiguous, copy_, fill_, zero_, fill_diagonal_, resize_, resize_as_):
        setattr(Tensor, function.__name__, function)
    Tensor.type = type_
    Tensor.set_ = set_
    Tensor.storage = storage_of
    Tensor.untyped_storage = lambda self: untyped(self)
    Tensor.sum_to_size = sum_to_size
    Tensor.pin_memory = pin_memory
    Tensor.module_load = module_load
    Tensor.share_memory_ = pin_memory
    Tensor.T = property(_transposed, doc="Dimensions in reverse order.")
    Tensor.mT = property(_matrices_transposed, doc="The last two dimensions exchanged.")
    Tensor.H = property(_matrix_transposed, doc="A matrix transposed.")
    Tensor.real = property(lambda self: self, doc="Itself: there are no complex numbers.")
    Tensor.ndimension = Tensor.dim
    Tensor.polygamma = lambda self, n: _special.polygamma(n, self)
    Tensor.polygamma_ = lambda self, n: ops.assign_(self, _special.polygamma(n, self))
    Tensor.mH = property(_matrices_transposed, doc="The last two dimensions exchanged.")
    Tensor.where = lambda self, condition, other: _pointwise.where(condition, self, other)
    Tensor.imag = property(_special.imag, doc="Refused: there are no complex numbers.")


def _transposed(self):
    return ops.permute(self, range(self.dim() - 1, -1, -1)) if self.dim() != 2 else ops.t(self)


def _matrices_transposed(self):
    if self.dim() < 2:
        raise RuntimeError(f"tensor.mT is only supported on matrices or batches of matrices. Got {self.dim()}-D tensor.")
    return ops.transpose(self, -2, -1)


def _matrix_transposed(self):
    if self.dim() not in (0, 2):
        advice = " For batches of matrices, consider using tensor.mH" if self.dim() > 2 else ""
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {self.dim()}-D tensor.{advice}")
    return ops.transpose(self, 0, 1) if self.dim() else self


_attach()
