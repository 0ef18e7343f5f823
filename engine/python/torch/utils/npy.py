"""`.npy` and `.npz` files without NumPy: `save`, `load`, `savez`, `savez_compressed`.

This module is Carrel's own; PyTorch has none. A program that shall also run there uses `numpy.load` and
`torch.from_numpy`. Files are NumPy's format versions 1 to 3, as numpy.lib.format describes them; data goes between file
and engine in pieces. bfloat16 is refused, since NumPy has none; so are arrays of objects, which are pickles, and of
texts, structures, and dtypes that Carrel has not.
Read next: `_memory`, `_numpy`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import ast
import os
import struct
import zipfile
from math import prod

from .. import _dtype, _memory
from .._numpy import NAMES
from .._tensor import Tensor

__all__ = ["load", "save", "savez", "savez_compressed"]

_MAGIC = b"\x93NUMPY"

# Headers longer than this are not believed.
_LONGEST_HEADER = 1 << 20

_LETTERS = {"bool": "|b1", "uint8": "|u1", "int8": "|i1", "int16": "<i2", "int32": "<i4", "int64": "<i8"}
_LETTERS.update(uint16="<u2", uint32="<u4", uint64="<u8")
_LETTERS.update(float16="<f2", float32="<f4", float64="<f8")
_BY_LETTERS = {letters[1:]: _dtype.BY_NAME[name] for name, letters in _LETTERS.items()}


def save(file, tensor):
    """Writes a tensor as a `.npy` file. `file`: a path, to which `.npy` is added if it is missing, or a file object."""
    if isinstance(file, (str, os.PathLike)):
        with open(_ending(file, ".npy"), "wb") as opened:
            _write(opened, tensor)
    else:
        _write(file, tensor)


def savez(file, *tensors, **named):
    """Writes tensors as a `.npz` file, under their keywords or as `arr_0`, `arr_1`, …"""
    _write_archive(file, tensors, named, zipfile.ZIP_STORED)


def savez_compressed(file, *tensors, **named):
    """As `savez`, compressed."""
    _write_archive(file, tensors, named, zipfile.ZIP_DEFLATED)


def load(file):
    """A tensor from a `.npy` file, or a dict of tensors from a `.npz` file, whichever it is.

    file: a path, or a file object (for `.npz` one that can seek).
    Raises ValueError for what is neither, is damaged, or holds what tensors cannot.
    """
    if isinstance(file, (str, os.PathLike)):
        with open(file, "rb") as opened:
            return load(opened)
    head = file.read(len(_MAGIC))
    if head == _MAGIC:
        return _read(file)
    if head[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
        raise ValueError("this is neither a .npy nor a .npz file")
    file.seek(-len(head), os.SEEK_CUR)
    return _read_archive(file)


# Writing


def _ending(path, ending):
    path = os.fspath(path)
    return path if path.endswith(ending) else path + ending


def _write(file, tensor):
    if not isinstance(tensor, Tensor):
        raise TypeError(f"expected a tensor, but got {type(tensor).__name__}")
    if tensor.dtype not in NAMES:
        raise TypeError(f".npy files cannot hold {tensor.dtype}: convert the tensor to torch.float32")
    description = {"descr": _LETTERS[tensor.dtype._name], "fortran_order": False, "shape": tuple(tensor.shape)}
    text = "{" + "".join(f"{name!r}: {value!r}, " for name, value in description.items()) + "}"
    # The data begins at a multiple of 64 bytes.
    gap = -(len(_MAGIC) + 4 + len(text) + 1) % 64
    header = text.encode("latin1") + b" " * gap + b"\n"
    file.write(_MAGIC + b"\x01\x00" + struct.pack("<H", len(header)) + header)
    for piece in _memory.row_major_bytes(tensor):
        file.write(piece)


def _write_archive(file, tensors, named, compression):
    entries = dict(named)
    for position, tensor in enumerate(tensors):
        if f"arr_{position}" in entries:
            raise ValueError(f"Cannot use un-named variables and keyword arr_{position}")
        entries[f"arr_{position}"] = tensor
    target = _ending(file, ".npz") if isinstance(file, (str, os.PathLike)) else file
    with zipfile.ZipFile(target, "w", compression, allowZip64=True) as archive:
        for name, tensor in entries.items():
            with archive.open(name + ".npy", "w", force_zip64=True) as entry:
                _write(entry, tensor)


# Reading


def _read_archive(file):
    try:
        with zipfile.ZipFile(file) as archive:
            found = {}
            for name in archive.namelist():
                with archive.open(name) as entry:
                    if entry.read(len(_MAGIC)) != _MAGIC:
                        raise ValueError(f"{name} in the archive is no .npy file")
                    found[name.removesuffix(".npy")] = _read(entry)
            return found
    except zipfile.BadZipFile as error:
        raise ValueError(f"the .npz file is damaged: {error}") from None


def _read(file):
    """A tensor from a `.npy` file whose magic has been read."""
    dtype, is_swapped, is_column_major, shape = _header(file)
    flat = _memory.empty_storage(dtype, prod(shape))
    readinto = _memory.swapping(_whole(_memory.readinto_of(file)), dtype.itemsize if is_swapped else 0)
    try:
        _memory.fill(flat, readinto)
    except EOFError as error:
        raise ValueError(f"the .npy file is damaged: {error}") from None
    if is_column_major:
        return flat.reshape(shape[::-1]).permute(*reversed(range(len(shape))))
    return flat.reshape(shape)


def _whole(readinto):
    """Reads all of a piece, also from what gives less at a time than was asked for, as compressed entries do."""

    def read(piece):
        count = 0
        while count < len(piece) and (got := readinto(piece[count:])):
            count += got
        return count

    return read


def _header(file):
    """dtype, whether its bytes are the other way around, whether columns come first, and the shape."""
    version = file.read(2)
    if len(version) < 2 or version[0] not in (1, 2, 3):
        raise ValueError(f"we only support format version (1,0), (2,0), and (3,0), not {tuple(version)}")
    layout = "<H" if version[0] == 1 else "<I"
    size = file.read(struct.calcsize(layout))
    length = struct.unpack(layout, size)[0] if len(size) == struct.calcsize(layout) else _LONGEST_HEADER + 1
    text = file.read(length) if length <= _LONGEST_HEADER else b""
    if length > _LONGEST_HEADER or len(text) < length:
        raise ValueError("the .npy file is damaged: its header is cut off")
    try:
        header = ast.literal_eval(text.decode("utf-8" if version[0] == 3 else "latin1").strip())
        letters, order, shape = header["descr"], header["fortran_order"], header["shape"]
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        raise ValueError("the .npy file is damaged: cannot parse its header") from None
    if type(shape) is not tuple or not all(type(size) is int and size >= 0 for size in shape) or type(order) is not bool:
        raise ValueError(f"the .npy file is damaged: shape is not valid: {shape!r}")
    dtype = _BY_LETTERS.get(letters[1:]) if isinstance(letters, str) else None
    if dtype is None:
        kind = "objects, which only a pickle can hold" if letters == "|O" else f"{letters!r} elements"
        raise ValueError(f"the .npy file holds {kind}: Carrel's tensors cannot")
    return dtype, letters[0] == ">" and dtype.itemsize > 1, order, shape
