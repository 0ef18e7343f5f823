"""One layer of a transformer: attention and two linear layers, each with a shortcut and a normalisation.

Read next: `nn.modules.transformer`.
"""

from .. import _attention
from .. import functional as F
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .multihead import MultiheadAttention
from .normalization import LayerNorm


def _get_activation_fn(activation):
    if activation not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {activation}")
    return F.relu if activation == "relu" else F.gelu


def _is_relu_or_gelu(activation):
    """1 for relu, 2 for gelu, 0 for others: what PyTorch keeps as `activation_relu_or_gelu`."""
    kind = type(activation).__name__
    return 1 if activation is F.relu or kind == "ReLU" else 2 if activation is F.gelu or kind == "GELU" else 0


class _TransformerLayer(Module):
    """What both layers share: their parts, and the feed-forward block."""

    #: Members that attend, in order; each has a norm and a dropout of its own, as the feed-forward block has.
    _attentions = ()

    def __init__(
        self,
        d_model,
        nhead,
        dim_feedforward=2048,
        dropout=0.1,
        activation=F.relu,
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        made = {"bias": bias, "device": device, "dtype": dtype}
        for name in self._attentions:
            setattr(self, name, MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=batch_first, **made))
        self.linear1 = Linear(d_model, dim_feedforward, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **made)
        self.norm_first = norm_first
        blocks = range(1, len(self._attentions) + 2)
        for block in blocks:
            setattr(self, f"norm{block}", LayerNorm(d_model, eps=layer_norm_eps, **made))
        for block in blocks:
            setattr(self, f"dropout{block}", Dropout(dropout))
        self._set_activation(activation)

    def _set_activation(self, activation):
        self.activation = _get_activation_fn(activation) if isinstance(activation, str) else activation

    def __setstate__(self, state):
        super().__setstate__(state)
        self.__dict__.setdefault("activation", F.relu)

    def _feed_forward(self, x, last_dropout):
        return last_dropout(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoderLayer(_TransformerLayer):
    """Self-attention, then two linear layers, each added to its input and normalised.

    d_model: width. nhead: heads. dim_feedforward: width between the linear layers. dropout: probability everywhere.
    activation: "relu", "gelu" or a function. layer_norm_eps: of the normalisations. batch_first: (N, S, E) instead of
    (S, N, E). norm_first: normalise before each block, not after. bias: whether linear layers and norms have one.

    Shape: src (S, N, E), (N, S, E) or (S, E); gives the same. src_mask (S, S) or (N*nhead, S, S);
    src_key_padding_mask (N, S); is_causal: a hint that src_mask is the causal mask.

    Source: Vaswani et al., https://arxiv.org/abs/1706.03762; norm_first of https://arxiv.org/abs/2002.04745

    >>> y = torch.nn.TransformerEncoderLayer(d_model=16, nhead=4)(torch.randn(10, 8, 16))
    """

    __constants__ = ["norm_first"]

    _attentions = ("self_attn",)

    def _set_activation(self, activation):
        super()._set_activation(activation)
        self.activation_relu_or_gelu = _is_relu_or_gelu(self.activation)

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        other = _attention._none_or_dtype(src_mask)
        padding = _attention._canonical_mask(src_key_padding_mask, "src_key_padding_mask", other, "src_mask", src.dtype)
        mask = _attention._canonical_mask(src_mask, "src_mask", None, "", src.dtype, check_other=False)
        if self.norm_first:
            x = src + self._sa_block(self.norm1(src), mask, padding, is_causal)
            return x + self._ff_block(self.norm2(x))
        x = self.norm1(src + self._sa_block(src, mask, padding, is_causal))
        return self.norm2(x + self._ff_block(x))

    def _sa_block(self, x, attn_mask, key_padding_mask, is_causal=False):
        x = self.self_attn(
            x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask, need_weights=False, is_causal=is_causal
        )[0]
        return self.dropout1(x)

    def _ff_block(self, x):
        return self._feed_forward(x, self.dropout2)


class TransformerDecoderLayer(_TransformerLayer):
    """Self-attention, attention to the encoder's result, then two linear layers, each added to its input and normalised.

    Arguments as `TransformerEncoderLayer`.

    Shape: tgt (T, N, E) and memory (S, N, E), with N first if batch_first, or without N; gives the shape of tgt.
    tgt_mask (T, T), memory_mask (T, S), tgt_key_padding_mask (N, T), memory_key_padding_mask (N, S).

    >>> y = torch.nn.TransformerDecoderLayer(d_model=16, nhead=4)(torch.randn(20, 8, 16), torch.randn(10, 8, 16))
    """

    __constants__ = ["norm_first"]

    _attentions = ("self_attn", "multihead_attn")

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=False,
        memory_is_causal=False,
    ):
        own = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        other = (memory_mask, memory_key_padding_mask, memory_is_causal)
        x = tgt
        if self.norm_first:
            x = x + self._sa_block(self.norm1(x), *own)
            x = x + self._mha_block(self.norm2(x), memory, *other)
            return x + self._ff_block(self.norm3(x))
        x = self.norm1(x + self._sa_block(x, *own))
        x = self.norm2(x + self._mha_block(x, memory, *other))
        return self.norm3(x + self._ff_block(x))

    def _sa_block(self, x, attn_mask, key_padding_mask, is_causal=False):
        x = self.self_attn(
            x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask, is_causal=is_causal, need_weights=False
        )[0]
        return self.dropout1(x)

    def _mha_block(self, x, mem, attn_mask, key_padding_mask, is_causal=False):
        x = self.multihead_attn(
            x, mem, mem, attn_mask=attn_mask, key_padding_mask=key_padding_mask, is_causal=is_causal, need_weights=False
        )[0]
        return self.dropout2(x)

    def _ff_block(self, x):
        return self._feed_forward(x, self.dropout3)
