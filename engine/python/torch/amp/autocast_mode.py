"""`torch.autocast`: regions in which products run in a lower precision; its questions and settings; custom functions in it.

`cuda`, `mps` and `webgpu` are all the GPU.
Read next: `_casting`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools
import warnings

from .. import _device, _dtype
from .._C import ops
from .._tensor import Tensor
from ._casting import cast, exchange, state

_CODES = dict.fromkeys(("cuda", "mps", "webgpu", "gpu"), _device.WEBGPU_CODE) | {"cpu": _device.CPU_CODE}
_HALVES = (_dtype.bfloat16, _dtype.float16)


def _code(device_type):
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    if device_type not in _CODES:
        raise RuntimeError(f"User specified an unsupported autocast device_type '{device_type}'")
    return _CODES[device_type]


def is_autocast_available(device_type):
    """True for the devices that Carrel has: `cpu`, and the GPU's names."""
    if not isinstance(device_type, str):
        raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
    return device_type in _CODES


class autocast:
    """A region (`with`, or a decorator) in which matrix products and convolutions run in `dtype`, and sums, exponentials,
    norms and losses in float32.

    `dtype` is bfloat16 on the CPU and float16 on the GPU if none is given. Regions nest; `enabled=False` leaves one out.
    """

    def __init__(self, device_type, dtype=None, enabled=True, cache_enabled=None):
        self._number = _code(device_type)
        self.device = device_type
        self.fast_dtype = state.dtypes[self._number] if dtype is None else dtype
        self._cache_enabled = state.keeps_casts if cache_enabled is None else cache_enabled
        enabled = bool(enabled)
        if enabled and self._number != _device.CPU_CODE and not ops.gpu_available():
            warnings.warn(f"User provided device_type of '{device_type}', but CUDA is not available. Disabling", stacklevel=2)
            enabled = False
        if enabled and self.fast_dtype not in _HALVES:
            if not (self._number != _device.CPU_CODE and self.fast_dtype is _dtype.float32):
                where = "CPU" if self._number == _device.CPU_CODE else "CUDA"
                warnings.warn(
                    f"In {where} autocast, but the target dtype is not supported. Disabling autocast.\n{where} Autocast only "
                    "supports dtype of torch.bfloat16, torch.float16 currently.",
                    stacklevel=2,
                )
                enabled = False
        self._enabled = enabled
        self._before = []

    def __enter__(self):
        code = self._number
        self._before.append((state.enabled[code], state.dtypes[code], state.keeps_casts))
        state.enabled[code], state.dtypes[code], state.keeps_casts = self._enabled, self.fast_dtype, self._cache_enabled
        state.nesting += 1
        exchange()
        return self

    def __exit__(self, *exc_info):
        code = self._number
        state.nesting -= 1
        if not state.nesting:
            state.casts.clear()
        state.enabled[code], state.dtypes[code], state.keeps_casts = self._before.pop()
        exchange()
        return False

    def __call__(self, func):
        @functools.wraps(func)
        def decorated(*args, **kwargs):
            with self:
                return func(*args, **kwargs)

        return decorated


# Settings and questions that are in `torch` itself.


def is_autocast_enabled(device_type="cuda"):
    """True inside an autocast region of a device (the GPU if none is named)."""
    return state.enabled[_code(device_type)]


def set_autocast_enabled(device_type, enabled=None):
    """Switches autocast on or off, for a device or for the GPU."""
    device_type, enabled = ("cuda", device_type) if enabled is None else (device_type, enabled)
    state.enabled[_code(device_type)] = bool(enabled)
    exchange()


def get_autocast_dtype(device_type):
    """The dtype of a device's autocast regions."""
    return state.dtypes[_code(device_type)]


def set_autocast_dtype(device_type, dtype):
    """Sets the dtype of a device's autocast regions."""
    state.dtypes[_code(device_type)] = dtype


def is_autocast_cache_enabled():
    """True if weights are cast once a region."""
    return state.keeps_casts


def set_autocast_cache_enabled(enabled):
    """Whether weights are cast once a region."""
    state.keeps_casts = bool(enabled)


def clear_autocast_cache():
    """Forgets the casts of weights."""
    state.casts.clear()


def autocast_increment_nesting():
    """Counts a region entered. Returns how many there are."""
    state.nesting += 1
    return state.nesting


def autocast_decrement_nesting():
    """Counts a region left. Returns how many there are."""
    state.nesting -= 1
    return state.nesting


def is_autocast_cpu_enabled():
    """True inside an autocast region of the CPU."""
    return is_autocast_enabled("cpu")


def set_autocast_cpu_enabled(enabled):
    """Switches autocast on the CPU on or off."""
    set_autocast_enabled("cpu", enabled)


def get_autocast_cpu_dtype():
    """The dtype of the CPU's regions."""
    return get_autocast_dtype("cpu")


def set_autocast_cpu_dtype(dtype):
    """Sets the dtype of the CPU's regions."""
    set_autocast_dtype("cpu", dtype)


def get_autocast_gpu_dtype():
    """The dtype of the GPU's regions."""
    return get_autocast_dtype("cuda")


def set_autocast_gpu_dtype(dtype):
    """Sets the dtype of the GPU's regions."""
    set_autocast_dtype("cuda", dtype)


# Custom functions


def _converted(value, code, dtype):
    if isinstance(value, Tensor):
        return cast(value, dtype, code)
    if isinstance(value, dict):
        return {key: _converted(one, code, dtype) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        made = [_converted(one, code, dtype) for one in value]
        return made if isinstance(value, list) else tuple(made)
    return value


def custom_fwd(fwd=None, *, device_type, cast_inputs=None):
    """Decorator of a custom function's `forward`: with `cast_inputs` it runs without autocast on inputs of that dtype."""
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)
    code = _code(device_type)

    @functools.wraps(fwd)
    def decorated(*args, **kwargs):
        args[0]._dtype = state.dtypes[code]
        if cast_inputs is None:
            args[0]._fwd_used_autocast = state.enabled[code]
            return fwd(*args, **kwargs)
        is_on = state.enabled[code]
        args[0]._fwd_used_autocast = False
        if not is_on:
            return fwd(*args, **kwargs)
        with autocast(device_type, enabled=False):
            return fwd(*_converted(args, code, cast_inputs), **_converted(kwargs, code, cast_inputs))

    return decorated


def custom_bwd(bwd=None, *, device_type):
    """Decorator of a custom function's `backward`: it runs in the same autocast region as `forward` did."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def decorated(*args, **kwargs):
        with autocast(device_type, enabled=args[0]._fwd_used_autocast, dtype=args[0]._dtype):
            return bwd(*args, **kwargs)

    return decorated
