"""Transforms between kinds and dtypes, and those that mix the pictures of a batch. Read next: `_transform`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

import torch
from torch.distributions import Beta

from ...tv_tensors import BoundingBoxes, Image, plain, TVTensor, Video
from .. import _composition as v1_composition
from .._pictures import is_picture
from . import functional as F
from ._transform import flattened, is_pure_tensor, query_chw, Transform


class Identity(Transform):
    """Changes nothing."""

    def transform(self, inpt, params):
        """The input itself."""
        return inpt


class Lambda(Transform):
    """A function of one's own for inputs of some types."""

    _transformed_types = (object,)

    def __init__(self, lambd, *types):
        super().__init__()
        self.lambd = lambd
        self.types = types or self._transformed_types

    def transform(self, inpt, params):
        """One input through the function."""
        return self.lambd(inpt) if isinstance(inpt, self.types) else inpt

    def extra_repr(self):
        """The function's name and the types."""
        name = getattr(self.lambd, "__name__", "")
        return ", ".join([*([name] if name else []), f"types={[kind.__name__ for kind in self.types]}"])


class _OfPictures(Transform):
    """A transform of pictures, plain tensors and arrays, which leaves tensors of kinds alone."""

    _transformed_types = (torch.Tensor,)

    def _is_transformed(self, value):
        is_array = hasattr(value, "__array_interface__") and not isinstance(value, torch.Tensor)
        return is_pure_tensor(value) or is_picture(value) or is_array


class ToImage(_OfPictures):
    """A picture, array or plain tensor as a `tv_tensors.Image`, with its own values."""

    def transform(self, inpt, params):
        """One input as an Image."""
        return F.to_image(inpt)


class ToPureTensor(Transform):
    """Tensors of kinds as plain tensors."""

    _transformed_types = (TVTensor,)

    def _is_transformed(self, value):
        return isinstance(value, TVTensor)

    def transform(self, inpt, params):
        """One input as a plain tensor."""
        return plain(inpt)


class PILToTensor(Transform):
    """A picture as a plain tensor of its own values."""

    def _is_transformed(self, value):
        return is_picture(value)

    def transform(self, inpt, params):
        """One picture as a tensor."""
        return F.pil_to_tensor(inpt)


class ToPILImage(Transform):
    """A tensor or array as a picture: see `transforms.functional.to_pil_image`."""

    def __init__(self, mode=None):
        super().__init__()
        self.mode = mode

    def _is_transformed(self, value):
        is_array = hasattr(value, "__array_interface__") and not isinstance(value, TVTensor)
        return is_pure_tensor(value) or isinstance(value, Image) or is_array

    def transform(self, inpt, params):
        """One input as a picture."""
        return F.to_pil_image(plain(inpt) if isinstance(inpt, TVTensor) else inpt, mode=self.mode)


class ToTensor(Transform):
    """The first generation's: a picture as a float32 tensor from 0 to 1. ToImage and ToDtype replace it."""

    def _is_transformed(self, value):
        return is_picture(value) or (hasattr(value, "__array_interface__") and not isinstance(value, torch.Tensor))

    def transform(self, inpt, params):
        """One picture as a tensor."""
        return v1_composition.ToTensor()(inpt)


