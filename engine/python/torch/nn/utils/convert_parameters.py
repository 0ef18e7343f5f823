"""Parameters as one vector, and back.

Read next: `nn.utils.clip_grad`.
"""

from ..._stacking import cat
from ..._tensor import Tensor


def _check_device(parameter, first):
    if first is not None and parameter.device != first:
        raise TypeError("Found two parameters on different devices, this is currently not supported.")
    return parameter.device


def parameters_to_vector(parameters):
    """All parameters flattened, one after another. Gradients flow through. Raises TypeError for several devices."""
    device, parts = None, []
    for parameter in parameters:
        device = _check_device(parameter, device)
        parts.append(parameter.reshape(-1))
    return cat(parts)


def vector_to_parameters(vec, parameters):
    """Makes slices of a vector the parameters' data. Raises TypeError unless it is a tensor."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {vec.type() if hasattr(vec, 'type') else type(vec).__name__}")
    device, start = None, 0
    for parameter in parameters:
        device = _check_device(parameter, device)
        count = parameter.numel()
        parameter.data = vec[start : start + count].view_as(parameter).data
        start += count
