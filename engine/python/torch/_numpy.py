"""NumPy, buffers and DLPack: how tensors and other libraries hand each other numbers.

The engine's memory is its own (in the browser it is another WebAssembly memory than Python's), so every exchange copies:
later changes of one side are not seen in the other. The copies are made in pieces, straight into their place.
NumPy is never needed to import `torch`; without it what needs it raises RuntimeError.
Refuses bfloat16 towards NumPy, which has none. Read next: `_memory`, `utils.npy`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys

from . import _autograd_mode, _device, _dtype, _memory
from ._C import ops
from ._tensor import Tensor

#: NumPy's name of every dtype that both have.
NAMES = {kind: kind._name for kind in _dtype.BY_CODE if kind is not _dtype.bfloat16}
_BY_NAME = {name: kind for kind, name in NAMES.items()}

# Codes of the DLPack standard's kinds of device.
_DLPACK_CPU, _DLPACK_WEBGPU = 1, 15


def numpy_module(what):
    """NumPy, or an error that says what needs it."""
    try:
        import numpy
    except ImportError:
        raise RuntimeError(
            f"Numpy is not available: {what} needs it. Tensor.tolist() and torch.utils.npy do without"
        ) from None
    return numpy


def numpy(self, *, force=False):
    """The elements as a NumPy array: a copy, in row-major order.

    force: take a GPU tensor and one that requires gradients too, as `self.detach().cpu().numpy()`.
    Raises TypeError for a GPU tensor and for bfloat16, RuntimeError for one that requires gradients, and without NumPy.
    """
    library = numpy_module("Tensor.numpy()")
    if not force:
        if self.device._code != _device.CPU_CODE:
            raise TypeError(
                f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to "
                "host memory first."
            )
        if _autograd_mode.is_grad_enabled() and self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    if self.dtype is _dtype.bfloat16:
        raise TypeError("Got unsupported ScalarType BFloat16")
    array = library.empty(tuple(self.shape), NAMES[self.dtype])
    if array.size:
        _fill(memoryview(array.reshape(-1).view("uint8")), self)
    return array


def _fill(target, tensor):
    """Copies a tensor's elements into memory of Python's."""
    position = 0
    for piece in _memory.row_major_bytes(tensor):
        target[position : position + len(piece)] = piece
        position += len(piece)


def from_array(array):
    """A CPU tensor with a copy of a NumPy array or scalar."""
    kind = array.dtype
    own = _BY_NAME.get(kind.name)
    if own is None:
        raise TypeError(
            f"can't convert np.ndarray of type {kind.type.__module__}.{kind.type.__name__}. The only supported types are: "
            "float64, float32, float16, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool."
        )
    if not kind.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
            "currently not supported."
        )
    if any(step < 0 for step in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently "
            "supported. (You can probably work around this by making a copy of your array  with array.copy().)"
        )
    made = _memory.empty_storage(own, array.size)
    if array.size:
        # A row at a time would do for arrays with gaps; those are small in practice, and NumPy packs them faster.
        packed = array if getattr(array, "flags").c_contiguous else array.copy("C")
        _memory.write(made, memoryview(packed.reshape(-1).view("uint8")))
    return ops.as_strided(made, array.shape, _row_major(array.shape), 0)


def _row_major(shape):
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return strides[::-1]


def is_array(value):
    """True for NumPy's arrays and scalars, and for what is enough like them."""
    return hasattr(value, "__array_interface__") and hasattr(value, "dtype") and not isinstance(value, Tensor)


