"""Layers that PyTorch also names in `torch` itself, some with their arguments in another order.

Loaded when such a name is first asked for. Read next: `nn.functional`.
"""

from .nn import functional as _F
from .nn._arrangement import channel_shuffle, native_channel_shuffle, pixel_shuffle, pixel_unshuffle
from .nn._convolution import (
    conv1d,
    conv2d,
    conv3d,
    conv_tbc,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    convolution,
)
from .nn._distances import bilinear, cdist, cosine_similarity, pairwise_distance, pdist
from .nn._dropout import alpha_dropout, feature_alpha_dropout, feature_dropout, rrelu, rrelu_
from .nn._embedding import embedding_renorm_
from .nn._normalization import native_batch_norm, native_group_norm, native_layer_norm, rms_norm
from .nn._padding import constant_pad_nd
from .nn._recurrent import gru, gru_cell, lstm, lstm_cell, rnn_relu, rnn_relu_cell, rnn_tanh, rnn_tanh_cell
from .nn._pooling import (
    adaptive_avg_pool1d,
    adaptive_max_pool1d_with_indices as adaptive_max_pool1d,
    avg_pool1d,
    max_pool1d,
    max_pool1d_with_indices,
    max_pool2d,
    max_pool3d,
)
from .nn._sampling import affine_grid_generator, grid_sampler, grid_sampler_2d, grid_sampler_3d
from .nn.functional import (
    celu,
    celu_,
    cosine_embedding_loss,
    hardshrink,
    hinge_embedding_loss,
    margin_ranking_loss,
    poisson_nll_loss,
    prelu,
    relu_,
    selu,
    selu_,
    threshold,
    threshold_,
    triplet_margin_loss,
)

#: Codes of reductions and of bags' modes in `torch`'s own functions.
_REDUCTIONS = ("none", "mean", "sum")
_BAG_MODES = ("sum", "mean", "max")


def batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled=False):
    """`F.batch_norm` in `torch`'s order of arguments."""
    return _F.ops.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)[0]


def instance_norm(
    input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, cudnn_enabled=False
):
    """`F.instance_norm` in `torch`'s order of arguments."""
    return _F.instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5, cudnn_enabled=True):
    """`F.group_norm`."""
    return _F.ops.group_norm(input, num_groups, weight, bias, eps)[0]


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable=True):
    """`F.layer_norm`."""
    return _F.layer_norm(input, normalized_shape, weight, bias, eps)


def dropout(input, p, train):
    """`F.dropout`."""
    return _F.dropout(input, p, train)


def dropout_(input, p, train):
    """`F.dropout`, written into its argument."""
    return _F.dropout(input, p, train, True)


def embedding(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
    """`F.embedding` in `torch`'s order of arguments; a padding index of -1 means none."""
    padding_idx = None if padding_idx == -1 else padding_idx
    return _F.embedding(indices, weight, padding_idx, scale_grad_by_freq=scale_grad_by_freq)


def embedding_bag(
    weight,
    indices,
    offsets,
    scale_grad_by_freq=False,
    mode=0,
    sparse=False,
    per_sample_weights=None,
    include_last_offset=False,
    padding_idx=None,
):
    """`F.embedding_bag`, with the bookkeeping tensors that PyTorch gives beside it left empty."""
    result = _F.embedding_bag(
        indices,
        weight,
        offsets,
        scale_grad_by_freq=scale_grad_by_freq,
        mode=_BAG_MODES[mode],
        per_sample_weights=per_sample_weights,
        include_last_offset=include_last_offset,
        padding_idx=padding_idx,
    )
    empty = offsets.new_empty((0,))
    return result, empty, empty, empty


def binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction=1):
    """`F.binary_cross_entropy_with_logits` in `torch`'s order of arguments."""
    return _F.binary_cross_entropy_with_logits(
        input, target, weight, reduction=_REDUCTIONS[reduction], pos_weight=pos_weight
    )


def kl_div(input, target, reduction=1, *, log_target=False):
    """`F.kl_div` with the reduction as a number."""
    return _F.kl_div(input, target, reduction=_REDUCTIONS[reduction], log_target=log_target)


def ctc_loss(
    log_probs, targets, input_lengths, target_lengths, blank=0, reduction=1, zero_infinity=False
):
    """`F.ctc_loss` with the reduction as a number."""
    return _F.ctc_loss(
        log_probs, targets, input_lengths, target_lengths, blank, _REDUCTIONS[reduction], zero_infinity
    )


def norm_except_dim(v, pow=2, dim=0):
    """Norms over all dimensions but one: see `nn.utils.weight_norm`."""
    from .nn.utils.weight_norm import norm_except_dim as norms

    return norms(v, pow, dim)
