"""`LBFGS`: a quasi-Newton method that evaluates a closure many times a step.

All parameters are one flat vector. The history of the approximation stays on the device; the few numbers that decide how
to go on are read together, once an evaluation.
Read next: `optim._strong_wolfe`, `optim.optimizer`.
"""

from .._autograd_mode import enable_grad, no_grad
from .._stacking import cat, stack
from .._creation import zeros
from ._strong_wolfe import strong_wolfe
from .optimizer import Optimizer

#: A curvature not larger than this teaches nothing.
_LEAST_CURVATURE = 1e-10
#: What is kept from step to step.
_STATE = "func_evals n_iter al d t old_dirs old_stps ro H_diag prev_flat_grad prev_loss".split()


class LBFGS(Optimizer):
    """Limited-memory BFGS, with a fixed step or with a line search that fulfils the strong Wolfe conditions.

    One group of parameters only. `step(closure)` needs a closure that clears the gradients, computes the loss and returns it.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
    """

    def __init__(
        self,
        params,
        lr=1,
        max_iter=20,
        max_eval=None,
        tolerance_grad=1e-7,
        tolerance_change=1e-9,
        history_size=100,
        line_search_fn=None,
        *,
        maximize=False,
    ):
        if not 0.0 <= lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
            "maximize": maximize,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        self._params = self.param_groups[0]["params"]

    def __getstate__(self):
        return super().__getstate__() | {"_params": self._params}

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("maximize", False)

    def step(self, closure):
        """Changes the parameters, evaluating `closure` several times; returns the first loss."""
        with no_grad():
            loss = self._step(enable_grad()(closure))
        state = self.state[self._params[0]]
        for name in _STATE:
            if name in state:
                # Put last, one after the other: PyTorch's order.
                state[name] = state.pop(name)
        return loss

    def _step(self, closure):
        group = self.param_groups[0]
        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        line_search = group["line_search_fn"]
        first_loss = closure()
        loss, slopes = self._signed(float(first_loss)), self._flat_gradient()
        num_evals = 1
        state["func_evals"] += 1
        largest, total = _read(slopes.abs().max(), slopes.abs().sum())
        if largest <= group["tolerance_grad"]:
            return first_loss
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            direction = self._direction(state, slopes, group["history_size"])
            state["prev_flat_grad"], previous_loss = slopes, loss
            length = group["lr"] * min(1.0, 1.0 / total) if state["n_iter"] == 1 else group["lr"]
            state.update(d=direction, t=length, prev_loss=previous_loss)
            (downhill,) = _read(slopes.dot(direction))
            if downhill > -group["tolerance_change"]:
                break
            evaluations = 0
            if line_search is not None:
                if line_search != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                evaluate = self._evaluator(closure, direction)
                loss, slopes, length, evaluations = strong_wolfe(evaluate, length, direction, loss, slopes, downhill)
                state["t"] = length
                self._move(length, direction)
            else:
                self._move(length, direction)
                if iteration != group["max_iter"]:
                    loss, slopes = self._signed(float(closure())), self._flat_gradient()
                    evaluations = 1
            num_evals += evaluations
            state["func_evals"] += evaluations
            if iteration == group["max_iter"] or num_evals >= group["max_eval"]:
                break
            largest, moved = _read(slopes.abs().max(), (direction * length).abs().max())
            if largest <= group["tolerance_grad"] or moved <= group["tolerance_change"]:
                break
            if abs(loss - previous_loss) < group["tolerance_change"]:
                break
        return first_loss

    def _direction(self, state, slopes, history_size):
        """The gradient, turned by what the history says of the curvature; the history goes on by the step before."""
        if state["n_iter"] == 1 or state.get("prev_flat_grad") is None:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return slopes.neg()
        change = slopes - state["prev_flat_grad"]
        step = state["d"] * state["t"]
        curvature = change.dot(step)
        changes, steps, inverses = state["old_dirs"], state["old_stps"], state["ro"]
        if _read(curvature)[0] > _LEAST_CURVATURE:
            if len(changes) == history_size:
                for history in (changes, steps, inverses):
                    history.pop(0)
            changes.append(change)
            steps.append(step)
            inverses.append(1.0 / curvature)
            state["H_diag"] = curvature / change.dot(change)
        rest = slopes.neg()
        kept = state.setdefault("al", [None] * history_size)
        factors = []
        for change, step, inverse in zip(reversed(changes), reversed(steps), reversed(inverses)):
            factors.append(step.dot(rest) * inverse)
            rest.add_(change, alpha=-factors[-1])
        kept[: len(factors)] = reversed(factors)
        direction = rest * state["H_diag"]
        for change, step, inverse, factor in zip(changes, steps, inverses, reversed(factors)):
            direction.add_(step, alpha=factor - change.dot(direction) * inverse)
        return direction

    def _evaluator(self, closure, direction):
        """The loss and the gradient at a distance along the direction; the parameters stay where they are."""
        start = [parameter.clone() for parameter in self._params]

        def evaluate(length):
            self._move(length, direction)
            loss, slopes = self._signed(float(closure())), self._flat_gradient()
            for parameter, value in zip(self._params, start):
                parameter.copy_(value)
            return loss, slopes

        return evaluate

    def _signed(self, value):
        return -value if self.param_groups[0]["maximize"] else value

    def _flat_gradient(self):
        """All gradients as one vector, for descending."""
        parts = [
            zeros(parameter.numel(), dtype=parameter.dtype, device=parameter.device)
            if parameter.grad is None
            else parameter.grad.reshape(-1)
            for parameter in self._params
        ]
        return self._signed(cat(parts))

    def _move(self, length, direction):
        start = 0
        for parameter in self._params:
            end = start + parameter.numel()
            parameter.add_(direction[start:end].view_as(parameter), alpha=float(length))
            start = end


def _read(*scalars):
    """Numbers of the device, in one read: one-element tensors on the CPU, so that arithmetic with them rounds as PyTorch's does."""
    return stack(scalars).cpu().unbind()
