"""AlexNet, in one column: https://arxiv.org/abs/1404.5997. Read next: `vgg`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch
from torch import nn

from ._api import builder
from ._weights import weights_enum

__all__ = ["AlexNet", "AlexNet_Weights", "alexnet"]


class AlexNet(nn.Module):
    """Five convolutions and three linear layers; `(N, 3, H, W)` from 63 pixels a side to `(N, num_classes)`.

    dropout: its probability before the first two linear layers.
    """

    def __init__(self, num_classes=1000, dropout=0.5):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(64, 192, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(192, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x):
        """Scores of the classes."""
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


AlexNet_Weights = weights_enum(
    "AlexNet_Weights",
    __name__,
    [("IMAGENET1K_V1", "alexnet-owt-7be5be79.pth", 224, 256, {"num_params": 61100840, "min_size": (63, 63)})],
)


@builder(AlexNet_Weights)
def alexnet(**options):
    """AlexNet. Options are those of `AlexNet`."""
    return AlexNet(**options)
