"""Batch normalisation folded into the convolution or linear layer before it, for evaluation.

Read next: `nn.modules.batchnorm`.
"""

import copy

from ..._creation import ones_like, zeros_like
from ..parameter import Parameter


def _scale_and_shift(bias, running_mean, running_var, eps, weight, shift):
    bias = zeros_like(running_mean) if bias is None else bias
    weight = ones_like(running_mean) if weight is None else weight
    shift = zeros_like(running_mean) if shift is None else shift
    scale = weight * (running_var + eps).rsqrt()
    return scale, (bias - running_mean) * scale + shift


def fuse_conv_bn_weights(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose=False):
    """Weight and bias of a convolution that does what convolution and batch normalisation did.

    transpose: the convolution is a transposed one, whose output channels are the weight's second dimension.
    """
    scale, bias = _scale_and_shift(conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)
    shape = [1] * conv_w.dim()
    shape[1 if transpose else 0] = -1
    weight = (conv_w * scale.reshape(shape)).to(conv_w.dtype)
    return Parameter(weight, conv_w.requires_grad), Parameter(bias.to(weight.dtype), True if conv_b is None else conv_b.requires_grad)


def fuse_conv_bn_eval(conv, bn, transpose=False):
    """A copy of a convolution that does what it and the batch normalisation after it do in evaluation.

    Raises AssertionError unless both are in evaluation mode.
    """
    if conv.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    fused = copy.deepcopy(conv)
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn must keep running statistics")
    fused.weight, fused.bias = fuse_conv_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias, transpose
    )
    return fused


def fuse_linear_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b):
    """Weight and bias of a linear layer that does what linear layer and batch normalisation did."""
    scale, bias = _scale_and_shift(linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)
    weight = (linear_w * scale.unsqueeze(-1)).to(linear_w.dtype)
    wants = True if linear_b is None else linear_b.requires_grad
    return Parameter(weight, linear_w.requires_grad), Parameter(bias.to(weight.dtype), wants)


def fuse_linear_bn_eval(linear, bn):
    """A copy of a linear layer that does what it and the batch normalisation after it do in evaluation."""
    if linear.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    fused = copy.deepcopy(linear)
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError("To fuse, linear.out_features == bn.num_features or bn.num_features == 1")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn must keep running statistics")
    fused.weight, fused.bias = fuse_linear_bn_weights(
        fused.weight, fused.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    )
    return fused
