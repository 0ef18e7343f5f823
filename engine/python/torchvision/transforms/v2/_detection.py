"""Transforms of pictures with boxes: cutting by how well boxes are met, and dropping boxes that are none any more.

Read next: `_boxes`, `torchvision.ops.boxes`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from ...ops.boxes import box_iou
from ...tv_tensors import BoundingBoxes, Image, Mask, plain, wrap
from .._pictures import is_picture
from . import functional as F
from ._transform import flattened, is_pure_tensor, query_size, Transform


def _boxes_among(flat_inputs):
    found = [part for part in flat_inputs if isinstance(part, BoundingBoxes)]
    if not found:
        raise ValueError("No bounding boxes were found in the sample")
    return found[0]


class RandomIoUCrop(Transform):
    """A part whose overlap with some box is at least one of `sampler_options`: https://arxiv.org/abs/1512.02325.

    Boxes whose middle lies outside become all zeros: `SanitizeBoundingBoxes` drops them.
    """

    def __init__(
        self,
        min_scale=0.3,
        max_scale=1.0,
        min_aspect_ratio=0.5,
        max_aspect_ratio=2.0,
        sampler_options=None,
        trials=40,
    ):
        super().__init__()
        self.min_scale = min_scale
        self.max_scale = max_scale
        self.min_aspect_ratio = min_aspect_ratio
        self.max_aspect_ratio = max_aspect_ratio
        self.options = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0] if sampler_options is None else sampler_options
        self.trials = trials

    def check_inputs(self, flat_inputs):
        """Raises TypeError without a picture or without boxes."""
        has_boxes = any(isinstance(part, BoundingBoxes) for part in flat_inputs)
        if not has_boxes or not any(isinstance(part, Image) or is_picture(part) or is_pure_tensor(part) for part in flat_inputs):
            raise TypeError(
                f"{type(self).__name__}() requires input sample to contain tensor or PIL images and bounding boxes. "
                "Sample can also contain masks."
            )

    def make_params(self, flat_inputs):
        """The part and which boxes lie in it; nothing where the picture stays as it is."""
        height, width = query_size(flat_inputs)
        boxes = _boxes_among(flat_inputs)
        corners = F.convert_bounding_box_format(plain(boxes), boxes.format, "XYXY")
        middle_x = 0.5 * (corners[..., 0] + corners[..., 2])
        middle_y = 0.5 * (corners[..., 1] + corners[..., 3])
        while True:
            least_overlap = self.options[int(torch.randint(low=0, high=len(self.options), size=(1,)))]
            # One or more stands for the whole picture.
            if least_overlap >= 1.0:
                return {}
            for _ in range(self.trials):
                shares = self.min_scale + (self.max_scale - self.min_scale) * torch.rand(2)
                new_width, new_height = int(width * shares[0]), int(height * shares[1])
                if new_height == 0 or not self.min_aspect_ratio <= new_width / new_height <= self.max_aspect_ratio:
                    continue
                shares = torch.rand(2)
                left, top = int((width - new_width) * shares[0]), int((height - new_height) * shares[1])
                right, bottom = left + new_width, top + new_height
                if left == right or top == bottom:
                    continue
                inside = (left < middle_x) & (middle_x < right) & (top < middle_y) & (middle_y < bottom)
                if not inside.any():
                    continue
                part = torch.tensor([[left, top, right, bottom]], dtype=corners.dtype, device=corners.device)
                if box_iou(corners[inside], part).max() < least_overlap:
                    continue
                return {"place": (top, left, new_height, new_width), "inside": inside}

    def transform(self, inpt, params):
        """A part of one input."""
        if not params:
            return inpt
        made = F.crop(inpt, *params["place"])
        if isinstance(made, BoundingBoxes):
            values = plain(made).clone()
            values[~params["inside"]] = 0
            made = wrap(values, like=made)
        return made


class SanitizeBoundingBoxes(Transform):
    """Without the boxes that are too small or reach out of their picture, nor their labels and masks.

    labels_getter: finds what belongs to the boxes, a tensor or several, in the sample; "default" looks for "labels",
    None leaves all as it is.
    """

    def __init__(self, min_size=1.0, min_area=1.0, labels_getter="default"):
        super().__init__()
        if min_size < 1:
            raise ValueError(f"min_size must be >= 1, got {min_size}.")
        if min_area < 1:
            raise ValueError(f"min_area must be >= 1, got {min_area}.")
        self.min_size = min_size
        self.min_area = min_area
        self.labels_getter = labels_getter

    def _labels(self, sample):
        if self.labels_getter is None:
            return ()
        found = self.labels_getter(sample) if callable(self.labels_getter) else _default_labels(sample)
        if found is None:
            return ()
        found = found if isinstance(found, (tuple, list)) else (found,)
        for value in found:
            if not isinstance(value, torch.Tensor):
                raise ValueError(f"The labels in the input to forward() must be a tensor or None, got {type(value)} instead.")
        return found

    def forward(self, *inputs):
        """The inputs, with the rows that are left."""
        whole = inputs if len(inputs) > 1 else inputs[0]
        labels = self._labels(whole)
        leaves, rebuilt = flattened(whole)
        boxes = _boxes_among(leaves)
        for value in labels:
            if value.shape[0] != boxes.shape[0]:
                raise ValueError(
                    f"Number of boxes (shape={boxes.shape}) and must match the number of labels."
                    f"Found labels with shape={value.shape})."
                )
        valid = self._valid(boxes)
        made = []
        for leaf in leaves:
            if isinstance(leaf, (BoundingBoxes, Mask)):
                # A mask of the whole picture has no rows for the boxes.
                has_rows = leaf.ndim > 0 and leaf.shape[0] == len(valid)
                made.append(wrap(plain(leaf)[valid], like=leaf) if has_rows else leaf)
            else:
                made.append(leaf[valid] if any(leaf is value for value in labels) else leaf)
        return rebuilt(made)

    def _valid(self, boxes):
        height, width = boxes.canvas_size
        corners = F.convert_bounding_box_format(plain(boxes), boxes.format, "XYXY")
        x1, y1, x2, y2 = corners.unbind(-1)
        wide, high = x2 - x1, y2 - y1
        valid = (wide >= self.min_size) & (high >= self.min_size) & (wide * high >= self.min_area)
        return valid & (corners >= 0).all(-1) & (x1 <= width) & (x2 <= width) & (y1 <= height) & (y2 <= height)


def _default_labels(sample):
    """What is called "labels" in a dict, or in the dict that comes after the picture; None if there is no dict."""
    if isinstance(sample, (tuple, list)):
        sample = sample[1] if len(sample) > 1 else None
    if not isinstance(sample, dict):
        return None
    names = [name for name in sample if isinstance(name, str) and "label" in name.lower()]
    if not names:
        raise ValueError(
            "Could not infer where the labels are in the sample. Try passing a callable as the labels_getter parameter?"
            "If there are no labels in the sample by design, pass labels_getter=None."
        )
    return sample[next((name for name in names if name.lower() == "labels"), names[0])]
