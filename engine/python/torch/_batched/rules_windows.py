"""Rules of convolutions, pooling and norms over channels: the batch joins the samples, or else the channels.

Read next: `rules_losses`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._C import ops
from .dispatch import once_an_entry, rule


def joined(value, dim):
    """The first dimension merged into dimension `dim` (counted without it), as the slower of the two."""
    if dim:
        value = value.movedim(0, dim)
    return ops.reshape(value, [*value.shape[:dim], value.shape[dim] * value.shape[dim + 1], *value.shape[dim + 2 :]])


def parted(value, dim, size):
    """The batch of `size` taken out of dimension `dim` again, to the front."""
    value = ops.reshape(value, [*value.shape[:dim], size, value.shape[dim] // size if size else 0, *value.shape[dim + 1 :]])
    return value.movedim(dim, 0) if dim else value


def _per_channel(batch, value):
    """A vector of the channels of all entries, from one of each or one for all."""
    return None if value is None else ops.reshape(batch.front(value), [-1])


@rule("convolution", "transposed_convolution")
def _convolution(batch, tensor, weight, bias, rank, stride, padding, dilation, groups, *extra):
    is_sample = tensor.dim() == rank + 1
    if is_sample:
        tensor = ops.unsqueeze(tensor, 0)
    settings = (rank, stride, padding, dilation)
    if not batch.has(weight) and not batch.has(bias):
        result = batch.op(joined(tensor._value, 0), weight, bias, *settings, groups, *extra)
        result = batch.wrap(parted(result, 0, batch.size))
    elif not batch.has(tensor) and groups == 1 and batch.name == "convolution":
        # Filters of all entries over the same samples.
        result = batch.op(tensor, joined(batch.front(weight), 0), _per_channel(batch, bias), *settings, 1)
        result = batch.wrap(parted(result, 1, batch.size))
    else:
        channels, filters = joined(batch.front(tensor), 1), joined(batch.front(weight), 0)
        result = batch.op(channels, filters, _per_channel(batch, bias), *settings, groups * batch.size, *extra)
        result = batch.wrap(parted(result, 1, batch.size))
    return ops.squeeze(result, [0]) if is_sample else result


@rule("max_pool", "avg_pool")
def _pool(batch, tensor, *settings):
    result = batch.op(joined(tensor._value, 0), *settings)
    if isinstance(result, list):
        return batch.wrap([parted(one, 0, batch.size) for one in result])
    return batch.wrap(parted(result, 0, batch.size))


@rule("batch_norm")
def _batch_norm(batch, tensor, weight, bias, mean, variance, training, momentum, eps):
    if training and mean is not None and not (batch.has(mean) and batch.has(variance)):
        raise RuntimeError(
            "Batch norm got a batched tensor as input while the running_mean or running_var, which will be updated in place, "
            "were not batched.\nIf you are using a module and do not need eval mode, please set `track_running_stats` to be "
            "False. If you are using a prebuilt module and do not need eval mode, replace its norms by such ones."
        )
    if tensor.dim() < 2:
        return once_an_entry(batch, tensor, weight, bias, mean, variance, training, momentum, eps)
    vectors = [_per_channel(batch, one) for one in (weight, bias, mean, variance)]
    results = ops.batch_norm(joined(batch.front(tensor), 1), *vectors, training, momentum, eps)
    parts = [parted(one, 1 if one.dim() > 1 else 0, batch.size) for one in results]
    if training and mean is not None and not mean._value.is_contiguous():
        ops.copy_(mean._value, ops.reshape(vectors[2], list(mean._value.shape)))
        ops.copy_(variance._value, ops.reshape(vectors[3], list(variance._value.shape)))
    return batch.wrap(parts)


@rule("group_norm")
def _group_norm(batch, tensor, groups, weight, bias, eps):
    if not batch.has(weight) and not batch.has(bias):
        results = ops.group_norm(joined(tensor._value, 0), groups, weight, bias, eps)
        return batch.wrap([parted(one, 0, batch.size) for one in results])
    result, *statistics = ops.group_norm(tensor, groups, None, None, eps)
    trailing = [1] * (tensor.dim() - 2)
    if weight is not None:
        result = ops.mul(result, ops.reshape(weight, [weight.shape[0], *trailing]))
    if bias is not None:
        result = ops.add(result, ops.reshape(bias, [bias.shape[0], *trailing]))
    return [result, *statistics]
