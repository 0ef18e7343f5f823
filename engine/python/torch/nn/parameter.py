"""`Parameter` and `Buffer`: tensors that a module finds when they are assigned to it.

Read next: `nn.modules.module`.
"""

from .. import _autograd_mode
from .._C import ops
from .._tensor import Tensor


class Parameter(Tensor):
    """A tensor that is a module's parameter.

    data: the tensor whose memory it takes (a new empty one if absent).
    requires_grad: whether gradients are wanted (True).
    """

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            from .._creation import empty

            data = empty(0)
        made = object.__new__(cls)
        made._h = ops.detach(data)._give_handle()
        if requires_grad:
            made.requires_grad_(True)
        return made

    def __init__(self, data=None, requires_grad=True):
        pass

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        with _autograd_mode.no_grad():
            made = type(self)(self.detach().clone(), self.requires_grad)
            if self.grad is not None:
                made.grad = self.grad.detach().clone()
        memo[id(self)] = made
        return made


class Buffer(Tensor):
    """A tensor that is a module's buffer when assigned to it. `persistent`: whether it is in the state dict."""

    def __new__(cls, data=None, *, persistent=True):
        if data is None:
            from .._creation import empty

            data = empty(0)
        made = object.__new__(cls)
        made._h = ops.detach(data)._give_handle()
        made.persistent = persistent
        return made

    def __init__(self, data=None, *, persistent=True):
        pass
