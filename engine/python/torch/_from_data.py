"""Tensors from data: numbers, nested lists, tensors, arrays.

Nested lists are flattened once, packed by `array`, and handed to the engine as bytes.
Refuses sizes: see `_creation`. Read next: `_numpy`, `_tensor`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import warnings
from array import array

from . import _device, _dtype
from ._args import finish
from ._C import ops, upload
from ._device import device_code
from ._tensor import Tensor

# The letter with which `array` packs a dtype; the halves are packed as doubles and converted by the engine.
_ARRAY_LETTERS = {
    "bool": "B",
    "uint8": "B",
    "int8": "b",
    "int16": "h",
    "int32": "i",
    "int64": "q",
    "uint16": "H",
    "uint32": "I",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
    "float16": "d",
    "bfloat16": "d",
}


def _shape_of(data):
    shape = []
    while isinstance(data, (list, tuple)) or (hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, (str, bytes, Tensor))):
        shape.append(len(data))
        if not len(data):
            break
        data = data[0]
    return shape


def _flatten(data, shape, depth, flat):
    """Appends the numbers of nested lists to `flat`, checking that every list has the length of its level."""
    if depth == len(shape):
        if isinstance(data, (list, tuple)):
            raise ValueError(f"expected scalar at dim {depth}, but got a sequence of length {len(data)}")
        flat.append(data)
        return
    if not hasattr(data, "__len__"):
        raise TypeError(f"not a sequence: {type(data).__name__}")
    if len(data) != shape[depth]:
        raise ValueError(f"expected sequence of length {shape[depth]} at dim {depth} (got {len(data)})")
    if depth + 1 == len(shape):
        if any(isinstance(item, (list, tuple)) for item in data):
            raise ValueError("only one element tensors can be converted to Python scalars")
        flat.extend(data)
    else:
        for item in data:
            _flatten(item, shape, depth + 1, flat)


def _python_numbers(flat):
    """The numbers of a flat list as Python numbers, and the dtype that PyTorch infers from them."""
    kinds = set(map(type, flat))
    if Tensor in kinds:
        # Tensors of one element count as numbers of their dtype.
        return [_python_number(item) for item in flat], _promoted(flat)
    if not kinds <= {int, float, bool}:
        flat = [_python_number(item) for item in flat]
        kinds = set(map(type, flat))
    if float in kinds or not kinds:
        return flat, _dtype.get_default_dtype()
    if int in kinds:
        return flat, _dtype.int64
    return flat, _dtype.bool_


def _promoted(items):
    """The dtype that PyTorch infers from numbers and tensors together."""
    found = None
    for item in items:
        own = item.dtype if isinstance(item, Tensor) else _dtype.of_number(type(item))
        found = own if found is None else _dtype.promote_types(found, own)
    return found


def _python_number(item):
    if isinstance(item, Tensor):
        if item.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return item.item()
    if isinstance(item, (bool, int, float)):
        return item
    if hasattr(item, "item"):
        return item.item()
    if isinstance(item, str):
        raise ValueError("too many dimensions 'str'")
    if isinstance(item, complex):
        raise TypeError("complex numbers are not in Carrel")
    if hasattr(item, "__float__") and not hasattr(item, "__len__"):
        return float(item)
    if item is None:
        raise RuntimeError("Could not infer dtype of NoneType")
    raise RuntimeError(f"Could not infer dtype of {type(item).__name__}")


def _check_unsigned(flat, name):
    """Raises what PyTorch does for numbers that a wide unsigned dtype does not hold; uint16 wraps those of 32 bits."""
    if min(flat) < 0:
        raise OverflowError("can't convert negative int to unsigned")
    if name == "uint64":
        raise OverflowError("int too big to convert")
    if max(flat) >= 2**32:
        raise RuntimeError("Overflow when unpacking unsigned long")


def _pack(flat, dtype):
    name = dtype._name
    if name == "bool":
        return bytes([1 if value else 0 for value in flat])
    letter = _ARRAY_LETTERS[name]
    if not dtype.is_floating_point and any(type(value) is float for value in flat):
        try:
            flat = [int(value) for value in flat]
        except (ValueError, OverflowError):
            raise RuntimeError(f"value cannot be converted to type {name} without overflow") from None
    try:
        return array(letter, flat).tobytes()
    except OverflowError:
        if dtype.is_floating_point:
            raise
        if name == "int64":
            raise ValueError("Overflow when unpacking long long") from None
        if dtype in _dtype.WIDE_UNSIGNED:
            _check_unsigned(flat, name)
        bits = dtype.itemsize * 8
        low = -(1 << (bits - 1)) if dtype.is_signed else 0
        least = low if dtype.is_signed else 1 - (1 << bits)
        if dtype not in _dtype.WIDE_UNSIGNED and not all(least <= value < low + (1 << bits) for value in flat):
            raise RuntimeError(f"value cannot be converted to type {name} without overflow") from None
        # Negative numbers of unsigned types wrap, as PyTorch's conversion does.
        return array(letter, [(value - low) % (1 << bits) + low for value in flat]).tobytes()


def _from_flat(flat, shape, dtype, code):
    """A tensor of packed numbers on a device."""
    data = _pack(flat, dtype)
    if _ARRAY_LETTERS[dtype._name] == "d" and dtype is not _dtype.float64:
        made = ops.to(upload(data, _dtype.float64._code, shape), None, dtype, False)
    else:
        made = upload(data, dtype._code, shape)
    return made if code == _device.CPU_CODE else ops.to(made, code, None, False)


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A new tensor with a copy of the data: a number, nested lists, a tensor, or an array."""
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
            "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
        made = data.detach().to(device=data.device if device is None else device, dtype=dtype, copy=True)
        return finish(made, requires_grad)
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    code = device_code(device)
    kind = type(data)
    if kind is float or kind is int or kind is bool:
        flat, shape = [data], ()
        inferred = _dtype.of_number(kind)
        if dtype is None and code == _device.CPU_CODE and -(2**53) <= data <= 2**53 and inferred.itemsize != 2:
            # One number that fits goes as an argument, without a detour over bytes.
            return finish(ops.full((), data, inferred, code), requires_grad)
    elif isinstance(data, (list, tuple)):
        if data and hasattr(data[0], "__array_interface__") and (array := _stacked(data)) is not None:
            return finish(_from_array(array, dtype, code), requires_grad)
        flat, shape = [], _shape_of(data)
        _flatten(data, shape, 0, flat)
        flat, inferred = _python_numbers(flat)
    elif hasattr(data, "__array_interface__") and hasattr(data, "dtype"):
        return finish(_from_array(data, dtype, code), requires_grad)
    elif hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, (str, bytes, dict)):
        return tensor(list(data), dtype=dtype, device=device, requires_grad=requires_grad)
    else:
        flat, shape = [_python_number(data)], ()
        flat, inferred = _python_numbers(flat)
    if inferred.is_floating_point and dtype is None and kind is not float and flat == []:
        inferred = _dtype.get_default_dtype()
    return finish(_from_flat(flat, shape, inferred if dtype is None else dtype, code), requires_grad)


