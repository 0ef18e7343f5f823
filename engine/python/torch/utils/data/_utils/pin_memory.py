"""`pin_memory=True`: everything in a batch that has a `pin_memory` method is asked for its pinned self.

There is no pinned memory in Carrel, so tensors stay as they are; batches of the user's own classes are asked all the same.
Read next: `dataloader`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from collections.abc import Mapping, Sequence

from ...._tensor import Tensor
from .collate import _mapping_like, _sequence_like


def pin_memory(data, device=None):
    """The batch with all its parts pinned."""
    if isinstance(data, Tensor):
        return data.pin_memory()
    if hasattr(data, "pin_memory"):
        return data.pin_memory()
    if isinstance(data, (str, bytes)):
        return data
    if isinstance(data, Mapping):
        return _mapping_like(data, {key: pin_memory(part, device) for key, part in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*(pin_memory(part, device) for part in data))
    if isinstance(data, tuple):
        return [pin_memory(part, device) for part in data]
    if isinstance(data, Sequence):
        return _sequence_like(data, [pin_memory(part, device) for part in data])
    return data
