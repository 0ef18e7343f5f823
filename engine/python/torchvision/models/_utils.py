"""Helpers under the names that programs import from torchvision: `models._utils`. Read next: `_blocks`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._blocks import IntermediateLayerGetter
from ._blocks import make_divisible as _make_divisible
