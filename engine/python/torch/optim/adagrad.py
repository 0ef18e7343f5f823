"""`Adagrad`: steps over the root of the sum of all squared gradients.

Read next: `optim.optimizer`, `engine/src/cpu/optimizer/adagrad.rs`.
"""

from .._C import ops
from .._creation import full_like
from ._checks import check, check_fused, check_rate, each, number, start_number
from .optimizer import FusedOptimizer


class Adagrad(FusedOptimizer):
    """Steps that shrink where gradients have been large. The state is there from the start.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
    """

    _num_lists = 4
    _later_options = {"foreach": None, "maximize": False, "differentiable": False, "fused": None}

    def __init__(
        self,
        params,
        lr=1e-2,
        lr_decay=0,
        weight_decay=0,
        initial_accumulator_value=0,
        eps=1e-10,
        foreach=None,
        *,
        maximize=False,
        differentiable=False,
        fused=None,
    ):
        check_rate(lr)
        check(lr >= 0.0, "learning rate", lr)
        check(lr_decay >= 0.0, "lr_decay value", lr_decay)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        check(initial_accumulator_value >= 0.0, "initial_accumulator_value value", initial_accumulator_value)
        check(eps >= 0.0, "epsilon value", eps)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        check_fused(fused, foreach, differentiable)
        for group in self.param_groups:
            for parameter in group["params"]:
                self._start(group, parameter)

    def _start(self, group, parameter):
        state = self.state[parameter]
        state["step"] = start_number()
        state["sum"] = full_like(parameter, group["initial_accumulator_value"])

    def share_memory(self):
        """Does nothing: everything runs in one process here."""

    def _update(self, group, params, grads):
        for parameter in params:
            if parameter not in self.state:  # of a group that was added later
                self._start(group, parameter)
        found = [self.state[parameter] for parameter in params]
        adagrad(
            params,
            grads,
            each(found, "sum"),
            each(found, "step"),
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            lr_decay=group["lr_decay"],
            eps=group["eps"],
            maximize=group["maximize"],
        )


def adagrad(
    params,
    grads,
    state_sums,
    state_steps,
    fused=None,
    has_sparse_grad=False,
    foreach=None,
    differentiable=False,
    has_complex=False,
    *,
    lr,
    weight_decay,
    lr_decay,
    eps,
    maximize,
):
    """One step of Adagrad for lists of parameters, gradients and state; `state_steps` go up by one."""
    rates = (number(lr), number(lr_decay), number(weight_decay), number(eps))
    ops.adagrad_(params, grads, state_sums, state_steps, *rates, maximize)
