"""`torch.nn.functional`: layers as functions.

The functions are in files of one family each; this one gathers them.
Read next: `_activation`, `_losses`, `_convolution`, `_pooling`, `_normalization`, `engine/src/ops/nn.rs`.
"""

from .._C import ops
from .._pointwise import sigmoid, tanh
from ._activation import (
    celu,
    celu_,
    elu,
    elu_,
    gelu,
    glu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    hardtanh_,
    leaky_relu,
    leaky_relu_,
    log_softmax,
    logsigmoid,
    mish,
    prelu,
    relu,
    relu6,
    relu_,
    selu,
    selu_,
    silu,
    softmax,
    softmin,
    softplus,
    softshrink,
    softsign,
    tanhshrink,
    threshold,
    threshold_,
)
from ._alignment import ctc_loss
from ._attention import _canonical_mask, _none_or_dtype, multi_head_attention_forward, scaled_dot_product_attention
from ._arrangement import channel_shuffle, fold, native_channel_shuffle, pixel_shuffle, pixel_unshuffle, unfold
from ._convolution import (
    conv1d,
    conv2d,
    conv3d,
    conv_tbc,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from ._distances import bilinear, cosine_similarity, normalize, pairwise_distance, pdist
from ._dropout import (
    alpha_dropout,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    feature_alpha_dropout,
    gumbel_softmax,
    rrelu,
    rrelu_,
)
from ._embedding import embedding, embedding_bag, one_hot
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
from ._margin_losses import (
    linear_cross_entropy,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    triplet_margin_with_distance_loss,
)
from ._normalization import batch_norm, group_norm, instance_norm, layer_norm, local_response_norm, rms_norm
from ._padding import pad
from ._pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool1d_with_indices,
    adaptive_max_pool2d,
    adaptive_max_pool2d_with_indices,
    adaptive_max_pool3d,
    adaptive_max_pool3d_with_indices,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
    max_pool1d,
    max_pool1d_with_indices,
    max_pool2d,
    max_pool2d_with_indices,
    max_pool3d,
    max_pool3d_with_indices,
)
from ._resampling import interpolate, upsample, upsample_bilinear, upsample_nearest
from ._sampling import affine_grid, grid_sample
from ._unpooling import (
    fractional_max_pool2d,
    fractional_max_pool2d_with_indices,
    fractional_max_pool3d,
    fractional_max_pool3d_with_indices,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)


def linear(input, weight, bias=None):
    """`input @ weight.T + bias`.

    input: (…, in). weight: (out, in), or (in). bias: (out), or a number. Gives (…, out). RuntimeError for shapes and
    dtypes that do not fit.
    """
    return ops.linear(input, weight, bias)


def __getattr__(name):
    raise AttributeError(f"torch.nn.functional.{name} is not in Carrel yet")


# Pickles name a function by its module, and PyTorch has all of these here.
for _function in list(globals().values()):
    if getattr(_function, "__module__", "").startswith("torch.nn._") and not isinstance(_function, type):
        _function.__module__ = __name__
del _function
