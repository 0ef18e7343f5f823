"""Functions that make tensors: from numbers and lists, and of zeros, ranges and the like.

Nested lists are flattened once, packed by `array`, and handed to the engine as bytes.
Read next: `_random`, `_tensor`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import warnings
from array import array

from . import _device, _dtype
from ._args import checked_sizes, finish, is_tensor, new_like
from ._C import ops, upload
from ._device import device_code
from ._memory_format import laid_out
from ._settings import preserve_format
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
            raise ValueError(f"only one element tensors can be converted to Python scalars")
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
        kind = type(item)
        own = item.dtype if isinstance(item, Tensor) else (
            _dtype.bool_ if kind is bool else _dtype.int64 if kind is int else _dtype.get_default_dtype()
        )
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
        inferred = _dtype.get_default_dtype() if kind is float else _dtype.int64 if kind is int else _dtype.bool_
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


def legacy_tensor(args, dtype=None, device=None):
    """What `torch.Tensor(...)` makes: of sizes, of data, or empty; always of the default dtype."""
    dtype = dtype or _dtype.get_default_dtype()
    if not args:
        return empty(0, dtype=dtype, device=device)
    if len(args) == 1 and (not hasattr(args[0], "__index__") or getattr(args[0], "ndim", 0)) or isinstance(args[0], Tensor):
        data = args[0]
        if isinstance(data, Tensor):
            return ops.alias(data) if data.dtype is dtype else data.to(dtype)
        return tensor(data, dtype=dtype, device=device)
    return empty(*args, dtype=dtype, device=device)


class _TensorKind(type):
    def __instancecheck__(cls, value):
        return isinstance(value, Tensor) and value.dtype is cls._of

    def __call__(cls, *args, device=None):
        return legacy_tensor(args, cls._of, device)


def typed_tensor(name, dtype):
    """A class such as `torch.LongTensor`: calling it makes tensors of a dtype, `isinstance` asks for the dtype."""
    return _TensorKind(name, (), {"_of": dtype, "__module__": "torch", "__doc__": f"Tensors of dtype {dtype}."})


def _default(dtype):
    return _dtype._default if dtype is None else dtype


def full(size, fill_value, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, out=None):
    """One value everywhere.

    size: a sequence of numbers. fill_value: a number, which decides the dtype if none is named: bool, int64 or the
    default one.
    """
    if hasattr(fill_value, "_give_handle"):
        fill_value = fill_value.item()
    if dtype is None:
        kind = type(fill_value)
        dtype = _dtype.bool_ if kind is bool else _dtype.int64 if kind is int else _dtype.get_default_dtype()
    return finish(ops.full(checked_sizes((size,)), fill_value, dtype, device_code(device)), requires_grad)


def _size_given(name, size, kw):
    """Sizes given by name; any other name is none of the function's."""
    for keyword in kw:
        if keyword != "size":
            raise TypeError(f"{name}() got an unexpected keyword argument '{keyword}'")
    return (kw["size"],)


def zeros(*size, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, out=None, names=None, **kw):
    """Zeros.

    size: numbers or one sequence of them. RuntimeError for negative ones. dtype, device: those of the new tensor
    (the default ones if absent). requires_grad: whether it wants a gradient.
    """
    if kw:
        size = _size_given("zeros", size, kw)
    return finish(ops.full(checked_sizes(size), 0, _default(dtype), device_code(device)), requires_grad)


def ones(*size, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, out=None, names=None, **kw):
    """Ones.

    size: numbers or one sequence of them. RuntimeError for negative ones. dtype, device: those of the new tensor
    (the default ones if absent). requires_grad: whether it wants a gradient.
    """
    if kw:
        size = _size_given("ones", size, kw)
    return finish(ops.full(checked_sizes(size), 1, _default(dtype), device_code(device)), requires_grad)


