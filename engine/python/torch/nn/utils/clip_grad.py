"""Keeping gradients small: `clip_grad_norm_`, `clip_grad_value_`.

All tensors go through the engine in one call. `foreach` is accepted everywhere and makes no difference.
Read next: `engine/src/ops/clip.rs`.
"""

import math
import warnings

from ..._autograd_mode import no_grad
from ..._C import ops
from ..._stacking import stack
from ..._tensor import Tensor


def _listed(tensors):
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients(parameters):
    return [gradient for parameter in parameters if (gradient := parameter.grad) is not None]


#: Tensors that one call of the engine takes.
_BATCH = 2048


def _alike(tensors):
    """The tensors by device and dtype, in lists that one call of the engine takes."""
    groups = {}
    for tensor in tensors:
        groups.setdefault((tensor.device, tensor.dtype), []).append(tensor)
    return [group[start : start + _BATCH] for group in groups.values() for start in range(0, len(group), _BATCH)]


def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The norm of all tensors together, as if they were one vector: a scalar tensor on the first one's device.

    norm_type: its order, or inf. error_if_nonfinite: RuntimeError if it is NaN or infinite (waits for the GPU).
    """
    from ..._from_data import tensor

    tensors = _listed(tensors)
    order = float(norm_type)
    if not tensors:
        return tensor(0.0)
    groups = _alike(tensors)
    total = ops.total_norm(groups[0], order)
    if len(groups) > 1:
        norms = [ops.total_norm(group, order).to(total.device) for group in groups]
        with no_grad():
            norms = stack([norm.to(total.dtype) for norm in norms])
        total = ops.total_norm([norms], order)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {order} for gradients from `parameters` is non-finite, so it cannot be clipped. To "
            "disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None):
    """Scales gradients so that what has a total norm of `total_norm` has at most `max_norm`."""
    gradients = _gradients(_listed(parameters))
    if not gradients:
        return
    with no_grad():
        factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
    for group in _alike(gradients):
        ops.scale_all_(group, factor.to(group[0].device))


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scales gradients down, in place, so that their norm together is at most `max_norm`. Returns the norm before.

    parameters: a tensor or an iterable of them; those without a gradient count for nothing.

    >>> torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    """
    is_generator = not isinstance(parameters, (Tensor, list, tuple)) and iter(parameters) is parameters
    parameters = _listed(parameters)
    if is_generator and not parameters:
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3)
    total = get_total_norm(_gradients(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, total)
    return total


def clip_grad_norm(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The old name of `clip_grad_norm_`."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(parameters, clip_value, foreach=None):
    """Limits every element of the gradients, in place, to ±clip_value."""
    limit = float(clip_value)
    for group in _alike(_gradients(_listed(parameters))):
        ops.clamp_all_(group, -limit, limit)
