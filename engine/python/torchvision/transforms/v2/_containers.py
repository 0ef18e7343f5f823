"""Transforms made of others. Read next: `_transform`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from collections.abc import Sequence

import torch
from torch import nn

from ._transform import Transform


def _check_list(transforms):
    if not isinstance(transforms, (Sequence, nn.ModuleList)):
        raise TypeError("Argument transforms should be a sequence of callables")
    if not transforms:
        raise ValueError("Pass at least one transform")
    return transforms


def _in_turn(transforms, inputs):
    for number, part in enumerate(transforms):
        if number == 0:
            outputs = part(*inputs)
        else:
            outputs = part(*outputs) if len(inputs) > 1 else part(outputs)
    return outputs


class _Several(Transform):
    """What the transforms made of others share."""

    def __init__(self, transforms):
        super().__init__()
        self.transforms = _check_list(transforms)

    def extra_repr(self):
        """The transforms, a line each."""
        return "\n".join(repr(part) for part in self.transforms)

    def __repr__(self):
        # As a module prints its children, whether they are modules or plain functions.
        inner = self.extra_repr().replace("\n", "\n      ")
        return f"{self.__class__.__name__}(\n      {inner}\n)"


class Compose(_Several):
    """Transforms one after the other."""

    def forward(self, *inputs):
        """The inputs through all of them."""
        return _in_turn(self.transforms, inputs)


class RandomApply(_Several):
    """All of a list of transforms with probability `p`, or none."""

    def __init__(self, transforms, p=0.5):
        super().__init__(transforms)
        if not 0.0 <= p <= 1.0:
            raise ValueError("`p` should be a floating point value in the interval [0.0, 1.0].")
        self.p = p

    def forward(self, *inputs):
        """The inputs, changed or not."""
        if torch.rand(1) >= self.p:
            return inputs if len(inputs) > 1 else inputs[0]
        return _in_turn(self.transforms, inputs)


class RandomChoice(_Several):
    """One of a list of transforms. p: how much each counts; the same if None."""

    def __init__(self, transforms, p=None):
        super().__init__(transforms)
        p = [1] * len(transforms) if p is None else p
        if len(p) != len(transforms):
            raise ValueError(f"Length of p doesn't match the number of transforms: {len(p)} != {len(transforms)}")
        self.p = [part / sum(p) for part in p]

    def forward(self, *inputs):
        """The inputs through one of them."""
        return self.transforms[int(torch.multinomial(torch.tensor(self.p), 1))](*inputs)


class RandomOrder(_Several):
    """All of a list of transforms in an order drawn at random."""

    def forward(self, *inputs):
        """The inputs through all of them."""
        return _in_turn([self.transforms[number] for number in torch.randperm(len(self.transforms)).tolist()], inputs)
