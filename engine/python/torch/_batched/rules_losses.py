"""Rules of losses: a loss for every element of every entry, then the mean or sum over each entry.

Read next: `rules_indexing`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._C import ops
from .._tensor import Tensor
from .dispatch import once_an_entry, rule
from .rules_windows import joined, parted

_NONE, _MEAN, _SUM = 0, 1, 2


def _reduced(losses, reduction):
    if reduction == _NONE:
        return losses
    return (ops.mean if reduction == _MEAN else ops.sum)(losses, [], False, None)


@rule("mse_loss", "l1_loss", "smooth_l1_loss", "kl_div", "bce", "bce_with_logits")
def _elementwise_loss(batch, *arguments):
    *arguments, reduction = arguments
    tensors = [value for value in arguments if isinstance(value, Tensor)]
    rank = max(len(value.shape) for value in tensors)
    sizes = [1] * rank
    for value in tensors[:2]:
        for place, size in enumerate(value.shape, rank - len(value.shape)):
            sizes[place] = size if sizes[place] == 1 else sizes[place]
    whole = [batch.size, *sizes]
    # Some losses do not broadcast, and where none of both is batched the batch is that of a weight.
    arguments = [ops.expand(batch.aligned(value, rank), whole) if isinstance(value, Tensor) else value for value in arguments]
    return _reduced(batch.wrap(batch.op(*arguments, _NONE)), reduction)


@rule("cross_entropy", "nll_loss")
def _class_loss(batch, scores, target, weight, ignore_index, reduction, *smoothing):
    if batch.has(weight):
        return once_an_entry(batch, scores, target, weight, ignore_index, reduction, *smoothing)
    is_sample = scores.dim() == 1
    if is_sample:
        scores, target = ops.unsqueeze(scores, 0), ops.unsqueeze(target, 0)
    held = joined(batch.front(scores), 0), joined(batch.front(target), 0)
    losses = batch.wrap(parted(batch.op(*held, weight, ignore_index, _NONE, *smoothing), 0, batch.size))
    if reduction == _NONE:
        return ops.squeeze(losses, [0]) if is_sample else losses
    total = ops.sum(losses, [], False, None)
    if reduction == _SUM:
        return total
    if target.dtype.is_floating_point:
        # Probabilities of classes: the mean is over the samples.
        return ops.div_scalar(total, losses.numel())
    counted = ops.ne_scalar(target, ignore_index)
    if weight is None:
        share = ops.to(counted, None, scores.dtype, False)
    else:
        places = ops.where(counted, target, ops.mul_scalar(target, 0))
        share = ops.mul(ops.reshape(ops.index_select(weight, 0, ops.reshape(places, [-1])), list(target.shape)), counted)
    return ops.div(total, ops.sum(share, [], False, None))
