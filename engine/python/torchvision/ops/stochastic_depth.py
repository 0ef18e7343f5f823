"""Stochastic depth: whole branches of residual blocks left out at random while training.

The method: https://arxiv.org/abs/1603.09382. Read next: `misc`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch
from torch import nn


def stochastic_depth(input, p, mode, training=True):
    """Zeroes the input with probability `p` and scales what stays by `1 / (1 - p)`.

    input: `(N, …)`. mode: "batch" draws once for all rows, "row" once for each. Without `training`, the input itself.
    Raises ValueError for another mode or a `p` outside 0 … 1.
    """
    if p < 0.0 or p > 1.0:
        raise ValueError(f"drop probability has to be between 0 and 1, but got {p}")
    if mode not in ("batch", "row"):
        raise ValueError(f"mode has to be either 'batch' or 'row', but got {mode}")
    if not training or p == 0.0:
        return input
    survival_rate = 1.0 - p
    rows = input.shape[0] if mode == "row" else 1
    noise = torch.empty([rows] + [1] * (input.ndim - 1), dtype=input.dtype, device=input.device)
    noise = noise.bernoulli_(survival_rate)
    if survival_rate > 0.0:
        noise.div_(survival_rate)
    return input * noise


class StochasticDepth(nn.Module):
    """`stochastic_depth` as a module. p: the probability. mode: "batch" or "row"."""

    def __init__(self, p, mode):
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, input):
        """See `stochastic_depth`."""
        return stochastic_depth(input, self.p, self.mode, self.training)

    def __repr__(self):
        return f"{self.__class__.__name__}(p={self.p}, mode={self.mode})"
