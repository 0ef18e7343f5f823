"""Numbers of the gamma, Dirichlet and beta distributions, drawn from torch's generator.

Their draws are not PyTorch's, whose sampler differs. Read next: `autoaugment`, `v2`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

import torch


def gamma(shape):
    """A number of the gamma distribution of this shape: Marsaglia and Tsang, https://doi.org/10.1145/358407.358414."""
    if shape < 1.0:
        return gamma(shape + 1.0) * (1.0 - torch.rand(()).item()) ** (1.0 / shape)
    offset = shape - 1.0 / 3.0
    while True:
        normal = torch.randn(()).item()
        cube = (1.0 + normal / math.sqrt(9.0 * offset)) ** 3
        if cube > 0.0 and math.log(1.0 - torch.rand(()).item()) < 0.5 * normal**2 + offset * (1.0 - cube + math.log(cube)):
            return offset * cube


def dirichlet(shapes):
    """Rows of shares that sum to 1. shapes: `(N, K)`."""
    drawn = torch.tensor([[gamma(shape) for shape in row] for row in shapes.tolist()])
    return drawn / drawn.sum(1, keepdim=True)


def beta(first, second):
    """A number from 0 to 1."""
    one, other = gamma(first), gamma(second)
    return one / (one + other) if one + other > 0 else 0.5
