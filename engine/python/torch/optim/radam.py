"""`RAdam`: Adam whose first steps are plain.

Read next: `optim.adam`, `engine/src/cpu/optimizer/radam.rs`.
"""

from .._C import ops
from ._checks import check, check_betas, check_rate, each, number, states
from .optimizer import FusedOptimizer


class RAdam(FusedOptimizer):
    """Adam that leaves the second moment aside while it says little, and rectifies its variance later.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.RAdam.html
    """

    _num_lists = 5
    _later_options = {
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
        "capturable": False,
    }

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        decoupled_weight_decay=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
    ):
        check_rate(lr)
        check(lr >= 0.0, "learning rate", lr)
        check(eps >= 0.0, "epsilon value", eps)
        check_betas(betas)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _update(self, group, params, grads):
        found = states(self, params, ("exp_avg", "exp_avg_sq"))
        radam(
            params,
            grads,
            each(found, "exp_avg"),
            each(found, "exp_avg_sq"),
            each(found, "step"),
            group["decoupled_weight_decay"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            maximize=group["maximize"],
        )


def radam(
    params,
    grads,
    exp_avgs,
    exp_avg_sqs,
    state_steps,
    decoupled_weight_decay=False,
    foreach=None,
    differentiable=False,
    capturable=False,
    has_complex=False,
    maximize=False,
    *,
    beta1,
    beta2,
    lr,
    weight_decay,
    eps,
):
    """One step of RAdam for lists of parameters, gradients and state; `state_steps` go up by one."""
    rates = (number(lr), number(beta1), number(beta2), number(eps), number(weight_decay))
    ops.radam_(params, grads, exp_avgs, exp_avg_sqs, state_steps, *rates, decoupled_weight_decay, maximize)
