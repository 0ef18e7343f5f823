"""Storages: the flat memory behind tensors, for those who ask for it, and for files, which name them.

A storage here is a flat tensor over all of the memory; writing to it writes the tensors that share it. The memory has
the dtype of the tensor that it was made for, also where PyTorch sees bytes only.
Refuses to change a storage's size. Read next: `_memory`, `serialization`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import warnings

from . import _dtype, _memory
from ._C import ops
from ._device import device as make_device


def _flat(tensor):
    return ops.detach(ops.as_strided(ops.data(tensor), (ops.storage_size(tensor),), (1,), 0))


def _made(args, dtype, device):
    """The flat tensor of a storage made from a size or from numbers."""
    from ._from_data import tensor

    if len(args) > 1:
        raise RuntimeError(f"a storage is made of a size or of a sequence, but got {len(args)} arguments")
    if args and not isinstance(args[0], int):
        flat = tensor(list(args[0]), dtype=dtype)
    else:
        flat = _memory.empty_storage(dtype, args[0] if args else 0)
    return flat if device is None else flat.to(device)


class _Storage:
    """What both kinds of storage share. `_tensor` is the flat tensor over the memory."""

    @property
    def device(self):
        """Where the memory is."""
        return self._tensor.device

    @property
    def is_cuda(self):
        """True on the GPU."""
        return self._tensor.is_cuda

    def get_device(self):
        """The GPU's number, or -1 on the CPU."""
        return self._tensor.get_device()

    def data_ptr(self):
        """A number that stands for the memory; 0 if there is none."""
        return self._tensor.data_ptr() if self._tensor.numel() else 0

    @property
    def _cdata(self):
        return int(ops.storage_identity(self._tensor))

    def nbytes(self):
        """Number of bytes."""
        return self._tensor.nbytes

    def is_shared(self):
        """False: there are no other processes."""
        return False

    def is_pinned(self, device=None):
        """False: there is no memory to pin."""
        return False

    def share_memory_(self):
        """Itself: there are no other processes."""
        return self

    def pin_memory(self, device=None):
        """Itself: there is no memory to pin."""
        return self

    def _like(self, tensor):
        made = object.__new__(type(self))
        made._tensor = tensor
        return made

    def clone(self):
        """A copy."""
        return self._like(self._tensor.clone())

    def cpu(self):
        """The memory on the CPU: itself if it is there."""
        return self if not self.is_cuda else self._like(self._tensor.cpu())

    def cuda(self, device=None, non_blocking=False):
        """The memory on the GPU: itself if it is there."""
        return self.to(device="cuda" if device is None else device)

    def to(self, *, device, non_blocking=False):
        """The memory on a device: itself if it is there."""
        moved = self._tensor.to(make_device(device))
        return self if moved is self._tensor else self._like(moved)

    def copy_(self, source, non_blocking=None):
        """Copies another storage of the same size into this one. Returns itself."""
        self._tensor.copy_(source._tensor)
        return self

    def resize_(self, size):
        """Refused."""
        raise NotImplementedError(f"{type(self).__name__}.resize_ is not supported in Carrel: resize_() the tensor")

    def __iter__(self):
        return iter(self.tolist())

    def __copy__(self):
        return self.clone()

    def __deepcopy__(self, memo):
        # Tensors that share memory share the copy too: the same note as tensors' own deep copies keep.
        copies = memo.setdefault("torch", {})
        if self._cdata not in copies:
            copies[self._cdata] = self._tensor.clone()
        return self._like(copies[self._cdata])

    def __reduce__(self):
        import io

        from .serialization import save
        from .storage import _load_from_bytes

        file = io.BytesIO()
        save(self, file)
        return _load_from_bytes, (file.getvalue(),)


class UntypedStorage(_Storage):
    """The bytes behind a tensor: `torch.UntypedStorage(size)`, or of a sequence of bytes."""

    __module__ = "torch.storage"

    def __init__(self, *args, device=None, **kwargs):
        self._tensor = _made(args, _dtype.uint8, device)

    size = __len__ = _Storage.nbytes

    def element_size(self):
        """Bytes of an element: 1."""
        return 1

    def tolist(self):
        """The bytes."""
        return list(b"".join(_memory.pieces(self._tensor.cpu())))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return UntypedStorage(self.tolist()[index])
        return self.tolist()[index]

    def __setitem__(self, index, value):
        if self.is_cuda:
            raise NotImplementedError("bytes of a storage on the GPU cannot be set in Carrel: set elements of the tensor")
        positions = range(self.nbytes())[index]
        for position in positions if isinstance(index, slice) else [positions]:
            _memory.write(self._tensor, bytes([value]), position)

    def fill_(self, value):
        """Writes one byte everywhere. Returns itself."""
        self[:] = value
        return self

    def __eq__(self, other):
        return isinstance(other, UntypedStorage) and ops.shares_storage(self._tensor, other._tensor)

    def __hash__(self):
        return hash(self._cdata)

    def __repr__(self):
        lines = "".join(f" {value}\n" for value in self.tolist())
        return f"{lines}[torch.storage.UntypedStorage(device={self.device}) of size {self.nbytes()}]"

    @classmethod
    def from_file(cls, filename, shared=False, nbytes=0):
        """The first bytes of a file, read into memory. `shared=True`, which writes back, is refused."""
        from ._files import from_file

        return untyped(from_file(filename, shared, nbytes, dtype=_dtype.uint8))


