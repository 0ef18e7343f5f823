"""Weights of models by name: `ResNet18_Weights.DEFAULT` and its kin, made from rows of facts.

A member knows where its file is, how images are made ready for it (`transforms()`) and a little about it (`meta`).
Files come from the network, where that permits it, or from the notebook's files. Refuses to vouch for the weights: the
names of files carry the beginning of their SHA-256, which is compared. Read next: `_api`, `torch.hub`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import enum
import urllib.error
from dataclasses import dataclass, field
from typing import Any, Callable

_HOST = "https://download.pytorch.org/models/"


@dataclass
class Weights:
    """Where weights are (`url`), what makes images ready for them (`transforms`), and facts (`meta`)."""

    url: str
    transforms: Callable
    meta: dict = field(default_factory=dict)

    def __eq__(self, other):
        return isinstance(other, Weights) and self.url == other.url and self.meta == other.meta

    def __hash__(self):
        return hash(self.url)


class WeightsEnum(enum.Enum):
    """Base class of the weights of one model; a member's `url`, `transforms` and `meta` are its value's."""

    @classmethod
    def verify(cls, obj: Any) -> Any:
        """The member that is meant by a member, its name or None. TypeError if it belongs to another model."""
        if obj is None or isinstance(obj, cls):
            return obj
        if isinstance(obj, str):
            return cls[obj.replace(cls.__name__ + ".", "")]
        raise TypeError(f"Invalid Weight class provided; expected {cls.__name__} but received {type(obj).__name__}.")

    def get_state_dict(self, *args, **kwargs):
        """The state dict, from the notebook's files or the network. `progress`, `check_hash`, … as `torch.hub`'s."""
        from torch.hub import load_state_dict_from_url

        try:
            return load_state_dict_from_url(self.url, *args, **kwargs)
        except urllib.error.URLError as error:
            file = self.url.rpartition("/")[2]
            raise RuntimeError(
                f"the weights {self} are not here: {error}. As {file} in the working directory they are found; without "
                "weights (weights=None) the model begins with random ones"
            ) from None

    def __repr__(self):
        return f"{type(self).__name__}.{self.name}"

    @property
    def url(self):
        """Where the file is."""
        return self.value.url

    @property
    def transforms(self):
        """Makes what makes images ready: `weights.transforms()(image)`."""
        return self.value.transforms

    @property
    def meta(self):
        """`num_params`, `min_size`, and `categories`: the names of ImageNet's classes, or None for weights without a classifier."""
        meta = self.value.meta
        if "categories" not in meta:
            from ._imagenet import CATEGORIES

            meta["categories"] = list(CATEGORIES)
        return meta


def _preset(crop_size, resize_size, interpolation, mean, std):
    """A function that makes the preparation of images, whose modules are loaded then."""

    def make(**options):
        from torchvision.transforms import InterpolationMode
        from torchvision.transforms._presets import ImageClassification

        chosen = dict(crop_size=crop_size, resize_size=resize_size, interpolation=InterpolationMode(interpolation))
        if mean is not None:
            chosen.update(mean=mean, std=std)
        return ImageClassification(**{**chosen, **options})

    return make


def weights_enum(class_name, module, rows):
    """The class of the weights of one model.

    rows: for each member its name, file, crop size, resize size and options; the last one is the default unless a row
    has `default=True` in its options.
    """
    members, default = {}, None
    for name, file, crop_size, resize_size, options in rows:
        preset = _preset(
            crop_size,
            resize_size,
            options.get("interpolation", "bilinear"),
            options.get("mean"),
            options.get("std"),
        )
        meta = {"min_size": options.get("min_size", (1, 1))}
        if name.endswith("_FEATURES"):
            meta["categories"] = None
        if "num_params" in options:
            meta["num_params"] = options["num_params"]
        members[name] = Weights(_HOST + file, preset, meta)
        if default is None or options.get("default", True):
            default = name
    members["DEFAULT"] = members[default]
    return WeightsEnum(class_name, members, module=module, qualname=class_name)
