"""Pictures convolved channel by channel: blurs.

Read next: `_color`, `_geometry`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch
from torch.nn import functional as nn_functional

from ._pictures import on_tensors


def with_floats(img, function):
    """`function` of a `(N, C, H, W)` floating tensor, back in the shape's rank and the dtype of `img`, rounded if need be."""
    kept, batch = img.dtype, img.shape[:-3]
    x = img.reshape(-1, *img.shape[-3:]) if img.dim() > 2 else img.reshape(1, 1, *img.shape)
    x = x if x.is_floating_point() else x.to(torch.float32)
    made = function(x)
    if not kept.is_floating_point:
        made = made.round().to(kept)
    return made.reshape(*batch, *made.shape[-3:]) if img.dim() > 2 else made[0, 0]


def convolved(img, kernel):
    """A tensor convolved with a kernel of odd sides; smaller by the kernel."""

    def of_floats(x):
        weights = kernel.to(x.dtype).expand(x.shape[1], 1, *kernel.shape)
        return nn_functional.conv2d(x, weights, groups=x.shape[1])

    return with_floats(img, of_floats)


def _bell(size, sigma, dtype, device):
    half = (size - 1) * 0.5
    x = torch.linspace(-half, half, steps=size, dtype=dtype, device=device)
    weights = torch.exp(-0.5 * (x / sigma).pow(2))
    return weights / weights.sum()


def blur_sizes(kernel_size, sigma):
    """A kernel's width and height, and its two sigmas, checked; sigmas follow from the sizes if None."""
    if not isinstance(kernel_size, (int, list, tuple)):
        raise TypeError(f"kernel_size should be int or a sequence of integers. Got {type(kernel_size)}")
    sizes = [kernel_size] * 2 if isinstance(kernel_size, int) else list(kernel_size)
    if len(sizes) != 2:
        raise ValueError(f"If kernel_size is a sequence its length should be 2. Got {len(sizes)}")
    for size in sizes:
        if size % 2 == 0 or size < 0:
            raise ValueError(f"kernel_size should have odd and positive integers. Got {sizes}")
    if sigma is None:
        sigma = [size * 0.15 + 0.35 for size in sizes]
    if not isinstance(sigma, (int, float, list, tuple)):
        raise TypeError(f"sigma should be either float or sequence of floats. Got {type(sigma)}")
    sigmas = [float(sigma)] * 2 if isinstance(sigma, (int, float)) else [float(part) for part in sigma]
    sigmas = sigmas * 2 if len(sigmas) == 1 else sigmas
    if len(sigmas) != 2:
        raise ValueError(f"If sigma is a sequence, its length should be 2. Got {len(sigmas)}")
    for part in sigmas:
        if part <= 0.0:
            raise ValueError(f"sigma should have positive values. Got {sigmas}")
    return sizes, sigmas


@on_tensors
def gaussian_blur(img, kernel_size, sigma=None):
    """A picture convolved with a bell of this size, mirrored at the edges.

    kernel_size: odd, one for both directions or (width, height). sigma: the bell's width in pixels, one or two;
    `0.15 * size + 0.35` if None.
    """
    (width, height), sigmas = blur_sizes(kernel_size, sigma)
    dtype = img.dtype if img.is_floating_point() else torch.float32
    columns, rows = _bell(width, sigmas[0], dtype, img.device), _bell(height, sigmas[1], dtype, img.device)

    def of_floats(x):
        x = nn_functional.pad(x, (width // 2, width // 2, height // 2, height // 2), mode="reflect")
        channels = x.shape[1]
        # The bell is the product of its two directions: two passes of a line cost less than one of a square.
        x = nn_functional.conv2d(x, columns.expand(channels, 1, 1, width), groups=channels)
        return nn_functional.conv2d(x, rows.reshape(1, 1, height, 1).expand(channels, 1, height, 1), groups=channels)

    return with_floats(img, of_floats)