class TypedStorage(_Storage):
    """The elements behind a tensor: `torch.TypedStorage(size, dtype=...)`, or of a sequence of numbers."""

    __module__ = "torch.storage"

    def __init__(self, *args, wrap_storage=None, dtype=None, device=None, _internal=False):
        if wrap_storage is None:
            self._tensor = _made(args, dtype or _dtype.get_default_dtype(), device)
            return
        self._tensor = wrap_storage._tensor if dtype is None else _flat(ops.view_dtype(wrap_storage._tensor, dtype))

    dtype = property(lambda self: self._tensor.dtype, doc="Type of the elements.")

    def size(self):
        """Number of elements."""
        return self._tensor.numel()

    __len__ = _size = size

    def element_size(self):
        """Bytes of an element."""
        return self._tensor.element_size()

    def tolist(self):
        """The elements."""
        return self._tensor.tolist()

    def untyped(self):
        """The bytes."""
        return untyped(self._tensor)

    _untyped_storage = property(untyped)

    def pickle_storage_type(self):
        """The name that files give this kind: `"FloatStorage"`. KeyError for the dtypes whose storages have none."""
        name = _dtype.SCALAR_TYPE_NAMES[self.dtype._code] + "Storage"
        if name not in LEGACY:
            raise KeyError(self.dtype)
        return name

    _pickle_storage_type = pickle_storage_type

    def __getitem__(self, index):
        if isinstance(index, slice):
            return typed(self._tensor[index])
        if not -self.size() <= index < self.size():
            raise IndexError(f"index {index} out of range for storage of size {self.size()}")
        return self._tensor[index].item()

    def __setitem__(self, index, value):
        self._tensor[index] = value

    def fill_(self, value):
        """Writes one value everywhere. Returns itself."""
        self._tensor.fill_(value)
        return self

    def __eq__(self, other):
        return isinstance(other, TypedStorage) and ops.shares_storage(self._tensor, other._tensor)

    def __hash__(self):
        return hash(self._cdata)

    def __repr__(self):
        lines = "".join(f" {value}\n" for value in self.tolist())
        return f"{lines}[torch.storage.TypedStorage(dtype={self.dtype}, device={self.device}) of size {self.size()}]"


class _LegacyKind(type):
    """`isinstance(storage, torch.FloatStorage)` asks for the dtype."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, TypedStorage) and instance.dtype is cls.dtype


def _legacy(name, dtype):
    """`torch.FloatStorage` and its like: the names that files use."""

    def __new__(cls, *args, device=None, **kwargs):
        return TypedStorage(*args, dtype=dtype, device=device, **kwargs)

    text = f"A storage of {dtype} elements: `torch.{name}(size)`, or of a sequence of numbers."
    return _LegacyKind(name, (), {"__module__": "torch", "__doc__": text, "__new__": __new__, "dtype": dtype})


#: `torch.FloatStorage` and its like by name.
LEGACY = {
    name + "Storage": _legacy(name + "Storage", kind)
    for name, kind in zip(_dtype.SCALAR_TYPE_NAMES, _dtype.BY_CODE)
    if kind not in _dtype.WIDE_UNSIGNED
}


def is_storage(obj):
    """True for storages.

    obj: any Python object. Gives a bool.
    """
    return isinstance(obj, _Storage)


def untyped(tensor):
    """The bytes behind a tensor."""
    made = object.__new__(UntypedStorage)
    made._tensor = _flat(tensor)
    return made


def typed(tensor):
    """The elements behind a tensor."""
    made = object.__new__(TypedStorage)
    made._tensor = _flat(tensor)
    return made


def storage_of(self):
    """The elements behind this tensor. `untyped_storage()` gives the bytes."""
    warnings.warn(
        "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. This "
        "should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
        "tensor.untyped_storage() instead of tensor.storage()",
        UserWarning,
        stacklevel=2,
    )
    return typed(self)


def set_(self, source=None, storage_offset=0, size=None, stride=()):
    """Makes this tensor stand for other memory: a tensor's, or a part of a storage. Returns self."""
    if source is None:
        source = self.new_empty(0)
    if isinstance(source, (TypedStorage, UntypedStorage)):
        source = source._tensor
    if size is not None:
        step, made = 1, []
        for count in reversed(size):
            made.append(step)
            step *= count
        source = ops.as_strided(source, size, tuple(stride) or tuple(reversed(made)), storage_offset)
    if source.dtype is not self.dtype:
        names = _dtype.SCALAR_TYPE_NAMES
        raise RuntimeError(
            f"Could not set tensor of type {names[source.dtype._code].lower()} to a tensor of type {names[self.dtype._code].lower()}"
        )
    ops.set_data(self, source)
    self._forget()
    return self
