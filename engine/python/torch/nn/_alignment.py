"""`ctc_loss`: how likely a sequence of labels is, whatever its alignment with the input.

The recursion over time is a composition, so gradients of any order come by themselves.
Refuses nothing of its own. Read next: `_losses`.
"""

from .. import _dtype
from .._C import ops
from .._creation import full
from .._from_data import tensor
from ._losses import _code

#: Stands for the logarithm of zero, so that differences of such logarithms are numbers.
_NEVER = -1e30


def _rows_of_labels(targets, lengths, batch):
    """Labels of every sample as lists; targets are rows, or one after another."""
    values = targets.tolist()
    if targets.dim() == 2:
        return [row[:length] for row, length in zip(values, lengths)]
    if batch == 1 and len(values) >= lengths[0]:
        return [values[: lengths[0]]]
    rows, start = [], 0
    for length in lengths:
        rows.append(values[start : start + length])
        start += length
    return rows


def _lengths(value):
    if hasattr(value, "tolist"):
        return value.reshape(-1).tolist()
    return list(value) if hasattr(value, "__len__") else [value]


def ctc_loss(
    log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False
):
    """Connectionist temporal classification of log-probabilities `(T, N, C)`.

    log_probs: (T, N, C), or (T, C). targets: (N, S) or all in one vector, without blanks. input_lengths,
    target_lengths: (N). blank: the class of "nothing". reduction: "none" (N), "mean" (each divided by its target's
    length) or "sum". zero_infinity: targets too long for their input cost 0. RuntimeError for lengths that do not
    fit. Source: Graves et al., "Connectionist temporal classification", 2006
    """
    _code(reduction)
    single = log_probs.dim() == 2
    x = log_probs.unsqueeze(1) if single else log_probs
    times, batch, classes = x.shape
    input_lengths, target_lengths = _lengths(input_lengths), _lengths(target_lengths)
    if len(input_lengths) != batch:
        raise RuntimeError("input_lengths must be of size batch_size")
    if len(target_lengths) != batch:
        raise RuntimeError("target_lengths must be of size batch_size")
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    for length in input_lengths:
        if length > times:
            raise RuntimeError(
                f"Expected input_lengths to have value at most {times}, but got value {length} "
                "(while checking arguments for ctc_loss_cpu)"
            )
    rows = _rows_of_labels(targets, target_lengths, batch)
    longest = 2 * max(target_lengths, default=0) + 1
    states, skips = [], []
    for row in rows:
        line = [blank] * longest
        line[1 : 2 * len(row) : 2] = row
        states.append(line)
        skips.append([place >= 2 and line[place] != blank and line[place] != line[place - 2] for place in range(longest)])
    device = x.device
    index = tensor(states, dtype=_dtype.int64, device=device)
    may_skip = tensor(skips, device=device)
    emitted = x.gather(2, index.unsqueeze(0).expand(times, batch, longest))
    never = full((batch, 2), _NEVER, dtype=x.dtype, device=device)
    first = tensor([[place < 2 for place in range(longest)]] * batch, device=device)
    alpha = ops.where(first, emitted[0], never[:, :1]) if times else never[:, :1].expand(batch, longest)
    nowhere = never[:, :1].expand(batch, longest)
    for time in range(1, times):
        before = ops.cat([never, alpha], 1)
        skipped = ops.where(may_skip, before[:, :longest], nowhere)
        reached = ops.stack([alpha, before[:, 1 : longest + 1], skipped], 0).logsumexp(0) + emitted[time]
        going = tensor([[time < length] for length in input_lengths], device=device)
        alpha = ops.where(going, ops.clamp(reached, _NEVER, None), alpha)
    last = tensor([[2 * len(row)] for row in rows], dtype=_dtype.int64, device=device)
    ends = [alpha.gather(1, last), alpha.gather(1, ops.clamp(last - 1, 0, None))]
    # Without labels there is one end only.
    none = tensor([[not row] for row in rows], device=device)
    ends[1] = ops.where(none, never[:, :1], ends[1])
    losses = -ops.cat(ends, 1).logsumexp(1)
    impossible = ops.gt_scalar(losses, -_NEVER / 2)
    instead = full((), 0.0 if zero_infinity else float("inf"), dtype=x.dtype, device=device)
    losses = ops.where(impossible, instead, losses)
    if reduction == "mean":
        counts = tensor([float(max(length, 1)) for length in target_lengths], dtype=x.dtype, device=device)
        return (losses / counts).mean()
    if reduction == "sum":
        return losses.sum()
    return losses.squeeze(0) if single else losses
