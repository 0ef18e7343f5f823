"""`Adamax`: Adam by the infinity norm.

Read next: `optim.adam`, `engine/src/cpu/optimizer/adamax.rs`.
"""

from .._C import ops
from ._checks import check, check_betas, check_rate, each, number, states
from .optimizer import FusedOptimizer


class Adamax(FusedOptimizer):
    """Steps by a running mean of the gradient over a decaying maximum of its magnitude.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adamax.html
    """

    _num_lists = 5

    def __init__(
        self,
        params,
        lr=2e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        foreach=None,
        *,
        maximize=False,
        differentiable=False,
        capturable=False,
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
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _update(self, group, params, grads):
        found = states(self, params, ("exp_avg", "exp_inf"))
        adamax(
            params,
            grads,
            each(found, "exp_avg"),
            each(found, "exp_inf"),
            each(found, "step"),
            eps=group["eps"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
        )


def adamax(
    params,
    grads,
    exp_avgs,
    exp_infs,
    state_steps,
    foreach=None,
    maximize=False,
    differentiable=False,
    capturable=False,
    has_complex=False,
    *,
    eps,
    beta1,
    beta2,
    lr,
    weight_decay,
):
    """One step of Adamax for lists of parameters, gradients and state; `state_steps` go up by one."""
    rates = (number(lr), number(beta1), number(beta2), number(eps), number(weight_decay))
    ops.adamax_(params, grads, exp_avgs, exp_infs, state_steps, *rates, maximize)
