"""Models for images, with torchvision's names of modules and parameters, so that its checkpoints load.

`resnet18(weights=None, num_classes=10)` builds one; `weights=ResNet18_Weights.DEFAULT` or "DEFAULT" loads a checkpoint,
from the notebook's files or from the network where that permits it. Models that are not here exist by name and say so
when they are called. Read next: `_api`, `_weights`, `resnet`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .alexnet import *
from .densenet import *
from .efficientnet import *
from .mobilenetv2 import *
from .mobilenetv3 import *
from .resnet import *
from .shufflenetv2 import *
from .squeezenet import *
from .vgg import *
from .vision_transformer import *
from ._api import get_model, get_model_builder, get_model_weights, get_weight, list_models, Weights, WeightsEnum

from .._absent import absent, absent_module

#: What is not here: modules, with the modules in them and why; and models.
ABSENT_MODULES = {
    "detection": (
        """anchor_utils backbone_utils faster_rcnn fcos generalized_rcnn image_list keypoint_rcnn mask_rcnn retinanet
        roi_heads rpn ssd ssdlite transform""",
        "finding boxes and masks; classify images, or train a head of your own on a classifier's features",
    ),
    "optical_flow": ("raft", "following pixels between images"),
    "quantization": (
        "googlenet inception mobilenet mobilenetv2 mobilenetv3 resnet shufflenetv2",
        "quantized tensors; use the models of torchvision.models, with float16 weights to save memory",
    ),
    "segmentation": (
        "deeplabv3 fcn lraspp",
        "labelling pixels; build a decoder on models._utils.IntermediateLayerGetter",
    ),
    "video": ("mvit resnet s3d swin_transformer", "moving images; use the models of torchvision.models on single frames"),
}
ABSENT_MODELS = """RegNet MaxVit SwinTransformer regnet_* swin_* maxvit_* RegNet_* Swin_* MaxVit_* MNASNet mnasnet* MNASNet*
    ConvNeXt convnext_* ConvNeXt_* GoogLeNet googlenet GoogLeNet_* Inception3 inception_v3 Inception_V3_*"""

for _name, (_parts, _what) in ABSENT_MODULES.items():
    globals()[_name] = absent_module(f"{__name__}.{_name}", f"it has no models for {_what}", _parts.split())
del _name, _parts, _what, absent_module


def __getattr__(name):
    import fnmatch

    if any(fnmatch.fnmatchcase(name, pattern) for pattern in ABSENT_MODELS.split()):
        return absent(f"torchvision.models.{name}", "torchvision.models.list_models() names the models that are there")
    if name == "feature_extraction":
        import importlib

        return importlib.import_module(f"{__name__}.feature_extraction")
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
