"""Element types: the `torch.dtype` singletons, their limits, and the promotion rules.

A dtype knows its engine code, its width and its kind; nothing here touches a tensor.
Refuses complex and quantized types: Carrel has none.
Read next: `_device`, `_tensor`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct


class dtype:
    """The type of a tensor's elements. The instances are `torch.float32` and its siblings; there is no public constructor."""

    __module__ = "torch"
    __slots__ = ("_name", "_code", "itemsize", "is_floating_point", "is_signed", "_rank", "_format")
    is_complex = False

    def __repr__(self):
        return f"torch.{self._name}"

    def __reduce__(self):
        return self._name

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def to_real(self):
        """The real dtype that belongs to this one: itself."""
        return self


# The category decides promotion: bool, then integers, then floats.
BOOL, INTEGER, FLOAT = 0, 1, 2

#: Every dtype by engine code.
BY_CODE = []
#: Every dtype by PyTorch's name, aliases included.
BY_NAME = {}


def _define(name, itemsize, rank, signed, format_letter, *aliases):
    made = object.__new__(dtype)
    made._name = name
    made._code = len(BY_CODE)
    made.itemsize = itemsize
    made.is_floating_point = rank == FLOAT
    made.is_signed = signed
    made._rank = rank
    made._format = format_letter
    BY_CODE.append(made)
    for word in (name, *aliases):
        BY_NAME[word] = made
    return made


# In engine code order (`engine/src/dtype.rs`). The last word is the `struct` letter of one element;
# bfloat16 has none and is widened before it is read.
bool_ = _define("bool", 1, BOOL, False, "?")
uint8 = _define("uint8", 1, INTEGER, False, "B")
int8 = _define("int8", 1, INTEGER, True, "b")
int16 = _define("int16", 2, INTEGER, True, "h", "short")
int32 = _define("int32", 4, INTEGER, True, "i", "int")
int64 = _define("int64", 8, INTEGER, True, "q", "long")
float16 = _define("float16", 2, FLOAT, True, "e", "half")
bfloat16 = _define("bfloat16", 2, FLOAT, True, None)
float32 = _define("float32", 4, FLOAT, True, "f", "float")
float64 = _define("float64", 8, FLOAT, True, "d", "double")
uint16 = _define("uint16", 2, INTEGER, False, "H")
uint32 = _define("uint32", 4, INTEGER, False, "I")
uint64 = _define("uint64", 8, INTEGER, False, "Q")

#: The unsigned integers wider than a byte: PyTorch has few kernels and no promotion for them, no legacy tensor types and
#: storages, and saves them in a form of its own.
WIDE_UNSIGNED = frozenset({uint16, uint32, uint64})

#: Names in PyTorch's error messages, by code.
SCALAR_TYPE_NAMES = ("Bool", "Byte", "Char", "Short", "Int", "Long", "Half", "BFloat16", "Float", "Double", "UInt16", "UInt32", "UInt64")

_default = float32


def get_default_dtype():
    """The floating point dtype that new tensors get.

    float32 unless `set_default_dtype` was called.
    """
    return _default


def of_number(kind):
    """The dtype of a Python number of this type: bool, int64, or the default floating point one."""
    return bool_ if kind is bool else int64 if kind is int else _default


def remember_default_dtype(value):
    """Notes the default dtype on the Python side; `torch.set_default_dtype` also tells the engine."""
    global _default
    _default = value


def promote_types(first, second):
    """The dtype to which both operands of a binary operator are converted.

    first, second: dtypes. Gives a dtype: the wider of one kind, the floating point one of two kinds. RuntimeError for
    uint16, uint32 or uint64 and another dtype that is not floating point.
    """
    _check_dtypes("promote_types", type1=first, type2=second)
    if first is second:
        return first
    if (first in WIDE_UNSIGNED or second in WIDE_UNSIGNED) and FLOAT not in (first._rank, second._rank):
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote "
            f"{SCALAR_TYPE_NAMES[first._code]} and {SCALAR_TYPE_NAMES[second._code]}"
        )
    if first._rank != second._rank:
        return first if first._rank > second._rank else second
    halves = {first, second}
    if halves == {float16, bfloat16}:
        return float32
    if halves == {uint8, int8}:
        return int16
    return first if first.itemsize >= second.itemsize else second


def can_cast(from_, to):
    """True if PyTorch's type conversion rules allow `from_` to become `to`.

    from_, to: dtypes. False where a kind would be lost: floating point to integer, integer to bool.
    """
    _check_dtypes("can_cast", from_=from_, to=to)
    return from_._rank <= to._rank


def _check_dtypes(function, **given):
    for place, (name, value) in enumerate(given.items(), 1):
        if not isinstance(value, dtype):
            kind = type(value).__name__
            raise TypeError(f"{function}(): argument '{name}' (position {place}) must be torch.dtype, not {kind}")


# Exponent bits and fraction bits of each float.
_FLOAT_BITS = {"float16": (5, 10), "bfloat16": (8, 7), "float32": (8, 23), "float64": (11, 52)}


class finfo:
    """Numerical limits of a floating point dtype: `bits`, `eps`, `max`, `min`, `tiny`, `smallest_normal`, `resolution`."""

    __module__ = "torch"

    def __init__(self, type=None):
        type = _default if type is None else type
        if not isinstance(type, dtype) or not type.is_floating_point:
            raise TypeError(f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle '{type!r}'")
        exponent, fraction = _FLOAT_BITS[type._name]
        bias = 2 ** (exponent - 1) - 1
        self.dtype = type._name
        self.bits = type.itemsize * 8
        self.eps = 2.0 ** -fraction
        self.max = (2.0 - self.eps) * 2.0 ** bias
        self.min = -self.max
        self.tiny = self.smallest_normal = 2.0 ** (1 - bias)
        self.resolution = {"float16": 1e-3, "bfloat16": 1e-2, "float32": 1e-6, "float64": 1e-15}[type._name]

    def __repr__(self):
        def short(value):
            return f"{value:g}" if self.dtype != "float64" else f"{value:.6g}"

        return (
            f"finfo(resolution={short(self.resolution)}, min={short(self.min)}, max={short(self.max)}, "
            f"eps={short(self.eps)}, smallest_normal={short(self.smallest_normal)}, tiny={short(self.tiny)}, "
            f"dtype={self.dtype})"
        )


class iinfo:
    """Numerical limits of an integer dtype: `bits`, `min`, `max`."""

    __module__ = "torch"

    def __init__(self, type):
        if not isinstance(type, dtype) or type._rank != INTEGER:
            raise TypeError(f"torch.iinfo() requires an integer input type. Use torch.finfo to handle '{type!r}'")
        self.dtype = type._name
        self.bits = type.itemsize * 8
        self.min = -(2 ** (self.bits - 1)) if type.is_signed else 0
        self.max = 2 ** (self.bits - 1) - 1 if type.is_signed else 2**self.bits - 1

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"


def bfloat16_values(data):
    """Python floats from bfloat16 bytes: each is the upper half of a float32."""
    widened = bytearray(len(data) * 2)
    widened[2::4] = data[0::2]
    widened[3::4] = data[1::2]
    return struct.unpack(f"<{len(data) // 2}f", widened)


def bfloat16_bytes(values):
    """bfloat16 bytes from Python numbers, rounded to nearest even."""
    out = bytearray()
    for value in values:
        bits = struct.unpack("<I", struct.pack("<f", value))[0]
        if value == value:
            bits += 0x7FFF + ((bits >> 16) & 1)
        out += struct.pack("<H", (bits >> 16) & 0xFFFF)
    return bytes(out)
