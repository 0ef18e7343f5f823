"""Which operators autocast runs in which precision, and how: the operators are exchanged while a region is entered.

Products and convolutions run in the region's dtype; what loses too much there runs in float32; joins take the widest dtype
of their arguments. The lists are PyTorch's, for its GPUs and for its CPUs. Outside of regions nothing is slower.
Refuses float64 and integers: they stay as they are. Read next: `autocast_mode`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .. import _device, _dtype
from .._C import ops
from .._tensor import Tensor

#: Operators that run in the region's dtype.
LOWER = "linear matmul mm bmm mv addmm baddbmm convolution transposed_convolution attention recurrent_layer recurrent_step".split()

_LOSSES = "mse_loss l1_loss smooth_l1_loss nll_loss cross_entropy kl_div bce_with_logits"
_LINALG = "linalg_lu linalg_cholesky linalg_qr linalg_householder linalg_eigen linalg_svd linalg_pinv linalg_solve_triangular"

#: Operators that run in float32, on the GPU and on the CPU.
FULL = {
    _device.WEBGPU_CODE: f"""softmax log_softmax layer_norm exp expm1 log log2 log10 log1p reciprocal rsqrt sinh cosh tan asin
        acos erfinv softplus cumsum cumprod prod sum norm pow power scalar_pow {_LOSSES} {_LINALG}""".split(),
    _device.CPU_CODE: f"prod bce {_LOSSES} {_LINALG}".split(),
}

#: Operators that take the widest dtype of their arguments.
WIDEST = "cat stack index_put scatter_add scatter".split()

#: Norms whose result has the input's dtype, whatever that of their weights is.
NORMS = "batch_norm group_norm layer_norm".split()

_UNSAFE = (
    "torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast.\nMany models use a sigmoid layer "
    "right before the binary cross entropy layer. In this case, combine the two layers using "
    "torch.nn.functional.binary_cross_entropy_with_logits\nor torch.nn.BCEWithLogitsLoss.  "
    "binary_cross_entropy_with_logits and BCEWithLogits are\nsafe to autocast."
)


class _State:
    """What the region one is in says."""

    def __init__(self):
        #: By device code: whether autocast is on, and the dtype.
        self.enabled = [False, False]
        self.dtypes = [_dtype.bfloat16, _dtype.float16]
        self.keeps_casts = True
        self.nesting = 0
        #: Casts of leaves that want gradients, so that a weight is cast once a region.
        self.casts = {}


state = _State()


def _first_tensor(arguments):
    for value in arguments:
        if isinstance(value, Tensor):
            return value
        if value.__class__ in (list, tuple) and value and isinstance(value[0], Tensor):
            return value[0]
    return None


def cast(value, dtype, code):
    """A value with its float tensors on a device in another dtype; float64 stays."""
    if isinstance(value, Tensor):
        own = value.dtype
        if own is dtype or not own.is_floating_point or own is _dtype.float64 or value.device._code != code:
            return value
        if state.keeps_casts and own is _dtype.float32 and value.requires_grad and value.is_leaf:
            key = id(value), dtype, ops.grad_enabled()
            found = state.casts.get(key)
            if found is None:
                # The leaf is kept with its cast: another must not get its identity.
                found = state.casts[key] = ops.to(value, None, dtype, False), value
            return found[0]
        return ops.to(value, None, dtype, False)
    if value.__class__ in (list, tuple):
        return [cast(one, dtype, code) for one in value]
    return value


def _tensors(arguments):
    for value in arguments:
        if isinstance(value, Tensor):
            yield value
        elif value.__class__ in (list, tuple):
            yield from (one for one in value if isinstance(one, Tensor))


def _wrapper(name, own):
    """The operator as it runs in a region."""
    is_lower, is_widest, is_norm = name in LOWER, name in WIDEST, name in NORMS
    full = [name in FULL[code] for code in (_device.CPU_CODE, _device.WEBGPU_CODE)]

    def autocast_operator(*arguments):
        first = _first_tensor(arguments)
        if first is None:
            return own(*arguments)
        code = first.device._code
        if not state.enabled[code]:
            return own(*arguments)
        if name == "bce" and code != _device.CPU_CODE:
            raise RuntimeError(_UNSAFE)
        if is_lower:
            return own(*cast(arguments, state.dtypes[code], code))
        if full[code]:
            return own(*cast(arguments, _dtype.float32, code))
        if is_norm:
            return _normed(own, arguments, first, code)
        if is_widest:
            kinds = {one.dtype for one in _tensors(arguments) if one.dtype.is_floating_point}
            if len(kinds) > 1:
                widest = _dtype.float32 if _dtype.float64 not in kinds else _dtype.float64
                return own(*[_widened(value, widest) for value in arguments])
        return own(*arguments)

    return autocast_operator


def _widened(value, dtype):
    if isinstance(value, Tensor):
        return ops.to(value, None, dtype, False) if value.dtype.is_floating_point else value
    return [_widened(one, dtype) for one in value] if value.__class__ in (list, tuple) else value


def _normed(own, arguments, first, code):
    """A norm computed in float32 and given in the input's dtype."""
    dtype = first.dtype
    if dtype not in (_dtype.float16, _dtype.bfloat16):
        return own(*arguments)
    # Running statistics are written: they are float32 and not converted.
    result = own(*cast(list(arguments), _dtype.float32, code))
    if isinstance(result, list):
        return [ops.to(result[0], None, dtype, False), *result[1:]]
    return ops.to(result, None, dtype, False)


_exchanged = {}
_own_power = Tensor.__pow__


def _power(self, exponent):
    code = self.device._code
    if code != _device.CPU_CODE and state.enabled[code]:
        self, exponent = cast(self, _dtype.float32, code), cast(exponent, _dtype.float32, code)
    return _own_power(self, exponent)


def exchange():
    """Puts the operators of regions in place if one is on, else the engine's own."""
    is_on = any(state.enabled)
    if is_on and not _exchanged:
        for name in {*LOWER, *FULL[0], *FULL[1], *WIDEST, *NORMS, "bce"}:
            if name in ops:
                _exchanged[name] = own = getattr(ops, name)
                setattr(ops, name, _wrapper(name, own))
        Tensor.__pow__ = _power
    elif not is_on and _exchanged:
        for name, own in _exchanged.items():
            setattr(ops, name, own)
        _exchanged.clear()
        Tensor.__pow__ = _own_power
