"""`Adadelta`: steps whose size follows from the sizes of earlier steps.

Read next: `optim.optimizer`, `engine/src/cpu/optimizer/adadelta.rs`.
"""

from .._C import ops
from ._checks import check, check_rate, each, number, states
from .optimizer import FusedOptimizer


class Adadelta(FusedOptimizer):
    """Steps scaled by the ratio of running means of earlier steps and of gradients.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adadelta.html
    """

    _num_lists = 5

    def __init__(
        self,
        params,
        lr=1.0,
        rho=0.9,
        eps=1e-6,
        weight_decay=0,
        foreach=None,
        *,
        capturable=False,
        maximize=False,
        differentiable=False,
    ):
        check_rate(lr)
        check(lr >= 0.0, "learning rate", lr)
        check(0.0 <= rho <= 1.0, "rho value", rho)
        check(eps >= 0.0, "epsilon value", eps)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _update(self, group, params, grads):
        found = states(self, params, ("square_avg", "acc_delta"))
        adadelta(
            params,
            grads,
            each(found, "square_avg"),
            each(found, "acc_delta"),
            each(found, "step"),
            lr=group["lr"],
            rho=group["rho"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
        )


def adadelta(
    params,
    grads,
    square_avgs,
    acc_deltas,
    state_steps,
    capturable=False,
    foreach=None,
    differentiable=False,
    has_complex=False,
    *,
    lr,
    rho,
    eps,
    weight_decay,
    maximize,
):
    """One step of Adadelta for lists of parameters, gradients and state; `state_steps` go up by one."""
    rates = (number(lr), number(rho), number(eps), number(weight_decay))
    ops.adadelta_(params, grads, square_avgs, acc_deltas, state_steps, *rates, maximize)
