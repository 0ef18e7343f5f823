"""`NAdam`: Adam with Nesterov's momentum.

Read next: `optim.adam`, `engine/src/cpu/optimizer/nadam.rs`.
"""

from .._C import ops
from ._checks import check, check_betas, check_rate, each, number, states
from .optimizer import FusedOptimizer


class NAdam(FusedOptimizer):
    """Adam that looks ahead by a momentum which grows with the steps.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.NAdam.html
    """

    _later_options = {
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
    }
    _numbers = ("step", "mu_product")

    def __init__(
        self,
        params,
        lr=2e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        momentum_decay=4e-3,
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
        check(momentum_decay >= 0.0, "momentum_decay value", momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _update(self, group, params, grads):
        found = states(self, params, ("exp_avg", "exp_avg_sq"), [("mu_product", 1.0)])
        nadam(
            params,
            grads,
            each(found, "exp_avg"),
            each(found, "exp_avg_sq"),
            each(found, "mu_product"),
            each(found, "step"),
            group["decoupled_weight_decay"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            momentum_decay=group["momentum_decay"],
            eps=group["eps"],
            maximize=group["maximize"],
        )


def nadam(
    params,
    grads,
    exp_avgs,
    exp_avg_sqs,
    mu_products,
    state_steps,
    decoupled_weight_decay=False,
    foreach=None,
    capturable=False,
    differentiable=False,
    has_complex=False,
    maximize=False,
    *,
    beta1,
    beta2,
    lr,
    weight_decay,
    momentum_decay,
    eps,
):
    """One step of NAdam for lists of parameters, gradients and state; products and step counts go on."""
    rates = (number(lr), number(beta1), number(beta2), number(eps), number(weight_decay), number(momentum_decay))
    ops.nadam_(params, grads, exp_avgs, exp_avg_sqs, mu_products, state_steps, *rates, decoupled_weight_decay, maximize)
