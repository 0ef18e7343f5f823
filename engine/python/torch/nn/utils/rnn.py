"""Sequences of different lengths in one tensor: padded, or packed step by step.

A packed sequence holds the rows of all first steps, then of all second steps, and so on, longest sequence first, so that
a recurrent layer never computes a step that is padding.
Read next: `nn.modules.rnn`.
"""

from collections import namedtuple

from ... import _dtype
from ..._creation import arange, empty_like, full
from ..._from_data import tensor
from ..._stacking import cat
from ..._tensor import Tensor

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpad_sequence",
    "pack_sequence",
    "unpack_sequence",
]

_Fields = namedtuple("PackedSequence", ["data", "batch_sizes", "sorted_indices", "unsorted_indices"])


class PackedSequence(_Fields):
    """Rows of steps in `data`; how many rows every step has in `batch_sizes` (an int64 CPU tensor); the order in which the
    sequences were sorted by length, and the way back, or None. Made by `pack_padded_sequence` and `pack_sequence`."""

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        if batch_sizes is None:
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes.device.type != "cpu":
            raise ValueError(
                "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. They should "
                "be instantiated by functions like pack_sequence and pack_padded_sequences in nn.utils.rnn. "
                "https://pytorch.org/docs/stable/nn.html#torch.nn.utils.rnn.pack_sequence"
            )
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def __getnewargs__(self):
        return tuple(self)

    def to(self, *args, **kwargs):
        """The sequence with its data moved or converted, as `Tensor.to` does; itself if nothing changes."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        device = data.device
        order, back = (None if index is None else index.to(device) for index in self[2:])
        return type(self)(data, self.batch_sizes, order, back)

    def pin_memory(self):
        """Itself: there is no memory to pin."""
        return self

    def cuda(self, *args, **kwargs):
        """The sequence on the GPU."""
        return self.to("cuda")

    def cpu(self, *args, **kwargs):
        """The sequence on the CPU."""
        return self.to("cpu")

    def double(self):
        """The sequence in float64."""
        return self.to(_dtype.float64)

    def float(self):
        """The sequence in float32."""
        return self.to(_dtype.float32)

    def half(self):
        """The sequence in float16."""
        return self.to(_dtype.float16)

    def long(self):
        """The sequence in int64."""
        return self.to(_dtype.int64)

    def int(self):
        """The sequence in int32."""
        return self.to(_dtype.int32)

    @property
    def is_cuda(self):
        """True on the GPU."""
        return self.data.is_cuda

    def is_pinned(self):
        """False: there is no memory to pin."""
        return False


def invert_permutation(permutation):
    """The permutation that undoes this one; None of None."""
    if permutation is None:
        return None
    made = empty_like(permutation)
    return made.scatter_(0, permutation, arange(permutation.numel(), device=permutation.device))


def _lengths_list(lengths):
    if isinstance(lengths, Tensor):
        if lengths.device.type != "cpu":
            raise RuntimeError(
                f"'lengths' argument should be a 1D CPU int64 tensor, but got {lengths.dim()}D {lengths.device} Long tensor"
            )
        return lengths.tolist()
    warned = [length for length in lengths if isinstance(length, Tensor)]
    return [int(length) for length in lengths] if warned else list(lengths)


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True):
    """Packs a padded batch.

    input: (T, N, *), or (N, T, *) with batch_first. lengths: of the sequences, a list or a CPU tensor, none of them 0.
    enforce_sorted: they come longest first; if False they are sorted here, and results come back in their order.
    Raises RuntimeError for lengths that do not fit or are not sorted.
    """
    lengths = _lengths_list(lengths)
    order = None
    if not enforce_sorted:
        places = sorted(range(len(lengths)), key=lambda place: -lengths[place])
        lengths = [lengths[place] for place in places]
        order = tensor(places, dtype=_dtype.int64, device=input.device)
        input = input.index_select(0 if batch_first else 1, order)
    if batch_first:
        input = input.transpose(0, 1)
    if input.numel() == 0:
        raise RuntimeError("Cannot pack empty tensors.")
    steps, count = input.shape[:2]
    if len(lengths) != count:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(lengths)} (batch_size={count})"
        )
    if lengths[-1] <= 0 or min(lengths) <= 0:
        raise RuntimeError("Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0")
    if any(before < after for before, after in zip(lengths, lengths[1:])):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` "
            "to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability."
        )
    if lengths[0] > steps:
        raise RuntimeError(f"Expected the longest sequence to have at most {steps} steps, but got a length of {lengths[0]}")
    sizes, pieces, start = [], [], 0
    for place in reversed(range(count)):
        # Steps from `start` to this length have the rows of all sequences up to this one.
        end = lengths[place]
        if end > start:
            pieces.append(input[start:end, : place + 1].reshape((end - start) * (place + 1), *input.shape[2:]))
            sizes += [place + 1] * (end - start)
            start = end
    return PackedSequence(cat(pieces), tensor(sizes, dtype=_dtype.int64), order, None)


def pad_packed_sequence(sequence, batch_first=False, padding_value=0.0, total_length=None):
    """Unpacks: the padded batch (T, N, *), or (N, T, *) with batch_first, and the lengths as an int64 CPU tensor.

    total_length: how many steps there are to be, at least those of the longest sequence (ValueError otherwise).
    """
    data, batch_sizes, _, back = sequence
    sizes = batch_sizes.tolist()
    steps, count = len(sizes), sizes[0]
    if total_length is not None:
        if total_length < steps:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {steps}"
            )
        steps = total_length
    places = [[0] * count for _ in range(steps)]
    start = 0
    for step, size in enumerate(sizes):
        places[step][:size] = range(start + 1, start + size + 1)
        start += size
    # Row 0 is the padding, so that one look-up gives every step of every sequence.
    padding = full((1, *data.shape[1:]), padding_value, dtype=data.dtype, device=data.device)
    rows = tensor(places, dtype=_dtype.int64, device=data.device).reshape(-1)
    padded = cat([padding, data]).index_select(0, rows).reshape(steps, count, *data.shape[1:])
    lengths = tensor([sum(1 for size in sizes if size > place) for place in range(count)], dtype=_dtype.int64)
    if batch_first:
        padded = padded.transpose(0, 1)
    if back is not None:
        padded = padded.index_select(0 if batch_first else 1, back)
        lengths = lengths[back.cpu()]
    return padded, lengths


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """A batch of sequences (L_i, *), filled up to the longest: (T, N, *), or (N, T, *) with batch_first.

    padding_side: "right" or "left" (ValueError otherwise).
    """
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"padding_side should be either 'right' or 'left', but got {padding_side!r}")
    if isinstance(sequences, Tensor):
        sequences = sequences.unbind(0)
    sequences = list(sequences)
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    steps = max(sequence.shape[0] for sequence in sequences)
    first = sequences[0]
    rows = []
    for sequence in sequences:
        missing = steps - sequence.shape[0]
        if missing:
            fill = full((missing, *first.shape[1:]), padding_value, dtype=first.dtype, device=first.device)
            sequence = cat([fill, sequence] if padding_side == "left" else [sequence, fill])
        rows.append(sequence.unsqueeze(0 if batch_first else 1))
    return cat(rows, 0 if batch_first else 1)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The sequences of a padded batch, each cut to its length: a list."""
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    return [sequence[: int(length)] for sequence, length in zip(padded_sequences, lengths)]


def pack_sequence(sequences, enforce_sorted=True):
    """Packs a list of sequences (L_i, *). enforce_sorted: as for `pack_padded_sequence`."""
    lengths = [sequence.shape[0] for sequence in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences):
    """The sequences that were packed: a list."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
