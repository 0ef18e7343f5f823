"""Multi-head attention and transformers: masks, shapes, weights, errors, and agreement of their two ways."""

import unittest
import warnings

import torch
from torch import nn
from torch.nn import functional as F
from torch_case import TorchCase


class Attention(TorchCase):
    def near(self, a, b):
        self.assertEqual(a.shape, b.shape)
        self.assertLess((a - b).abs().max().item(), 1e-5)

    def test_by_hand(self):
        torch.manual_seed(0)
        attention = nn.MultiheadAttention(4, 2, batch_first=True)
        x = torch.randn(2, 3, 4)
        output, weights = attention(x, x, x, average_attn_weights=False)
        q, k, v = F.linear(x, attention.in_proj_weight, attention.in_proj_bias).chunk(3, -1)
        q, k, v = (part.view(2, 3, 2, 2).transpose(1, 2) for part in (q, k, v))
        scores = (q @ k.transpose(-1, -2) / 2**0.5).softmax(-1)
        self.near(weights, scores)
        self.near(output, attention.out_proj((scores @ v).transpose(1, 2).reshape(2, 3, 4)))

    def test_with_and_without_weights_agree(self):
        torch.manual_seed(1)
        for options in ({}, {"bias": False}, {"add_bias_kv": True}, {"add_zero_attn": True}, {"kdim": 3, "vdim": 5}):
            attention = nn.MultiheadAttention(4, 2, **options)
            query = torch.randn(3, 2, 4)
            key, value = torch.randn(5, 2, options.get("kdim", 4)), torch.randn(5, 2, options.get("vdim", 4))
            padding = torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
            mask = torch.zeros(3, 5, dtype=torch.bool)
            mask[0, 2:] = True
            for key_padding_mask in (None, padding):
                for attn_mask in (None, mask, mask.repeat(4, 1, 1)):
                    given = {"key_padding_mask": key_padding_mask, "attn_mask": attn_mask}
                    output, weights = attention(query, key, value, **given)
                    self.near(output, attention(query, key, value, need_weights=False, **given)[0])
                    self.near(weights.sum(-1), torch.ones(2, 3))
                    if attn_mask is not None:
                        self.assertEqual(weights[0, 0, 2:5].abs().max().item(), 0)

    def test_shared_keys_and_unbatched(self):
        attention = nn.MultiheadAttention(4, 2)
        query, memory = torch.randn(3, 4), torch.randn(5, 4)
        output, weights = attention(query, memory, memory)
        self.assertEqual((output.shape, weights.shape), ((3, 4), (3, 5)))
        batched = attention(query.unsqueeze(1), memory.unsqueeze(1), memory.clone().unsqueeze(1))[0]
        self.near(output, batched.squeeze(1))

    def test_causal_hint(self):
        attention = nn.MultiheadAttention(4, 2)
        x = torch.randn(5, 2, 4)
        mask = nn.Transformer.generate_square_subsequent_mask(5)
        wanted = attention(x, x, x, attn_mask=mask)[0]
        self.near(attention(x, x, x, attn_mask=mask, is_causal=True, need_weights=False)[0], wanted)
        self.assert_error(RuntimeError, "Need attn_mask if specifying the is_causal hint.", attention, x, x, x, is_causal=True)

    def test_errors(self):
        self.assert_error(AssertionError, "embed_dim must be divisible by num_heads", nn.MultiheadAttention, 5, 2)
        attention = nn.MultiheadAttention(4, 2)
        x = torch.randn(3, 2, 4)
        self.assert_error(RuntimeError, "The shape of the 2D attn_mask is torch.Size([2, 2]), but should be (3, 3).", attention, x, x, x, attn_mask=torch.zeros(2, 2))
        self.assert_error(AssertionError, "was expecting embedding dimension of 4, but got 6", attention, *[torch.randn(3, 2, 6)] * 3)
        self.assert_error(AssertionError, "only bool and floating types of attn_mask are supported", attention, x, x, x, attn_mask=torch.zeros(3, 3, dtype=torch.int64))

    def test_repr(self):
        self.assert_prints(
            nn.TransformerEncoderLayer(8, 2, 16),
            """
            TransformerEncoderLayer(
              (self_attn): MultiheadAttention(
                (out_proj): NonDynamicallyQuantizableLinear(in_features=8, out_features=8, bias=True)
              )
              (linear1): Linear(in_features=8, out_features=16, bias=True)
              (dropout): Dropout(p=0.1, inplace=False)
              (linear2): Linear(in_features=16, out_features=8, bias=True)
              (norm1): LayerNorm((8,), eps=1e-05, elementwise_affine=True, bias=True)
              (norm2): LayerNorm((8,), eps=1e-05, elementwise_affine=True, bias=True)
              (dropout1): Dropout(p=0.1, inplace=False)
              (dropout2): Dropout(p=0.1, inplace=False)
            )
            """,
        )


class Transformers(TorchCase):
    def test_shapes_and_causality(self):
        torch.manual_seed(0)
        model = nn.Transformer(8, 2, 2, 2, 16, dropout=0.0, batch_first=True)
        source, target = torch.randn(2, 5, 8), torch.randn(2, 4, 8)
        mask = model.generate_square_subsequent_mask(4)
        output = model(source, target, tgt_mask=mask)
        self.assertEqual(output.shape, (2, 4, 8))
        changed = target.clone()
        changed[:, 3] = 0
        after = model(source, changed, tgt_mask=mask)
        self.assertLess((after - output)[:, :3].abs().max().item(), 1e-6)
        self.assert_error(RuntimeError, "the batch number of src and tgt must be equal", model, source, target[:1])
        self.assert_error(RuntimeError, "the feature number of src and tgt must be equal to d_model", model, source[..., :4], target)

    def test_padding_does_not_matter(self):
        torch.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True), 2)
        x = torch.randn(2, 5, 8)
        padding = torch.tensor([[False] * 5, [False] * 3 + [True] * 2])
        output = encoder(x, src_key_padding_mask=padding)
        changed = x.clone()
        changed[1, 3:] = 7
        after = encoder(changed, src_key_padding_mask=padding)
        self.assertLess((after - output)[1, :3].abs().max().item(), 1e-5)
        encoder.eval()
        with torch.no_grad():
            fast = encoder(x, src_key_padding_mask=padding)
        self.assertEqual(fast[1, 3:].abs().max().item(), 0)
        self.assertLess((fast - output)[0].abs().max().item(), 1e-5)

    def test_activation_by_name(self):
        self.assertIs(nn.TransformerDecoderLayer(8, 2, activation="gelu").activation, F.gelu)
        self.assert_error(RuntimeError, "activation should be relu/gelu, not tanh", nn.TransformerEncoderLayer, 8, 2, activation="tanh")


if __name__ == "__main__":
    unittest.main()
