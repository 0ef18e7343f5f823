"""Both generations of MobileNet under one name. Read next: `mobilenetv2`, `mobilenetv3`."""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .mobilenetv2 import *
from .mobilenetv2 import __all__ as _second
from .mobilenetv3 import *
from .mobilenetv3 import __all__ as _third

__all__ = _second + _third
