"""Multi-head attention as one function, and what masks become on the way.

Scores and weights go through `F.scaled_dot_product_attention` unless somebody wants to see the weights.
Read next: `nn.modules.multihead`, `engine/src/ops/attention.rs`.
"""

import math
import warnings

from .. import _dtype
from .._C import ops
from .._creation import zeros
from .._stacking import cat
from ._dropout import dropout
from ._padding import pad


def _none_or_dtype(mask):
    """The dtype of a mask, or None."""
    return None if mask is None else mask.dtype


def _canonical_mask(mask, mask_name, other_type, other_name, target_type, check_other=True):
    """A mask as numbers to add to scores: -inf where a boolean mask is true."""
    if mask is None:
        return None
    is_float = mask.dtype.is_floating_point
    if mask.dtype is not _dtype.bool_ and not is_float:
        raise AssertionError(f"only bool and floating types of {mask_name} are supported")
    if check_other and other_type is not None and mask.dtype is not other_type:
        warnings.warn(
            f"Support for mismatched {mask_name} and {other_name} is deprecated. Use same type for both instead.", stacklevel=3
        )
    if is_float:
        return mask
    return zeros(mask.shape, dtype=target_type, device=mask.device).masked_fill_(mask, -math.inf)


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False
):
    """`softmax(query @ key.T * scale + mask) @ value` over the last two dimensions.

    query (..., L, E), key (..., S, E), value (..., S, Ev) give (..., L, Ev). attn_mask: boolean, true where a query may
    look, or numbers to add; broadcast to (..., L, S). is_causal: query i sees keys 0..i. scale: 1/sqrt(E) if None.
    enable_gqa: fewer heads of keys and values, each serving several of the queries.
    """
    if is_causal and attn_mask is not None:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if enable_gqa and query.shape[-3] != key.shape[-3]:
        groups = query.shape[-3] // key.shape[-3]
        key, value = key.repeat_interleave(groups, -3), value.repeat_interleave(groups, -3)
    return ops.attention(query, key, value, attn_mask, dropout_p, is_causal, scale)


def _check_ranks(query, key, value, key_padding_mask, attn_mask, num_heads):
    """True if there is a batch dimension; AssertionError unless all have or lack it together."""
    if query.dim() not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {query.dim()}-D query tensor")
    is_batched = query.dim() == 3
    kind = "batched 3-D" if is_batched else "unbatched 2-D"
    if key.dim() != query.dim() or value.dim() != query.dim():
        raise AssertionError(
            f"For {kind} `query`, expected `key` and `value` to be {query.dim()}-D but found {key.dim()}-D and {value.dim()}-D "
            "tensors respectively"
        )
    if key_padding_mask is not None and key_padding_mask.dim() != query.dim() - 1:
        raise AssertionError(
            f"For {kind} `query`, expected `key_padding_mask` to be `None` or {query.dim() - 1}-D but found "
            f"{key_padding_mask.dim()}-D tensor instead"
        )
    if attn_mask is not None:
        if attn_mask.dim() not in (2, 3):
            raise AssertionError(
                f"For {kind} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.dim()}-D tensor instead"
            )
        if not is_batched and attn_mask.dim() == 3:
            wanted = (num_heads, query.shape[0], key.shape[0])
            if tuple(attn_mask.shape) != wanted:
                raise AssertionError(f"Expected `attn_mask` shape to be {wanted} but got {attn_mask.shape}")
    return is_batched


def _projected(query, key, value, weight, bias):
    """Queries, keys and values from one matrix of three parts: as few products as there are different inputs."""
    width = query.shape[-1]
    if key is value:
        if query is key:
            return ops.linear(query, weight, bias).chunk(3, -1)
        query_weight, rest = weight.split([width, 2 * width])
        query_bias, rest_bias = (None, None) if bias is None else bias.split([width, 2 * width])
        return (ops.linear(query, query_weight, query_bias), *ops.linear(key, rest, rest_bias).chunk(2, -1))
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    return [ops.linear(x, part, part_bias) for x, part, part_bias in zip((query, key, value), weight.chunk(3), biases)]


def _check_mask_shape(mask, wanted_2d, wanted_3d):
    if mask.dim() == 2:
        if tuple(mask.shape) != wanted_2d:
            raise RuntimeError(f"The shape of the 2D attn_mask is {mask.shape}, but should be {wanted_2d}.")
        return mask.unsqueeze(0)
    if mask.dim() != 3:
        raise RuntimeError(f"attn_mask's dimension {mask.dim()} is not supported")
    if tuple(mask.shape) != wanted_3d:
        raise RuntimeError(f"The shape of the 3D attn_mask is {mask.shape}, but should be {wanted_3d}.")
    return mask


def _static(name, given, batch_heads, head_dim):
    if given.shape[0] != batch_heads:
        raise AssertionError(f"expecting {name}.size(0) of {batch_heads}, but got {given.shape[0]}")
    if given.shape[2] != head_dim:
        raise AssertionError(f"expecting {name}.size(2) of {head_dim}, but got {given.shape[2]}")
    return given


