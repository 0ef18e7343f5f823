"""Datasets of images, in the files that their homes publish.

Files come from the folder `root`, from the working directory, where files added to a notebook are, or with
`download=True` from the network where that permits it. Datasets that are not here exist by name, and say when they are
called what to do instead; `ImageFolder` reads most of what is published as images.
Read next: `vision`, `mnist`, `cifar`, `folder`, `utils`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .cifar import CIFAR10, CIFAR100
from .emnist import EMNIST, QMNIST
from .fakedata import FakeData
from .folder import DatasetFolder, ImageFolder
from .mnist import FashionMNIST, KMNIST, MNIST
from .vision import VisionDataset

#: What is not here, and what it would need.
ABSENT = {
    "files too large for a notebook, or in many parts": """LSUN LSUNClass ImageNet Places365 Kinetics UCF101
        HMDB51 INaturalist CelebA WIDERFace STL10 Food101 PCAM Country211 FER2013 Cityscapes SBDataset Imagenette
        RenderedSST2 SUN397 CREStereo""",
    "annotations in formats of their own": """VOCSegmentation VOCDetection CocoCaptions CocoDetection Flickr8k Flickr30k
        Kitti GTSRB Caltech101 Caltech256 PhotoTour Omniglot SEMEION USPS LFWPeople LFWPairs OxfordIIITPet DTD
        FGVCAircraft StanfordCars Flowers102 CLEVRClassification EuroSAT MovingMNIST""",
    "optical flow or stereo pairs": """FlyingChairs FlyingThings3D Sintel KittiFlow HD1K CarlaStereo Kitti2012Stereo
        Kitti2015Stereo FallingThingsStereo SceneFlowStereo SintelStereo InStereo2k ETH3DStereo Middlebury2014Stereo""",
}

_why = {name: why for why, names in ABSENT.items() for name in names.split()}

__all__ = sorted(name for name, value in list(globals().items()) if isinstance(value, type))


def __getattr__(name):
    if name not in _why:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from .._absent import absent

    return absent(
        f"torchvision.datasets.{name}",
        f"it needs {_why[name]}; read images that you have with torchvision.datasets.ImageFolder or an own Dataset",
    )


def __dir__():
    return sorted({*globals(), *_why})
