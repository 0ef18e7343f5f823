"""Models: names and shapes of parameters as in checkpoints, weights by name, and a forward and backward pass each.

Read next: `torchvision.models`.
"""

import contextlib
import hashlib
import os
import tempfile
import types
import unittest
import warnings
from unittest import mock

import torch
from torch import hub, nn
from torch_case import TorchCase
from torchvision import models

# Numbers of parameters, and of entries of the state dict, as PyTorch's checkpoints have them.
COUNTS = {
    "alexnet": (61100840, 16),
    "densenet121": (7978856, 727),
    "efficientnet_b0": (5288548, 360),
    "mobilenet_v2": (3504872, 314),
    "mobilenet_v3_large": (5483032, 312),
    "mobilenet_v3_small": (2542856, 244),
    "resnet18": (11689512, 122),
    "resnet34": (21797672, 218),
    "resnet50": (25557032, 320),
    "resnext50_32x4d": (25028904, 320),
    "squeezenet1_0": (1248424, 52),
    "squeezenet1_1": (1235496, 52),
    "vgg11_bn": (132868840, 62),
    "vgg16": (138357544, 32),
    "vit_b_16": (86567656, 152),
    "wide_resnet50_2": (68883240, 320),
}

_FILLING = "kaiming_uniform_ kaiming_normal_ normal_ uniform_ trunc_normal_ xavier_uniform_ zeros_ ones_ constant_".split()


@contextlib.contextmanager
def weightless():
    """While entered, layers' weights are one zero seen as the whole shape: hundreds of millions of numbers are not filled."""

    def empty(shape, **_options):
        return torch.zeros(()).expand(shape)

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.multiple(nn.init, **{name: lambda tensor, *_, **__: tensor for name in _FILLING}))
        for module in (nn.modules.conv, nn.modules.linear, nn.modules.multihead):
            stack.enter_context(mock.patch.object(module, "empty", empty))
        yield


