"""The augmenting policies of the first generation for inputs of any structure: its one picture is augmented.

Read next: `transforms.autoaugment`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ...tv_tensors import BoundingBoxes, Mask, plain, TVTensor, wrap
from .. import autoaugment as v1
from ._transform import Transform


def _augmenting(kind):
    class Augmenting(Transform):
        __doc__ = kind.__doc__

        def __init__(self, *args, **kwargs):
            super().__init__()
            self._policy = kind(*args, **kwargs)

        def check_inputs(self, flat_inputs):
            """Raises TypeError for masks and boxes, which would not follow their picture."""
            for part in flat_inputs:
                if isinstance(part, (BoundingBoxes, Mask)):
                    raise TypeError(f"Inputs of type {type(part).__name__} are not supported by {kind.__name__}()")

        def transform(self, inpt, params):
            """One picture, augmented."""
            if isinstance(inpt, TVTensor):
                return wrap(self._policy(plain(inpt)), like=inpt)
            return self._policy(inpt)

        def __repr__(self):
            return repr(self._policy)

    Augmenting.__name__ = Augmenting.__qualname__ = kind.__name__
    return Augmenting


AutoAugment = _augmenting(v1.AutoAugment)
RandAugment = _augmenting(v1.RandAugment)
TrivialAugmentWide = _augmenting(v1.TrivialAugmentWide)
AugMix = _augmenting(v1.AugMix)
