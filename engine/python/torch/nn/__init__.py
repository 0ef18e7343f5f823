"""`torch.nn`: modules, parameters, and layers as functions.

Read next: `nn.modules.module`, `nn.functional`, `nn.utils`.
"""

from . import functional, init, modules, utils
from . import attention, parallel
from .modules import *
from .modules import Module
from .parallel import DataParallel
from .parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter


def factory_kwargs(kwargs):
    """The device and dtype among keyword arguments, for functions that make tensors. Raises TypeError for others."""
    if kwargs is None:
        return {}
    simple = {"device", "dtype", "memory_format"}
    if unknown := kwargs.keys() - (simple | {"factory_kwargs"}):
        raise TypeError(f"unexpected kwargs {unknown}")
    made = dict(kwargs.get("factory_kwargs", {}))
    for key in simple & kwargs.keys():
        if key in made:
            raise TypeError(f"{key} specified twice, in **kwargs and in factory_kwargs")
        made[key] = kwargs[key]
    return made


def __getattr__(name):
    raise AttributeError(f"torch.nn.{name} is not in Carrel yet")
