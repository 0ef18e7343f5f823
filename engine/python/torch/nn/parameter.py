"""`Parameter` and `Buffer`: tensors that a module finds when they are assigned to it; and those whose size comes later.

Read next: `nn.modules.module`, `nn.modules.lazy`.
"""

from .. import _autograd_mode, _device, _dtype
from .._C import ops
from .._pickling import reduce_parameter
from .._tensor import Tensor

__all__ = ["Parameter", "UninitializedParameter", "is_lazy", "Buffer", "UninitializedBuffer", "UninitializedTensorMixin"]


def _nothing(device=None, dtype=None):
    from .._creation import empty

    return empty(0, device=device, dtype=dtype)


class Parameter(Tensor):
    """A tensor that is a module's parameter: assigned to a module, it is in `parameters()` and `state_dict()`.

    data: the tensor whose memory it takes (a new empty one if absent).
    requires_grad: whether gradients are wanted (True).
    """

    __module__ = "torch.nn.parameter"

    def __new__(cls, data=None, requires_grad=True):
        data = _nothing() if data is None else data
        if not isinstance(data, Tensor):
            raise TypeError(f"'{type(data).__name__}' object is not a tensor")
        made = object.__new__(cls)
        made._h = ops.detach(data)._give_handle()
        if requires_grad:
            if not data.dtype.is_floating_point:
                raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
            made.requires_grad_(True)
        return made

    def __init__(self, data=None, requires_grad=True):
        pass

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        # As in PyTorch, the copy begins without a gradient.
        made = type(self)(self.detach().clone(), self.requires_grad)
        memo[id(self)] = made
        return made

    __reduce_ex__ = reduce_parameter


class Buffer(Tensor):
    """A tensor that is a module's buffer when assigned to it. persistent: whether it is in the state dict."""

    __module__ = "torch.nn.parameter"

    def __new__(cls, data=None, *, persistent=True):
        made = object.__new__(cls)
        made._h = ops.detach(_nothing() if data is None else data)._give_handle()
        made.persistent = persistent
        made._is_buffer = True
        return made

    def __init__(self, data=None, *, persistent=True):
        pass

    def __deepcopy__(self, memo):
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.detach().clone(), persistent=self.persistent)
        return memo[id(self)]


_LATER = (
    "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying "
    "to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing "
    "their attributes."
)

# What tensors without a size can be asked.
_ALLOWED = {
    "_h", "_shape", "_dtype", "_device", "_ask", "_give_handle", "_forget", "_where", "_kind", "is_leaf", "requires_grad",
    "requires_grad_", "grad", "data", "dtype", "device", "is_cuda", "is_cpu", "is_sparse", "materialize", "cls_to_become",
    "share_memory_", "to", "cpu", "cuda", "half", "float", "double", "bfloat16", "persistent", "is_floating_point",
    "is_complex", "detach", "_converted", "layout",
}


class UninitializedTensorMixin:
    """What parameters and buffers without a size share: `materialize` gives them one; most else is a RuntimeError."""

    cls_to_become = None

    def __getattribute__(self, name):
        if name == "shape":
            raise RuntimeError(_LATER)
        if not name.startswith("__") and name not in _ALLOWED and hasattr(Tensor, name):
            raise ValueError(
                f"Attempted to use an uninitialized parameter in {getattr(Tensor, name)}. This error happens when you are using a "
                "`LazyModule` or explicitly manipulating `torch.nn.parameter.UninitializedParameter` objects. When using "
                "LazyModules Call `forward` with a dummy batch to initialize the parameters before calling torch functions"
            )
        return super().__getattribute__(name)

    def materialize(self, shape, device=None, dtype=None):
        """Takes a size, with memory that holds anything, and becomes a plain parameter or buffer."""
        from .._creation import empty

        with _autograd_mode.no_grad():
            self.data = empty(tuple(shape), device=device or self.device, dtype=dtype or self.dtype)
        self.__class__ = self.cls_to_become

    def _converted(self, device=None, dtype=None):
        """The same without a size on another device or of another dtype."""
        return type(self)(device=device or self.device, dtype=dtype or self.dtype)

    def to(self, *args, device=None, dtype=None, **kwargs):
        """Remembers a device or dtype for later."""
        for value in args:
            if isinstance(value, _dtype.dtype):
                dtype = value
            elif isinstance(value, (str, _device.device)):
                device = value
        return self._converted(device, dtype)

    def __repr__(self):
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo):
        if id(self) not in memo:
            memo[id(self)] = self._converted()
        return memo[id(self)]

    def __reduce_ex__(self, protocol):
        return _rebuild_uninitialized, (type(self), self.device, self.dtype)


def _rebuild_uninitialized(kind, device, dtype):
    return kind(device=device, dtype=dtype)


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A parameter whose size comes with the first input of a lazy module. requires_grad, device, dtype: of what it becomes."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        return Parameter.__new__(cls, _nothing(device, dtype), requires_grad)

    def __init__(self, requires_grad=True, device=None, dtype=None):
        pass


class UninitializedBuffer(UninitializedTensorMixin, Tensor):
    """A buffer whose size comes with the first input of a lazy module."""

    cls_to_become = Tensor

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        made = object.__new__(cls)
        made._h = _nothing(device, dtype)._give_handle()
        made.persistent = persistent
        return made

    def __init__(self, requires_grad=False, device=None, dtype=None, persistent=True):
        pass


def is_lazy(param):
    """True for a parameter or buffer without a size."""
    return isinstance(param, UninitializedTensorMixin)
