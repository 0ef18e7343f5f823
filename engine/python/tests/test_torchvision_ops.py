"""`torchvision.ops`: boxes, losses, pooled regions and the blocks of models, against values worked out by hand."""

import math
import unittest
from collections import OrderedDict

import torch
from torch import nn
from torch_case import TorchCase
from torchvision import ops
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool


def boxes(*rows):
    return torch.tensor(rows, dtype=torch.float32)


class BoxCase(TorchCase):
    def test_overlap(self):
        a, b = boxes([0, 0, 10, 10], [0, 0, 5, 5]), boxes([5, 5, 15, 15], [0, 0, 10, 10], [20, 20, 30, 30])
        self.assert_close(ops.box_iou(a, b), [[25 / 175, 1, 0], [0, 0.25, 0]])
        self.assert_close(ops.generalized_box_iou(a[:1], b[:1]), [[25 / 175 - 50 / 225]])
        self.assert_close(ops.distance_box_iou(a[:1], b[:1]), [[25 / 175 - 50 / 450]])
        self.assert_close(ops.complete_box_iou(a[:1], b[:1]), [[25 / 175 - 50 / 450]])
        self.assert_close(ops.box_area(a), [100, 25])

    def test_suppression_keeps_the_best_of_those_that_overlap(self):
        found = boxes([0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30], [0, 0, 10, 9])
        scores = torch.tensor([0.5, 0.9, 0.3, 0.95])
        self.assert_tensor(ops.nms(found, scores, 0.5), [3, 2], torch.int64)
        self.assert_tensor(ops.nms(found, scores, 0.99), [3, 1, 0, 2])
        classes = torch.tensor([0, 1, 0, 0])
        self.assert_tensor(ops.batched_nms(found, scores, classes, 0.5), [3, 1, 2])
        self.assertEqual(ops.nms(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist(), [])
        self.assert_error(RuntimeError, "boxes should have shape (N, 4)", ops.nms, torch.zeros(2, 3), scores[:2], 0.5)

    def test_ways_to_write_a_box(self):
        corners = boxes([1, 2, 5, 10])
        self.assert_close(ops.box_convert(corners, "xyxy", "xywh"), [[1, 2, 4, 8]])
        self.assert_close(ops.box_convert(corners, "xyxy", "cxcywh"), [[3, 6, 4, 8]])
        for way in ("xywh", "cxcywh"):
            there = ops.box_convert(corners, "xyxy", way)
            self.assert_close(ops.box_convert(there, way, "xyxy"), corners.tolist())
        self.assert_error(ValueError, "Unsupported Bounding Box Conversions", ops.box_convert, corners, "xyxy", "yxyx")

    def test_clipping_small_boxes_and_masks(self):
        self.assert_close(ops.clip_boxes_to_image(boxes([-1, 2, 50, 60]), (40, 30)), [[0, 2, 30, 40]])
        self.assert_tensor(ops.remove_small_boxes(boxes([0, 0, 1, 9], [0, 0, 3, 3]), 2), [1])
        mask = torch.zeros(2, 6, 8)
        mask[0, 2:4, 1:7] = 1
        mask[1, 5, 0] = 3
        self.assert_tensor(ops.masks_to_boxes(mask), [[1, 2, 6, 3], [0, 5, 0, 5]], torch.float32)

    def test_losses(self):
        logits, targets = torch.tensor([0.0, 2.0]), torch.tensor([1.0, 0.0])
        p = 1 / (1 + math.exp(-2))
        wanted = [0.25 * 0.25 * math.log(2), 0.75 * p**2 * -math.log(1 - p)]
        self.assert_close(ops.sigmoid_focal_loss(logits, targets), wanted)
        self.assert_close(ops.sigmoid_focal_loss(logits, targets, alpha=-1, gamma=0, reduction="sum"), math.log(2) - math.log(1 - p))
        a, b = boxes([0, 0, 10, 10]), boxes([5, 5, 15, 15])
        self.assert_close(ops.generalized_box_iou_loss(a, b), [1 - (25 / 175 - 50 / 225)])
        self.assert_close(ops.distance_box_iou_loss(a, b, reduction="mean"), 1 - (25 / 175 - 50 / 450))
        self.assert_close(ops.complete_box_iou_loss(a, b), [1 - (25 / 175 - 50 / 450)])


class RegionCase(TorchCase):
    def test_a_plane_is_read_at_the_middles_of_bins(self):
        y, x = torch.meshgrid(torch.arange(12.0), torch.arange(16.0), indexing="ij")
        planes = torch.stack([x, y, 2 * x - y]).unsqueeze(0)
        found = ops.roi_align(planes, boxes([0, 2, 1, 10, 9]), (4, 2), aligned=True)
        self.assertEqual(found.shape, (1, 3, 4, 2))
        # Bins are 4 wide and 2 high, from half a pixel before the corner on.
        self.assert_close(found[0, 0, 0], [3.5, 7.5])
        self.assert_close(found[0, 1, :, 0], [1.5, 3.5, 5.5, 7.5])
        halved = ops.RoIAlign(2, 0.5, 2)(planes, [boxes([4, 4, 12, 12])])
        self.assert_close(halved[0, 0], [[3, 5], [3, 5]])
        self.assertEqual(ops.roi_align(planes, torch.zeros(0, 5), 3).shape, (0, 3, 3, 3))

    def test_gradients_reach_the_map(self):
        planes = torch.rand(2, 1, 6, 6, dtype=torch.float64, requires_grad=True)
        rois = torch.tensor([[0, 0.3, 1.2, 4.1, 5.0], [1, -1, 0, 9, 3]], dtype=torch.float64)
        self.assertTrue(torch.autograd.gradcheck(lambda p: ops.roi_align(p, rois, 2, sampling_ratio=2), (planes,)))

    def test_the_largest_of_each_bin(self):
        picture = torch.arange(16.0).reshape(1, 1, 4, 4)
        self.assert_close(ops.roi_pool(picture, boxes([0, 0, 0, 3, 3]), 2)[0, 0], [[5, 7], [13, 15]])
        self.assert_close(ops.RoIPool((1, 1), 0.5)(picture, [boxes([0, 0, 2, 6])])[0, 0], [[13]])

    def test_regions_go_to_the_map_of_their_size(self):
        maps = OrderedDict(a=torch.full((1, 2, 64, 64), 1.0), b=torch.full((1, 2, 32, 32), 2.0))
        pooler = ops.MultiScaleRoIAlign(["a", "b"], 3, 2)
        found = pooler(maps, [boxes([0, 0, 20, 20], [0, 0, 250, 250])], [(256, 256)])
        self.assert_close(found[:, 0, 1, 1], [1, 2])


class BlockCase(TorchCase):
    def test_convolution_blocks(self):
        block = ops.Conv2dNormActivation(3, 8, kernel_size=(3, 5), stride=2)
        self.assertEqual([type(part).__name__ for part in block], ["Conv2d", "BatchNorm2d", "ReLU"])
        self.assertIsNone(block[0].bias)
        self.assertEqual(block(torch.rand(2, 3, 9, 9)).shape, (2, 8, 5, 5))
        bare = ops.Conv2dNormActivation(3, 8, norm_layer=None, activation_layer=None, dilation=2)
        self.assertEqual(len(bare), 1)
        self.assertEqual(bare(torch.rand(1, 3, 7, 7)).shape, (1, 8, 7, 7))

    def test_squeeze_and_excitation_scales_channels(self):
        block = ops.SqueezeExcitation(4, 2)
        x = torch.rand(2, 4, 3, 3)
        share = block(x) / x
        self.assert_close(share.amax((2, 3)) - share.amin((2, 3)), [[0.0] * 4] * 2)
        self.assertEqual(list(block.state_dict()), ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"])

    def test_frozen_norms(self):
        norm, live = ops.FrozenBatchNorm2d(3), nn.BatchNorm2d(3).eval()
        live.running_mean.normal_()
        live.running_var.uniform_(1, 2)
        norm.load_state_dict(live.state_dict())
        x = torch.rand(2, 3, 4, 4)
        self.assertTrue(torch.allclose(norm(x), live(x), atol=1e-6))
        self.assertEqual(list(norm.parameters()), [])
        self.assertEqual(repr(norm), "FrozenBatchNorm2d(3, eps=1e-05)")

    def test_stochastic_depth_and_small_blocks(self):
        x = torch.ones(1000, 2, 1)
        found = ops.stochastic_depth(x, 0.25, "row")
        rows = found.reshape(1000, 2)
        self.assertTrue(torch.equal(rows[:, 0], rows[:, 1]))
        self.assertEqual(sorted(set(rows[:, 0].tolist())), [0.0, torch.tensor(1 / 0.75).item()])
        self.assertLess(abs(found.mean().item() - 1), 0.1)
        self.assertIs(ops.StochasticDepth(0.5, "batch").eval()(x), x)
        self.assert_error(ValueError, "mode has to be either 'batch' or 'row'", ops.stochastic_depth, x, 0.5, "all")
        mlp = ops.MLP(4, [8, 3], norm_layer=nn.LayerNorm, dropout=0.1)
        self.assertEqual([type(part).__name__ for part in mlp], ["Linear", "LayerNorm", "ReLU", "Dropout", "Linear", "Dropout"])
        self.assertEqual(ops.Permute([0, 2, 1])(x).shape, (1000, 1, 2))

    def test_pyramid(self):
        net = ops.FeaturePyramidNetwork([4, 6], 5, LastLevelMaxPool())
        found = net(OrderedDict(fine=torch.rand(1, 4, 8, 8), coarse=torch.rand(1, 6, 4, 4)))
        shapes = {name: tuple(part.shape) for name, part in found.items()}
        self.assertEqual(shapes, {"fine": (1, 5, 8, 8), "coarse": (1, 5, 4, 4), "pool": (1, 5, 2, 2)})
        self.assertIn("inner_blocks.0.0.weight", net.state_dict())


if __name__ == "__main__":
    unittest.main()