class Names(TorchCase):
    def test_parameters_are_counted_as_in_checkpoints(self):
        for name, (num_params, num_entries) in COUNTS.items():
            with self.subTest(name), weightless():
                model = models.get_model(name)
                self.assertEqual(sum(p.numel() for p in model.parameters()), num_params)
                self.assertEqual(len(model.state_dict()), num_entries)
                self.assertEqual(models.get_model_weights(name).DEFAULT.meta["num_params"], num_params)

    def assert_shapes(self, name, shapes):
        with weightless():
            state = models.get_model(name).state_dict()
        for key, shape in shapes.items():
            self.assertEqual(tuple(state[key].shape), shape, f"{name}: {key}")

    def test_resnets_entries_are_all_known(self):
        norm = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
        wanted = ["conv1.weight", *(f"bn1.{kind}" for kind in norm)]
        for stage, count in enumerate((2, 2, 2, 2), 1):
            for block in range(count):
                place = f"layer{stage}.{block}"
                for number in (1, 2):
                    wanted += [f"{place}.conv{number}.weight", *(f"{place}.bn{number}.{kind}" for kind in norm)]
                if stage > 1 and block == 0:
                    wanted += [f"{place}.downsample.0.weight", *(f"{place}.downsample.1.{kind}" for kind in norm)]
        wanted += ["fc.weight", "fc.bias"]
        with weightless():
            self.assertEqual(list(models.resnet18().state_dict()), wanted)

    def test_shapes(self):
        self.assert_shapes("alexnet", {"features.10.weight": (256, 256, 3, 3), "classifier.1.weight": (4096, 9216), "classifier.6.bias": (1000,)})
        self.assert_shapes("vgg11", {"features.18.weight": (512, 512, 3, 3), "classifier.0.weight": (4096, 25088), "classifier.6.weight": (1000, 4096)})
        self.assert_shapes("resnet50", {"layer1.0.downsample.0.weight": (256, 64, 1, 1), "layer4.2.conv3.weight": (2048, 512, 1, 1), "fc.weight": (1000, 2048)})
        self.assert_shapes("resnext50_32x4d", {"layer1.0.conv2.weight": (128, 4, 3, 3)})
        self.assert_shapes(
            "mobilenet_v2",
            {
                "features.0.0.weight": (32, 3, 3, 3),
                "features.1.conv.0.0.weight": (32, 1, 3, 3),
                "features.1.conv.1.weight": (16, 32, 1, 1),
                "features.2.conv.0.0.weight": (96, 16, 1, 1),
                "features.18.0.weight": (1280, 320, 1, 1),
                "classifier.1.weight": (1000, 1280),
            },
        )
        self.assert_shapes(
            "mobilenet_v3_small",
            {
                "features.1.block.1.fc1.weight": (8, 16, 1, 1),
                "features.4.block.2.fc2.weight": (96, 24, 1, 1),
                "features.12.0.weight": (576, 96, 1, 1),
                "classifier.0.weight": (1024, 576),
                "classifier.3.weight": (1000, 1024),
            },
        )
        self.assert_shapes(
            "efficientnet_b0",
            {
                "features.1.0.block.1.fc1.weight": (8, 32, 1, 1),
                "features.2.0.block.2.fc1.weight": (4, 96, 1, 1),
                "features.7.0.block.3.0.weight": (320, 1152, 1, 1),
                "features.8.0.weight": (1280, 320, 1, 1),
                "classifier.1.weight": (1000, 1280),
            },
        )
        self.assert_shapes(
            "vit_b_32",
            {
                "class_token": (1, 1, 768),
                "conv_proj.weight": (768, 3, 32, 32),
                "encoder.pos_embedding": (1, 50, 768),
                "encoder.layers.encoder_layer_11.self_attention.in_proj_weight": (2304, 768),
                "encoder.layers.encoder_layer_0.mlp.3.weight": (768, 3072),
                "encoder.ln.weight": (768,),
                "heads.head.weight": (1000, 768),
            },
        )
        self.assert_shapes("squeezenet1_1", {"features.12.expand3x3.weight": (256, 64, 3, 3), "classifier.1.weight": (1000, 512, 1, 1)})
        self.assert_shapes("densenet121", {"features.denseblock4.denselayer16.conv2.weight": (32, 128, 3, 3), "features.transition1.conv.weight": (128, 256, 1, 1)})
        self.assert_shapes("shufflenet_v2_x1_0", {"stage2.0.branch1.0.weight": (24, 1, 3, 3), "conv5.0.weight": (1024, 464, 1, 1)})


class Head(nn.Sequential):
    """A block with a classifier of five classes on its means."""

    def __init__(self, block, width):
        super().__init__(block, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 5))