def empty(
    *size, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, memory_format=None, out=None, **kw
):
    """Memory to be written: zeros, in Carrel.

    size: numbers or one sequence of them. RuntimeError for negative ones. dtype, device: those of the new tensor
    (the default ones if absent). requires_grad: whether it wants a gradient.
    """
    made = zeros(*size, dtype=dtype, device=device, **kw)
    if memory_format is not None:
        made = laid_out(made, memory_format)
    return finish(made, requires_grad)


def empty_strided(size, stride, *, dtype=None, device=None, requires_grad=False):
    """Memory with given strides.

    size, stride: as many numbers each. The elements are zeros. dtype, device: those of the new tensor (the default
    ones if absent). requires_grad: whether it wants a gradient.
    """
    length = 1 + sum((count - 1) * step for count, step in zip(size, stride)) if 0 not in size else 0
    return finish(ops.as_strided(zeros(length, dtype=dtype, device=device), size, stride, 0), requires_grad)


def full_like(input, fill_value, *, dtype=None, device=None, requires_grad=False, memory_format=None, layout=None):
    """One value in the shape of another tensor.

    input: gives shape, and dtype, device and strides where they are not named. fill_value: a number.
    """
    dtype, code = new_like(input, dtype, device)
    if memory_format is None or memory_format is preserve_format:
        made = ops.full_like(input, fill_value, dtype, code)
    else:
        made = laid_out(ops.full(input.shape, fill_value, dtype, code), memory_format)
    return finish(made, requires_grad)


def zeros_like(input, *, dtype=None, device=None, requires_grad=False, memory_format=None, layout=None):
    """Zeros in the shape of another tensor.

    input: gives shape, and dtype, device and strides where they are not named.
    """
    return full_like(input, 0, dtype=dtype, device=device, requires_grad=requires_grad, memory_format=memory_format)


def ones_like(input, *, dtype=None, device=None, requires_grad=False, memory_format=None, layout=None):
    """Ones in the shape of another tensor.

    input: gives shape, and dtype, device and strides where they are not named.
    """
    return full_like(input, 1, dtype=dtype, device=device, requires_grad=requires_grad, memory_format=memory_format)


empty_like = zeros_like


def scalar_tensor(s, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """A number as a tensor without dimensions.

    s: a number. dtype, device: those of the new tensor (the default ones if absent). requires_grad: whether it wants
    a gradient.
    """
    return full((), s, dtype=_default(dtype), device=device, requires_grad=requires_grad)


def scalar_like(value, *others):
    """A number as a 0-dim tensor that takes part in promotion with tensors among `others` as the number would."""
    like = next(other for other in others if isinstance(other, Tensor))
    kind = type(value)
    tensors = [other for other in others[:-1] if isinstance(other, Tensor)]
    if tensors:
        rank = _dtype.BOOL if kind is bool else _dtype.INTEGER if kind is int else _dtype.FLOAT
        if rank <= tensors[0].dtype._rank:
            return ops.full((), value, tensors[0].dtype, like.device._code)
    dtype = _dtype.bool_ if kind is bool else _dtype.int64 if kind is int else _dtype.get_default_dtype()
    return ops.full((), value, dtype, like.device._code)


def _number(value):
    return value.item() if isinstance(value, Tensor) else value


def arange(start=0, end=None, step=1, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, out=None):
    """`start`, `start + step`, … below `end`.

    start: the first (0). end: not reached. step: RuntimeError if 0 or of the wrong sign. int64 if all are integers,
    else the default dtype.
    """
    if end is None:
        start, end = 0, start
    start, end, step = _number(start), _number(end), _number(step)
    if dtype is None:
        has_float = isinstance(start, float) or isinstance(end, float) or isinstance(step, float)
        dtype = _dtype.get_default_dtype() if has_float else _dtype.int64
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    return finish(ops.arange(start, end, step, dtype, device_code(device)), requires_grad)


def range_(start, end, step=1, *, dtype=None, device=None, requires_grad=False):
    """`start`, `start + step`, … up to and including `end`.

    As `arange`, but `end` is reached; PyTorch's old form.
    """
    count = int((end - start) / step) + 1
    return arange(count, dtype=dtype or _dtype.get_default_dtype(), device=device) * step + start


def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, out=None):
    """`steps` numbers at equal distances, both ends included.

    steps: how many, both ends included; RuntimeError if negative. dtype, device: those of the new tensor (the
    default ones if absent). requires_grad: whether it wants a gradient.
    """
    start, end = _number(start), _number(end)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    return finish(ops.linspace(float(start), float(end), int(steps), _default(dtype), device_code(device)), requires_grad)


