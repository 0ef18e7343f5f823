"""`torchvision.tv_tensors`: tensors that say what they hold, so that transforms of the second generation know what to do.

As in torchvision, operators on them give plain tensors; `clone`, `to` and `detach` keep the kind, and `wrap` gives it back.
Refuses video and rotated boxes. Read next: `transforms.v2`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from contextlib import contextmanager
from enum import Enum

import torch

from .transforms._pictures import is_picture, tensor_of


def plain(value):
    """The same memory as a plain tensor."""
    return torch.Tensor.detach(value)


class TVTensor(torch.Tensor):
    """What the kinds share. data: a tensor, a picture, or numbers. dtype, device, requires_grad: as `torch.tensor`'s."""

    @classmethod
    def _made(cls, data, dtype, device, requires_grad):
        if is_picture(data):
            data = tensor_of(data)
        wants = data.requires_grad if requires_grad is None and isinstance(data, torch.Tensor) else bool(requires_grad)
        data = plain(torch.as_tensor(data, dtype=dtype, device=device))
        made = object.__new__(cls)
        made._h = data._give_handle()
        return made.requires_grad_(True) if wants else made

    def __new__(cls, data, *, dtype=None, device=None, requires_grad=None):
        return cls._made(data, dtype, device, requires_grad)

    def __init__(self, *args, **kwargs):
        pass

    def _like(self, value):
        return wrap(value, like=self)

    def as_subclass(self, cls):
        """The plain tensor, for `torch.Tensor`."""
        if cls is not torch.Tensor:
            raise NotImplementedError(f"{type(self).__name__}.as_subclass makes torch.Tensor only; see tv_tensors.wrap")
        return plain(self)

    def clone(self, **kwargs):
        """A copy of the same kind."""
        return self._like(super().clone(**kwargs))

    def to(self, *args, **kwargs):
        """Another dtype or device, of the same kind."""
        return self._like(super().to(*args, **kwargs))

    def detach(self):
        """Without its history, of the same kind."""
        return self._like(super().detach())

    def __deepcopy__(self, memo):
        return self._like(torch.Tensor.detach(self).clone()).requires_grad_(self.requires_grad)

    def __repr__(self):
        return torch.Tensor.__repr__(plain(self)).replace("tensor(", f"{type(self).__name__}(", 1)


class Image(TVTensor):
    """A picture or several, `(…, C, H, W)`; `(H, W)` becomes one channel."""

    def __new__(cls, data, *, dtype=None, device=None, requires_grad=None):
        if isinstance(data, torch.Tensor) or not is_picture(data):
            data = torch.as_tensor(data)
            if data.ndim < 2:
                raise ValueError
            data = data.unsqueeze(0) if data.ndim == 2 else data
        return cls._made(data, dtype, device, requires_grad)


class Video(TVTensor):
    """Frames, `(…, T, C, H, W)`."""

    def __new__(cls, data, *, dtype=None, device=None, requires_grad=None):
        data = torch.as_tensor(data)
        if data.ndim < 4:
            raise ValueError
        return cls._made(data, dtype, device, requires_grad)


class Mask(TVTensor):
    """Masks, `(…, H, W)`: resampled to the nearest, and never coloured."""


class BoundingBoxFormat(Enum):
    """How a box is written: its corners, a corner and its size, or its middle and its size."""

    XYXY = "XYXY"
    XYWH = "XYWH"
    CXCYWH = "CXCYWH"


class BoundingBoxes(TVTensor):
    """Boxes, `(N, 4)`. format: a BoundingBoxFormat or its name. canvas_size: (height, width) of their picture."""

    def __new__(cls, data, *, format, canvas_size, dtype=None, device=None, requires_grad=None):
        data = torch.as_tensor(data)
        if data.ndim == 1:
            data = data.unsqueeze(0)
        elif data.ndim != 2:
            raise ValueError(f"Expected a 1D or 2D tensor, got {data.ndim}D")
        made = cls._made(data, dtype, device, requires_grad)
        made.format = BoundingBoxFormat[format.upper()] if isinstance(format, str) else format
        made.canvas_size = tuple(canvas_size)
        return made

    def __repr__(self):
        text = torch.Tensor.__repr__(plain(self)).replace("tensor(", "BoundingBoxes(", 1)
        return f"{text[:-1]}, format={self.format}, canvas_size={self.canvas_size})"


def wrap(wrappee, *, like, **kwargs):
    """A tensor as the kind that another is of. kwargs: `format` and `canvas_size` of boxes, if not the other's."""
    if isinstance(like, BoundingBoxes):
        format = kwargs.get("format", like.format)
        return BoundingBoxes(wrappee, format=format, canvas_size=kwargs.get("canvas_size", like.canvas_size))
    return type(like)._made(wrappee, None, None, None)


@contextmanager
def _nothing():
    yield


def set_return_type(return_type):
    """Takes "Tensor", which is how it is here. Raises NotImplementedError for "TVTensor": wrap results instead."""
    if return_type not in ("Tensor", torch.Tensor):
        raise NotImplementedError("operators give plain tensors here: use tv_tensors.wrap(result, like=input)")
    return _nothing()
