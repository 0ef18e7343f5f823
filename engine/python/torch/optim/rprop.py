"""`Rprop`: resilient backpropagation.

Read next: `optim.optimizer`, `engine/src/cpu/optimizer/rprop.rs`.
"""

from .._C import ops
from .._creation import full_like
from ._checks import check, check_rate, each, number, states
from .optimizer import FusedOptimizer


class Rprop(FusedOptimizer):
    """Steps by the sign of the gradient alone; sizes grow while it stays and shrink where it turns.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Rprop.html
    """

    _num_lists = 5

    def __init__(
        self,
        params,
        lr=1e-2,
        etas=(0.5, 1.2),
        step_sizes=(1e-6, 50),
        *,
        capturable=False,
        foreach=None,
        maximize=False,
        differentiable=False,
    ):
        check_rate(lr)
        check(lr >= 0.0, "learning rate", lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def _update(self, group, params, grads):
        found = states(self, params, ("prev",))
        for parameter, state in zip(params, found):
            if "step_size" not in state:
                state["step_size"] = full_like(parameter, number(group["lr"]))
        rprop(
            params,
            grads,
            each(found, "prev"),
            each(found, "step_size"),
            each(found, "step"),
            step_size_min=group["step_sizes"][0],
            step_size_max=group["step_sizes"][1],
            etaminus=group["etas"][0],
            etaplus=group["etas"][1],
            maximize=group["maximize"],
        )


def rprop(
    params,
    grads,
    prevs,
    step_sizes,
    state_steps,
    foreach=None,
    capturable=False,
    maximize=False,
    differentiable=False,
    has_complex=False,
    *,
    step_size_min,
    step_size_max,
    etaminus,
    etaplus,
):
    """One step of Rprop for lists of parameters, gradients and state; `state_steps` go up by one."""
    factors = (number(etaminus), number(etaplus), number(step_size_min), number(step_size_max))
    ops.rprop_(params, grads, prevs, step_sizes, state_steps, *factors, maximize)