def multi_head_attention_forward(
    query,
    key,
    value,
    embed_dim_to_check,
    num_heads,
    in_proj_weight,
    in_proj_bias,
    bias_k,
    bias_v,
    add_zero_attn,
    dropout_p,
    out_proj_weight,
    out_proj_bias,
    training=True,
    key_padding_mask=None,
    need_weights=True,
    attn_mask=None,
    use_separate_proj_weight=False,
    q_proj_weight=None,
    k_proj_weight=None,
    v_proj_weight=None,
    static_k=None,
    static_v=None,
    average_attn_weights=True,
    is_causal=False,
):
    """What `nn.MultiheadAttention` computes, with all weights as arguments.

    query (L, N, E), key and value (S, N, E), or without N; masks as `nn.MultiheadAttention` takes them.
    Gives the output (L, N, E) and the weights (N, L, S), or (N, heads, L, S), or None.
    Source: Vaswani et al., https://arxiv.org/abs/1706.03762
    """
    is_batched = _check_ranks(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not is_batched:
        shared_key, shared_value = key is query, value is key
        query = query.unsqueeze(1)
        key = query if shared_key else key.unsqueeze(1)
        value = key if shared_value else value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    targets, batch, width = query.shape
    sources = key.shape[0]
    dtype = query.dtype
    key_padding_mask = _canonical_mask(key_padding_mask, "key_padding_mask", _none_or_dtype(attn_mask), "attn_mask", dtype)
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = _canonical_mask(attn_mask, "attn_mask", None, "", dtype, check_other=False)
        is_causal = False
    if width != embed_dim_to_check:
        raise AssertionError(f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}")
    head_dim = width // num_heads
    if head_dim * num_heads != width:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {num_heads}")
    if use_separate_proj_weight:
        if key.shape[:2] != value.shape[:2]:
            raise AssertionError(f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}")
        weights = {"q_proj_weight": q_proj_weight, "k_proj_weight": k_proj_weight, "v_proj_weight": v_proj_weight}
        for name, weight in weights.items():
            if weight is None:
                raise AssertionError(f"use_separate_proj_weight is True but {name} is None")
        biases = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3)
        q, k, v = (ops.linear(x, w, b) for x, w, b in zip((query, key, value), weights.values(), biases))
    else:
        if key.shape != value.shape:
            raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
        q, k, v = _projected(query, key, value, in_proj_weight, in_proj_bias)
    heads = batch * num_heads
    if attn_mask is not None:
        attn_mask = _check_mask_shape(attn_mask, (targets, sources), (heads, targets, sources))

    def longer(mask):
        return None if mask is None else pad(mask, (0, 1))

    if bias_k is not None and bias_v is not None:
        if static_k is not None or static_v is not None:
            raise AssertionError(f"bias cannot be added to static {'key' if static_k is not None else 'value'}.")
        k, v = cat([k, bias_k.repeat(1, batch, 1)]), cat([v, bias_v.repeat(1, batch, 1)])
        attn_mask, key_padding_mask = longer(attn_mask), longer(key_padding_mask)

    def by_head(x):
        return x.reshape(x.shape[0], heads, head_dim).transpose(0, 1)

    q = by_head(q)
    k = by_head(k) if static_k is None else _static("static_k", static_k, heads, head_dim)
    v = by_head(v) if static_v is None else _static("static_v", static_v, heads, head_dim)
    if add_zero_attn:
        nothing = zeros((heads, 1, head_dim), dtype=k.dtype, device=k.device)
        k, v = cat([k, nothing], 1), cat([v, nothing], 1)
        attn_mask, key_padding_mask = longer(attn_mask), longer(key_padding_mask)
    sources = k.shape[1]
    if key_padding_mask is not None:
        if tuple(key_padding_mask.shape) != (batch, sources):
            place = 0 if key_padding_mask.shape[0] != batch else 1
            raise AssertionError(
                f"Expected key_padded_mask.shape[{place}] to be {(batch, sources)[place]}, but got {key_padding_mask.shape[place]}"
            )
        padding = key_padding_mask.view(batch, 1, 1, sources).expand(-1, num_heads, -1, -1).reshape(heads, 1, sources)
        attn_mask = padding if attn_mask is None else attn_mask + padding
    dropout_p = dropout_p if training else 0.0
    if need_weights:
        scores = ops.bmm(q * math.sqrt(1.0 / head_dim), k.transpose(1, 2))
        weights = (scores if attn_mask is None else attn_mask + scores).softmax(-1)
        weights = dropout(weights, dropout_p) if dropout_p > 0 else weights
        found = ops.bmm(weights, v).transpose(0, 1)
        weights = weights.view(batch, num_heads, targets, sources)
        weights = weights.mean(1) if average_attn_weights else weights
        weights = weights if is_batched else weights.squeeze(0)
    else:
        if attn_mask is not None:
            own = attn_mask.shape[0] != 1
            attn_mask = attn_mask.view(batch, num_heads, -1, sources) if own else attn_mask.unsqueeze(0)
        q, k, v = (x.reshape(batch, num_heads, -1, head_dim) for x in (q, k, v))
        found = scaled_dot_product_attention(q, k, v, attn_mask, dropout_p, is_causal).permute(2, 0, 1, 3)
        weights = None
    found = ops.linear(found.reshape(targets * batch, width), out_proj_weight, out_proj_bias)
    found = found.view(targets, batch, found.shape[1])
    return found if is_batched else found.squeeze(1), weights
