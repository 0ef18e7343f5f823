"""`Muon`: momentum whose matrices are made orthogonal.

Read next: `optim.sgd`.
"""

import math

from .._creation import zeros_like
from .._device import device
from .._dtype import bfloat16, float32
from .._tensor import Tensor
from ._checks import check_rate, number
from .optimizer import FusedOptimizer

#: Steps of the iteration from which on it is not worth its time.
_TOO_MANY_STEPS = 100


class Muon(FusedOptimizer):
    """Steps matrices by their momentum, made nearly orthogonal by Newton-Schulz iterations. Other parameters need another optimiser.

    Nothing is read from the device. Where bfloat16 is not at hand, on the GPU, the iteration runs in float32.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Muon.html
    """

    _later_options = {}
    _numbers = ()

    def __init__(
        self,
        params,
        lr=1e-3,
        weight_decay=0.1,
        momentum=0.95,
        nesterov=True,
        ns_coefficients=(3.4445, -4.7750, 2.0315),
        eps=1e-7,
        ns_steps=5,
        adjust_lr_fn=None,
    ):
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        for what, value in (("Learning rate", lr), ("momentum", momentum), ("weight decay", weight_decay)):
            if not 0.0 <= value:
                raise ValueError(f"{what} should be >= 0 but is: {value}")
        if adjust_lr_fn is not None and adjust_lr_fn not in ("original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.ndim != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {parameter.size()}"
                    )

    def _update(self, group, params, grads):
        buffers = []
        for parameter, gradient in zip(params, grads):
            if gradient.ndim != 2:
                raise ValueError("Param gradient must be a 2D matrix")
            state = self.state[parameter]
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = zeros_like(gradient)
            buffers.append(state["momentum_buffer"])
        options = {name: group[name] for name in ("weight_decay", "momentum", "nesterov", "ns_coefficients", "eps", "ns_steps")}
        muon(params, grads, buffers, lr=group["lr"], adjust_lr_fn=group["adjust_lr_fn"], **options)


def muon(
    params,
    grads,
    muon_momentum_bufs,
    *,
    foreach=None,
    lr,
    weight_decay,
    momentum,
    nesterov,
    ns_coefficients,
    ns_steps,
    eps,
    adjust_lr_fn,
    has_complex=False,
):
    """One step of Muon for lists of matrices, gradients and momentum buffers."""
    check_rate(lr)
    lr = number(lr)
    for parameter, gradient, buffer in zip(params, grads, muon_momentum_bufs):
        buffer.lerp_(gradient, 1 - momentum)
        update = gradient.lerp(buffer, momentum) if nesterov else buffer
        update = _orthogonal(update, ns_coefficients, ns_steps, eps).to(parameter.dtype)
        parameter.mul_(1 - lr * weight_decay)
        parameter.add_(update, alpha=-lr * _rate_factor(adjust_lr_fn, *parameter.shape))


def _rate_factor(kind, rows, columns):
    """How the shape of a matrix changes its learning rate."""
    if kind == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns))


def _orthogonal(matrix, coefficients, steps, eps):
    """The nearest orthogonal matrix, roughly: each iteration is an odd polynomial of the singular values."""
    if steps >= _TOO_MANY_STEPS:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    found = matrix.to(bfloat16 if matrix.device == device("cpu") else float32)
    is_tall = matrix.size(0) > matrix.size(1)
    if is_tall:
        found = found.T
    found = found / found.norm().clamp(min=eps)
    for _ in range(steps):
        gram = found @ found.T
        found = (gram * b).addmm(gram, gram, alpha=c).matmul(found) + found * a
    return found.T if is_tall else found
