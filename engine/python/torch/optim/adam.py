"""`Adam`.

Read next: `optim.adamw`, `engine/src/cpu/optimizer/adam.rs`.
"""

from .._C import ops
from .._creation import zeros_like
from .._tensor import Tensor
from ._checks import check, check_betas, check_fused, check_rate, each, number, states
from .optimizer import FusedOptimizer


class Adam(FusedOptimizer):
    """Adam: steps scaled by running moments of the gradients. `weight_decay` is added to the gradient.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
    """

    _later_options = {
        "amsgrad": False,
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
        "fused": None,
    }

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
        check_rate(lr, foreach, capturable)
        check(lr >= 0.0, "learning rate", lr)
        check(eps >= 0.0, "epsilon value", eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        _check_beta_types(betas, foreach, capturable)
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
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)
        check_fused(fused, foreach, differentiable)

    def _update(self, group, params, grads):
        found = states(self, params, ("exp_avg", "exp_avg_sq"))
        if group["amsgrad"]:
            for parameter, state in zip(params, found):
                if "max_exp_avg_sq" not in state:
                    state["max_exp_avg_sq"] = zeros_like(parameter)
        adam(
            params,
            grads,
            each(found, "exp_avg"),
            each(found, "exp_avg_sq"),
            each(found, "max_exp_avg_sq") if group["amsgrad"] else [],
            each(found, "step"),
            amsgrad=group["amsgrad"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            maximize=group["maximize"],
            decoupled_weight_decay=group["decoupled_weight_decay"],
        )


def _check_beta_types(betas, foreach, capturable):
    are_tensors = [isinstance(beta, Tensor) for beta in betas]
    if not (all(are_tensors) or all(isinstance(beta, float) for beta in betas)):
        raise ValueError("betas must be either both floats or both Tensors")
    for position in (0, 1):
        if are_tensors[position]:
            if not capturable and foreach:
                raise ValueError(f"betas[{position}] as a Tensor is not supported for capturable=False and foreach=True")
            if betas[position].numel() != 1:
                raise ValueError(f"Tensor betas[{position}] must be 1-element")


def adam(
    params,
    grads,
    exp_avgs,
    exp_avg_sqs,
    max_exp_avg_sqs,
    state_steps,
    foreach=None,
    capturable=False,
    differentiable=False,
    fused=None,
    has_complex=False,
    decoupled_weight_decay=False,
    *,
    amsgrad,
    beta1,
    beta2,
    lr,
    weight_decay,
    eps,
    maximize,
):
    """One step of Adam for lists of parameters, gradients and state; `state_steps` go up by one."""
    ops.adam_(
        params,
        grads,
        exp_avgs,
        exp_avg_sqs,
        max_exp_avg_sqs if amsgrad else [],
        state_steps,
        number(lr),
        number(beta1),
        number(beta2),
        number(eps),
        number(weight_decay),
        decoupled_weight_decay,
        maximize,
    )
