"""Draws whose parameters are tensors: Poisson, binomial, gamma and Dirichlet ones, the latter two with gradients.

They are drawn on the CPU, for tensors on the GPU too. Gradients are implicit: how a draw moves with its parameter while
its quantile is held. Read next: `_random`, `engine/src/ops/sampling.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype
from ._args import store
from ._C import ops
from ._generator import drawing_from
from ._random_fills import with_zero_gradient

_functions = {}


def _need_float(name, input):
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f'"{name}" not implemented for \'{_dtype.SCALAR_TYPE_NAMES[input.dtype._code]}\'')


def poisson(input, generator=None):
    """Numbers of events where `input` gives how many are expected, in its shape and dtype; its gradient is zero."""
    _need_float("poisson_cpu", input)
    with drawing_from(generator):
        return with_zero_gradient(ops.poisson(input.detach()), input)


def binomial(count, prob, generator=None, *, out=None):
    """Numbers of successes in `count` trials of probability `prob`."""
    if count.dtype is not prob.dtype:
        names = _dtype.SCALAR_TYPE_NAMES
        raise RuntimeError(
            f"Found dtype {names[prob.dtype._code]} but expected {names[count.dtype._code]}"
        )
    _need_float("binomial_cpu", count)
    with drawing_from(generator):
        return store(with_zero_gradient(ops.binomial(count.detach(), prob.detach()), count, prob), out)


def _with_gradient(name, draw, slope):
    """An autograd function of one parameter. The class is made when it is first needed: most programs never do."""
    found = _functions.get(name)
    if found is None:
        from .autograd.function import Function, once_differentiable

        class Drawn(Function):
            @staticmethod
            def forward(ctx, alpha):
                drawn = draw(alpha)
                ctx.save_for_backward(alpha, drawn)
                return drawn

            @staticmethod
            @once_differentiable
            def backward(ctx, gradient):
                return slope(gradient, *ctx.saved_tensors)

        Drawn.__name__ = Drawn.__qualname__ = name
        Drawn._node_name = name + "Backward0"
        found = _functions[name] = Drawn
    return found


def _dirichlet_backward(gradient, alpha, drawn):
    total = alpha.sum(-1, True).expand(alpha.shape)
    slopes = ops.dirichlet_grad(drawn, alpha, total)
    return slopes * (gradient - (drawn * gradient).sum(-1, True))


def _standard_gamma(input, generator=None):
    """Gamma draws of rate 1, with gradients by the shapes `input`."""
    _need_float("gamma_cpu", input)
    with drawing_from(generator):
        if not input.requires_grad:
            return ops.standard_gamma(input)
        made = _with_gradient("StandardGamma", ops.standard_gamma, lambda g, alpha, x: g * ops.standard_gamma_grad(alpha, x))
        return made.apply(input)


def _sample_dirichlet(input, generator=None):
    """Dirichlet draws, with gradients by the concentrations `input`."""
    _need_float("dirichlet", input)
    with drawing_from(generator):
        if not input.requires_grad:
            return ops.sample_dirichlet(input)
        return _with_gradient("Dirichlet", ops.sample_dirichlet, _dirichlet_backward).apply(input)


def _standard_gamma_grad(input, output):
    """How gamma draws `output` move with their shapes."""
    return ops.standard_gamma_grad(input, output)


def _dirichlet_grad(x, alpha, total):
    """How Dirichlet draws move with their concentrations, divided by `1 - x`."""
    return ops.dirichlet_grad(x, alpha, total)
