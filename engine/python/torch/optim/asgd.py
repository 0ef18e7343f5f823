"""`ASGD`: averaged stochastic gradient descent.

Read next: `optim.optimizer`, `engine/src/cpu/optimizer/asgd.rs`.
"""

from .._C import ops
from ._checks import check, check_rate, each, number, states
from .optimizer import FusedOptimizer


class ASGD(FusedOptimizer):
    """SGD with a falling rate that also keeps the average of the parameters, as `ax` in the state.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.ASGD.html
    """

    _numbers = ("step", "eta", "mu")

    def __init__(
        self,
        params,
        lr=1e-2,
        lambd=1e-4,
        alpha=0.75,
        t0=1e6,
        weight_decay=0,
        foreach=None,
        maximize=False,
        differentiable=False,
        capturable=False,
    ):
        check_rate(lr)
        check(lambd > 0.0, "lambd value", lambd)
        check(alpha > 0.0, "alpha value", alpha)
        check(lr >= 0.0, "learning rate", lr)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _update(self, group, params, grads):
        found = states(self, params, ("ax",), [("eta", number(group["lr"])), ("mu", 1.0)])
        asgd(
            params,
            grads,
            each(found, "ax"),
            each(found, "mu"),
            each(found, "step"),
            each(found, "eta"),
            lambd=group["lambd"],
            lr=group["lr"],
            t0=group["t0"],
            alpha=group["alpha"],
            weight_decay=group["weight_decay"],
            maximize=group["maximize"],
        )


def asgd(
    params,
    grads,
    axs,
    mus,
    state_steps,
    etas,
    foreach=None,
    maximize=False,
    differentiable=False,
    capturable=False,
    has_complex=False,
    *,
    lambd,
    lr,
    t0,
    alpha,
    weight_decay,
):
    """One step of ASGD for lists of parameters, gradients and state; the rates and step counts go on."""
    rates = (number(lr), number(lambd), number(alpha), number(t0), number(weight_decay))
    ops.asgd_(params, grads, axs, etas, mus, state_steps, *rates, maximize)
