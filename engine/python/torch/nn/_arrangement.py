"""Functions that move elements between channels and space: pixel and channel shuffles, `unfold` and `fold`.

Read next: `_convolution`.
"""

from .._C import ops
from .._node_names import named
from .._creation import arange
from ._convolution import ints
from ._padding import constant_pad_nd


@named("PixelShuffleBackward0")
def pixel_shuffle(input, upscale_factor):
    """`(…, C r², H, W)` to `(…, C, H r, W r)`.

    upscale_factor: r, whose square divides the channels; RuntimeError otherwise. Source:
    https://arxiv.org/abs/1609.05158
    """
    r = upscale_factor
    if input.dim() < 3:
        raise RuntimeError(
            f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {input.dim()} dimension(s)"
        )
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *front, channels, height, width = input.shape
    if channels % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
            f"input.size(-3)={channels} is not divisible by {r * r}"
        )
    c, n = channels // (r * r), len(front)
    x = input.reshape([*front, c, r, r, height, width])
    x = x.permute([*range(n), n, n + 3, n + 1, n + 4, n + 2])
    return x.reshape([*front, c, height * r, width * r])


@named("PixelUnshuffleBackward0")
def pixel_unshuffle(input, downscale_factor):
    """`(…, C, H r, W r)` to `(…, C r², H, W)`.

    downscale_factor: r, which divides height and width; RuntimeError otherwise. The inverse of `pixel_shuffle`.
    """
    r = downscale_factor
    if input.dim() < 3:
        raise RuntimeError(
            f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {input.dim()} dimension(s)"
        )
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *front, c, height, width = input.shape
    for name, size, place in (("height", height, -2), ("width", width, -1)):
        if size % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({place})={size} is not "
                f"divisible by {r}"
            )
    n = len(front)
    x = input.reshape([*front, c, height // r, r, width // r, r])
    x = x.permute([*range(n), n, n + 2, n + 4, n + 1, n + 3])
    return x.reshape([*front, c * r * r, height // r, width // r])


@named("ChannelShuffleBackward0")
def channel_shuffle(input, groups):
    """Channels dealt out again: one of each group in turn.

    input: (N, C, …). groups: divides C, RuntimeError otherwise. Source: https://arxiv.org/abs/1707.01083
    """
    if input.dim() <= 2:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}"
        )
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    batch, channels, *rest = input.shape
    if channels % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {channels} channels and {groups} groups."
        )
    x = input.reshape([batch, groups, channels // groups, *rest])
    return ops.hand_on_format(x.transpose(1, 2).reshape(input.shape), input)


def native_channel_shuffle(input, groups):
    """`channel_shuffle`.

    input: (N, C, …). groups: divides C, RuntimeError otherwise.
    """
    return channel_shuffle(input, groups)


def _pairs(operator, **settings):
    found = []
    for name, value in settings.items():
        values = ints(value)
        values = values * 2 if len(values) == 1 else values
        if len(values) != 2:
            raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(values)}")
        found.append(values)
        if min(values) < (0 if name == "padding" else 1):
            kind = "not be negative" if name == "padding" else "be greater than zero"
            raise RuntimeError(f"{name} should {kind}, but got {name}_height: {values[0]} {name}_width: {values[1]}")
    return found


def _counts(padded, kernel, dilation, stride):
    """How many windows lie along each axis."""
    return [
        (size - step * (width - 1) - 1) // jump + 1
        for size, width, step, jump in zip(padded, kernel, dilation, stride)
    ]


def _rows(padded, kernel, dilation, stride, counts, device):
    """The flat positions of all windows' elements, window innermost."""
    rows = None
    steps = (padded[1] * dilation[0], dilation[1], padded[1] * stride[0], stride[1])
    for axis, (count, step) in enumerate(zip((*kernel, *counts), steps)):
        shape = [1] * 4
        shape[axis] = count
        part = (arange(count, device=device) * step).reshape(shape)
        rows = part if rows is None else rows + part
    return rows.reshape(-1)


@named("Im2ColBackward0")
def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Windows of `(N, C, H, W)` as columns: `(N, C kH kW, L)`.

    kernel_size, dilation, padding, stride: a number or (height, width). L counts the windows, row by row. input may
    lack N. RuntimeError where no window fits.
    """
    kernel, dilation, padding, stride = _pairs(
        "unfold", kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    )
    if input.dim() not in (3, 4) or 0 in input.shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but "
            f"got: {list(input.shape)}"
        )
    *front, channels, height, width = input.shape
    padded = [height + 2 * padding[0], width + 2 * padding[1]]
    counts = _counts(padded, kernel, dilation, stride)
    if min(counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size ({height}, {width}), kernel_size=({kernel[0]}, {kernel[1]}), "
            f"dilation=({dilation[0]}, {dilation[1]}), padding=({padding[0]}, {padding[1]}), calculated shape of the array of "
            f"sliding blocks as ({counts[0]}, {counts[1]}), but its components must be at least one."
        )
    x = input
    if padding != [0, 0]:
        x = constant_pad_nd(x, [padding[1], padding[1], padding[0], padding[0]])
    x = x.reshape([*front, channels, padded[0] * padded[1]])
    x = ops.select_places(x, -1, _rows(padded, kernel, dilation, stride, counts, x.device))
    return x.reshape([*front, channels * kernel[0] * kernel[1], counts[0] * counts[1]])


@named("Col2ImBackward0")
def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns `(N, C kH kW, L)` added up where `unfold` takes them from: `(N, C, H, W)`.

    output_size, kernel_size, dilation, padding, stride: a number or (height, width). Overlaps are summed.
    RuntimeError unless L is the number of windows.
    """
    sizes, kernel, dilation, padding, stride = _pairs(
        "fold", output_size=output_size, kernel_size=kernel_size, dilation=dilation, padding=padding, stride=stride
    )
    if input.dim() not in (2, 3) or 0 in input.shape[-2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, "
            f"but got: {list(input.shape)}"
        )
    *front, deep, length = input.shape
    window = kernel[0] * kernel[1]
    if deep % window:
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)="
            f"{deep} and kernel_size=({kernel[0]}, {kernel[1]})."
        )
    padded = [sizes[0] + 2 * padding[0], sizes[1] + 2 * padding[1]]
    counts = _counts(padded, kernel, dilation, stride)
    if length != counts[0] * counts[1] or min(counts) < 1:
        raise RuntimeError(
            f"Given output_size=({sizes[0]}, {sizes[1]}), kernel_size=({kernel[0]}, {kernel[1]}), dilation=({dilation[0]}, "
            f"{dilation[1]}), padding=({padding[0]}, {padding[1]}), stride=({stride[0]}, {stride[1]}), expected size of input's "
            f"dimension 2 to match the calculated number of sliding blocks {counts[0]} * {counts[1]} = "
            f"{counts[0] * counts[1]}, but got input.size(2)={length}."
        )
    channels = deep // window
    made = input.new_zeros([*front, channels, padded[0] * padded[1]])
    rows = _rows(padded, kernel, dilation, stride, counts, input.device)
    made = made.index_add(-1, rows, input.reshape([*front, channels, window * length]))
    made = made.reshape([*front, channels, *padded])
    return made.narrow(-2, padding[0], sizes[0]).narrow(-1, padding[1], sizes[1]).contiguous()


def im2col(input, kernel_size, dilation, padding, stride):
    """`unfold` under its old name."""
    return unfold(input, kernel_size, dilation, padding, stride)


def col2im(input, output_size, kernel_size, dilation, padding, stride):
    """`fold` under its old name."""
    return fold(input, output_size, kernel_size, dilation, padding, stride)
