"""`safe_open`: a safetensors file from which tensors are read one at a time, or in part.

Bytes go from the file to the engine in pieces. Read next: `_header`, `torch`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os

from torch import _dtype, _memory
from torch._device import device as make_device

from ._header import SafetensorError, read_header

#: Carrel's dtypes by the format's names.
DTYPES = {
    "BOOL": _dtype.bool_, "U8": _dtype.uint8, "I8": _dtype.int8, "I16": _dtype.int16, "I32": _dtype.int32, "I64": _dtype.int64,
    "U16": _dtype.uint16, "U32": _dtype.uint32, "U64": _dtype.uint64,
    "F16": _dtype.float16, "BF16": _dtype.bfloat16, "F32": _dtype.float32, "F64": _dtype.float64,
}

_TORCH, _NUMPY = ("pt", "torch", "pytorch"), ("np", "numpy")


class safe_open:
    """A safetensors file, open for reading; use it in a `with`.

    filename: a path. framework: `"pt"` for tensors, `"np"` for NumPy arrays. device: where tensors go.
    Raises FileNotFoundError, and SafetensorError for a file that is damaged.
    """

    __module__ = "safetensors"

    def __init__(self, filename, framework, device="cpu"):
        if framework not in _TORCH + _NUMPY:
            raise SafetensorError(f"framework {framework} is invalid")
        self._is_numpy = framework in _NUMPY
        self._device = make_device(device)
        try:
            self._file = open(filename, "rb")
        except FileNotFoundError:
            raise FileNotFoundError(f"No such file or directory: {os.fspath(filename)}") from None
        try:
            size = self._file.seek(0, os.SEEK_END)
            self._file.seek(0)
            self._tensors, self._metadata, self._start = read_header(self._file.read(8), self._file.read, size)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._file.close()

    def keys(self):
        """The tensors' names, sorted."""
        return sorted(self._tensors)

    def offset_keys(self):
        """The tensors' names in the order of the file."""
        return list(self._tensors)

    def metadata(self):
        """The strings that were saved with the tensors, or None."""
        return None if self._metadata is None else dict(self._metadata)

    def get_tensor(self, name):
        """A tensor. Raises SafetensorError if there is none of this name."""
        info = self._info(name)
        return self._given(self._read(info, 0, info.shape))

    def get_slice(self, name):
        """A tensor of which only what is asked for by `[...]` is read."""
        return _Slice(self, self._info(name))

    def _info(self, name):
        if self._file.closed:
            raise SafetensorError("File is closed")
        if name not in self._tensors:
            raise SafetensorError(f"File does not contain tensor {name}")
        return self._tensors[name]

    def _read(self, info, skipped_bytes, shape):
        """Consecutive elements of a tensor in a shape."""
        self._file.seek(self._start + info.start + skipped_bytes)
        return filled(info.dtype, shape, _memory.readinto_of(self._file))

    def _given(self, tensor):
        return tensor.numpy() if self._is_numpy else tensor.to(self._device)


class _Slice:
    """A tensor in a file, before it is read."""

    def __init__(self, file, info):
        self._file, self._info = file, info

    def get_shape(self):
        """The shape."""
        return list(self._info.shape)

    def get_dtype(self):
        """The format's name of the dtype: `"F32"`."""
        return self._info.dtype

    def __getitem__(self, index):
        """A part, of which only the rows from the first to the last wanted are read."""
        shape = self._info.shape
        parts = index if isinstance(index, tuple) else (index,)
        start, count, parts = self._rows(parts) if shape and parts else (0, None, parts)
        row = (self._info.end - self._info.start) // max(shape[0], 1) if shape else 0
        wanted = shape if count is None else [count, *shape[1:]]
        read = self._file._read(self._info, start * row, wanted)
        return self._file._given(read[parts].contiguous())

    def _rows(self, parts):
        """The first row to read, how many (None: all), and the index that remains to be applied."""
        first, size = parts[0], self._info.shape[0]
        if type(first) is int:
            if not -size <= first < size:
                raise SafetensorError(f"index {first} out of bounds for tensor dimension #0 of size {size}")
            return first % size, 1, (0, *parts[1:])
        if isinstance(first, slice):
            if first.step is not None and first.step < 1:
                raise SafetensorError("slices with a negative step are not supported")
            rows = range(size)[first]
            return (rows[0], rows[-1] + 1 - rows[0], (slice(None, None, rows.step), *parts[1:])) if rows else (0, 0, (slice(None), *parts[1:]))
        return 0, None, parts


def filled(dtype, shape, readinto):
    """A CPU tensor of the format's dtype, read by `readinto`."""
    if dtype not in DTYPES:
        raise SafetensorError(f"the file holds a tensor of dtype {dtype}, which Carrel has not; it has {', '.join(DTYPES)}")
    count = 1
    for size in shape:
        count *= size
    flat = _memory.empty_storage(DTYPES[dtype], count)
    try:
        _memory.fill(flat, readinto)
    except EOFError as error:
        raise SafetensorError(str(error)) from None
    return flat.reshape(shape)
