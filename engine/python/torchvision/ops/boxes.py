"""Boxes: overlap, conversion, clipping, and non-maximum suppression.

Boxes are rows of (x1, y1, x2, y2) with x1 <= x2 and y1 <= y2 unless said otherwise. Read next: `roi`, `losses`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch


def nms(boxes, scores, iou_threshold):
    """Indices, by falling score, of the boxes that overlap no better one by more than a threshold.

    boxes: `(N, 4)`. scores: `(N,)`. iou_threshold: of the intersection's share of the union.
    """
    if boxes.dim() != 2 or boxes.shape[1] != 4:
        raise RuntimeError(f"boxes should have shape (N, 4), got {tuple(boxes.shape)}")
    if scores.dim() != 1 or scores.shape[0] != boxes.shape[0]:
        raise RuntimeError(
            f"boxes and scores should have same number of elements in dimension 0, got {boxes.shape[0]} and "
            f"{tuple(scores.shape)}"
        )
    device = boxes.device
    boxes, order = boxes.detach().cpu(), scores.detach().cpu().argsort(descending=True, stable=True)
    kept = []
    while order.numel():
        kept.append(order[0])
        rest = order[1:]
        overlap = box_iou(boxes[order[:1]], boxes[rest])[0]
        order = rest[~(overlap > iou_threshold)]
    return (torch.stack(kept) if kept else torch.empty(0, dtype=torch.int64)).to(device)


def batched_nms(boxes, scores, idxs, iou_threshold):
    """`nms` among the boxes of each class by itself. idxs: the classes, `(N,)`."""
    if boxes.numel() == 0:
        return torch.empty((0,), dtype=torch.int64, device=boxes.device)
    # Classes are moved so far apart that their boxes cannot overlap.
    offsets = idxs.to(boxes) * (boxes.max() + 1)
    return nms(boxes + offsets[:, None], scores, iou_threshold)


def remove_small_boxes(boxes, min_size):
    """Indices of the boxes whose both sides are at least a size."""
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return torch.where((width >= min_size) & (height >= min_size))[0]


def clip_boxes_to_image(boxes, size):
    """The parts of boxes within an image of size (height, width)."""
    height, width = size
    x, y = boxes[..., 0::2].clamp(0, width), boxes[..., 1::2].clamp(0, height)
    return torch.stack((x, y), dim=boxes.dim()).reshape(boxes.shape)


def box_convert(boxes, in_fmt, out_fmt):
    """Boxes written in another way: "xyxy" (corners), "xywh" (corner and size) or "cxcywh" (middle and size)."""
    allowed = ("xyxy", "xywh", "cxcywh")
    if in_fmt not in allowed or out_fmt not in allowed:
        raise ValueError(f"Unsupported Bounding Box Conversions for given in_fmt {in_fmt} and out_fmt {out_fmt}")
    if in_fmt == out_fmt:
        return boxes.clone()
    a, b, c, d = boxes.unbind(-1)
    if in_fmt == "xywh":
        a, b, c, d = a, b, a + c, b + d
    elif in_fmt == "cxcywh":
        a, b, c, d = a - 0.5 * c, b - 0.5 * d, a + 0.5 * c, b + 0.5 * d
    if out_fmt == "xywh":
        a, b, c, d = a, b, c - a, d - b
    elif out_fmt == "cxcywh":
        a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
    return torch.stack((a, b, c, d), dim=-1)


def box_area(boxes):
    """The areas of boxes `(N, 4)`."""
    boxes = _widened(boxes)
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _widened(values):
    """Of a dtype in which products of coordinates have room."""
    if values.is_floating_point():
        return values if values.dtype in (torch.float32, torch.float64) else values.float()
    return values if values.dtype in (torch.int32, torch.int64) else values.int()


def _intersection_and_union(boxes1, boxes2):
    first = torch.max(boxes1[:, None, :2], boxes2[None, :, :2])
    last = torch.min(boxes1[:, None, 2:], boxes2[None, :, 2:])
    sides = _widened(last - first).clamp(min=0)
    inner = sides[:, :, 0] * sides[:, :, 1]
    return inner, box_area(boxes1)[:, None] + box_area(boxes2) - inner


def box_iou(boxes1, boxes2):
    """`(N, M)` shares of the intersections in the unions of boxes `(N, 4)` and `(M, 4)`."""
    inner, union = _intersection_and_union(boxes1, boxes2)
    return inner / union


def _hull(boxes1, boxes2):
    first = torch.min(boxes1[:, None, :2], boxes2[None, :, :2])
    return _widened(torch.max(boxes1[:, None, 2:], boxes2[None, :, 2:]) - first).clamp(min=0)


def generalized_box_iou(boxes1, boxes2):
    """`box_iou` less the share of the hull that neither box covers: https://arxiv.org/abs/1902.09630."""
    inner, union = _intersection_and_union(boxes1, boxes2)
    sides = _hull(boxes1, boxes2)
    area = sides[:, :, 0] * sides[:, :, 1]
    return inner / union - (area - union) / area


def _distance_share(boxes1, boxes2, eps):
    sides = _hull(boxes1, boxes2)
    diagonal = sides[:, :, 0] ** 2 + sides[:, :, 1] ** 2 + eps
    middle1, middle2 = (boxes1[:, :2] + boxes1[:, 2:]) / 2, (boxes2[:, :2] + boxes2[:, 2:]) / 2
    apart = _widened(middle1[:, None] - middle2[None])
    return (apart[:, :, 0] ** 2 + apart[:, :, 1] ** 2) / diagonal


def distance_box_iou(boxes1, boxes2, eps=1e-7):
    """`box_iou` less the squared distance of the middles by the hull's diagonal: https://arxiv.org/abs/1911.08287."""
    return box_iou(_widened(boxes1), _widened(boxes2)) - _distance_share(_widened(boxes1), _widened(boxes2), eps)


def complete_box_iou(boxes1, boxes2, eps=1e-7):
    """`distance_box_iou` less a penalty for another shape: https://arxiv.org/abs/1911.08287."""
    boxes1, boxes2 = _widened(boxes1), _widened(boxes2)
    iou = box_iou(boxes1, boxes2)
    shape1 = torch.atan((boxes1[:, 2] - boxes1[:, 0]) / (boxes1[:, 3] - boxes1[:, 1]))
    shape2 = torch.atan((boxes2[:, 2] - boxes2[:, 0]) / (boxes2[:, 3] - boxes2[:, 1]))
    unlike = 4 / torch.pi**2 * (shape1[:, None] - shape2[None]) ** 2
    with torch.no_grad():
        weight = unlike / (1 - iou + unlike + eps)
    return iou - _distance_share(boxes1, boxes2, eps) - weight * unlike


def masks_to_boxes(masks):
    """The boxes around masks `(N, H, W)`, as float32 places of their outermost pixels. An empty mask is an error."""
    if masks.numel() == 0:
        return torch.zeros((0, 4), device=masks.device, dtype=torch.float)
    found = []
    for mask in masks:
        y, x = torch.where(mask != 0)
        found.append(torch.stack([x.min(), y.min(), x.max(), y.max()]))
    return torch.stack(found).to(torch.float)
