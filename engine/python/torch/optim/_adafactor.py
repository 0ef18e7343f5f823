"""`Adafactor`: Adam with little state.

Read next: `optim.optimizer`, `engine/src/ops/optim/adafactor.rs`.
"""

from .._C import ops
from .._creation import zeros, zeros_like
from ._checks import check_rate, each, number, start_number
from .optimizer import FusedOptimizer


class Adafactor(FusedOptimizer):
    """Keeps the second moment of a matrix as the means of its rows and columns, and steps relative to the weights' size.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.Adafactor.html
    """

    _num_lists = 5
    _later_options = {"foreach": None}

    def __init__(
        self,
        params,
        lr=1e-2,
        beta2_decay=-0.8,
        eps=(None, 1e-3),
        d=1.0,
        weight_decay=0.0,
        *,
        foreach=None,
        maximize=False,
    ):
        check_rate(lr)
        _check(lr >= 0.0, "Learning rate should be >= 0", lr)
        _check(beta2_decay <= 0.0, "beta2_decay should be <= 0", beta2_decay)
        _check(eps[0] is None or eps[0] >= 0.0, "epsilon1 should be >= 0", eps[0])
        _check(eps[1] >= 0.0, "epsilon2 should be >= 0", eps[1])
        _check(d >= 1.0, "Clipping threshold d should be >= 1", d)
        _check(weight_decay >= 0.0, "weight_decay should be >= 0", weight_decay)
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _update(self, group, params, grads):
        pairs = list(zip(params, grads))
        for parameter, gradient in pairs:
            state = self.state[parameter]
            if not state:
                state["step"] = start_number()
                if gradient.dim() > 1:
                    shape = list(gradient.shape)
                    options = {"dtype": parameter.dtype, "device": parameter.device}
                    state["row_var"] = zeros(shape[:-1] + [1], **options)
                    state["col_var"] = zeros(shape[:-2] + [1, shape[-1]], **options)
                else:
                    state["variance"] = zeros_like(parameter)
        options = {"d": group["d"], "lr": group["lr"], "beta2_decay": group["beta2_decay"]}
        options |= {"weight_decay": group["weight_decay"], "maximize": group["maximize"]}
        options |= {"eps1": group["eps"][0], "eps2": group["eps"][1]}
        for is_matrix in (True, False):
            chosen = [(parameter, gradient) for parameter, gradient in pairs if (gradient.dim() > 1) == is_matrix]
            if chosen:
                found = [self.state[parameter] for parameter, _ in chosen]
                rows, columns = (each(found, "row_var"), each(found, "col_var")) if is_matrix else ([], each(found, "variance"))
                _step(*map(list, zip(*chosen)), rows, columns, each(found, "step"), **options)


def _check(condition, what, value):
    if not condition:
        raise ValueError(f"{what} but is: {value}")


def _step(params, grads, rows, columns, steps, *, d, lr, beta2_decay, weight_decay, eps1, eps2, maximize):
    rates = (number(lr), number(beta2_decay), eps1, number(eps2), number(d), number(weight_decay))
    ops.adafactor_(params, grads, rows, columns, steps, *rates, maximize)


def adafactor(
    params,
    grads,
    row_vars,
    col_vars,
    variances,
    state_steps,
    foreach=None,
    grad_scale=None,
    found_inf=None,
    has_complex=False,
    *,
    d,
    lr,
    beta2_decay,
    weight_decay,
    eps1,
    eps2,
    maximize,
):
    """One step of Adafactor. Matrices have an entry in `row_vars` and `col_vars`, vectors one in `variances`; the others are None."""
    options = {"d": d, "lr": lr, "beta2_decay": beta2_decay, "weight_decay": weight_decay}
    options |= {"eps1": eps1, "eps2": eps2, "maximize": maximize}
    for place, (parameter, gradient) in enumerate(zip(params, grads)):
        is_matrix = gradient.dim() > 1
        rows = [row_vars[place]] if is_matrix else []
        columns = [col_vars[place] if is_matrix else variances[place]]
        _step([parameter], [gradient], rows, columns, [state_steps[place]], **options)
