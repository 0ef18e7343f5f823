"""`torch.signal`: window functions in SciPy's manner.

Read next: `signal.windows`.
"""

from . import windows

__all__ = ["windows"]
