"""`interpolate` in all its modes, and the weighted reading along an axis on which it and adaptive pooling rest.

Along each axis an output element is a weighted sum of a few input elements, its taps. Taps are worked out here as
lists of numbers; the tensors then see one index_select, a product and a sum an axis.
Refuses integers but uint8 (and whatever mode "nearest" takes). Read next: `_pooling`.
"""

import math
import struct
import warnings

from .. import _dtype
from .._C import ops
from .._node_names import named
from .._from_data import tensor

_LINEAR = {"linear": 1, "bilinear": 2, "trilinear": 3}
_NEAREST = ("nearest", "nearest-exact")
#: Coefficients of the cubic filters: `interpolate` uses one, its antialiasing form another.
_CUBIC, _CUBIC_ANTIALIAS = -0.75, -0.5


def places(positions, device):
    """An int64 vector."""
    return tensor(positions, dtype=_dtype.int64, device=device)


def read_taps(x, dim, taps):
    """Weighted sums along a dimension. `taps` lists positions and weights of every output element, all of one length."""
    count = len(taps[0][0]) if taps else 1
    flat = [position for positions, _ in taps for position in positions]
    found = ops.select_places(x, dim, places(flat, x.device))
    if count == 1:
        return found
    dim = dim % x.dim()
    weights = tensor([list(weights) for _, weights in taps], dtype=x.dtype, device=x.device)
    shape = [*x.shape[:dim], len(taps), count, *x.shape[dim + 1 :]]
    weights = weights.reshape([len(taps), count] + [1] * (x.dim() - dim - 1))
    return (found.reshape(shape) * weights).sum(dim + 1)


def equalized(taps):
    """Taps brought to one length: the last position again, with weight 0, which adds nothing new to the window."""
    longest = max((len(positions) for positions, _ in taps), default=1)
    return [
        (
            [*positions, *[positions[-1]] * (longest - len(positions))],
            [*weights, *[0.0] * (longest - len(weights))],
        )
        for positions, weights in taps
    ]


def mean_taps(size, outputs):
    """Taps of adaptive average pooling."""
    taps = []
    for output in range(outputs):
        start, end = output * size // outputs, -(-(output + 1) * size // outputs)
        taps.append((list(range(start, end)), [1.0 / (end - start)] * (end - start)))
    return equalized(taps)


def _single(value):
    """The nearest float32."""
    return struct.unpack("f", struct.pack("f", value))[0]


def _scale(size, outputs, align_corners, factor):
    """Input elements a step of the output."""
    if align_corners:
        return (size - 1) / (outputs - 1) if outputs > 1 else 0.0
    return 1.0 / factor if factor is not None and factor > 0 else size / outputs


def _nearest_taps(size, outputs, factor, exact):
    scale = _single(_scale(size, outputs, False, factor))
    shift = 0.5 if exact else 0.0
    return [([min(math.floor(_single(_single(output + shift) * scale)), size - 1)], [1.0]) for output in range(outputs)]


def _linear_taps(size, outputs, align_corners, factor):
    scale = _scale(size, outputs, align_corners, factor)
    taps = []
    for output in range(outputs):
        source = scale * output if align_corners else max(scale * (output + 0.5) - 0.5, 0.0)
        first = min(math.floor(source), size - 1)
        weight = min(max(source - first, 0.0), 1.0)
        taps.append(([first, min(first + 1, size - 1)], [1.0 - weight, weight]))
    return taps


def cubic_weights(t, a=_CUBIC):
    """Weights of the four neighbours of a place `t` after the second. `t` may be a tensor."""

    def near(x):
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x):
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return [far(t + 1), near(t), near(1 - t), far(2 - t)]


def _cubic_taps(size, outputs, align_corners, factor):
    scale = _scale(size, outputs, align_corners, factor)
    taps = []
    for output in range(outputs):
        source = scale * output if align_corners else scale * (output + 0.5) - 0.5
        first = math.floor(source)
        positions = [min(max(first + step, 0), size - 1) for step in (-1, 0, 1, 2)]
        taps.append((positions, cubic_weights(source - first)))
    return taps


