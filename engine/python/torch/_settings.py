"""Process-wide settings and questions: default dtype and device, threads, determinism, type questions.

Read next: `_dtype`, `_device`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from . import _device, _dtype
from ._args import is_tensor
from ._C import ops
from ._tensor import Tensor


def set_default_dtype(d):
    """Sets the dtype of new floating point tensors.

    d: a floating point dtype; TypeError otherwise.
    """
    if not isinstance(d, _dtype.dtype) or not d.is_floating_point:
        raise TypeError(
            f"only floating-point types are supported as the default type, got {d if isinstance(d, _dtype.dtype) else type(d).__name__}"
        )
    ops.set_default_dtype(d)
    _dtype.remember_default_dtype(d)


def set_default_tensor_type(t):
    """Sets the default dtype by a class such as `torch.DoubleTensor` or its name.

    t: a floating point class or its name; TypeError otherwise. PyTorch prefers `set_default_dtype`.
    """
    if isinstance(t, str):
        t = _dtype.BY_CODE[_dtype.SCALAR_TYPE_NAMES.index(t.rpartition(".")[2].removesuffix("Tensor"))]
    set_default_dtype(getattr(t, "_of", t))


def _kind(value):
    return _dtype.BOOL if isinstance(value, bool) else _dtype.INTEGER if isinstance(value, int) else _dtype.FLOAT


def result_type(tensor1, tensor2):
    """The dtype of an operation on two tensors or numbers.

    Tensors with dimensions count before those without, and these before numbers, unless those are of a higher kind.
    Gives a dtype.
    """
    values = (tensor1, tensor2)
    if all(is_tensor(value) for value in values):
        return _dtype.BY_CODE[ops.result_type(values)]
    for one, other in (values, values[::-1]):
        if is_tensor(one):
            return _dtype.BY_CODE[ops.result_type_scalar(one, other)]
    highest = max(_kind(value) for value in values)
    return (_dtype.bool_, _dtype.int64, _dtype.get_default_dtype())[highest]


def is_floating_point(input):
    """True for floating point tensors.

    input: any tensor. TypeError for what is none.
    """
    if not hasattr(input, "dtype"):
        raise TypeError(
            f"is_floating_point(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}"
        )
    return input.dtype.is_floating_point


def is_complex(input):
    """False: there are no complex numbers.

    input: any tensor.
    """
    return False


def is_nonzero(input):
    """True if the one element is not zero.

    RuntimeError unless input has exactly one element. Waits for the GPU.
    """
    return bool(input)


def is_storage(obj):
    """False: storages are not shown."""
    return False


def numel(input):
    """Number of elements.

    input: any tensor. Gives an int: the product of the sizes.
    """
    return input.numel()


def is_same_size(input, other):
    """True if the shapes are equal.

    input, other: any tensors; dtypes do not count.
    """
    return input.shape == other.shape


def get_num_threads():
    """1: there is one thread.

    Gives an int.
    """
    return 1


def set_num_threads(int):
    """Accepted: there is one thread.

    int: a positive number.
    """


get_num_interop_threads = get_num_threads
set_num_interop_threads = set_num_threads


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Accepted: every result is deterministic.

    mode: True or False. warn_only: accepted.
    """


def are_deterministic_algorithms_enabled():
    """True: every operator gives the same result each time.

    Gives a bool.
    """
    return True


def set_float32_matmul_precision(precision):
    """Accepted: products are computed in float32.

    precision: "highest", "high" or "medium".
    """


def get_float32_matmul_precision():
    """"highest": products of float32 matrices are computed in float32.

    Gives a string.
    """
    return "highest"


def set_warn_always(b):
    """Accepted: warnings appear as Python's filters say.

    b: True or False.
    """


def set_flush_denormal(mode):
    """Not supported: gives False, and denormal numbers stay as they are.

    mode: True or False.
    """
    return False


e, pi, inf, nan = math.e, math.pi, math.inf, math.nan


class memory_format:
    """The order of a tensor's dimensions in memory: `torch.contiguous_format` and its siblings."""

    __module__ = "torch"
    __slots__ = ("_name",)

    def __repr__(self):
        return "torch." + self._name

    def __reduce__(self):
        return self._name


def _memory_format(name):
    made = object.__new__(memory_format)
    made._name = name
    return made


contiguous_format = _memory_format("contiguous_format")
preserve_format = _memory_format("preserve_format")
channels_last = _memory_format("channels_last")
channels_last_3d = _memory_format("channels_last_3d")


class layout:
    """How elements are stored: `torch.strided`."""

    __module__ = "torch"

    def __repr__(self):
        return "torch.strided"


strided = layout()
Tensor.layout = strided

set_default_device = _device.set_default_device
get_default_device = _device.get_default_device

__all__ = [
    name
    for name, value in globals().items()
    if not name.startswith("_") and name not in ("math", "ops", "is_tensor", "Tensor")
]
