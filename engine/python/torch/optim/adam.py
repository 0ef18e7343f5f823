"""`Adam` and `AdamW`.

Read next: `optim.optimizer`.
"""

from .._C import ops
from .optimizer import LIST_LIMIT, Optimizer, batches, check_range


class Adam(Optimizer):
    """Adam: steps scaled by running moments of the gradients. `weight_decay` is added to the gradient."""

    _is_decoupled = False

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        amsgrad=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
        fused=None,
        decoupled_weight_decay=False,
    ):
        check_range(lr >= 0.0, "learning rate", lr)
        check_range(eps >= 0.0, "epsilon value", eps)
        for position, beta in enumerate(betas):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {position}: {beta}")
        check_range(weight_decay >= 0.0, "weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay or self._is_decoupled,
        }
        super().__init__(params, defaults)

    def _state_of(self, parameter, needs_largest):
        state = self.state[parameter]
        if not state:
            state["step"] = 0
            state["exp_avg"] = parameter.new_zeros(parameter.shape)
            state["exp_avg_sq"] = parameter.new_zeros(parameter.shape)
            if needs_largest:
                state["max_exp_avg_sq"] = parameter.new_zeros(parameter.shape)
        state["step"] = int(state["step"]) + 1
        return state

    def _update(self, group, parameters, gradients):
        beta1, beta2 = group["betas"]
        amsgrad = group["amsgrad"]
        for part, slopes in batches(LIST_LIMIT, parameters, gradients):
            states = [self._state_of(parameter, amsgrad) for parameter in part]
            ops.adam_(
                part,
                slopes,
                [state["exp_avg"] for state in states],
                [state["exp_avg_sq"] for state in states],
                [state["max_exp_avg_sq"] for state in states] if amsgrad else [],
                [state["step"] for state in states],
                float(group["lr"]),
                float(beta1),
                float(beta2),
                group["eps"],
                group["weight_decay"],
                group["decoupled_weight_decay"],
                group["maximize"],
            )


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameters themselves, apart from the gradient."""

    _is_decoupled = True

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=1e-2,
        amsgrad=False,
        *,
        maximize=False,
        foreach=None,
        capturable=False,
        differentiable=False,
        fused=None,
    ):
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
        )
