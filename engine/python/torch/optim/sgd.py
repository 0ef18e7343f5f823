"""`SGD`: stochastic gradient descent with momentum.

Read next: `optim.optimizer`, `engine/src/cpu/optimizer/sgd.rs`.
"""

from .._C import ops
from .._creation import zeros_like
from ._checks import check, check_fused, check_rate, number
from .optimizer import FusedOptimizer


class SGD(FusedOptimizer):
    """Steps against the gradient, with momentum, dampening, weight decay and Nesterov's variant.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    _later_options = {"nesterov": False, "maximize": False, "foreach": None, "differentiable": False, "fused": False}

    def __init__(
        self,
        params,
        lr=1e-3,
        momentum=0,
        dampening=0,
        weight_decay=0,
        nesterov=False,
        *,
        maximize=False,
        foreach=None,
        differentiable=False,
        fused=None,
    ):
        check_rate(lr)
        check(lr >= 0.0, "learning rate", lr)
        check(momentum >= 0.0, "momentum value", momentum)
        check(weight_decay >= 0.0, "weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, defaults)
        check_fused(fused, foreach, differentiable)

    def _update(self, group, params, grads):
        names = ("weight_decay", "momentum", "lr", "dampening", "nesterov", "maximize")
        options = {name: group[name] for name in names}
        if group["momentum"] == 0:
            sgd(params, grads, [], **options)
            return
        buffers = [self.state[parameter].get("momentum_buffer") for parameter in params]
        sgd(params, grads, buffers, **options)
        for parameter, buffer in zip(params, buffers):
            self.state[parameter]["momentum_buffer"] = buffer


def sgd(
    params,
    d_p_list,
    momentum_buffer_list,
    has_sparse_grad=False,
    foreach=None,
    fused=None,
    *,
    weight_decay,
    momentum,
    lr,
    dampening,
    nesterov,
    maximize,
):
    """One step of SGD for lists of parameters and gradients. Buffers that are None are made, in the list."""
    settings = (number(lr), number(momentum), number(dampening), number(weight_decay), nesterov, maximize)
    if momentum == 0:
        ops.sgd_(params, d_p_list, [], *settings, False)
        return
    # A buffer's first value is the gradient itself, so new buffers go in a call of their own.
    for is_new in (False, True):
        places = [place for place, buffer in enumerate(momentum_buffer_list) if (buffer is None) == is_new]
        if not places:
            continue
        for place in places if is_new else ():
            momentum_buffer_list[place] = zeros_like(params[place])
        chosen = ([entries[place] for place in places] for entries in (params, d_p_list, momentum_buffer_list))
        ops.sgd_(*chosen, *settings, is_new)