def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    """`base` to the powers of `linspace`.

    steps: how many, both ends included; RuntimeError if negative. base: of the powers (10). dtype, device: those of
    the new tensor (the default ones if absent). requires_grad: whether it wants a gradient.
    """
    dtype = _default(dtype)
    if not dtype.is_floating_point:
        start, end = (int(bound.item() if is_tensor(bound) else bound) for bound in (start, end))
    # The powers have the precision of the result.
    powers = linspace(start, end, steps, dtype=dtype if dtype.is_floating_point else _dtype.float64).tolist()
    return tensor([float(base) ** power for power in powers], dtype=dtype, device=device, requires_grad=requires_grad)


def eye(n, m=None, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, out=None):
    """Ones on the diagonal, zeros elsewhere.

    n, m: rows and columns (n if None); RuntimeError for negative ones. dtype, device: those of the new tensor (the
    default ones if absent). requires_grad: whether it wants a gradient.
    """
    for name, count in (("n", n), ("m", n if m is None else m)):
        if count < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {count}")
    return finish(ops.eye(n, n if m is None else m, _default(dtype), device_code(device)), requires_grad)


def _triangle(row, column, keep, device, dtype):
    pairs = [(r, c) for r in range(row) for c in range(column) if keep(r, c)]
    made = tensor(pairs, dtype=dtype or _dtype.int64, device=device).reshape(-1, 2)
    return made.transpose(0, 1).contiguous()


def tril_indices(row, col, offset=0, *, dtype=None, device=None):
    """Row and column numbers of a lower triangle.

    row, col: the matrix's sizes. offset: the diagonal up to which elements count. Gives int64 (2, count), rows
    first.
    """
    return _triangle(row, col, lambda r, c: c - r <= offset, device, dtype)


def triu_indices(row, col, offset=0, *, dtype=None, device=None):
    """Row and column numbers of an upper triangle.

    row, col: the matrix's sizes. offset: the diagonal from which elements count. Gives int64 (2, count), rows first.
    """
    return _triangle(row, col, lambda r, c: c - r >= offset, device, dtype)


# Methods that make a tensor after another one.


def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False):
    """A new tensor with this one's dtype and device."""
    dtype = self.dtype if dtype is None else dtype
    return tensor(data, dtype=dtype, device=self.device if device is None else device, requires_grad=requires_grad)


def new_full(self, size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """One value, with this tensor's dtype and device."""
    dtype, code = new_like(self, dtype, device)
    return finish(ops.full(checked_sizes((size,)), fill_value, dtype, code), requires_grad)


def new_zeros(self, *size, dtype=None, device=None, requires_grad=False, **kw):
    """Zeros, with this tensor's dtype and device."""
    dtype, code = new_like(self, dtype, device)
    return finish(ops.full(checked_sizes((kw["size"],) if "size" in kw else size), 0, dtype, code), requires_grad)


def new_ones(self, *size, dtype=None, device=None, requires_grad=False, **kw):
    """Ones, with this tensor's dtype and device."""
    dtype, code = new_like(self, dtype, device)
    return finish(ops.full(checked_sizes((kw["size"],) if "size" in kw else size), 1, dtype, code), requires_grad)


new_empty = new_zeros
