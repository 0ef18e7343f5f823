"""Operators of vision and the blocks that models are made of.

Refuses deformable convolution and position-sensitive pooling: their names are not here.
Read next: `misc`, `stochastic_depth`, `boxes`, `roi`, `losses`, `feature_pyramid_network`, `poolers`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .boxes import (
    batched_nms,
    box_area,
    box_convert,
    box_iou,
    clip_boxes_to_image,
    complete_box_iou,
    distance_box_iou,
    generalized_box_iou,
    masks_to_boxes,
    nms,
    remove_small_boxes,
)
from .feature_pyramid_network import FeaturePyramidNetwork
from .losses import (
    complete_box_iou_loss,
    distance_box_iou_loss,
    generalized_box_iou_loss,
    sigmoid_focal_loss,
)
from .misc import (
    Conv2dNormActivation,
    Conv3dNormActivation,
    ConvNormActivation,
    FrozenBatchNorm2d,
    MLP,
    Permute,
    SqueezeExcitation,
)
from .poolers import MultiScaleRoIAlign
from .roi import roi_align, roi_pool, RoIAlign, RoIPool
from .stochastic_depth import stochastic_depth, StochasticDepth
