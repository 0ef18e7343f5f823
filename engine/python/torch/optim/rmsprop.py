"""`RMSprop`: steps over the root of a running mean of squared gradients.

Read next: `optim.optimizer`, `engine/src/cpu/optimizer/rmsprop.rs`.
"""

from .._C import ops
from .._creation import zeros_like
from ._checks import check, check_rate, each, number, states
from .optimizer import FusedOptimizer


class RMSprop(FusedOptimizer):
    """Steps scaled by the root of the mean square of recent gradients, or by their deviation (`centered`).

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """

    _later_options = {
        "momentum": 0,
        "centered": False,
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }

    def __init__(
        self,
        params,
        lr=1e-2,
        alpha=0.99,
        eps=1e-8,
        weight_decay=0,
        momentum=0,
        centered=False,
        capturable=False,
        foreach=None,
        maximize=False,
        differentiable=False,
    ):
        check_rate(lr)
        check(lr >= 0.0, "learning rate", lr)
        check(eps >= 0.0, "epsilon value", eps)
        check(momentum >= 0.0, "momentum value", momentum)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        check(alpha >= 0.0, "alpha value", alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _update(self, group, params, grads):
        found = states(self, params, ("square_avg",))
        wanted = {"momentum_buffer": group["momentum"] > 0, "grad_avg": group["centered"]}
        lists = {}
        for name, is_wanted in wanted.items():
            if is_wanted:
                for parameter, state in zip(params, found):
                    if name not in state:
                        state[name] = zeros_like(parameter)
            lists[name] = each(found, name) if is_wanted else []
        rmsprop(
            params,
            grads,
            each(found, "square_avg"),
            lists["grad_avg"],
            lists["momentum_buffer"],
            each(found, "step"),
            lr=group["lr"],
            alpha=group["alpha"],
            eps=group["eps"],
            weight_decay=group["weight_decay"],
            momentum=group["momentum"],
            centered=group["centered"],
            maximize=group["maximize"],
        )


def rmsprop(
    params,
    grads,
    square_avgs,
    grad_avgs,
    momentum_buffer_list,
    state_steps,
    foreach=None,
    maximize=False,
    differentiable=False,
    capturable=False,
    has_complex=False,
    *,
    lr,
    alpha,
    eps,
    weight_decay,
    momentum,
    centered,
):
    """One step of RMSprop for lists of parameters, gradients and state; `state_steps` go up by one."""
    means, buffers = grad_avgs if centered else [], momentum_buffer_list if momentum > 0 else []
    rates = (number(lr), number(alpha), number(eps), number(weight_decay), number(momentum))
    ops.rmsprop_(params, grads, square_avgs, means, buffers, state_steps, *rates, maximize)
