"""Storages: the flat memory behind tensors, for those who ask for it.

A storage here is a flat tensor over all of the memory; writing to it writes the tensors that share it.
Refuses to change a storage's size. Read next: `_tensor`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import warnings

from . import _dtype
from ._C import download, ops, upload


def _flat(tensor):
    return ops.as_strided(ops.data(tensor), (ops.storage_size(tensor),), (1,), 0)


class UntypedStorage:
    """The bytes behind a tensor."""

    __module__ = "torch.storage"

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("torch.UntypedStorage cannot be made in Carrel: make a tensor and ask for its untyped_storage()")

    @property
    def device(self):
        """Where the bytes are."""
        return self._tensor.device

    @property
    def is_cuda(self):
        """True on the GPU."""
        return self._tensor.is_cuda

    def data_ptr(self):
        """A number that stands for the memory."""
        return self._tensor.data_ptr()

    def nbytes(self):
        """Number of bytes."""
        return self._tensor.nbytes

    size = __len__ = nbytes

    def element_size(self):
        """Bytes of an element: 1."""
        return 1

    def tolist(self):
        """The bytes."""
        return list(download(self._tensor.cpu()))

    def __getitem__(self, index):
        return self.tolist()[index]

    def __iter__(self):
        return iter(self.tolist())

    def __eq__(self, other):
        return isinstance(other, UntypedStorage) and ops.shares_storage(self._tensor, other._tensor)

    def __hash__(self):
        return hash(self.data_ptr())

    @property
    def _cdata(self):
        return self.data_ptr()

    def clone(self):
        """A copy."""
        return untyped(self._tensor.clone())

    def cpu(self):
        """The bytes on the CPU."""
        return untyped(self._tensor.cpu())

    def resize_(self, size):
        """Refused."""
        raise NotImplementedError("UntypedStorage.resize_ is not supported in Carrel: resize_() the tensor")

    def __repr__(self):
        lines = "".join(f" {value}\n" for value in self.tolist())
        return f"{lines}[torch.storage.UntypedStorage(device={self.device}) of size {self.nbytes()}]"


class TypedStorage:
    """The elements behind a tensor."""

    __module__ = "torch.storage"

    def __init__(self, *args, **kwargs):
        raise NotImplementedError("torch.TypedStorage cannot be made in Carrel: make a tensor and ask for its storage()")

    dtype = property(lambda self: self._tensor.dtype, doc="Type of the elements.")
    device = property(lambda self: self._tensor.device, doc="Where the elements are.")

    def size(self):
        """Number of elements."""
        return self._tensor.numel()

    __len__ = size

    def nbytes(self):
        """Number of bytes."""
        return self._tensor.nbytes

    def data_ptr(self):
        """A number that stands for the memory."""
        return self._tensor.data_ptr()

    def element_size(self):
        """Bytes of an element."""
        return self._tensor.element_size()

    def tolist(self):
        """The elements."""
        return self._tensor.tolist()

    def untyped(self):
        """The bytes."""
        return untyped(self._tensor)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return typed(self._tensor[index])
        if not -self.size() <= index < self.size():
            raise IndexError(f"index {index} out of range for storage of size {self.size()}")
        return self._tensor[index].item()

    def __setitem__(self, index, value):
        self._tensor[index] = value

    def fill_(self, value):
        """Writes one value everywhere."""
        self._tensor.fill_(value)
        return self

    def __iter__(self):
        return iter(self.tolist())

    def clone(self):
        """A copy."""
        return typed(self._tensor.clone())

    def __repr__(self):
        lines = "".join(f" {value}\n" for value in self.tolist())
        return f"{lines}[torch.storage.TypedStorage(dtype={self.dtype}, device={self.device}) of size {self.size()}]"


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
