"""Vision transformers: images as sequences of patches: https://arxiv.org/abs/2010.11929. Read next: `_weights`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import sys
from collections import OrderedDict
from functools import partial

import torch
from torch import nn

from ..ops.misc import MLP, Conv2dNormActivation
from ._api import builder
from ._weights import weights_enum

_NORM = partial(nn.LayerNorm, eps=1e-6)


class MLPBlock(MLP):
    """Two linear layers with GELU between them."""

    _version = 2

    def __init__(self, in_dim, mlp_dim, dropout):
        super().__init__(in_dim, [mlp_dim, in_dim], activation_layer=nn.GELU, inplace=None, dropout=dropout)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.normal_(module.bias, std=1e-6)

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, *others):
        version = local_metadata.get("version", None)
        if version is None or version < 2:
            # The first checkpoints named the layers.
            for old, new in (("linear_1", "0"), ("linear_2", "3")):
                for kind in ("weight", "bias"):
                    if (key := f"{prefix}{old}.{kind}") in state_dict:
                        state_dict[f"{prefix}{new}.{kind}"] = state_dict.pop(key)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *others)


class EncoderBlock(nn.Module):
    """Attention and two linear layers, each after a norm and around itself; `(N, length, hidden_dim)` to the same."""

    def __init__(self, num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer=_NORM):
        super().__init__()
        self.num_heads = num_heads
        self.ln_1 = norm_layer(hidden_dim)
        self.self_attention = nn.MultiheadAttention(hidden_dim, num_heads, dropout=attention_dropout, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.ln_2 = norm_layer(hidden_dim)
        self.mlp = MLPBlock(hidden_dim, mlp_dim, dropout)

    def forward(self, input):
        """The sequence, changed. Raises AssertionError for other shapes."""
        if input.dim() != 3:
            raise AssertionError(f"Expected (batch_size, seq_length, hidden_dim) got {input.shape}")
        x = self.ln_1(input)
        x, _ = self.self_attention(x, x, x, need_weights=False)
        x = self.dropout(x) + input
        return x + self.mlp(self.ln_2(x))


class Encoder(nn.Module):
    """Positions and blocks; `(N, seq_length, hidden_dim)` to the same."""

    def __init__(
        self,
        seq_length,
        num_layers,
        num_heads,
        hidden_dim,
        mlp_dim,
        dropout,
        attention_dropout,
        norm_layer=_NORM,
    ):
        super().__init__()
        self.pos_embedding = nn.Parameter(torch.empty(1, seq_length, hidden_dim).normal_(std=0.02))
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.Sequential(
            OrderedDict(
                (
                    f"encoder_layer_{position}",
                    EncoderBlock(num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer),
                )
                for position in range(num_layers)
            )
        )
        self.ln = norm_layer(hidden_dim)

    def forward(self, input):
        """The sequence, changed. Raises AssertionError for other shapes."""
        if input.dim() != 3:
            raise AssertionError(f"Expected (batch_size, seq_length, hidden_dim) got {input.shape}")
        return self.ln(self.layers(self.dropout(input + self.pos_embedding)))


class VisionTransformer(nn.Module):
    """Patches, an encoder and a linear layer on the class token; `(N, 3, image_size, image_size)` to `(N, num_classes)`.

    patch_size: must divide image_size. num_layers, num_heads, hidden_dim, mlp_dim: of the encoder.
    dropout, attention_dropout: their probabilities. representation_size: width of a layer before the last, if any.
    conv_stem_configs: convolutions instead of patches, objects with out_channels, kernel_size, stride, norm_layer and
    activation_layer.
    """

    def __init__(
        self,
        image_size,
        patch_size,
        num_layers,
        num_heads,
        hidden_dim,
        mlp_dim,
        dropout=0.0,
        attention_dropout=0.0,
        num_classes=1000,
        representation_size=None,
        norm_layer=_NORM,
        conv_stem_configs=None,
    ):
        super().__init__()
        if image_size % patch_size != 0:
            raise AssertionError("Input shape indivisible by patch size!")
        self.image_size = image_size
        self.patch_size = patch_size
        self.hidden_dim = hidden_dim
        self.mlp_dim = mlp_dim
        self.attention_dropout = attention_dropout
        self.dropout = dropout
        self.num_classes = num_classes
        self.representation_size = representation_size
        self.norm_layer = norm_layer
        if conv_stem_configs is None:
            self.conv_proj = nn.Conv2d(3, hidden_dim, kernel_size=patch_size, stride=patch_size)
        else:
            self.conv_proj = _stem(conv_stem_configs, hidden_dim)
        self.class_token = nn.Parameter(torch.zeros(1, 1, hidden_dim))
        self.seq_length = (image_size // patch_size) ** 2 + 1
        self.encoder = Encoder(
            self.seq_length, num_layers, num_heads, hidden_dim, mlp_dim, dropout, attention_dropout, norm_layer
        )
        heads = OrderedDict()
        if representation_size is None:
            heads["head"] = nn.Linear(hidden_dim, num_classes)
        else:
            heads["pre_logits"] = nn.Linear(hidden_dim, representation_size)
            heads["act"] = nn.Tanh()
            heads["head"] = nn.Linear(representation_size, num_classes)
        self.heads = nn.Sequential(heads)
        self._begin()

    def _begin(self):
        projection = self.conv_proj if isinstance(self.conv_proj, nn.Conv2d) else self.conv_proj.conv_last
        if projection is self.conv_proj:
            fan_in = projection.in_channels * projection.kernel_size[0] * projection.kernel_size[1]
            nn.init.trunc_normal_(projection.weight, std=math.sqrt(1 / fan_in))
        else:
            nn.init.normal_(projection.weight, mean=0.0, std=math.sqrt(2.0 / projection.out_channels))
        if projection.bias is not None:
            nn.init.zeros_(projection.bias)
        if hasattr(self.heads, "pre_logits"):
            nn.init.trunc_normal_(self.heads.pre_logits.weight, std=math.sqrt(1 / self.heads.pre_logits.in_features))
            nn.init.zeros_(self.heads.pre_logits.bias)
        nn.init.zeros_(self.heads.head.weight)
        nn.init.zeros_(self.heads.head.bias)

    def _process_input(self, x):
        """The patches of images as sequences. Raises AssertionError for images of another size."""
        for size, what in zip(x.shape[-2:], ("height", "width")):
            if size != self.image_size:
                raise AssertionError(f"Wrong image {what}! Expected {self.image_size} but got {size}!")
        return self.conv_proj(x).flatten(2).permute(0, 2, 1)

    def forward(self, x):
        """Scores of the classes."""
        x = self._process_input(x)
        x = torch.cat([self.class_token.expand(x.shape[0], -1, -1), x], dim=1)
        return self.heads(self.encoder(x)[:, 0])


def _stem(configs, hidden_dim):
    stem, width = nn.Sequential(), 3
    for position, config in enumerate(configs):
        block = Conv2dNormActivation(
            width,
            config.out_channels,
            kernel_size=config.kernel_size,
            stride=config.stride,
            norm_layer=config.norm_layer,
            activation_layer=config.activation_layer,
        )
        stem.add_module(f"conv_bn_relu_{position}", block)
        width = config.out_channels
    stem.add_module("conv_last", nn.Conv2d(width, hidden_dim, kernel_size=1))
    return stem


def interpolate_embeddings(image_size, patch_size, model_state, interpolation_mode="bicubic", reset_heads=False):
    """The state dict of a model for images of another size: positions are resized, the rest is kept.

    reset_heads: leaves the linear layers out. Raises ValueError if the state's positions are no square grid.
    """
    key = "encoder.pos_embedding"
    positions = model_state[key]
    batch, length, width = positions.shape
    if batch != 1:
        raise ValueError(f"Unexpected position embedding shape: {positions.shape}")
    new_side = image_size // patch_size
    if new_side**2 + 1 == length:
        return model_state
    side = math.isqrt(length - 1)
    if side * side != length - 1:
        raise ValueError(f"seq_length is not a perfect square! Instead got seq_length_1d * seq_length_1d = {side * side} and seq_length = {length - 1}")
    grid = positions[:, 1:].permute(0, 2, 1).reshape(1, width, side, side)
    grid = nn.functional.interpolate(grid, size=new_side, mode=interpolation_mode, align_corners=True)
    resized = torch.cat([positions[:, :1], grid.reshape(1, width, new_side**2).permute(0, 2, 1)], dim=1)
    kept = {name: value for name, value in model_state.items() if not (reset_heads and name.startswith("heads"))}
    return OrderedDict(kept, **{key: resized})


# Each network: its name, shape, parameters, and rows of weights (name, file, image size, resize size, how resized).
_FIRST = "IMAGENET1K_V1"
_SWAG = ("IMAGENET1K_SWAG_E2E_V1", "IMAGENET1K_SWAG_LINEAR_V1")
_NETWORKS = {
    "B_16": (
        {"patch_size": 16, "num_layers": 12, "num_heads": 12, "hidden_dim": 768, "mlp_dim": 3072},
        86567656,
        [
            (_FIRST, "vit_b_16-c867db91", 224, 256, "bilinear"),
            (_SWAG[0], "vit_b_16_swag-9ac1b537", 384, 384, "bicubic"),
            (_SWAG[1], "vit_b_16_lc_swag-4e70ced5", 224, 224, "bicubic"),
        ],
    ),
    "B_32": (
        {"patch_size": 32, "num_layers": 12, "num_heads": 12, "hidden_dim": 768, "mlp_dim": 3072},
        88224232,
        [(_FIRST, "vit_b_32-d86f8d99", 224, 256, "bilinear")],
    ),
    "L_16": (
        {"patch_size": 16, "num_layers": 24, "num_heads": 16, "hidden_dim": 1024, "mlp_dim": 4096},
        304326632,
        [
            (_FIRST, "vit_l_16-852ce7e3", 224, 242, "bilinear"),
            (_SWAG[0], "vit_l_16_swag-4f3808c9", 512, 512, "bicubic"),
            (_SWAG[1], "vit_l_16_lc_swag-4d563306", 224, 224, "bicubic"),
        ],
    ),
    "L_32": (
        {"patch_size": 32, "num_layers": 24, "num_heads": 16, "hidden_dim": 1024, "mlp_dim": 4096},
        306535400,
        [(_FIRST, "vit_l_32-c7638314", 224, 256, "bilinear")],
    ),
    "H_14": (
        {"patch_size": 14, "num_layers": 32, "num_heads": 16, "hidden_dim": 1280, "mlp_dim": 5120},
        632045800,
        [
            (_SWAG[0], "vit_h_14_swag-80465313", 518, 518, "bicubic"),
            (_SWAG[1], "vit_h_14_lc_swag-c1eb923e", 224, 224, "bicubic"),
        ],
    ),
}


def _define(name, shape, num_params, files):
    """The weights and the builder of one network."""
    rows = []
    for position, (member, file, size, resize, interpolation) in enumerate(files):
        facts = {"num_params": num_params, "min_size": (size, size), "interpolation": interpolation}
        rows.append((member, f"{file}.pth", size, resize, {**facts, "default": position == 0}))
    weights = weights_enum(f"ViT_{name}_Weights", __name__, rows)

    def make(**options):
        return VisionTransformer(**{"image_size": 224, **shape, **options})

    make.__name__ = make.__qualname__ = f"vit_{name.lower()}"
    make.__doc__ = f"ViT-{name.replace('_', '/')}. Options are those of `VisionTransformer`; image_size is 224 if absent."
    build = builder(weights, fitting=lambda chosen: {"image_size": chosen.meta["min_size"][0]})(make)
    setattr(sys.modules[__name__], weights.__name__, weights)
    setattr(sys.modules[__name__], make.__name__, build)
    return [weights.__name__, make.__name__]


__all__ = ["VisionTransformer"]
for _name, _facts in _NETWORKS.items():
    __all__ += _define(_name, *_facts)