def _antialias_taps(size, outputs, align_corners, factor, cubic):
    scale = _scale(size, outputs, align_corners, factor)
    wide = max(scale, 1.0)
    support = (2.0 if cubic else 1.0) * wide

    def filtered(x):
        x = abs(x)
        if not cubic:
            return max(1.0 - x, 0.0)
        a = _CUBIC_ANTIALIAS
        if x < 1:
            return ((a + 2) * x - (a + 3)) * x * x + 1
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a if x < 2 else 0.0

    taps = []
    for output in range(outputs):
        center = scale * (output + 0.5)
        first = max(int(center - support + 0.5), 0)
        end = min(int(center + support + 0.5), size)
        weights = [filtered((place - center + 0.5) / wide) for place in range(first, end)]
        total = sum(weights) or 1.0
        taps.append((list(range(first, end)), [weight / total for weight in weights]))
    return equalized(taps)


#: The most bits that weights of uint8 pictures are multiplied by, and the bits that a weight has without its sign.
_WEIGHT_SHIFT, _WEIGHT_BITS = 22, 15


def _whole_weights(taps):
    """Taps whose weights are whole numbers, for bytes: the weights times a power of two, and its exponent."""
    merged = []
    for positions, weights in taps:
        # Places beyond the edge are the edge's, and weighed as one.
        sums = dict.fromkeys(positions, 0.0)
        for position, weight in zip(positions, weights):
            sums[position] += weight
        merged.append((list(sums), list(sums.values())))
    taps = equalized(merged)
    largest = max(max(weights) for _, weights in taps)
    shift = 0
    while shift < _WEIGHT_SHIFT and int(0.5 + largest * (1 << (shift + 1))) < 1 << _WEIGHT_BITS:
        shift += 1
    return [
        (positions, [int(math.copysign(0.5, weight) + weight * (1 << shift)) for weight in weights])
        for positions, weights in taps
    ], shift


def _read_bytes(x, dim, taps):
    """`read_taps` of int32 bytes in whole numbers, rounded to bytes."""
    taps, shift = _whole_weights(taps)
    if len(taps[0][0]) == 1:
        return read_taps(x, dim, taps)
    found = read_taps(x, dim, taps).to(_dtype.int32)
    return ops.clamp((found + (1 << (shift - 1))) >> shift, 0, 255)


def _sizes(input, size, scale_factor, recompute_scale_factor):
    """Output sizes, and the factors that positions are worked out with (`None` where sizes say it)."""
    rank = input.dim() - 2
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is not None:
        if recompute_scale_factor:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        if isinstance(size, (list, tuple)):
            if len(size) != rank:
                raise ValueError(
                    "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of "
                    f"{list(input.shape[2:])} and output size of {size}. Please provide input tensor in (N, C, d1, d2, ...,dK) "
                    "format and output size in (o1, o2, ...,oK) format."
                )
            return [part.__index__() for part in size], [None] * rank
        return [size.__index__()] * rank, [None] * rank
    if scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if isinstance(scale_factor, (list, tuple)):
        if len(scale_factor) != rank:
            raise ValueError(
                "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial dimensions of "
                f"{list(input.shape[2:])} and scale_factor of shape {scale_factor}. Please provide input tensor in (N, C, d1, d2, "
                "...,dK) format and scale_factor in (s1, s2, ...,sK) format."
            )
        factors = [float(factor) for factor in scale_factor]
    else:
        factors = [float(scale_factor)] * rank
    sizes = [math.floor(float(old) * factor) for old, factor in zip(input.shape[2:], factors)]
    return sizes, [None] * rank if recompute_scale_factor else factors


def _check_mode(input, mode, align_corners, antialias):
    rank = input.dim() - 2
    if mode in ("nearest", "area", "nearest-exact"):
        if align_corners is not None:
            raise ValueError(
                "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
            )
    if antialias and not (mode in ("bilinear", "bicubic") and input.dim() == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input"
        )
    known = {"area": (1, 2, 3), "bicubic": (2,), **dict.fromkeys(_NEAREST, (1, 2, 3))}
    known.update((name, (wanted,)) for name, wanted in _LINEAR.items())
    if rank in known.get(mode, ()):
        return
    if mode in known and 1 <= rank <= 3:
        raise NotImplementedError(f"Got {rank + 2}D input, but {mode} mode needs {known[mode][0] + 2}D input")
    raise NotImplementedError(
        "Input Error: Only 3D, 4D and 5D input Tensors supported "
        f"(got {input.dim()}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {mode})"
    )