def from_numpy(ndarray):
    """A tensor with the values of a NumPy array. Carrel copies: later changes of one are not seen in the other.

    Raises TypeError for what is no array and for element types that Carrel has not.
    """
    library = sys.modules.get("numpy")
    if library is None or not isinstance(ndarray, library.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    return from_array(ndarray)


# Protocols by which NumPy and others ask


def array_of(self, dtype=None, copy=None):
    """What `numpy.asarray(tensor)` asks for. `copy=False` is refused: there is no way without a copy."""
    if copy is False:
        raise ValueError("Unable to avoid copy: Carrel's tensors share no memory with NumPy")
    made = numpy(self)
    return made if dtype is None else made.astype(dtype, copy=False)


def array_wrap(self, array, context=None, return_scalar=False):
    """What NumPy's functions of tensors give: a tensor."""
    if array.dtype == bool:
        array = array.astype("uint8")
    return from_array(array)


def buffer_of(self, flags):
    """What `memoryview(tensor)` and `bytes(tensor)` ask for from Python 3.12 on: a copy of the elements, row-major.

    Raises BufferError for a GPU tensor, one that requires gradients, and for bfloat16, which buffers cannot name.
    """
    if self.device._code != _device.CPU_CODE:
        raise BufferError(f"a tensor on {self.device} has no buffer: use Tensor.cpu() to copy it to host memory first")
    if _autograd_mode.is_grad_enabled() and self.requires_grad:
        raise BufferError("a tensor that requires grad has no buffer: use tensor.detach()")
    if self.dtype._format is None:
        raise BufferError(f"buffers cannot tell of {self.dtype} elements: convert the tensor to torch.float32")
    data = bytearray(self.nbytes)
    _fill(memoryview(data), self)
    shape = tuple(self.shape)
    return memoryview(data).cast(self.dtype._format) if 0 in shape else memoryview(data).cast(self.dtype._format, shape)


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A one-dimensional tensor of the bytes in a buffer: a copy, unlike PyTorch's.

    count: elements to take, all that are there if negative. offset: bytes to leave out at the front.
    Raises ValueError where buffer, offset and count do not fit.
    https://docs.pytorch.org/docs/stable/generated/torch.frombuffer.html
    """
    try:
        view = memoryview(buffer)
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    view = view.cast("B") if view.contiguous else memoryview(view.tobytes())
    length, width = view.nbytes, dtype.itemsize
    if length == 0 or count == 0:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({length} bytes) minus 1")
    if count > 0 and offset + count * width > length:
        raise ValueError(
            f"requested buffer length ({count} * {width} bytes) after offset ({offset} bytes) must not be greater than "
            f"actual buffer length ({length} bytes)"
        )
    if count < 0:
        if (length - offset) % width:
            raise ValueError(f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a multiple of element size ({width})")
        count = (length - offset) // width
    made = _memory.empty_storage(dtype, count)
    _memory.write(made, view[offset : offset + count * width])
    return made.requires_grad_(True) if requires_grad else made


# DLPack. The capsules are NumPy's, so what exchanges them needs NumPy; tensors among themselves need no capsule.


def dlpack(self, *, stream=-1, max_version=None, dl_device=None, copy=None):
    """A DLPack capsule of a copy of this CPU tensor, for another library's `from_dlpack`. Needs NumPy, which makes it."""
    if self.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if self.device._code != _device.CPU_CODE or dl_device is not None and dl_device[0] != _DLPACK_CPU:
        raise BufferError("only tensors on the CPU can be exported: use Tensor.cpu()")
    if copy is False:
        raise BufferError("Unable to avoid copy: Carrel's tensors share no memory with other libraries")
    if self.dtype is _dtype.bfloat16:
        raise BufferError("bfloat16 tensors cannot be exported: NumPy, which makes the capsule, has no such elements")
    numpy_module("DLPack")
    array = numpy(self)
    try:
        return array.__dlpack__(max_version=max_version)
    except TypeError:  # an older NumPy, which knows no versions
        return array.__dlpack__()


def dlpack_device(self):
    """The DLPack code of where this tensor is."""
    return (_DLPACK_CPU if self.device._code == _device.CPU_CODE else _DLPACK_WEBGPU), 0


class _Capsule:
    """A bare capsule as an object that can be asked for it."""

    def __init__(self, capsule):
        self._capsule = capsule

    def __dlpack__(self, **kwargs):
        return self._capsule

    def __dlpack_device__(self):
        return _DLPACK_CPU, 0


def from_dlpack(ext_tensor, *, device=None, copy=None):
    """A tensor of what another library offers by DLPack, copied; a tensor's memory is shared.

    ext_tensor: an object with `__dlpack__`, or a capsule. Needs NumPy, unless it is a tensor.
    Raises BufferError for what cannot be exchanged.
    https://docs.pytorch.org/docs/stable/generated/torch.from_dlpack.html
    """
    if isinstance(ext_tensor, Tensor):
        if ext_tensor.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        made = ext_tensor.detach()
        made = made if device is None else made.to(device)
        return made.clone() if copy else made
    library = numpy_module("torch.from_dlpack()")
    if not hasattr(ext_tensor, "__dlpack__"):
        if type(ext_tensor).__name__ != "PyCapsule":
            raise AttributeError(f"'{type(ext_tensor).__name__}' object has no attribute '__dlpack__'")
        ext_tensor = _Capsule(ext_tensor)
    if copy is False:
        raise BufferError("Unable to avoid copy: Carrel's tensors share no memory with other libraries")
    made = from_array(library.from_dlpack(ext_tensor))
    return made if device is None else made.to(device)


Tensor.numpy = numpy
Tensor.__array__ = array_of
Tensor.__array_wrap__ = array_wrap
Tensor.__buffer__ = buffer_of
Tensor.__dlpack__ = dlpack
Tensor.__dlpack_device__ = dlpack_device