class ToDtype(Transform):
    """Pictures in another dtype; dtypes by kind, with "others" for the rest, if a dict is given.

    scale: brings values from white to white.
    """

    def __init__(self, dtype, scale=False):
        super().__init__()
        if not isinstance(dtype, (dict, torch.dtype)):
            raise ValueError(f"dtype must be a dict or a torch.dtype, got {type(dtype)} instead")
        self.dtype = dtype
        self.scale = scale

    def transform(self, inpt, params):
        """One input in its dtype; pictures that are no tensors as they are."""
        if is_picture(inpt):
            return inpt
        if isinstance(self.dtype, torch.dtype):
            if isinstance(inpt, TVTensor) and not isinstance(inpt, (Image, Video)):
                return inpt
            dtype = self.dtype
        elif type(inpt) in self.dtype:
            dtype = self.dtype[type(inpt)]
        elif "others" in self.dtype:
            dtype = self.dtype["others"]
        else:
            raise ValueError(
                f"No dtype was specified for type {type(inpt)}. If you only need to convert the dtype of images or videos, "
                "you can just pass e.g. dtype=torch.float32. If you're passing a dict as dtype, you can use \"others\" as a "
                'catch-all key e.g. dtype={tv_tensors.Mask: torch.int64, "others": None} to pass-through the rest of the inputs.'
            )
        return inpt if dtype is None else F.to_dtype(inpt, dtype=dtype, scale=self.scale)

    def extra_repr(self):
        """The scale, as torchvision shows it."""
        return f"scale={self.scale}"


class ConvertImageDtype(Transform):
    """The first generation's: pictures in another dtype, from white to white."""

    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.dtype = dtype

    def _is_transformed(self, value):
        return is_pure_tensor(value) or isinstance(value, Image)

    def transform(self, inpt, params):
        """One picture in the dtype."""
        return F.to_dtype(inpt, dtype=self.dtype, scale=True)


class Normalize(Transform):
    """`(x - mean) / std` of pictures, channel by channel."""

    def __init__(self, mean, std, inplace=False):
        super().__init__()
        self.mean = list(mean)
        self.std = list(std)
        self.inplace = inplace

    def check_inputs(self, flat_inputs):
        """Raises TypeError for pictures that are no tensors."""
        if any(is_picture(part) for part in flat_inputs):
            raise TypeError(f"{type(self).__name__}() does not support PIL images.")

    def transform(self, inpt, params):
        """One picture, normalized."""
        return F.normalize(inpt, mean=self.mean, std=self.std, inplace=self.inplace)


class LinearTransformation(Transform):
    """`(x - mean) @ matrix` of pictures laid out flat: see `transforms.LinearTransformation`."""

    def __init__(self, transformation_matrix, mean_vector):
        super().__init__()
        self._linear = v1_composition.LinearTransformation(transformation_matrix, mean_vector)

    def _is_transformed(self, value):
        return is_pure_tensor(value) or isinstance(value, (Image, Video))

    def transform(self, inpt, params):
        """One picture, transformed."""
        return self._linear(plain(inpt) if isinstance(inpt, TVTensor) else inpt)


class ClampBoundingBoxes(Transform):
    """The parts of boxes within their picture."""

    def _is_transformed(self, value):
        return isinstance(value, BoundingBoxes)

    def transform(self, inpt, params):
        """Boxes, cut."""
        return F.clamp_bounding_boxes(inpt)


class ConvertBoundingBoxFormat(Transform):
    """Boxes written in another way."""

    def __init__(self, format):
        super().__init__()
        self.format = format

    def _is_transformed(self, value):
        return isinstance(value, BoundingBoxes)

    def transform(self, inpt, params):
        """Boxes in the format."""
        return F.convert_bounding_box_format(inpt, new_format=self.format)


