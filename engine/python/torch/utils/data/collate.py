"""Turning a list of items into one batch.

Read next: `utils.data.dataloader`.
"""

from collections.abc import Mapping, Sequence

from ..._creation import as_tensor, tensor
from ..._dtype import float64
from ..._shape import stack
from ..._tensor import Tensor


def default_convert(data):
    """Leaves an item as it is, except that arrays become tensors."""
    if hasattr(data, "__array__") and not isinstance(data, Tensor):
        return as_tensor(data)
    return data


def default_collate(batch):
    """Tensors are stacked, numbers become tensors, and containers are batched part by part."""
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch, 0)
    if hasattr(first, "__array__"):
        return stack([as_tensor(item) for item in batch], 0)
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        parts = {key: default_collate([item[key] for item in batch]) for key in first}
        try:
            return type(first)(parts)
        except TypeError:
            return parts
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*(default_collate(column) for column in zip(*batch)))
    if isinstance(first, Sequence):
        if any(len(item) != len(first) for item in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        return [default_collate(column) for column in zip(*batch)]
    raise TypeError(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type(first)}"
    )
