"""Transforms made of others, and those between pictures, tensors and dtypes. Read next: `_conversion`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import random
from collections.abc import Sequence

import torch
from torch import nn

from . import _conversion


def _lines(transforms):
    return "".join(f"\n    {part}" for part in transforms)


class Compose:
    """Transforms one after the other."""

    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, img):
        for part in self.transforms:
            img = part(img)
        return img

    def __repr__(self):
        return f"{self.__class__.__name__}({_lines(self.transforms)}\n)"


class ToTensor:
    """A picture or array as a float32 tensor from 0 to 1: see `functional.to_tensor`."""

    def __call__(self, pic):
        return _conversion.to_tensor(pic)

    def __repr__(self):
        return f"{self.__class__.__name__}()"


class PILToTensor:
    """A picture as a tensor of its own values: see `functional.pil_to_tensor`."""

    def __call__(self, pic):
        return _conversion.pil_to_tensor(pic)

    def __repr__(self):
        return f"{self.__class__.__name__}()"


class ToPILImage:
    """A tensor or array as a picture: see `functional.to_pil_image`."""

    def __init__(self, mode=None):
        self.mode = mode

    def __call__(self, pic):
        return _conversion.to_pil_image(pic, self.mode)

    def __repr__(self):
        mode = f"mode={self.mode}" if self.mode is not None else ""
        return f"{self.__class__.__name__}({mode})"


class ConvertImageDtype(nn.Module):
    """A tensor in another dtype: see `functional.convert_image_dtype`."""

    def __init__(self, dtype):
        super().__init__()
        if not isinstance(dtype, torch.dtype):
            raise TypeError("Argument dtype should be of type torch.dtype")
        self.dtype = dtype

    def forward(self, image):
        """The tensor in the dtype."""
        return _conversion.convert_image_dtype(image, self.dtype)


class Normalize(nn.Module):
    """`(tensor - mean) / std`, channel by channel: see `functional.normalize`."""

    def __init__(self, mean, std, inplace=False):
        super().__init__()
        self.mean = mean
        self.std = std
        self.inplace = inplace

    def forward(self, tensor):
        """The tensor, normalized."""
        return _conversion.normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self):
        return f"{self.__class__.__name__}(mean={self.mean}, std={self.std})"


class Lambda:
    """A function of one's own as a transform."""

    def __init__(self, lambd):
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {repr(type(lambd).__name__)}")
        self.lambd = lambd

    def __call__(self, img):
        return self.lambd(img)

    def __repr__(self):
        return f"{self.__class__.__name__}()"


class RandomTransforms:
    """What `RandomOrder` and `RandomChoice` share: a list of transforms."""

    def __init__(self, transforms):
        if not isinstance(transforms, Sequence):
            raise TypeError("Argument transforms should be a sequence")
        self.transforms = transforms

    def __call__(self, *args, **kwargs):
        raise NotImplementedError()

    def __repr__(self):
        return f"{self.__class__.__name__}({_lines(self.transforms)}\n)"


class RandomApply(nn.Module):
    """All of a list of transforms with probability `p`, or none."""

    def __init__(self, transforms, p=0.5):
        super().__init__()
        self.transforms = transforms
        self.p = p

    def forward(self, img):
        """The picture, transformed or not."""
        if self.p < torch.rand(1):
            return img
        for part in self.transforms:
            img = part(img)
        return img

    def __repr__(self):
        return f"{self.__class__.__name__}(\n    p={self.p}{_lines(self.transforms)}\n)"


class RandomOrder(RandomTransforms):
    """All of a list of transforms in an order drawn by Python's `random`."""

    def __call__(self, img):
        order = list(range(len(self.transforms)))
        random.shuffle(order)
        for number in order:
            img = self.transforms[number](img)
        return img


class RandomChoice(RandomTransforms):
    """One of a list of transforms, drawn by Python's `random`. p: how much each counts; the same if None."""

    def __init__(self, transforms, p=None):
        super().__init__(transforms)
        if p is not None and not isinstance(p, Sequence):
            raise TypeError("Argument p should be a sequence")
        self.p = p

    def __call__(self, *args):
        return random.choices(self.transforms, weights=self.p)[0](*args)

    def __repr__(self):
        return f"{super().__repr__()}(p={self.p})"


class LinearTransformation(nn.Module):
    """`(tensor - mean) @ matrix` of a tensor laid out flat, for whitening.

    transformation_matrix: `(D, D)`. mean_vector: `(D)`, where D is C · H · W.
    """

    def __init__(self, transformation_matrix, mean_vector):
        super().__init__()
        if transformation_matrix.size(0) != transformation_matrix.size(1):
            raise ValueError(
                "transformation_matrix should be square. Got "
                f"{tuple(transformation_matrix.size())} rectangular matrix."
            )
        if mean_vector.size(0) != transformation_matrix.size(0):
            raise ValueError(
                f"mean_vector should have the same length {mean_vector.size(0)} as any one of the dimensions of the "
                f"transformation_matrix [{tuple(transformation_matrix.size())}]"
            )
        if transformation_matrix.device != mean_vector.device:
            raise ValueError(
                "Input tensors should be on the same device. Got "
                f"{transformation_matrix.device} and {mean_vector.device}"
            )
        self.transformation_matrix = transformation_matrix
        self.mean_vector = mean_vector

    def forward(self, tensor):
        """`(…, C, H, W)` to the same shape."""
        count = tensor.shape[-3] * tensor.shape[-2] * tensor.shape[-1]
        if count != self.transformation_matrix.shape[0]:
            raise ValueError(
                "Input tensor and transformation matrix have incompatible shape."
                f"[{tensor.shape[-3]} x {tensor.shape[-2]} x {tensor.shape[-1]}] != "
                f"{self.transformation_matrix.shape[0]}"
            )
        if tensor.device.type != self.mean_vector.device.type:
            raise ValueError(
                "Input tensor should be on the same device as transformation matrix and mean vector. "
                f"Got {tensor.device} vs {self.mean_vector.device}"
            )
        return ((tensor.reshape(-1, count) - self.mean_vector) @ self.transformation_matrix).reshape(tensor.shape)

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(transformation_matrix={self.transformation_matrix.tolist()}, "
            f"mean_vector={self.mean_vector.tolist()})"
        )
