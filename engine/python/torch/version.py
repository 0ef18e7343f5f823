"""`torch.version`: which PyTorch Carrel follows.

Read next: `torch`.
"""

__version__ = "2.15.0+carrel"
cuda = None
hip = None
git_version = None
debug = False
