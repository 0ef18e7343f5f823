"""`SGD`: stochastic gradient descent with momentum.

Read next: `optim.optimizer`.
"""

from .._C import ops
from .optimizer import LIST_LIMIT, Optimizer, batches, check_range


class SGD(Optimizer):
    """Steps against the gradient, with momentum, dampening, weight decay and Nesterov's variant."""

    def __init__(
        self,
        params,
        lr=1e-3,
        momentum=0,
        dampening=0,
        weight_decay=0,
        nesterov=False,
        *,
        maximize=False,
        foreach=None,
        differentiable=False,
        fused=None,
    ):
        check_range(lr >= 0.0, "learning rate", lr)
        check_range(momentum >= 0.0, "momentum value", momentum)
        check_range(weight_decay >= 0.0, "weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def _update(self, group, parameters, gradients):
        settings = (
            float(group["lr"]),
            float(group["momentum"]),
            float(group["dampening"]),
            float(group["weight_decay"]),
            group["nesterov"],
            group["maximize"],
        )
        if group["momentum"] == 0:
            for part, slopes in batches(LIST_LIMIT, parameters, gradients):
                ops.sgd_(part, slopes, [], *settings, False)
            return
        # A buffer's first value is the gradient itself, so new buffers go in a call of their own.
        for is_new in (False, True):
            chosen = [
                (parameter, gradient)
                for parameter, gradient in zip(parameters, gradients)
                if (self.state[parameter].get("momentum_buffer") is None) == is_new
            ]
            for pairs in batches(LIST_LIMIT, chosen):
                pairs = pairs[0]
                if is_new:
                    for parameter, gradient in pairs:
                        self.state[parameter]["momentum_buffer"] = ops.full(gradient.shape, 0, gradient.dtype, gradient.device._code)
                ops.sgd_(
                    [parameter for parameter, _ in pairs],
                    [gradient for _, gradient in pairs],
                    [self.state[parameter]["momentum_buffer"] for parameter, _ in pairs],
                    *settings,
                    is_new,
                )
