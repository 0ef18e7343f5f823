"""`torch._utils`: the functions that files name to have tensors and parameters rebuilt.

Their names and arguments are PyTorch's file format; hooks, which files cannot hold, are always an empty dict there. What Carrel has no tensors for is refused by name.
Read next: `_pickling`, `serialization`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype
from ._C import ops
from ._storage import TypedStorage


def _rebuild_tensor(storage, storage_offset, size, stride):
    """A tensor over a part of a storage."""
    return ops.detach(ops.as_strided(storage._tensor, tuple(size), tuple(stride), storage_offset))


def _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata=None):
    """A tensor over a part of a storage, with what autograd knows of it."""
    made = _rebuild_tensor(storage, storage_offset, size, stride)
    if requires_grad:
        made.requires_grad_(True)
    return made


def _rebuild_tensor_v3(storage, storage_offset, size, stride, requires_grad, backward_hooks, dtype, metadata=None):
    """As `_rebuild_tensor_v2`, over bytes: how files keep the dtypes that have no storage class."""
    if dtype not in _dtype.BY_CODE:
        raise NotImplementedError(f"the file holds a tensor of {dtype}, which Carrel has not")
    storage = TypedStorage(wrap_storage=storage, dtype=dtype)
    return _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata)


def _rebuild_parameter(data, requires_grad, backward_hooks):
    """A parameter over a tensor's memory."""
    from .nn.parameter import Parameter

    return Parameter(data, requires_grad)


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    """A parameter with attributes that its owner gave it."""
    return _set_obj_state(_rebuild_parameter(data, requires_grad, backward_hooks), state)


def _set_obj_state(obj, state):
    """Gives an object the attributes that were kept of it. Returns it."""
    slots = None
    if isinstance(state, tuple):
        if len(state) != 2:
            raise RuntimeError(f"Invalid serialized state: {state}")
        state, slots = state
    if state:
        obj.__dict__.update(state)
    for name, value in (slots or {}).items():
        setattr(obj, name, value)
    return obj


def _refusing(name, what):
    def function(*args, **kwargs):
        raise NotImplementedError(f"the file holds {what}, which Carrel has not")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Refused: there is no {what.removeprefix('a ')} here."
    return function


_rebuild_sparse_tensor = _refusing("_rebuild_sparse_tensor", "a sparse tensor")
_rebuild_nested_tensor = _refusing("_rebuild_nested_tensor", "a nested tensor")
_rebuild_qtensor = _refusing("_rebuild_qtensor", "a quantized tensor")
_rebuild_meta_tensor_no_storage = _refusing("_rebuild_meta_tensor_no_storage", "a tensor on the meta device")
_rebuild_device_tensor_from_numpy = _refusing("_rebuild_device_tensor_from_numpy", "a tensor of a foreign device")
_rebuild_wrapper_subclass = _refusing("_rebuild_wrapper_subclass", "a tensor subclass made by wrapping")
