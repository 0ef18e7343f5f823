"""`pad` in all its modes: constants around a tensor, or elements read again from inside it.

Negative amounts cut off. Read next: `engine/src/ops/padding.rs`.
"""

from .._C import ops
from .._node_names import named
from .._creation import arange


def constant_pad_nd(input, pad, value=0):
    """A constant around the last dimensions; amounts come in pairs, last dimension first."""
    pad = [amount.__index__() for amount in pad]
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * input.dim():
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. "
            f"Pad length is {len(pad)}while the input has {input.dim()}dimensions."
        )
    return ops.constant_pad(input, pad, value)


def _rows(mode, size, before, after, device):
    """The positions that a padded dimension reads."""
    if mode == "circular":
        # What is cut off does not come round again.
        first, end = max(-before, 0), size - max(-after, 0)
        around = arange(-max(before, 0), end - first + max(after, 0), device=device)
        return ops.remainder_scalar(around, end - first) + first
    around = arange(-before, size + after, device=device)
    if mode == "replicate":
        return ops.clamp(around, 0, size - 1)
    return (size - 1) - ops.abs((size - 1) - ops.abs(around))


def _check(input, mode, dim, size, before, after):
    if mode == "reflect" and (before >= size or after >= size):
        raise RuntimeError(
            "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
            f"({before}, {after}) at dimension {dim} of input {list(input.shape)}"
        )
    if mode == "circular" and (before > size or after > size):
        raise RuntimeError("Padding value causes wrapping around more than once.")
    if size == 0:
        raise RuntimeError(
            f"Expected {input.dim()}D tensor with possibly 0 batch size and other non-zero dimensions for input, but got: "
            f"{list(input.shape)}"
        )
    cuts_all = mode == "circular" and max(-before, 0) + max(-after, 0) >= size
    if size + before + after <= 0 and mode != "circular" or size + before + after < 0 or cuts_all:
        raise RuntimeError(
            f"input (size: {size}) is too small. Calculated output size: {size + before + after} at dimension {dim}"
        )


def _read_again(input, pad, mode):
    rank, given = len(pad) // 2, input
    if len(pad) % 2 or not 1 <= rank <= 3 or input.dim() not in (rank + 1, rank + 2):
        raise NotImplementedError("Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now")
    for number in range(rank):
        dim = input.dim() - 1 - number
        before, after = pad[2 * number], pad[2 * number + 1]
        size = input.shape[dim]
        _check(input, mode, dim, size, before, after)
        if before or after:
            input = ops.select_places(input, dim, _rows(mode, size, before, after, input.device))
    input = ops.contiguous(input)
    return input if mode == "circular" else ops.hand_on_format(input, given)


def _node_name(input, pad, mode="constant", value=None):
    """PyTorch's nodes of padding; circular padding writes into slices."""
    names = {"reflect": "ReflectionPad", "replicate": "ReplicationPad"}
    if mode == "constant":
        return "ConstantPadNdBackward0"
    return f"{names[mode]}{len(pad) // 2}DBackward0" if mode in names else "CopySlices"


@named(_node_name)
def pad(input, pad, mode="constant", value=None):
    """Amounts before and after the last dimensions, last dimension first, filled in one of the modes
    constant, reflect, replicate and circular."""
    pad = [amount.__index__() for amount in pad]
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input.dim():
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {input.dim()}"
        )
    if mode == "constant":
        return constant_pad_nd(input, pad, 0 if value is None else value)
    if value is not None and value != 0:
        raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    return _read_again(input, pad, mode)
