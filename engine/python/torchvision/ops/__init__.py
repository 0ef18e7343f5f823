"""Operators of vision and the blocks that models are made of.

Read next: `misc`, `stochastic_depth`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .misc import (
    Conv2dNormActivation,
    Conv3dNormActivation,
    ConvNormActivation,
    FrozenBatchNorm2d,
    MLP,
    Permute,
    SqueezeExcitation,
)
from .stochastic_depth import stochastic_depth, StochasticDepth
