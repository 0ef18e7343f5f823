"""`torch.func`: functions of functions: gradients, Jacobians, maps over a batch, and modules as functions.

Read next: `_gradients`, `_jacobians`, `_modules`, `torch._batched`.
"""

from .._batched.api import vmap
from ._gradients import grad, grad_and_value, vjp
from ._jacobians import hessian, jacfwd, jacrev
from ._modules import functional_call, stack_module_state
from ._tangents import jvp, linearize
from ._conversion import debug_unwrap, functionalize

__all__ = [
    "grad",
    "grad_and_value",
    "vjp",
    "jvp",
    "linearize",
    "jacrev",
    "jacfwd",
    "hessian",
    "vmap",
    "functional_call",
    "stack_module_state",
    "functionalize",
    "debug_unwrap",
]