class Passes(TorchCase):
    def test_small_networks_learn(self):
        made = {
            "basic block": Head(models.resnet.BasicBlock(3, 3), 3),
            "bottleneck": Head(models.resnet.Bottleneck(3, 2, 2, models.resnet.conv1x1(3, 8, 2)), 8),
            "mobilenet_v2": models.mobilenet_v2(num_classes=5, width_mult=0.25),
            "mobilenet_v3": models.mobilenet_v3_small(num_classes=5, width_mult=0.25),
            "shufflenet": models.shufflenet_v2_x0_5(num_classes=5),
            "squeezenet": models.squeezenet1_1(num_classes=5),
            "densenet": models.DenseNet(8, (2, 2), 16, num_classes=5, drop_rate=0.1),
            "vit": models.VisionTransformer(32, 16, 2, 2, 16, 32, num_classes=5),
        }
        images = torch.rand(2, 3, 32, 32)
        for name, model in made.items():
            with self.subTest(name):
                scores = model(images)
                self.assertEqual(scores.shape, (2, 5))
                nn.functional.cross_entropy(scores, torch.tensor([1, 3])).backward()
                # The transformer's last layer begins with zeros, which let nothing through.
                if name != "vit":
                    first = next(model.parameters())
                    self.assertGreater(first.grad.abs().sum().item(), 0)
                self.assertEqual(model.load_state_dict(model.state_dict()).missing_keys, [])

    def test_efficient_blocks(self):
        stages = [
            models.efficientnet.FusedMBConvConfig(2, 3, 1, 8, 8, 1),
            models.efficientnet.MBConvConfig(4, 5, 2, 8, 16, 2),
        ]
        model = models.EfficientNet(stages, dropout=0.1, num_classes=5).train()
        self.assertEqual(model(torch.rand(2, 3, 16, 16)).shape, (2, 5))
        self.assertEqual([module.p for module in model.modules() if type(module).__name__ == "StochasticDepth"], [0.0, 0.2 / 3, 0.4 / 3])

    def test_first_weights_spread_as_they_should(self):
        conv = models.resnet.ResNet(models.resnet.BasicBlock, [1, 1, 1, 1]).layer3[0].conv1
        self.assertAlmostEqual(conv.weight.std().item(), (2 / (256 * 9)) ** 0.5, 3)
        model = models.VisionTransformer(32, 16, 1, 2, 16, 32)
        self.assertEqual(model.heads.head.weight.abs().sum().item(), 0)
        self.assertAlmostEqual(model.conv_proj.weight.std().item(), (1 / (3 * 256)) ** 0.5, 2)

    def test_images_of_another_size(self):
        model = models.VisionTransformer(32, 16, 1, 2, 16, 32)
        self.assert_error(AssertionError, "Wrong image height! Expected 32 but got 16!", model, torch.rand(1, 3, 16, 32))
        state = models.vision_transformer.interpolate_embeddings(64, 16, model.state_dict())
        self.assertEqual(state["encoder.pos_embedding"].shape, (1, 17, 16))
        larger = models.VisionTransformer(64, 16, 1, 2, 16, 32)
        larger.load_state_dict(state)

    def test_outputs_from_within(self):
        from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names

        model = models.resnet.ResNet(models.resnet.BasicBlock, [1, 1, 1, 1])
        self.assertIn("layer1.0.conv1", get_graph_node_names(model)[0])
        found = create_feature_extractor(model, {"layer2": "two", "layer1.0.relu": "one"})(torch.rand(1, 3, 32, 32))
        self.assertEqual([(name, tuple(x.shape)) for name, x in found.items()], [("two", (1, 128, 4, 4)), ("one", (1, 64, 8, 8))])
        self.assert_error(ValueError, "node: 'layer9' is not present in model.", create_feature_extractor, model, ["layer9"])

    def test_children_up_to_one(self):
        from torchvision.models._utils import IntermediateLayerGetter

        model = models.resnet.ResNet(models.resnet.BasicBlock, [1, 1, 1, 1])
        getter = IntermediateLayerGetter(model, {"layer1": "low", "layer3": "high"})
        found = getter(torch.rand(1, 3, 32, 32))
        self.assertEqual([(name, tuple(x.shape)) for name, x in found.items()], [("low", (1, 64, 8, 8)), ("high", (1, 256, 2, 2))])


