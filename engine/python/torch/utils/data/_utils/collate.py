"""Turning a list of items into one batch: `default_collate`, and `default_convert` for items that stay single.

What becomes of which type is in `default_collate_fn_map`, which programs may extend.
Refuses items of unlike lengths, and types that nobody registered. Read next: `fetch`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence

from ...._from_data import as_tensor, tensor
from ...._dtype import float64
from ...._stacking import stack
from ...._tensor import Tensor

_REFUSAL = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"


def default_convert(data):
    """An item with its NumPy arrays as tensors, inside containers too; all else stays as it is."""
    if isinstance(data, Tensor):
        return data
    kind = type(data)
    if kind.__module__ == "numpy" and kind.__name__ not in ("str_", "string_", "bytes_"):
        return data if _holds_no_numbers(data) else as_tensor(data)
    if isinstance(data, Mapping):
        return _mapping_like(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return kind(*(default_convert(part) for part in data))
    if isinstance(data, tuple):
        return [default_convert(part) for part in data]
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _sequence_like(data, [default_convert(part) for part in data])
    return data


def collate(batch, *, collate_fn_map=None):
    """A batch of a list of items, whose first decides how.

    collate_fn_map: functions by type (or tuple of types), called as `function(batch, collate_fn_map=...)`; the exact type
        is looked for first, then the types in order that the item is an instance of.
    Containers are batched part by part. Raises TypeError for other types, RuntimeError for unlike lengths.
    """
    first = batch[0]
    kind = type(first)
    if collate_fn_map is not None:
        if kind in collate_fn_map:
            return collate_fn_map[kind](batch, collate_fn_map=collate_fn_map)
        for known, function in collate_fn_map.items():
            if isinstance(first, known):
                return function(batch, collate_fn_map=collate_fn_map)
    if isinstance(first, Mapping):
        columns = {key: collate([item[key] for item in batch], collate_fn_map=collate_fn_map) for key in first}
        return _mapping_like(first, columns)
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return kind(*(collate(column, collate_fn_map=collate_fn_map) for column in zip(*batch)))
    if isinstance(first, Sequence):
        if any(len(item) != len(first) for item in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [collate(column, collate_fn_map=collate_fn_map) for column in zip(*batch)]
        return columns if isinstance(first, tuple) else _sequence_like(first, columns)
    raise TypeError(_REFUSAL.format(kind))


def _mapping_like(model, parts):
    """A mapping of the model's type with these parts; a dict where the type cannot be made so."""
    try:
        if isinstance(model, MutableMapping):
            # A copy keeps what else the model carries.
            made = copy.copy(model)
            made.update(parts)
            return made
        return type(model)(parts)
    except TypeError:
        return parts


def _sequence_like(model, parts):
    """A sequence of the model's type with these parts; a list where the type cannot be made so."""
    try:
        if isinstance(model, MutableSequence):
            made = copy.copy(model)
            for position, part in enumerate(parts):
                made[position] = part
            return made
        return type(model)(parts)
    except TypeError:
        return parts


def _holds_no_numbers(array):
    """True for NumPy's arrays of texts and objects."""
    return type(array).__name__ == "ndarray" and array.dtype.kind in "SUO"


def collate_tensor_fn(batch, *, collate_fn_map=None):
    """Tensors are stacked in a new first dimension."""
    return stack(batch, 0)


def collate_numpy_array_fn(batch, *, collate_fn_map=None):
    """NumPy arrays become tensors first. Raises TypeError for arrays of texts and objects."""
    if batch[0].dtype.kind in "SUO":
        raise TypeError(_REFUSAL.format(batch[0].dtype))
    return collate([as_tensor(array) for array in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch, *, collate_fn_map=None):
    """NumPy's numbers become one tensor of their dtype."""
    return as_tensor(batch)


def collate_float_fn(batch, *, collate_fn_map=None):
    """Python's floats become a tensor of float64."""
    return tensor(batch, dtype=float64)


def collate_int_fn(batch, *, collate_fn_map=None):
    """Python's integers and truth values become a tensor of int64 or bool."""
    return tensor(batch)


def collate_str_fn(batch, *, collate_fn_map=None):
    """Texts stay a list."""
    return batch


def _map_of_types():
    functions = {Tensor: collate_tensor_fn}
    try:
        import numpy
    except ImportError:
        pass
    else:
        functions[numpy.ndarray] = collate_numpy_array_fn
        functions[(numpy.bool_, numpy.number, numpy.object_)] = collate_numpy_scalar_fn
    functions.update({float: collate_float_fn, int: collate_int_fn, str: collate_str_fn, bytes: collate_str_fn})
    return functions


#: What `default_collate` does with which type.
default_collate_fn_map = _map_of_types()


def default_collate(batch):
    """A batch of a list of items: tensors are stacked, numbers become tensors, containers are batched part by part.

    Source: https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.default_collate
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)
