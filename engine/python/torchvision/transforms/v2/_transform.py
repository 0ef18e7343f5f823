"""What transforms of the second generation share: inputs of any structure, some of whose leaves are transformed.

Pictures, masks and boxes are transformed wherever they are. A plain tensor counts as a picture only if there is no
picture of a kind among the inputs, and then only the first one: others are labels. Read next: `_containers`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import enum

import torch
from torch import nn

from ...tv_tensors import Image, TVTensor, Video
from .._pictures import is_picture
from . import functional as F


def is_pure_tensor(value):
    """Whether this is a tensor of no kind."""
    return isinstance(value, torch.Tensor) and not isinstance(value, TVTensor)


def flattened(tree):
    """The leaves of nested lists, tuples and dicts, and a function that puts others in their places."""
    if isinstance(tree, dict):
        keys, children = list(tree), list(tree.values())

        def build(parts):
            return type(tree)(zip(keys, parts))
    elif isinstance(tree, (list, tuple)):
        children = list(tree)

        def build(parts):
            return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    else:
        return [tree], lambda leaves: leaves[0]
    flat = [flattened(child) for child in children]

    def rebuilt(leaves):
        parts, start = [], 0
        for found, put in flat:
            parts.append(put(leaves[start : start + len(found)]))
            start += len(found)
        return build(parts)

    return [leaf for found, _ in flat for leaf in found], rebuilt


def query_chw(flat_inputs):
    """Channels, height and width of the pictures among the inputs. Raises ValueError if they differ."""
    found = {
        tuple(F.get_dimensions(part))
        for part in flat_inputs
        if is_pure_tensor(part) or isinstance(part, (Image, Video)) or is_picture(part)
    }
    if not found:
        raise TypeError("No image or video was found in the sample")
    if len(found) > 1:
        raise ValueError(f"Found multiple CxHxW dimensions in the sample: {sorted(found)}")
    return found.pop()


def query_size(flat_inputs):
    """Height and width of pictures, masks and boxes among the inputs. Raises ValueError if they differ."""
    found = {
        tuple(F.get_size(part))
        for part in flat_inputs
        if is_pure_tensor(part) or isinstance(part, TVTensor) or is_picture(part)
    }
    if not found:
        raise TypeError("No image, video, mask or bounding box was found in the sample")
    if len(found) > 1:
        raise ValueError(f"Found multiple HxW dimensions in the sample: {sorted(found)}")
    return found.pop()


class Transform(nn.Module):
    """A transform to derive from: `make_params` draws once for all inputs, `transform` changes one of them."""

    _transformed_types = (torch.Tensor,)

    def check_inputs(self, flat_inputs):
        """Raises for inputs that the transform cannot take."""

    def make_params(self, flat_inputs):
        """What was drawn, as a dict."""
        return {}

    def transform(self, inpt, params):
        """One input, changed."""
        raise NotImplementedError

    def forward(self, *inputs):
        """The inputs, changed, in the structure they came in."""
        leaves, rebuilt = flattened(inputs if len(inputs) > 1 else inputs[0])
        self.check_inputs(leaves)
        needs = self._needs_transform_list(leaves)
        params = self.make_params([leaf for leaf, is_needed in zip(leaves, needs) if is_needed])
        return rebuilt([self.transform(leaf, params) if is_needed else leaf for leaf, is_needed in zip(leaves, needs)])

    def _is_transformed(self, value):
        return isinstance(value, self._transformed_types) or is_picture(value)

    def _needs_transform_list(self, leaves):
        takes_pure = not any(isinstance(leaf, (Image, Video)) or is_picture(leaf) for leaf in leaves)
        needs = []
        for leaf in leaves:
            is_needed = self._is_transformed(leaf)
            if is_needed and is_pure_tensor(leaf):
                is_needed, takes_pure = takes_pure, False
            needs.append(is_needed)
        return needs

    def extra_repr(self):
        """The attributes that say how the transform was made."""
        shown = (bool, int, float, str, tuple, list, enum.Enum)
        items = [(name, value) for name, value in self.__dict__.items() if not name.startswith("_") and name != "training"]
        return ", ".join(f"{name}={value}" for name, value in items if isinstance(value, shown))


class RandomApplyTransform(Transform):
    """A transform made with probability `p`."""

    def __init__(self, p=0.5):
        if not 0.0 <= p <= 1.0:
            raise ValueError("`p` should be a floating point value in the interval [0.0, 1.0].")
        super().__init__()
        self.p = p

    def forward(self, *inputs):
        """The inputs, changed or not."""
        whole = inputs if len(inputs) > 1 else inputs[0]
        leaves, rebuilt = flattened(whole)
        self.check_inputs(leaves)
        if torch.rand(1) >= self.p:
            return whole
        needs = self._needs_transform_list(leaves)
        params = self.make_params([leaf for leaf, is_needed in zip(leaves, needs) if is_needed])
        return rebuilt([self.transform(leaf, params) if is_needed else leaf for leaf, is_needed in zip(leaves, needs)])