class WeightsByName(TorchCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        self.addCleanup(hub.set_dir, hub.get_dir())
        hub.set_dir(os.path.join(folder.name, "hub"))

    def test_members(self):
        member = models.ResNet18_Weights.DEFAULT
        self.assertIs(member, models.ResNet18_Weights.IMAGENET1K_V1)
        self.assertEqual(repr(member), "ResNet18_Weights.IMAGENET1K_V1")
        self.assertEqual(member.url, "https://download.pytorch.org/models/resnet18-f37072fd.pth")
        self.assertIs(models.ResNet50_Weights["DEFAULT"], models.ResNet50_Weights.IMAGENET1K_V2)
        self.assertIs(models.get_weight("ResNet50_Weights.IMAGENET1K_V1"), models.ResNet50_Weights.IMAGENET1K_V1)
        self.assertIs(models.get_model_weights(models.vgg16), models.VGG16_Weights)
        self.assertIs(models.ViT_B_16_Weights.DEFAULT, models.ViT_B_16_Weights.IMAGENET1K_V1)
        self.assert_error(ValueError, "Invalid weight name provided", models.get_weight, "resnet50")
        self.assert_error(ValueError, "Unknown model resnet19", models.get_model, "resnet19")
        with self.assertRaises(KeyError):
            models.resnet18(weights="IMAGENET1K_V9")
        self.assert_error(TypeError, "Invalid Weight class provided; expected ResNet18_Weights", models.resnet18, weights=models.VGG16_Weights.DEFAULT)

    def test_weights_know_how_images_are_made_ready(self):
        prepare = models.ResNet50_Weights.DEFAULT.transforms()
        self.assertEqual((prepare.crop_size, prepare.resize_size), ([224], [232]))
        found = prepare(torch.full((3, 300, 400), 255, dtype=torch.uint8))
        self.assertEqual(found.shape, (3, 224, 224))
        self.assert_close(found[:, 0, 0], [(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225])
        self.assertIn("crop_size=[224]", repr(prepare))

    def test_models_are_listed(self):
        self.assertIn("resnet18", models.list_models())
        self.assertEqual(models.list_models(include="vgg1?", exclude=["*13", "*19"]), ["vgg11", "vgg16"])
        self.assertEqual(models.list_models(models.detection), [])
        names = [name for name in models.__dict__ if name.islower() and not name.startswith("_") and callable(models.__dict__[name])]
        self.assertIn("mobilenet_v2", names)

    def test_weights_name_the_classes(self):
        categories = models.ResNet18_Weights.DEFAULT.meta["categories"]
        self.assertEqual(len(categories), 1000)
        self.assertEqual([categories[at] for at in (0, 1, 207, 281, 999)], ["tench", "goldfish", "golden retriever", "tabby", "toilet tissue"])
        self.assertIsNone(models.VGG16_Weights.IMAGENET1K_FEATURES.meta["categories"])

    def test_a_checkpoint_of_the_notebook_is_loaded(self):
        with mock.patch.object(nn.init, "kaiming_uniform_", lambda tensor, *_, **__: tensor):
            model = models.squeezenet1_1()
        torch.save(model.state_dict(), "made.pth")
        with open("made.pth", "rb") as file:
            name = f"squeezenet1_1-{hashlib.sha256(file.read()).hexdigest()[:8]}.pth"
        os.rename("made.pth", name)
        member = models.SqueezeNet1_1_Weights.IMAGENET1K_V1
        with mock.patch.object(member.value, "url", "https://example.invalid/" + name):
            loaded = models.squeezenet1_1(weights="DEFAULT")
            self.assertTrue(torch.equal(loaded.classifier[1].weight, model.classifier[1].weight))
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                models.squeezenet1_1(pretrained=True)
            self.assertIn("The parameter 'pretrained' is deprecated since 0.13", str(caught[0].message))
            self.assertIn("equivalent to passing `weights=SqueezeNet1_1_Weights.IMAGENET1K_V1`", str(caught[1].message))
            self.assert_error(ValueError, "The parameter 'num_classes' expected value 1000 but got 10", models.squeezenet1_1, weights=member, num_classes=10)

    def test_weights_that_cannot_be_fetched(self):
        member = models.SqueezeNet1_1_Weights.IMAGENET1K_V1
        with mock.patch.object(member.value, "url", "http://127.0.0.1:9/squeezenet.pth"), mock.patch("sys.stderr"):
            with self.assertRaises(RuntimeError) as caught:
                models.squeezenet1_1(weights=member)
        self.assertIn("SqueezeNet1_1_Weights.IMAGENET1K_V1 are not here", str(caught.exception))
        self.assertIn("squeezenet.pth in the working directory", str(caught.exception))

    def test_old_names_of_dense_layers(self):
        old = {"features.denseblock1.denselayer1.norm.1.weight": 1, "features.conv0.weight": 2}
        self.assertEqual(list(models.densenet.fix_keys(old)), ["features.denseblock1.denselayer1.norm1.weight", "features.conv0.weight"])

    def test_absent_models_say_so(self):
        from torchvision.models.detection import fasterrcnn_resnet50_fpn
        from torchvision.models.detection.faster_rcnn import FastRCNNPredictor

        for absent in (fasterrcnn_resnet50_fpn, FastRCNNPredictor, models.segmentation.fcn_resnet50, models.swin_t):
            self.assert_error(NotImplementedError, "torchvision.models.", absent)
        with self.assertRaises(AttributeError):
            models.no_such_model
        self.assertIsInstance(models.quantization, types.ModuleType)


if __name__ == "__main__":
    unittest.main()