class _BaseMixUpCutMix(Transform):
    """What `MixUp` and `CutMix` share: a batch of pictures, and its labels, each mixed with the one before."""

    def __init__(self, *, alpha=1.0, num_classes=None, labels_getter="default"):
        super().__init__()
        if num_classes is not None and num_classes < 1:
            raise ValueError(f"num_classes must be a positive integer, got {num_classes}")
        self.alpha = float(alpha)
        self._share = Beta(torch.tensor([self.alpha]), torch.tensor([self.alpha]))
        self.num_classes = num_classes
        self._labels_getter = labels_getter

    def _labels_of(self, inputs):
        if callable(self._labels_getter):
            return self._labels_getter(inputs)
        if isinstance(inputs, dict):
            for name, value in inputs.items():
                if "label" in str(name).lower():
                    return value
        elif isinstance(inputs, (list, tuple)) and len(inputs) > 1:
            return self._labels_of(inputs[1]) if isinstance(inputs[1], dict) else inputs[1]
        raise ValueError("Could not infer where the labels are in the sample. Try passing a callable as the labels_getter parameter?")

    def forward(self, *inputs):
        """The batch and its labels, mixed; labels become shares of classes."""
        whole = inputs if len(inputs) > 1 else inputs[0]
        labels = self._labels_of(whole)
        leaves, rebuilt = flattened(whole)
        if any(is_picture(leaf) for leaf in leaves):
            raise ValueError(f"{type(self).__name__}() does not support PIL images, bounding boxes and masks.")
        if not isinstance(labels, torch.Tensor):
            raise ValueError(f"The labels must be a tensor, but got {type(labels)} instead.")
        if labels.ndim not in (1, 2):
            raise ValueError(f"labels should be index based with shape (batch_size,) or probability based with shape (batch_size, num_classes), but got a tensor of shape {labels.shape} instead.")
        if labels.ndim == 2 and self.num_classes is not None and labels.shape[-1] != self.num_classes:
            raise ValueError(
                f"When passing 2D labels, the number of elements in last dimension must match num_classes: "
                f"{labels.shape[-1]} != {self.num_classes}. You can Leave num_classes to None."
            )
        if labels.ndim == 1 and self.num_classes is None:
            raise ValueError("num_classes must be passed if the labels are index-based (1D)")
        pictures = [leaf for leaf in leaves if leaf is not labels and self._is_batch(leaf)]
        if not pictures:
            raise ValueError(f"Expected a batched input with 4 dims, of pictures with labels of {labels.shape[0]} rows")
        params = self.make_params(pictures)
        made = []
        for leaf in leaves:
            if leaf is labels:
                made.append(self._mixed_labels(leaf, params["lam"]))
            else:
                made.append(self.transform(leaf, params) if self._is_batch(leaf) else leaf)
        return rebuilt(made)

    def _is_batch(self, value):
        return (is_pure_tensor(value) or isinstance(value, Image)) and value.ndim == 4

    def _mixed_labels(self, labels, lam):
        if labels.ndim == 1:
            labels = torch.nn.functional.one_hot(labels, num_classes=self.num_classes)
        labels = labels if labels.is_floating_point() else labels.float()
        return labels.roll(1, 0).mul(1.0 - lam).add(labels.mul(lam))


class MixUp(_BaseMixUpCutMix):
    """Pictures and labels of a batch blended with those one place on: https://arxiv.org/abs/1710.09412."""

    def make_params(self, flat_inputs):
        """The share of the picture itself."""
        return {"lam": float(self._share.sample(()))}

    def transform(self, inpt, params):
        """A batch, blended."""
        lam = params["lam"]
        return F._coloring(lambda x: x.roll(1, 0).mul(1.0 - lam).add(x.mul(lam)).to(x.dtype))(inpt)


class CutMix(_BaseMixUpCutMix):
    """A rectangle of each picture from the one a place on, and labels by its area: https://arxiv.org/abs/1905.04899."""

    def make_params(self, flat_inputs):
        """The rectangle, and the share of the picture that is left."""
        lam = float(self._share.sample(()))
        _, height, width = query_chw(flat_inputs)
        x, y = int(torch.randint(width, size=(1,))), int(torch.randint(height, size=(1,)))
        half = 0.5 * math.sqrt(1.0 - lam)
        half_width, half_height = int(half * width), int(half * height)
        left, top = max(x - half_width, 0), max(y - half_height, 0)
        right, bottom = min(x + half_width, width), min(y + half_height, height)
        return {"box": (left, top, right, bottom), "lam": 1.0 - (right - left) * (bottom - top) / (width * height)}

    def transform(self, inpt, params):
        """A batch with rectangles exchanged."""
        left, top, right, bottom = params["box"]

        def mixed(x):
            made = x.clone()
            made[..., top:bottom, left:right] = x.roll(1, 0)[..., top:bottom, left:right]
            return made

        return F._coloring(mixed)(inpt)
