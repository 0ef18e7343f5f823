"""Parts of a batch for several devices, and back: `scatter`, `gather`, `replicate`, `data_parallel`.

There is one GPU, so parts lie on one device; the functions do what they say for any number of parts.
Read next: `nn.parallel`.
"""

import copy

from ..._stacking import cat
from ..._tensor import Tensor


def scatter(inputs, target_gpus, dim=0):
    """Chunks of every tensor in nested tuples, lists and dicts, one for each of the devices; other values are repeated."""
    devices = list(target_gpus)

    def split(value):
        if isinstance(value, Tensor):
            parts = value.chunk(len(devices), dim)
            return [part.to(device) for part, device in zip(parts, devices)]
        if isinstance(value, tuple) and value:
            return [type(value)(*parts) if hasattr(value, "_fields") else tuple(parts) for parts in zip(*map(split, value))]
        if isinstance(value, list) and value:
            return [list(parts) for parts in zip(*map(split, value))]
        if isinstance(value, dict) and value:
            return [type(value)(pairs) for pairs in zip(*map(split, value.items()))]
        return [value for _ in devices]

    return split(inputs)


def gather(outputs, target_device, dim=0):
    """The parts of several results joined along `dim`, on one device."""
    first = outputs[0]
    if isinstance(first, Tensor):
        whole = [output.unsqueeze(0) if output.dim() == 0 else output for output in outputs]
        return cat([output.to(_device(target_device)) for output in whole], dim)
    if first is None:
        return None
    if isinstance(first, dict):
        return type(first)((key, gather([output[key] for output in outputs], target_device, dim)) for key in first)
    parts = [gather(parts, target_device, dim) for parts in zip(*outputs)]
    return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)


def _device(target):
    return "cpu" if target == -1 else target


def replicate(network, devices, detach=False):
    """A copy of a module for every device."""
    return [copy.deepcopy(network).to(device) for device in devices]


def data_parallel(module, inputs, device_ids=None, output_device=None, dim=0, module_kwargs=None):
    """Calls the module on the whole batch: there is one device."""
    inputs = inputs if isinstance(inputs, tuple) else () if inputs is None else (inputs,)
    return module(*inputs, **(module_kwargs or {}))
