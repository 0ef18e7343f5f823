"""`torch.nn.functional`: layers as functions.

Activations and the affine, embedding and normalising functions are here; losses are in `_losses`.
Read next: `_losses`, `engine/src/ops/nn.rs`.
"""

import math

from .. import _creation, _dtype
from .._C import ops
from .._pointwise import log_softmax as _log_softmax
from .._pointwise import sigmoid, tanh
from .._pointwise import softmax as _softmax
from .._shape import broadcast_tensors
from ._losses import (
    _legacy_reduction,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cosine_embedding_loss,
    cross_entropy,
    gaussian_nll_loss,
    hinge_embedding_loss,
    huber_loss,
    kl_div,
    l1_loss,
    margin_ranking_loss,
    mse_loss,
    nll_loss,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
    triplet_margin_loss,
)


def linear(input, weight, bias=None):
    """`input @ weight.T + bias`."""
    return ops.linear(input, weight, bias)


def _choose_dim(dim, rank):
    return (0 if rank in (0, 1, 3) else 1) if dim is None else dim


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """`exp(x) / sum(exp(x))` over `dim`."""
    return _softmax(input, _choose_dim(dim, input.dim()), dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """Logarithm of the softmax over `dim`."""
    return _log_softmax(input, _choose_dim(dim, input.dim()), dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """Softmax of `-x` over `dim`."""
    return softmax(-input, dim, dtype=dtype)


def _written(input, result, inplace):
    if inplace:
        ops.assign_(input, result)
        return input
    return result


def relu(input, inplace=False):
    """`max(x, 0)`."""
    return _written(input, ops.relu(input), True) if inplace else ops.relu(input)


def relu_(input):
    """`relu`, written into its argument."""
    return relu(input, True)


def relu6(input, inplace=False):
    """`min(max(x, 0), 6)`."""
    return hardtanh(input, 0.0, 6.0, inplace)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """`x` limited to a range."""
    if not input.dtype.is_floating_point:
        min_val, max_val = int(min_val), int(max_val)
    return _written(input, ops.clamp(input, min_val, max_val), inplace)


def gelu(input, approximate="none"):
    """Gaussian error linear unit."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return ops.gelu(input, approximate == "tanh")


def silu(input, inplace=False):
    """`x * sigmoid(x)`."""
    return _written(input, ops.silu(input), inplace)


def mish(input, inplace=False):
    """`x * tanh(softplus(x))`."""
    return _written(input, input * ops.tanh(softplus(input)), inplace)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """`x` where positive, else `negative_slope * x`."""
    return _written(input, ops.leaky_relu(input, negative_slope), inplace)


def prelu(input, weight):
    """`x` where positive, else `weight * x`."""
    if input.dim() != 1:
        weight = weight.reshape([-1] + [1] * (input.dim() - 2) if input.dim() > 1 and weight.numel() > 1 else [1] * input.dim())
    return ops.where(ops.gt_scalar(input, 0), input, weight * input)


def elu(input, alpha=1.0, inplace=False):
    """`x` where positive, else `alpha * (exp(x) - 1)`."""
    return _written(input, ops.elu(input, alpha), inplace)


def celu(input, alpha=1.0, inplace=False):
    """`x` where positive, else `alpha * (exp(x / alpha) - 1)`."""
    negative = ops.expm1(ops.clamp(input, None, 0.0) / alpha) * alpha
    return _written(input, ops.where(ops.gt_scalar(input, 0), input, negative), inplace)


def selu(input, inplace=False):
    """Scaled ELU with the constants of self-normalising networks."""
    return _written(input, ops.elu(input, 1.6732632423543772) * 1.0507009873554805, inplace)


def softplus(input, beta=1.0, threshold=20.0):
    """`log(1 + exp(beta * x)) / beta`, `x` itself beyond the threshold."""
    return ops.softplus(input, beta, threshold)


def softsign(input):
    """`x / (1 + |x|)`."""
    return input / (ops.abs(input) + 1)


def logsigmoid(input):
    """`log(sigmoid(x))`."""
    return -ops.softplus(-input, 1.0, math.inf)


def tanhshrink(input):
    """`x - tanh(x)`."""
    return input - ops.tanh(input)


def hardsigmoid(input, inplace=False):
    """`clamp(x + 3, 0, 6) / 6`."""
    return _written(input, ops.clamp(input + 3, 0.0, 6.0) / 6, inplace)


def hardswish(input, inplace=False):
    """`x * hardsigmoid(x)`."""
    return _written(input, input * ops.clamp(input + 3, 0.0, 6.0) / 6, inplace)


def softshrink(input, lambd=0.5):
    """`x` moved towards zero by `lambd`, zero within."""
    return ops.sign(input) * ops.relu(ops.abs(input) - lambd)


def hardshrink(input, lambd=0.5):
    """Zero where `|x| <= lambd`."""
    return ops.where(ops.le_scalar(ops.abs(input), lambd), _creation.zeros_like(input), input)


def threshold(input, threshold, value, inplace=False):
    """`x` where above `threshold`, else `value`."""
    return _written(input, ops.masked_fill(input, ops.le_scalar(input, threshold), value), inplace)


def glu(input, dim=-1):
    """First half of `dim` times the sigmoid of the second."""
    first, second = input.chunk(2, dim)
    return first * ops.sigmoid(second)


def dropout(input, p=0.5, training=True, inplace=False):
    """Zeroes elements with probability `p` and scales the rest by `1 / (1 - p)`."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0.0 or input.numel() == 0:
        return input
    return _written(input, ops.dropout(input, p), inplace)


def embedding(
    input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False
):
    """Rows of `weight` by index. The row `padding_idx` gets no gradient."""
    if max_norm is not None or scale_grad_by_freq:
        raise NotImplementedError("torch.nn.functional.embedding with max_norm or scale_grad_by_freq is not in Carrel yet")
    found = ops.embedding(weight, input)
    if padding_idx is not None and weight.requires_grad:
        padding_idx = padding_idx if padding_idx >= 0 else weight.shape[0] + padding_idx
        found = ops.where(ops.eq_scalar(input, padding_idx).unsqueeze(-1), found.detach(), found)
    return found


def one_hot(tensor, num_classes=-1):
    """Vectors of zeros with a one at each index."""
    if tensor.dtype is not _dtype.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if num_classes == -1:
        num_classes = int(tensor.max().item()) + 1
    classes = _creation.arange(num_classes, device=tensor.device)
    return ops.eq(tensor.unsqueeze(-1), classes).to(_dtype.int64)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """The last dimensions brought to mean 0 and variance 1, scaled and shifted."""
    return ops.layer_norm(input, normalized_shape, weight, bias, eps)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """The last dimensions divided by their root mean square, scaled."""
    dims = list(range(-len(normalized_shape), 0))
    eps = _dtype.finfo(input.dtype).eps if eps is None else eps
    result = input * ops.rsqrt(ops.mean(input * input, dims, True, None) + eps)
    return result if weight is None else result * weight


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """Divided by the `p`-norm over `dim`."""
    return input / ops.clamp(input.norm(p, dim, True), eps, None).expand(input.shape)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """Cosine of the angle between vectors along `dim`."""
    x1, x2 = broadcast_tensors(x1, x2)
    norms = ops.clamp(x1.norm(2, dim), eps, None) * ops.clamp(x2.norm(2, dim), eps, None)
    return (x1 * x2).sum(dim) / norms


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The `p`-norm of the difference of vectors in the last dimension."""
    return (x1 - x2 + eps).norm(p, -1, keepdim)


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False
):
    """`softmax(query @ key.T * scale + mask) @ value` over the last two dimensions."""
    if enable_gqa and query.shape[-3] != key.shape[-3]:
        groups = query.shape[-3] // key.shape[-3]
        key, value = key.repeat_interleave(groups, -3), value.repeat_interleave(groups, -3)
    return ops.attention(query, key, value, attn_mask, dropout_p, is_causal, scale)


def __getattr__(name):
    raise AttributeError(f"torch.nn.functional.{name} is not in Carrel yet")
