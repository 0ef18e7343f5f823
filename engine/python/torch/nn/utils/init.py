"""`skip_init`: a module whose parameters are not drawn.

Read next: `nn.init`.
"""

import inspect

from ... import _autograd_mode
from ..modules.module import Module


def skip_init(module_cls, *args, **kwargs):
    """A module made without filling its parameters: their memory holds anything, and the generator is left as it was.

    Raises RuntimeError unless it is a module class whose constructor takes a device.
    """
    if not inspect.isclass(module_cls) or not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    from ..._random import get_rng_state, set_rng_state

    state = get_rng_state()
    with _autograd_mode.no_grad():
        made = module_cls(*args, **kwargs)
    set_rng_state(state)
    return made
