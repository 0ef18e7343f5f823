"""`tensor[...]`: reading and writing by ints, slices, `None`, `...`, masks and index tensors, in any mixture.

An index is taken apart from left to right. Ints, slices, `None` and `...` become views; what is left, tensors,
becomes one index operation. Writing does the same and then copies into the view or puts at the indices.
Refuses steps below one, as PyTorch does. Read next: `_tensor`, `_shape`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype
from ._C import ops

_INDEX_TYPES = (_dtype.int64, _dtype.int32, _dtype.int16, _dtype.int8, _dtype.uint8, _dtype.bool_)


def _select(view, dim, index, place):
    size = view.shape[dim] if dim < view.dim() else None
    if size is None:
        raise IndexError(f"too many indices for tensor of dimension {view.dim()}")
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of bounds for dimension {place} with size {size}")
    return ops.select(view, dim, index)


def _slice(view, dim, wanted):
    step = 1 if wanted.step is None else wanted.step.__index__()
    if step < 1:
        raise ValueError("step must be greater than zero")
    size = view.shape[dim]
    start, stop, step = slice(
        None if wanted.start is None else wanted.start.__index__(),
        None if wanted.stop is None else wanted.stop.__index__(),
        step,
    ).indices(size)
    if start == 0 and stop >= size and step == 1:
        return view
    return ops.slice(view, dim, start, max(stop, start), step)


def _as_index_tensor(item, device):
    from ._from_data import tensor

    made = tensor(item, device="cpu")
    if made.numel() == 0 and made.dtype.is_floating_point:
        made = made.to(_dtype.int64)
    if made.dtype not in _INDEX_TYPES:
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return made


def _num_dims_taken(item, Tensor):
    if item is None or item is Ellipsis or item is True or item is False:
        return 0
    if isinstance(item, Tensor) and item.dtype in (_dtype.bool_, _dtype.uint8):
        return item.dim()
    return 1


def _take_apart(tensor, index):
    """The view that the plain parts of an index make, and its tensor parts as `(dimension, tensor)` pairs."""
    Tensor = type(tensor)._base
    items = list(index) if isinstance(index, tuple) else [index]
    for position, item in enumerate(items):
        if isinstance(item, (list, range)) or (hasattr(item, "__array__") and not isinstance(item, Tensor)):
            items[position] = _as_index_tensor(item if not isinstance(item, range) else list(item), tensor.device)
        elif isinstance(item, tuple):
            items[position] = _as_index_tensor(list(item), tensor.device)
    num_taken = sum(_num_dims_taken(item, Tensor) for item in items)
    if num_taken > tensor.dim():
        if tensor.dim() == 0 and len(items) == 1 and isinstance(items[0], slice):
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        if tensor.dim() == 0 and len(items) == 1 and isinstance(items[0], int) and items[0]:
            raise IndexError(f"index {items[0]} is out of bounds for dimension 0 with size 0")
        if tensor.dim() == 0 and len(items) == 1 and not isinstance(items[0], Tensor):
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert "
                "a 0-dim tensor to a number"
            )
        raise IndexError(f"too many indices for tensor of dimension {tensor.dim()}")
    view, dim, consumed, parts = tensor, 0, 0, []
    for place, item in enumerate(items):
        if item is None:
            view = ops.unsqueeze(view, dim)
            dim += 1
        elif item is Ellipsis:
            skipped = tensor.dim() - num_taken
            dim += skipped
            consumed += skipped
        elif isinstance(item, slice):
            view = _slice(view, dim, item)
            dim += 1
            consumed += 1
        elif item is True or item is False:
            view = ops.unsqueeze(view, dim)
            parts.append((dim, _truth(item)))
            dim += 1
        elif isinstance(item, Tensor):
            kind = item.dtype
            if kind not in _INDEX_TYPES:
                raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
            is_mask = kind is _dtype.bool_ or kind is _dtype.uint8
            if item.dim() == 0:
                if is_mask:
                    view = ops.unsqueeze(view, dim)
                    parts.append((dim, _truth(bool(item.item()))))
                    dim += 1
                elif item.__class__ is Tensor or not hasattr(item, "_level"):
                    view = _select(view, dim, int(item.item()), place)
                    consumed += 1
                else:
                    # Every entry of a batch has another position.
                    parts.append((dim, item))
                    dim += 1
                    consumed += 1
                continue
            if is_mask:
                _check_mask(view, item, dim)
            parts.append((dim, item))
            dim += item.dim() if is_mask else 1
            consumed += item.dim() if is_mask else 1
        elif hasattr(item, "__index__"):
            view = _select(view, dim, item.__index__(), place)
            consumed += 1
        else:
            raise IndexError(
                "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                f"(got {type(item).__name__})"
            )
    return view, parts


def _truth(value):
    from ._from_data import tensor

    return tensor([0] if value else [], dtype=_dtype.int64)


def _check_mask(view, mask, dim):
    for position, size in enumerate(mask.shape):
        if size != view.shape[dim + position]:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {position} does not match the shape of the indexed "
                f"tensor {list(view.shape)} at index {dim + position}"
            )


def _beside(view, item):
    """An index on the device of what it indexes; only CPU indices may come from elsewhere."""
    if item.device is view.device:
        return item
    if item.device.type != "cpu":
        raise RuntimeError(f"indices should be either on cpu or on the same device as the indexed tensor ({view.device})")
    return item.to(view.device)


def _entries(view, parts):
    """An entry a dimension: `None`, or integer indices. Masks become the positions of their true elements."""
    entries = [None] * view.dim()
    for dim, item in parts:
        if item.dtype is _dtype.bool_ or item.dtype is _dtype.uint8:
            if item.device.type != "cpu" and item.device is not view.device:
                _beside(view, item)
            for offset, positions in enumerate(item.nonzero().unbind(1)):
                entries[dim + offset] = _beside(view, positions)
        else:
            entries[dim] = _beside(view, item)
    return entries


def getitem(tensor, index):
    """`tensor[index]`."""
    if index.__class__ is int:
        if tensor.dim() == 0:
            return _take_apart(tensor, index)
        return _select(tensor, 0, index, 0)
    view, parts = _take_apart(tensor, index)
    if parts:
        return ops.index(view, _entries(view, parts))
    # PyTorch gives a new tensor even where the index takes everything.
    if view is not tensor:
        return view
    result = ops.alias(tensor)
    if index.__class__ is slice:
        ops.name_node(result, 0, "SliceBackward0")
    return result


def setitem(tensor, index, value):
    """`tensor[index] = value`."""
    from ._from_data import tensor as make_tensor

    view, parts = _take_apart(tensor, index)
    Tensor = type(tensor)._base
    is_number = not isinstance(value, Tensor) and not isinstance(value, (list, tuple)) and not hasattr(value, "__array__")
    if not parts:
        if is_number:
            view.fill_(value)
        else:
            if not isinstance(value, Tensor):
                value = make_tensor(value, dtype=tensor.dtype, device=tensor.device)
            ops.copy_(view, _without_leading_ones(value, view.dim()))
        return
    if is_number and len(parts) == 1 and parts[0][1].dtype is _dtype.bool_:
        dim, mask = parts[0]
        trailing = view.dim() - dim - mask.dim()
        mask = _beside(view, mask)
        view.masked_fill_(mask.reshape(tuple(mask.shape) + (1,) * trailing), value)
        return
    if not isinstance(value, Tensor):
        value = make_tensor(value, dtype=tensor.dtype, device=tensor.device)
    elif value.dtype is not tensor.dtype:
        fills = value.numel() == 1 and len(parts) == 1 and parts[0][1].dtype is _dtype.bool_
        if value.dim() != 0 and not fills:
            raise RuntimeError(
                f"Index put requires the source and destination dtypes match, got {_scalar_type(tensor)} for the "
                f"destination and {_scalar_type(value)} for the source."
            )
        value = value.to(tensor.dtype)
    if value.device is not tensor.device:
        value = value.to(tensor.device)
    ops.assign_(view, ops.index_put(view, _entries(view, parts), _without_leading_ones(value, 0), False))


def put(tensor, indices, values, accumulate):
    """`tensor.index_put_(indices, values, accumulate)`."""
    # Here `None` takes a whole dimension.
    view, parts = _take_apart(tensor, tuple(slice(None) if item is None else item for item in indices))
    ops.assign_(view, ops.index_put(view, _entries(view, parts), values, accumulate))


def _without_leading_ones(value, rank):
    while value.dim() > rank and value.shape[0] == 1:
        value = value.select(0, 0)
    return value


def _scalar_type(tensor):
    return _dtype.SCALAR_TYPE_NAMES[tensor.dtype._code]
