"""Functions that make tensors of sizes: zeros, ones, ranges and the like, also after another tensor.

Refuses data: see `_from_data`. Read next: `_random`, `_tensor`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype
from ._args import checked_sizes, finish, is_tensor, new_like
from ._C import ops
from ._device import device_code
from ._from_data import tensor
from ._memory_format import laid_out
from ._settings import preserve_format
from ._tensor import Tensor


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
        dtype = _dtype.of_number(type(fill_value))
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
    dtype = _dtype.of_number(type(value))
    like = next(other for other in others if isinstance(other, Tensor))
    tensors = [other for other in others[:-1] if isinstance(other, Tensor)]
    if tensors and dtype._rank <= tensors[0].dtype._rank:
        dtype = tensors[0].dtype
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
