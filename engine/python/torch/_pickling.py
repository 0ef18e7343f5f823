"""Tensors that are copied deeply and pickled, as PyTorch's files keep them.

A tensor pickles as a storage and the part of it that it shows, so tensors that share memory share it afterwards.
Read next: `_utils`, which rebuilds them; `serialization`, which keeps storages apart from the pickle.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import copyreg
from collections import OrderedDict

from . import _dtype, _tensor, _utils
from ._C import layout
from ._storage import typed, untyped
from ._tensor import Tensor

#: What a tensor object keeps for itself, which is no state of the user's.
_OWN = frozenset(("_h", "_shape", "_dtype", "_device"))


def _state(tensor):
    """The attributes that the user gave a tensor, or None; with a class's slots as a pair."""
    kept = {name: value for name, value in tensor.__dict__.items() if name not in _OWN}
    slots = {
        name: getattr(tensor, name) for name in copyreg._slotnames(type(tensor)) if hasattr(tensor, name) and name not in _OWN
    }
    return (kept, slots) if slots else kept or None


def _parts(tensor):
    """The call that rebuilds a plain tensor."""
    strides, offset = layout(tensor)
    hooks = OrderedDict()
    if tensor.dtype in _dtype.WIDE_UNSIGNED:
        # As PyTorch keeps them: there is no class of storages for these.
        arguments = (untyped(tensor), offset, tuple(tensor.shape), strides, tensor.requires_grad, hooks, tensor.dtype)
        return _utils._rebuild_tensor_v3, arguments
    arguments = (typed(tensor), offset, tuple(tensor.shape), strides, tensor.requires_grad, hooks)
    return _utils._rebuild_tensor_v2, arguments


def _rebuild_from_type_v2(func, new_type, args, state):
    """A tensor of a class of the user's, or one with attributes."""
    made = func(*args)
    if type(made) is not new_type:
        other = object.__new__(new_type)
        other.__dict__.update({name: value for name, value in made.__dict__.items() if name not in _OWN})
        other._h = made._give_handle()
        made = other
    if "__setstate__" in vars(new_type):
        made.__setstate__(state)
        return made
    return _utils._set_obj_state(made, state)


# Files name it so.
_rebuild_from_type_v2.__module__ = "torch._tensor"
_tensor._rebuild_from_type_v2 = _rebuild_from_type_v2


def reduce_tensor(self, protocol):
    """What pickling keeps of a tensor. GPU tensors are read."""
    state = _state(self)
    if type(self) is Tensor and not state:
        return _parts(self)
    function, arguments = _parts(self)
    return _rebuild_from_type_v2, (function, type(self), arguments, state)


def reduce_parameter(self, protocol):
    """What pickling keeps of a parameter."""
    state, hooks = _state(self), OrderedDict()
    if not state:
        return _utils._rebuild_parameter, (self.data, self.requires_grad, hooks)
    return _utils._rebuild_parameter_with_state, (self.data, self.requires_grad, hooks, state)


def deepcopy_tensor(self, memo):
    """A copy of a leaf, of its memory, gradient and attributes. Copies of tensors that share memory share it too."""
    found = memo.get(id(self))
    if found is not None:
        return found
    if not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    from copy import deepcopy

    strides, offset = layout(self)
    made = object.__new__(type(self))
    made._h = _utils._rebuild_tensor(deepcopy(typed(self), memo), offset, self.shape, strides)._give_handle()
    if self.requires_grad:
        made.requires_grad_(True)
    gradient = self.grad
    if gradient is not None:
        made.grad = deepcopy_tensor(gradient, memo)
    memo[id(self)] = made
    # A gradient is a new object each time it is asked for: kept, or another object would be taken for it by its id.
    memo.setdefault(id(memo), []).append(self)
    state = _state(self)
    return _utils._set_obj_state(made, deepcopy(state, memo)) if state else made


Tensor.__reduce_ex__ = reduce_tensor
Tensor.__deepcopy__ = deepcopy_tensor
