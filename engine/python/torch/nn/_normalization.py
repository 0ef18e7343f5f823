"""Normalisation as functions: batch, group, instance, layer, root mean square, local response.

The arithmetic is the engine's; running statistics are changed in place, as PyTorch changes them.
Read next: `engine/src/ops/normalization.rs`.
"""

from .. import _dtype
from .._C import ops
from .._node_names import named


def _check_batch(size):
    """Statistics of one value say nothing."""
    count = size[0]
    for part in size[2:]:
        count *= part
    if count == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size!r}")


def batch_norm(
    input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):
    """Channels brought to mean 0 and variance 1 by the batch's statistics or the running ones, scaled and shifted.

    input: (N, C, …). running_mean, running_var, weight, bias: (C). training: the batch's statistics; the running
    ones follow with momentum. eps: added to the variance. ValueError for one value per channel while training,
    RuntimeError for sizes that do not fit. Source: https://arxiv.org/abs/1502.03167
    """
    if training:
        _check_batch(input.shape)
        if eps <= 0.0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    return ops.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)[0]


def native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, *, out=None):
    """`batch_norm` with the statistics that it used."""
    result, mean, deviation = ops.batch_norm(
        input, weight, bias, running_mean, running_var, training, momentum, eps
    )
    return (result, *_statistics(input, weight, mean.detach(), deviation.detach()))


def _statistics(input, weight, *found):
    """Statistics in the dtype of the parameters: that of input where there are none."""
    dtype = input.dtype if weight is None else weight.dtype
    return [part.to(dtype) for part in found]


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Channels in groups, each brought to mean 0 and variance 1, scaled and shifted by channel.

    input: (N, C, …). num_groups: divides C, RuntimeError otherwise. weight, bias: (C). Source:
    https://arxiv.org/abs/1803.08494
    """
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    if input.numel() == 0:
        if not input.shape[1]:
            raise RuntimeError("Expected number of channels to be greater than 0, got 0")
        if 0 in input.shape[2:]:
            raise RuntimeError("Expected HxW to be greater than 0, got 0")
    _check_batch([input.shape[0] * input.shape[1] // num_groups if num_groups else 0, num_groups, *input.shape[2:]])
    return ops.group_norm(input, num_groups, weight, bias, eps)[0]


def native_group_norm(input, weight, bias, N, C, HxW, group, eps):
    """`group_norm` with the statistics that it used, `(N, group)` each."""
    result, mean, deviation = ops.group_norm(input, group, weight, bias, eps)
    return (result, *_statistics(input, weight, mean, deviation))


@named("ViewBackward0")
def instance_norm(
    input,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    use_input_stats=True,
    momentum=0.1,
    eps=1e-5,
):
    """Every channel of every sample brought to mean 0 and variance 1, scaled and shifted by channel.

    input: (N, C, …). weight, bias, running_mean, running_var: (C). use_input_stats: if False, the running statistics
    count. momentum: how fast those follow. eps: added to the variance. Source: https://arxiv.org/abs/1607.08022
    """
    if not input.dtype.is_floating_point:
        ops.require(input, "instance_norm")
    if use_input_stats:
        count = 1
        for size in input.shape[2:]:
            count *= size
        if count == 1:
            raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.shape!r}")
    elif running_mean is None or running_var is None:
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    input = ops.contiguous(input)
    if running_mean is None and running_var is None:
        return ops.group_norm(input, input.shape[1], weight, bias, eps)[0]
    batch, channels, *rest = input.shape
    # All samples' channels as the channels of one sample; the running statistics then are means over samples.
    followed = [None if kept is None else kept.repeat(batch) for kept in (running_mean, running_var)]
    scale, shift = (None if part is None else part.repeat(batch) for part in (weight, bias))
    lined_up = input.reshape([1, batch * channels, *rest])
    result = ops.batch_norm(lined_up, scale, shift, *followed, use_input_stats, momentum, eps)[0]
    if use_input_stats:
        for kept, new in zip((running_mean, running_var), followed):
            if kept is not None:
                kept.copy_(new.reshape(batch, channels).mean(0))
    return result.reshape(input.shape)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """The last dimensions brought to mean 0 and variance 1, scaled and shifted.

    normalized_shape: the last sizes of input, RuntimeError otherwise; weight and bias have it. eps: added to the
    variance. Gives the shape of input. Source: https://arxiv.org/abs/1607.06450
    """
    if weight is not None and weight.shape != tuple(normalized_shape) or bias is not None and bias.shape != tuple(normalized_shape):
        _check_affine(input, normalized_shape, weight, bias)
    return ops.layer_norm(input, normalized_shape, weight, bias, eps)


def _check_affine(input, normalized_shape, weight, bias):
    """Refuses shapes, weights and shifts that do not fit the last dimensions."""
    shape = list(normalized_shape)
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for name, part in (("weight", weight), ("bias", bias)):
        if part is not None and list(part.shape) != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape {list(part.shape)} and "
                f"normalized_shape = {shape}"
            )


def native_layer_norm(input, normalized_shape, weight, bias, eps):
    """`layer_norm` with the statistics that it used."""
    _check_affine(input, normalized_shape, weight, bias)
    result = ops.layer_norm(input, normalized_shape, weight, bias, eps)
    return (result, *_statistics(input, weight, *ops.layer_statistics(input.detach(), len(normalized_shape), eps)))


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """The last dimensions divided by their root mean square, scaled.

    normalized_shape: the last sizes of input, RuntimeError otherwise; weight has it. eps: added to the mean square
    (the dtype's if None). Source: https://arxiv.org/abs/1910.07467
    """
    normalized_shape = list(normalized_shape)
    _check_affine(input, normalized_shape, weight, None)
    ops.require(input, "rms_norm")
    if list(input.shape[-len(normalized_shape) :]) != normalized_shape:
        raise RuntimeError(
            f"Given normalized_shape={normalized_shape}, expected input with shape "
            f"[*{', '.join(map(str, normalized_shape))}], but got input of size{list(input.shape)}"
        )
    dims = list(range(-len(normalized_shape), 0))
    eps = _dtype.finfo(input.dtype).eps if eps is None else eps
    # Half types are squared in float32, where squares of theirs fit.
    wide = input.float() if input.dtype in (_dtype.float16, _dtype.bfloat16) else input
    result = wide * ops.rsqrt(ops.mean(wide * wide, dims, True, None) + eps)
    result = result if weight is None else result * weight
    return result if result.dtype is input.dtype or wide is input else result.to(input.dtype)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """Every channel divided by a power of the mean of the squares of its neighbours.

    input: (N, C, …), of at least three dimensions, ValueError otherwise. size: how many neighbours: `x / (k + alpha
    mean(x²))**beta`.
    """
    if input.dim() < 3:
        raise ValueError(f"Expected 3D or higher dimensionality                          input (got {input.dim()} dimensions)")
    if input.numel() == 0:
        return input
    squares = (input * input).reshape([*input.shape[:2], -1]).transpose(1, 2)
    squares = ops.constant_pad(squares, [size // 2, (size - 1) // 2], 0)
    means = ops.avg_pool(squares, 1, [size], [1], [0], False, True, None).transpose(1, 2).reshape(input.shape)
    return input / (means * alpha + k).pow(beta)