def _stacked(arrays):
    """A list of NumPy's arrays or scalars as one array, or None if they do not fit together."""
    import numpy

    try:
        array = numpy.asarray(arrays)
    except ValueError:
        return None
    return None if array.dtype == object else array


def _from_array(data, dtype, code):
    """A tensor with a copy of a NumPy array."""
    from ._numpy import from_array

    made = from_array(data)
    if dtype is not None and dtype is not made.dtype:
        made = ops.to(made, None, dtype, False)
    return made if code == _device.CPU_CODE else ops.to(made, code, None, False)


def as_tensor(data, dtype=None, device=None):
    """The data as a tensor, without a copy if it is one of that dtype and device already.

    data: as `torch.tensor` takes. Gradients flow through when it is a tensor.
    """
    if isinstance(data, Tensor):
        return data.to(device=device, dtype=dtype)
    return tensor(data, dtype=dtype, device=device)


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """As `as_tensor`, or a copy if `copy`. `copy=False` is refused for what is no tensor: its memory cannot be shared."""
    if copy is False and not isinstance(obj, Tensor):
        raise ValueError("can't alias arbitrary sequence into a tensor.")
    if not isinstance(obj, Tensor) and isinstance(obj, (bytes, bytearray, memoryview)):
        from ._numpy import frombuffer

        made = frombuffer(obj, dtype=dtype or _dtype.get_default_dtype()).to(_device.device(device))
    else:
        made = as_tensor(obj, dtype, device)
    if isinstance(obj, Tensor):
        if copy is False and made is not obj:
            raise ValueError("can't alias tensor with a different dtype or device")
        if copy and made is obj:
            made = made.clone()
    return finish(made, requires_grad)
