"""`torchvision.transforms.functional`: what the transforms do, as functions without chance.

Each takes tensors `(…, C, H, W)` and pictures. Read next: `_geometry`, `_warping`, `_color`, `_filters`, `_conversion`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._color import (
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_saturation,
    adjust_sharpness,
    autocontrast,
    equalize,
    invert,
    posterize,
    rgb_to_grayscale,
    solarize,
    to_grayscale,
)
from ._conversion import (
    convert_image_dtype,
    erase,
    get_dimensions,
    get_image_num_channels,
    get_image_size,
    normalize,
    pil_to_tensor,
    to_pil_image,
    to_tensor,
)
from ._filters import gaussian_blur
from ._geometry import (
    center_crop,
    crop,
    five_crop,
    hflip,
    pad,
    resize,
    resized_crop,
    ten_crop,
    vflip,
)
from ._pictures import interpolation_of as _interpolation_of
from ._pictures import InterpolationMode
from ._warping import (
    affine,
    elastic_transform,
    inverse_affine_matrix as _get_inverse_affine_matrix,
    perspective,
    perspective_coefficients as _get_perspective_coeffs,
    rotate,
)
