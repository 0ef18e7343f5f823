"""The version of torchvision whose behaviour this package follows."""

__version__ = "0.30.0+carrel"
