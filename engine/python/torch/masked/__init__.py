"""`torch.masked`: reductions and normalisations of the elements at which a mask is true.

A masked element counts as what changes nothing: 0 in a sum, minus infinity in a maximum. Where all are masked, that is
the result, or NaN where there is none.
Refuses masked tensors (`MaskedTensor`): pass the mask as `mask=`. Read next: `_filling`, `torch._reduction`.
"""

from ._folds import amax, amin, argmax, argmin, logsumexp, mean, median, norm, prod, std, sum, var
from ._lines import cumprod, cumsum, log_softmax, logaddexp, normalize, softmax, softmin

__all__ = """amax amin argmax argmin cumprod cumsum log_softmax logaddexp logsumexp mean median norm normalize prod softmax softmin
    std sum var""".split()


def __getattr__(name):
    if name in ("MaskedTensor", "masked_tensor", "as_masked_tensor", "is_masked_tensor"):
        raise AttributeError(f"torch.masked.{name} is not in Carrel: pass the mask as mask= to the functions of torch.masked")
    raise AttributeError(f"module 'torch.masked' has no attribute '{name}'")
