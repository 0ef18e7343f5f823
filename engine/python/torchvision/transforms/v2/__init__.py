"""`torchvision.transforms.v2`: transforms of pictures, masks and boxes together, in any structure.

Refuses what is about video and rotated boxes. Read next: `_transform`, `functional`, `torchvision.tv_tensors`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ..autoaugment import AutoAugmentPolicy
from ..functional import InterpolationMode
from . import functional
from ._augment import AugMix, AutoAugment, JPEG, RandAugment, TrivialAugmentWide
from ._color import (
    ColorJitter,
    GaussianBlur,
    GaussianNoise,
    Grayscale,
    RandomAdjustSharpness,
    RandomAutocontrast,
    RandomChannelPermutation,
    RandomEqualize,
    RandomErasing,
    RandomGrayscale,
    RandomInvert,
    RandomPhotometricDistort,
    RandomPosterize,
    RandomSolarize,
    RGB,
)
from ._containers import Compose, RandomApply, RandomChoice, RandomOrder
from ._detection import RandomIoUCrop, SanitizeBoundingBoxes
from ._geometry import (
    CenterCrop,
    ElasticTransform,
    FiveCrop,
    Pad,
    RandomAffine,
    RandomCrop,
    RandomHorizontalFlip,
    RandomPerspective,
    RandomResizedCrop,
    RandomRotation,
    RandomVerticalFlip,
    RandomZoomOut,
    Resize,
    TenCrop,
)
from ._misc import (
    ClampBoundingBoxes,
    ConvertBoundingBoxFormat,
    ConvertImageDtype,
    CutMix,
    Identity,
    Lambda,
    LinearTransformation,
    MixUp,
    Normalize,
    PILToTensor,
    ToDtype,
    ToImage,
    ToPILImage,
    ToPureTensor,
    ToTensor,
)
from ._sizes import RandomResize, RandomShortestSize, ScaleJitter
from ._transform import query_chw, query_size, Transform
