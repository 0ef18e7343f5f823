"""`torch.storage`: the storage classes under the names that pickles use.

Read next: `_storage`, `serialization`.
"""

import io

from ._storage import TypedStorage, UntypedStorage

__all__ = ["TypedStorage", "UntypedStorage"]


def _load_from_bytes(b):
    """A storage from what pickling kept of it."""
    from .serialization import load

    return load(io.BytesIO(b), weights_only=False)
