"""What the normalisation layers share: an optional scale, called weight, and an optional shift, called bias.

Refuses to normalise anything.
Read next: `nn.modules.normalization`, `nn.modules.batchnorm`.
"""

from ..._creation import empty
from .. import init
from ..parameter import Parameter
from .module import Module


class _Affine(Module):
    """A layer with a weight and a bias of the same shape, each of which may be None."""

    def _make_affine(self, shape, has_weight, has_bias, device, dtype):
        for name, is_there in (("weight", has_weight), ("bias", has_bias)):
            self.register_parameter(name, Parameter(empty(shape, device=device, dtype=dtype)) if is_there else None)

    def reset_parameters(self):
        """Scale one, shift zero."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)
