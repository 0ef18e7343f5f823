"""Losses of detection: focal loss, and one minus how well boxes overlap. Read next: `boxes`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch
from torch.nn import functional as nn_functional


def _reduced(loss, reduction, is_empty_mean_zero=False):
    if reduction == "none":
        return loss
    if reduction == "mean":
        return loss.mean() if loss.numel() > 0 or not is_empty_mean_zero else 0.0 * loss.sum()
    if reduction == "sum":
        return loss.sum()
    raise ValueError(
        f"Invalid Value for arg 'reduction': '{reduction} \n Supported reduction modes: 'none', 'mean', 'sum'"
    )


def sigmoid_focal_loss(inputs, targets, alpha=0.25, gamma=2, reduction="none"):
    """Binary cross-entropy in which what is decided already counts little: https://arxiv.org/abs/1708.02002.

    inputs: logits. targets: 0 and 1, of the same shape. alpha: the weight of ones, from 0 to 1; less than 0 for none.
    """
    if not (0 <= alpha <= 1) and alpha != -1:
        raise ValueError(f"Invalid alpha value: {alpha}. alpha must be in the range [0,1] or -1 for ignore.")
    chance = torch.sigmoid(inputs)
    loss = nn_functional.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    right = chance * targets + (1 - chance) * (1 - targets)
    loss = loss * (1 - right) ** gamma
    if alpha >= 0:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    return _reduced(loss, reduction)


def _parts(boxes1, boxes2, eps):
    """Overlap, union and hull of boxes pair by pair."""
    first, last = torch.max(boxes1[..., :2], boxes2[..., :2]), torch.min(boxes1[..., 2:], boxes2[..., 2:])
    is_inside = (last > first).all(-1)
    inner = torch.where(is_inside, (last - first).prod(-1), torch.zeros_like(boxes1[..., 0]))
    areas = [(boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1]) for boxes in (boxes1, boxes2)]
    union = areas[0] + areas[1] - inner
    hull = torch.max(boxes1[..., 2:], boxes2[..., 2:]) - torch.min(boxes1[..., :2], boxes2[..., :2])
    return inner / (union + eps), union, hull


def generalized_box_iou_loss(boxes1, boxes2, reduction="none", eps=1e-7):
    """One minus `generalized_box_iou`, pair by pair."""
    iou, union, hull = _parts(boxes1, boxes2, eps)
    area = hull[..., 0] * hull[..., 1]
    return _reduced(1 - (iou - (area - union) / (area + eps)), reduction, True)


def _distance_loss(boxes1, boxes2, eps):
    iou, _, hull = _parts(boxes1, boxes2, eps)
    apart = (boxes1[..., :2] + boxes1[..., 2:] - boxes2[..., :2] - boxes2[..., 2:]) / 2
    return 1 - iou + (apart**2).sum(-1) / ((hull**2).sum(-1) + eps), iou


def distance_box_iou_loss(boxes1, boxes2, reduction="none", eps=1e-7):
    """One minus `distance_box_iou`, pair by pair."""
    return _reduced(_distance_loss(boxes1, boxes2, eps)[0], reduction, True)


def complete_box_iou_loss(boxes1, boxes2, reduction="none", eps=1e-7):
    """One minus `complete_box_iou`, pair by pair."""
    loss, iou = _distance_loss(boxes1, boxes2, eps)
    shapes = [
        torch.atan((boxes[..., 2] - boxes[..., 0]) / (boxes[..., 3] - boxes[..., 1])) for boxes in (boxes1, boxes2)
    ]
    unlike = 4 / torch.pi**2 * (shapes[1] - shapes[0]) ** 2
    with torch.no_grad():
        weight = unlike / (1 - iou + unlike + eps)
    return _reduced(loss + weight * unlike, reduction, True)
