"""Old ways to make tensors: `torch.Tensor(…)`, of sizes or of data, and classes such as `torch.LongTensor`.

Read next: `_from_data`, `_creation`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype
from ._C import ops
from ._creation import empty
from ._from_data import tensor
from ._tensor import Tensor


def legacy_tensor(args, dtype=None, device=None):
    """What `torch.Tensor(...)` makes: of sizes, of data, or empty; always of the default dtype."""
    dtype = dtype or _dtype.get_default_dtype()
    if not args:
        return empty(0, dtype=dtype, device=device)
    if len(args) == 1 and (not hasattr(args[0], "__index__") or getattr(args[0], "ndim", 0)) or isinstance(args[0], Tensor):
        data = args[0]
        if isinstance(data, Tensor):
            return ops.alias(data) if data.dtype is dtype else data.to(dtype)
        return tensor(data, dtype=dtype, device=device)
    return empty(*args, dtype=dtype, device=device)


class _TensorKind(type):
    def __instancecheck__(cls, value):
        return isinstance(value, Tensor) and value.dtype is cls._of

    def __call__(cls, *args, device=None):
        return legacy_tensor(args, cls._of, device)


def typed_tensor(name, dtype):
    """A class such as `torch.LongTensor`: calling it makes tensors of a dtype, `isinstance` asks for the dtype."""
    return _TensorKind(name, (), {"_of": dtype, "__module__": "torch", "__doc__": f"Tensors of dtype {dtype}."})