def _taps(mode, size, outputs, align_corners, factor, antialias):
    if mode == "area":
        return mean_taps(size, outputs)
    if mode in _NEAREST:
        return _nearest_taps(size, outputs, factor, mode == "nearest-exact")
    if antialias:
        return _antialias_taps(size, outputs, align_corners, factor, mode == "bicubic")
    make = _cubic_taps if mode == "bicubic" else _linear_taps
    return make(size, outputs, align_corners, factor)


def _node_name(
    input, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None, antialias=False
):
    """PyTorch's nodes of the modes."""
    rank = input.dim() - 2
    if mode == "area":
        return f"AdaptiveAvgPool{rank}DBackward0" if rank > 1 else None
    word = {"nearest-exact": "NearestExact"}.get(mode, mode.capitalize())
    return f"Upsample{word}{rank}D{'Aa' if antialias else ''}Backward0"


@named(_node_name)
def interpolate(
    input,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
    recompute_scale_factor=None,
    antialias=False,
):
    """Resamples the spatial dimensions of `(N, C, …)` to a size, or by a factor.

    size or scale_factor: a number or one a dimension, exactly one of them; ValueError otherwise. mode: "nearest",
    "nearest-exact", "linear" (3-D input), "bilinear" or "bicubic" (4-D), "trilinear" (5-D), "area";
    NotImplementedError for others. align_corners: the corners' centres keep their places. recompute_scale_factor:
    from the sizes. antialias: bilinear and bicubic average where they shrink.
    """
    _check_mode(input, mode, align_corners, antialias)
    align_corners = bool(align_corners)
    sizes, factors = _sizes(input, size, scale_factor, recompute_scale_factor)
    if any(part <= 0 for part in (*input.shape[2:], *sizes)):
        raise RuntimeError(
            "Input and output sizes should be greater than 0, but got input "
            f"({', '.join(f'{word}: {part}' for word, part in zip('DHW'[3 - len(sizes) :], input.shape[2:]))}) output "
            f"({', '.join(f'{word}: {part}' for word, part in zip('DHW'[3 - len(sizes) :], sizes))})"
        )
    if 0 in input.shape[1:]:
        raise RuntimeError(f"Non-empty {input.dim()}D data tensor expected but got a tensor with sizes {list(input.shape)}")
    kept = input.dtype
    x = input
    if mode in _NEAREST and not kept.is_floating_point:
        ops.require(input, "nearest")
    if mode not in _NEAREST:
        if not kept.is_floating_point and kept is not _dtype.uint8:
            kernel = {
                "bicubic": "compute_indices_weights_cubic",
                "area": "adaptive_avg_pool3d_cpu" if input.dim() == 5 else "adaptive_avg_pool2d",
            }.get(mode, "compute_indices_weights_linear")
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{_dtype.SCALAR_TYPE_NAMES[kept._code]}'")
        if kept not in (_dtype.float32, _dtype.float64):
            x = input.to(_dtype.float32)
    # Bytes of pictures are weighed in whole numbers and rounded after each axis. As in PyTorch the last axis comes first.
    of_bytes = kept is _dtype.uint8 and mode in ("bilinear", "bicubic")
    if of_bytes:
        x = input.to(_dtype.int32)
    axes = list(enumerate(zip(sizes, factors)))
    for axis, (outputs, factor) in reversed(axes):
        taps = _taps(mode, input.shape[2 + axis], outputs, align_corners, factor, antialias)
        is_same = all(positions[0] == number for number, (positions, _) in enumerate(taps))
        if outputs == input.shape[2 + axis] and is_same and all(max(weights) == 1 for _, weights in taps):
            continue
        x = (_read_bytes if of_bytes else read_taps)(x, 2 + axis, taps)
    if x is input:
        return ops.clone(input)
    if kept is _dtype.uint8 and mode not in _NEAREST and not of_bytes:
        x = ops.clamp(ops.round(x), 0, 255)
    return ops.hand_on_format(ops.contiguous(x if x.dtype is kept else x.to(kept)), input)


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """The old name of `interpolate`.

    Arguments as `interpolate`'s: size or scale_factor, and the mode. Gives (N, C, …) of the new size.
    """
    warnings.warn(
        "`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None):
    """`interpolate` with mode "nearest".

    input: (N, C, …). size or scale_factor: a number or one a dimension.
    """
    warnings.warn(
        "`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input, size=None, scale_factor=None):
    """`interpolate` with mode "bilinear" and corners aligned.

    input: (N, C, H, W). size or scale_factor: a number or one a dimension.
    """
    warnings.warn(
        "`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=2
    )
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)
