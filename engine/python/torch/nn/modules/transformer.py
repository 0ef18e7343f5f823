"""The transformer of "Attention is all you need": `Transformer`, its encoder and decoder, and their layers.

Everything is made of `MultiheadAttention`, `Linear`, `LayerNorm` and `Dropout`; the order in which they are made is
PyTorch's, so that seeds give the same networks.
Read next: `nn.modules.multihead`, `nn.modules.transformer_layer`.
"""

import copy
import math

from ..._creation import full
from .. import _attention
from .. import init
from .container import ModuleList
from .module import Module
from .normalization import LayerNorm
from .transformer_layer import TransformerDecoderLayer, TransformerEncoderLayer
from .. import functional as F

__all__ = ["Transformer", "TransformerEncoder", "TransformerDecoder", "TransformerEncoderLayer", "TransformerDecoderLayer"]


def _get_clones(module, count):
    return ModuleList([copy.deepcopy(module) for _ in range(count)])


def _generate_square_subsequent_mask(sz, device=None, dtype=None):
    return full((sz, sz), -math.inf, device=device, dtype=dtype).triu(1)


class TransformerEncoder(Module):
    """A stack of `num_layers` copies of an encoder layer.

    encoder_layer: a `TransformerEncoderLayer`. norm: a module for the result, or None.
    enable_nested_tensor: if it can be (evaluation without gradients, batch_first, a padding mask and no other, norm_first
    off), results at padded positions are zeros, as PyTorch's fast path leaves them. mask_check: accepted.

    Shape: src (S, N, E), or (N, S, E) with batch_first, or (S, E); gives the same.

    >>> layer = torch.nn.TransformerEncoderLayer(d_model=16, nhead=4, batch_first=True)
    >>> y = torch.nn.TransformerEncoder(layer, num_layers=2)(torch.randn(8, 10, 16))
    """

    __constants__ = ["norm"]

    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        super().__init__()
        self.layers = _get_clones(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor
        self.use_nested_tensor = enable_nested_tensor and _has_fast_path(encoder_layer)
        self.mask_check = mask_check

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        padding = src_key_padding_mask
        other = _attention._none_or_dtype(mask)
        src_key_padding_mask = _attention._canonical_mask(padding, "src_key_padding_mask", other, "mask", src.dtype)
        mask = _attention._canonical_mask(mask, "mask", None, "", src.dtype, check_other=False)
        output = src
        for layer in self.layers:
            output = layer(output, src_mask=mask, is_causal=is_causal is True, src_key_padding_mask=src_key_padding_mask)
        if self._leaves_zeros(src, mask, padding):
            output = output.masked_fill((src_key_padding_mask != 0).unsqueeze(-1), 0.0)
        return output if self.norm is None else self.norm(output)

    def _leaves_zeros(self, src, mask, padding):
        """Whether PyTorch would leave zeros at padded positions."""
        from ..._autograd_mode import is_grad_enabled

        if not self.use_nested_tensor or self.training or padding is None or mask is not None or src.dim() != 3:
            return False
        if padding.dtype.is_floating_point:
            return False
        return not (is_grad_enabled() and any(parameter.requires_grad for parameter in self.parameters()))


def _has_fast_path(layer):
    if type(layer) is not TransformerEncoderLayer or layer.norm_first:
        return False
    attention = layer.self_attn
    is_plain = attention.batch_first and attention.in_proj_bias is not None and attention._qkv_same_embed_dim
    return is_plain and layer.activation_relu_or_gelu and layer.norm1.eps == layer.norm2.eps and attention.num_heads % 2 == 0


class TransformerDecoder(Module):
    """A stack of `num_layers` copies of a decoder layer.

    decoder_layer: a `TransformerDecoderLayer`. norm: a module for the result, or None.

    Shape: tgt (T, N, E) and memory (S, N, E), with N first if batch_first, or without N; gives the shape of tgt.

    >>> layer = torch.nn.TransformerDecoderLayer(d_model=16, nhead=4)
    >>> y = torch.nn.TransformerDecoder(layer, num_layers=2)(torch.randn(20, 8, 16), torch.randn(10, 8, 16))
    """

    __constants__ = ["norm"]

    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = _get_clones(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        output = tgt
        for layer in self.layers:
            output = layer(
                output,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=tgt_is_causal is True,
                memory_is_causal=memory_is_causal,
            )
        return output if self.norm is None else self.norm(output)


class Transformer(Module):
    """An encoder that reads a sequence and a decoder that writes one.

    d_model: width. nhead: heads of every attention. num_encoder_layers, num_decoder_layers: depths. dim_feedforward: width
    between the two linear layers. dropout: probability everywhere. activation: "relu", "gelu" or a function.
    custom_encoder, custom_decoder: modules in their place. layer_norm_eps, batch_first, norm_first, bias: as in the layers.

    Shape: src (S, N, E), tgt (T, N, E), with N first if batch_first, or without N; gives the shape of tgt. Masks as in
    `MultiheadAttention`. Raises RuntimeError if batch sizes or widths differ.

    Source: Vaswani et al., https://arxiv.org/abs/1706.03762

    >>> y = torch.nn.Transformer(16, 4, 2, 2)(torch.randn(10, 8, 16), torch.randn(20, 8, 16))
    """

    def __init__(
        self,
        d_model=512,
        nhead=8,
        num_encoder_layers=6,
        num_decoder_layers=6,
        dim_feedforward=2048,
        dropout=0.1,
        activation=F.relu,
        custom_encoder=None,
        custom_decoder=None,
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        made = {"device": device, "dtype": dtype}
        options = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)
        if custom_encoder is not None:
            self.encoder = custom_encoder
        else:
            layer = TransformerEncoderLayer(*options, **made)
            norm = LayerNorm(d_model, eps=layer_norm_eps, bias=bias, **made)
            self.encoder = TransformerEncoder(layer, num_encoder_layers, norm)
        if custom_decoder is not None:
            self.decoder = custom_decoder
        else:
            layer = TransformerDecoderLayer(*options, **made)
            norm = LayerNorm(d_model, eps=layer_norm_eps, bias=bias, **made)
            self.decoder = TransformerDecoder(layer, num_decoder_layers, norm)
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def _reset_parameters(self):
        for parameter in self.parameters():
            if parameter.dim() > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src,
        tgt,
        src_mask=None,
        tgt_mask=None,
        memory_mask=None,
        src_key_padding_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        src_is_causal=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        batch_dim = 0 if self.batch_first else 1
        if src.dim() == 3 and src.shape[batch_dim] != tgt.shape[batch_dim]:
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        """The causal mask (sz, sz): -inf above the diagonal, 0 elsewhere."""
        return _generate_square_subsequent_mask(sz, device, dtype)
