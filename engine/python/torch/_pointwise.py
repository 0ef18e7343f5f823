"""Functions that work element by element: arithmetic, comparison, rounding, exponentials. Their one name in other modules.

Refuses to hold functions. Read next: `_pointwise_tables`, `_arithmetic`, `_choosing`, `_pointwise_compositions`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _arithmetic, _choosing, _pointwise_compositions, _pointwise_tables
from ._arithmetic import *
from ._choosing import *
from ._pointwise_compositions import *
from ._pointwise_tables import *

__all__ = [
    *_pointwise_tables.__all__,
    *_arithmetic.__all__,
    *_choosing.__all__,
    *_pointwise_compositions.__all__,
]
