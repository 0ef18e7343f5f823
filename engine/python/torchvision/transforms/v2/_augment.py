"""The augmenting policies of the first generation for inputs of any structure: its one picture is augmented.

Operations on floating point pictures are those of the second generation. Read next: `transforms.autoaugment`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import inspect
from collections.abc import Sequence

import torch

from ...tv_tensors import BoundingBoxes, Mask, plain, TVTensor, wrap
from .. import _augmenting, autoaugment as v1
from .._random_geometry import fill_for
from . import functional as F
from ._transform import Transform


def _operation(policy, img, name, magnitude):
    """One operation of a policy on one picture."""
    if isinstance(img, torch.Tensor) and img.is_floating_point():
        if name == "Equalize":
            return F.equalize(img)
        if name == "Posterize":
            return F.posterize(img, int(magnitude))
        if name == "Solarize":
            return F.solarize(img, magnitude / 255.0)
    return _augmenting.applied(img, name, magnitude, F._way(policy.interpolation), fill_for(img, policy.fill))


def _paired(policy, img):
    """A picture through AutoAugment's pair; unlike in the first generation each chance is drawn when it is needed."""
    operations = policy._augmentation_space(10, F.get_size(img))
    for name, probability, strength in policy.policies[int(torch.randint(len(policy.policies), ()))]:
        if torch.rand(()) > probability:
            continue
        magnitudes, is_signed = operations[name]
        magnitude = float(magnitudes[strength]) if magnitudes.ndim > 0 else 0.0
        if is_signed and policy._is_negated():
            magnitude *= -1.0
        img = policy._applied(img, name, magnitude)
    return img


def _augmenting_by(kind, *shown):
    """The transform of a policy; `shown` are the names that are printed after the way to resample."""

    signature = inspect.signature(kind)

    class OfAnyPicture(kind):
        _applied = _operation

        @staticmethod
        def _is_negated():
            return bool(torch.rand(()) <= 0.5)

        if kind is v1.AutoAugment:
            forward = _paired

    class Augmenting(Transform):
        __doc__ = kind.__doc__

        def __init__(self, *args, **kwargs):
            super().__init__()
            bound = signature.bind(*args, **kwargs)
            # Printed as it was given, or as the word for the usual way.
            self.interpolation = bound.arguments.get("interpolation", signature.parameters["interpolation"].default.value)
            bound.arguments["interpolation"] = F._way(self.interpolation)
            policy = OfAnyPicture(*bound.args, **bound.kwargs)
            # In a tuple, so that it is not printed as a module within.
            self._policy = (policy,)
            for name in shown:
                setattr(self, name, getattr(policy, name))

        def check_inputs(self, flat_inputs):
            """Raises TypeError for masks and boxes, which would not follow their picture."""
            for part in flat_inputs:
                if isinstance(part, (BoundingBoxes, Mask)):
                    raise TypeError(f"Inputs of type {type(part).__name__} are not supported by {kind.__name__}()")

        def transform(self, inpt, params):
            """One picture, augmented."""
            (policy,) = self._policy
            return wrap(policy(plain(inpt)), like=inpt) if isinstance(inpt, TVTensor) else policy(inpt)

    Augmenting.__name__ = Augmenting.__qualname__ = kind.__name__
    return Augmenting


AutoAugment = _augmenting_by(v1.AutoAugment, "policy")
RandAugment = _augmenting_by(v1.RandAugment, "num_ops", "magnitude", "num_magnitude_bins")
TrivialAugmentWide = _augmenting_by(v1.TrivialAugmentWide, "num_magnitude_bins")
AugMix = _augmenting_by(v1.AugMix, "severity", "mixture_width", "chain_depth", "alpha", "all_ops")


class JPEG(Transform):
    """Pictures as they are after they were written as JPEG. quality: from 1 to 100, or the least and the most of a draw."""

    def __init__(self, quality):
        super().__init__()
        if isinstance(quality, bool):
            raise TypeError("quality can't be bool")
        quality = [quality, quality] if isinstance(quality, int) else quality
        if not isinstance(quality, Sequence):
            raise TypeError("quality should be a sequence of length 2.")
        if len(quality) != 2:
            raise ValueError("quality should be a sequence of length 2.")
        if not (1 <= quality[0] <= quality[1] <= 100 and all(isinstance(part, int) for part in quality)):
            raise ValueError(f"quality must be an integer from 1 to 100, got {quality =}")
        self.quality = quality

    def make_params(self, flat_inputs):
        """The quality."""
        return {"quality": torch.randint(self.quality[0], self.quality[1] + 1, ()).item()}

    def transform(self, inpt, params):
        """One picture, written and read."""
        return F.jpeg(inpt, params["quality"])
