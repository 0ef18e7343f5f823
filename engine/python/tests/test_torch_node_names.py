"""Names of nodes, as `print` shows them: functions that are composed in Python are called as a whole."""

import unittest

import torch
import torch.nn.functional as F
from torch_case import TorchCase

# PyTorch's names of what made each result.
NAMES = {
    "2**a": "PowBackward2",
    "a.square()": "PowBackward0",
    "a.log1p()": "Log1PBackward0",
    "a[:]": "SliceBackward0",
    "a[...]": "AliasBackward0",
    "a.clamp_min(0)": "ClampMinBackward0",
    "torch.lerp(a, b, 0.3)": "LerpBackward0",
    "torch.lerp(a, b, b)": "LerpBackward1",
    "torch.addcmul(a, b, b)": "AddcmulBackward0",
    "torch.addcmul(a.half(), b.half(), b.half())": "AddcmulBackward0",
    "a.masked_select(a > 0.5)": "MaskedSelectBackward0",
    "a.median()": "MedianBackward0",
    "a.median(0)[0]": "MedianBackward1",
    "a.mode(0)[0]": "ModeBackward0",
    "torch.var_mean(a)[0]": "VarMeanBackward0",
    "torch.cdist(a, b)": "CdistBackward0",
    "a.trace()": "TraceBackward0",
    "a.split([1, 2])[1]": "SplitWithSizesBackward0",
    "a.split(1)[0]": "SplitBackward0",
    "torch.tensor_split(a, 2)[0]": "SliceBackward0",
    "a.roll(1)": "RollBackward0",
    "a.unfold(0, 2, 1)": "UnfoldBackward0",
    "torch.diag_embed(a)": "DiagEmbedBackward0",
    "a.take(torch.tensor([0]))": "TakeBackward0",
    "a.nan_to_num()": "NanToNumBackward0",
    "torch.div(a, b, rounding_mode='floor')": "DivBackward2",
    "F.relu6(a)": "HardtanhBackward0",
    "F.celu(a)": "CeluBackward0",
    "F.mish(a)": "MishBackward0",
    "F.hardswish(a)": "HardswishBackward0",
    "F.glu(a)": "GluBackward0",
    "F.logsigmoid(a)": "LogSigmoidBackward0",
    "F.linear(a[None], b, v)": "UnsafeViewBackward0",
    "F.adaptive_avg_pool2d(x, 2)": "AdaptiveAvgPool2DBackward0",
    "F.adaptive_avg_pool2d(x, 1)": "MeanBackward1",
    "F.adaptive_max_pool2d(x, 2)": "AdaptiveMaxPool2DBackward0",
    "F.max_pool1d(a, 2)": "SqueezeBackward1",
    "F.unfold(x, 2)": "Im2ColBackward0",
    "F.pad(x, (1, 1, 1, 1), mode='reflect')": "ReflectionPad2DBackward0",
    "F.interpolate(x, scale_factor=2)": "UpsampleNearest2DBackward0",
    "F.interpolate(x, scale_factor=2, mode='bilinear')": "UpsampleBilinear2DBackward0",
    "F.interpolate(x, size=2, mode='bilinear', antialias=True)": "UpsampleBilinear2DAaBackward0",
    "F.grid_sample(x, torch.zeros(1, 2, 2, 2), align_corners=True)": "GridSampler2DBackward0",
    "F.pixel_shuffle(x, 2)": "PixelShuffleBackward0",
    "F.huber_loss(a, b)": "HuberLossBackward0",
}


class NodeNamesCase(TorchCase):
    def test_functions_are_called_as_in_pytorch(self):
        scope = {
            "torch": torch,
            "F": F,
            "a": torch.rand(3, 4).requires_grad_(),
            "b": torch.rand(3, 4).requires_grad_(),
            "v": torch.rand(3).requires_grad_(),
            "x": torch.rand(1, 4, 6, 6).requires_grad_(),
        }
        found = {source: eval(source, scope).grad_fn.name() for source in NAMES}
        self.assertEqual(found, NAMES)

    def test_what_was_there_keeps_its_name(self):
        x = torch.rand(1, 1, 4, 4).requires_grad_().exp()
        self.assertEqual(F.pad(x, (0, 0)).grad_fn is x.grad_fn, False)
        F.interpolate(x, size=(4, 4))
        self.assertEqual(x.grad_fn.name(), "ExpBackward0")
        with torch.no_grad():
            self.assertIsNone(F.celu(x).grad_fn)


if __name__ == "__main__":
    unittest.main()
