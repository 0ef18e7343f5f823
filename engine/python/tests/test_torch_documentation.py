"""Public names explain themselves: `help` shows what a function takes, gives and refuses; signatures have PyTorch's names.

Read next: `CONTRIBUTING.md`, `torch/_families.py`.
"""

import inspect
import re
import types
import unittest
import warnings

import torch
import torch.linalg
import torch.nn.functional
import torch.optim.lr_scheduler
import torch.special
import torch.utils.data

#: The modules whose public functions and classes are read.
MODULES = (
    torch,
    torch.nn,
    torch.nn.functional,
    torch.nn.init,
    torch.optim,
    torch.optim.lr_scheduler,
    torch.utils.data,
    torch.linalg,
    torch.special,
)

#: The first parameters of functions that compute with tensors.
TENSOR_PARAMETERS = {"input", "tensor", "tensors", "A", "x", "query", "anchor", "input1", "x1", "log_probs", "logits"}

#: Signatures of names that programs call with keywords.
SIGNATURES = {
    torch.nn.Conv2d: "(in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, "
    "padding_mode='zeros', device=None, dtype=None)",
    torch.nn.Linear: "(in_features, out_features, bias=True, device=None, dtype=None)",
    torch.nn.LayerNorm: "(normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None)",
    torch.nn.Embedding: "(num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, "
    "scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None, dtype=None)",
    torch.nn.MultiheadAttention: "(embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, "
    "kdim=None, vdim=None, batch_first=False, device=None, dtype=None)",
    torch.nn.CrossEntropyLoss: "(weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', "
    "label_smoothing=0.0)",
    torch.nn.MaxPool2d: "(kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False)",
    torch.nn.functional.conv2d: "(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)",
    torch.nn.functional.cross_entropy: "(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, "
    "reduction='mean', label_smoothing=0.0)",
    torch.nn.functional.interpolate: "(input, size=None, scale_factor=None, mode='nearest', align_corners=None, "
    "recompute_scale_factor=None, antialias=False)",
    torch.nn.functional.scaled_dot_product_attention: "(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, "
    "scale=None, enable_gqa=False)",
    torch.nn.functional.pad: "(input, pad, mode='constant', value=None)",
}

#: Fewer letters than this tell nothing.
LEAST = 25

#: What the documentation of a function of tensors speaks of: shapes, dtypes, ranges or errors.
TOLD = re.compile(r"\(…|\(\.\.\.|\([A-Zn]\b|shape|dtype|Error|dimension|matri|vector|any tensor|in place|[Ee]lementwise|sizes|written into")


def public_names(module):
    """Every public function and class of a module that is the package's own."""
    names = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
    for name in names:
        found = getattr(module, name)
        is_ours = (getattr(found, "__module__", None) or "").startswith("torch")
        if callable(found) and is_ours and not isinstance(found, types.ModuleType):
            yield f"{module.__name__}.{name}", found


def first_parameter(function):
    """The name of a function's first parameter; empty if it has none or its signature is not known."""
    try:
        return next(iter(inspect.signature(function).parameters), "")
    except (TypeError, ValueError):
        return ""


class Documentation(unittest.TestCase):
    def setUp(self):
        # Asking for a deprecated name warns.
        warnings.simplefilter("ignore")
        self.addCleanup(warnings.resetwarnings)

    def test_every_public_name_has_a_sentence(self):
        for module in MODULES:
            for path, found in public_names(module):
                with self.subTest(path):
                    text = (found.__doc__ or "").strip()
                    first = re.split(r"\n\s*\n", text)[0]
                    self.assertGreaterEqual(len(text), LEAST, text)
                    self.assertRegex(first, r"[.:?](\s|$)")
                    self.assertRegex(first, r"^[A-Z0-9`\"-]")

    def test_functions_of_tensors_tell_what_they_take(self):
        for module in MODULES:
            for path, found in public_names(module):
                if inspect.isclass(found) or first_parameter(found) not in TENSOR_PARAMETERS:
                    continue
                with self.subTest(path):
                    self.assertRegex(found.__doc__ or "", TOLD)

    def test_signatures_have_pytorchs_names_and_defaults(self):
        for function, wanted in SIGNATURES.items():
            with self.subTest(function.__name__):
                self.assertEqual(str(inspect.signature(function)), wanted)

    def test_help_of_a_layer_reads_well(self):
        text = inspect.getdoc(torch.nn.Conv2d)
        for word in ("(N, C, H, W)", "ValueError", "RuntimeError", "padding_mode", ">>>"):
            self.assertIn(word, text)
        for word in ("Shape:", "Source:", "Raises"):
            self.assertIn(word, inspect.getdoc(torch.nn.LSTM))


if __name__ == "__main__":
    unittest.main()
