"""`swap_tensors`: two tensor objects exchange everything, so that other references to them see the change.

Refuses tensors that weak references point to, as PyTorch: those would point to the wrong one. Read next: `__future__`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import weakref


def swap_tensors(t1, t2):
    """Exchanges two tensors: their elements, classes, attributes, gradients and hooks.

    Shapes, dtypes and devices may differ. Raises RuntimeError for a tensor to which weak references point, TypeError for
    what is no tensor.
    """
    from ._tensor import Tensor

    for name, tensor in (("t1", t1), ("t2", t2)):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"swap_tensors(): {name} must be Tensor, not {type(tensor).__name__}")
        if weakref.getweakrefs(tensor):
            raise RuntimeError(f"Cannot swap {name} because it has weakref associated with it")
    t1.__class__, t2.__class__ = t2.__class__, t1.__class__
    t1.__dict__, t2.__dict__ = t2.__dict__, t1.__dict__


def module_load(self, other, assign=False):
    """What a module that loads `other` into this parameter or buffer shall swap it with.

    Gives `other` without history if `assign`, else this tensor after copying `other`'s elements into it. Used by
    `load_state_dict` after `torch.__future__.set_swap_module_params_on_conversion(True)`; subclasses may override it.
    """
    return other.detach() if assign else self.copy_(other).detach()
