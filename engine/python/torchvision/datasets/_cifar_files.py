"""The files of CIFAR: pickles of Python 2 with an array of NumPy's in them, in a folder or in the archive as it came.

Reads them without NumPy and without trusting them: the only names that a file may use are those of an array, which
come as plain records. Refuses everything else with pickle.UnpicklingError. https://www.cs.toronto.edu/~kriz/cifar.html
Read next: `cifar`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import hashlib
import io
import os
import pickle
import tarfile


class _Array:
    """What stands for `numpy.ndarray`: its state."""

    def __setstate__(self, state):
        _version, self.shape, self.dtype, self.is_column_major, self.data = state


class _Dtype:
    """What stands for `numpy.dtype`: its name."""

    def __init__(self, name, *_options):
        self.name = name.decode("ascii") if isinstance(name, bytes) else name

    def __setstate__(self, state):
        pass


def _reconstruct(_kind, _shape, _code):
    return _Array()


def _encode(text, encoding="latin1"):
    """`_codecs.encode`, which newer pickles write bytes with."""
    if encoding not in ("latin1", b"latin1"):
        raise pickle.UnpicklingError(f"bytes encoded as {encoding!r}")
    return text.encode("latin1") if isinstance(text, str) else text


_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"a file of CIFAR does not use {module}.{name}: it is not loaded")
        return _ALLOWED[module, name]


def unpickle(data):
    """The dictionary in a file's bytes: texts are str, the array is its bytes.

    Raises pickle.UnpicklingError if the file is of another kind, or not whole.
    """
    try:
        found = _Unpickler(io.BytesIO(data), encoding="bytes").load()
    except (EOFError, ValueError, TypeError, AttributeError, IndexError, KeyError, ImportError) as error:
        raise pickle.UnpicklingError(f"a file of CIFAR is damaged: {error}") from None
    if not isinstance(found, dict):
        raise pickle.UnpicklingError("a file of CIFAR holds a dictionary")
    return {_text(key): _plain(value) for key, value in found.items()}


def _text(value):
    return value.decode("latin1") if isinstance(value, bytes) else value


def _plain(value):
    if isinstance(value, _Array):
        if not isinstance(value.dtype, _Dtype) or value.dtype.name not in ("u1", "|u1", "uint8") or value.is_column_major:
            raise pickle.UnpicklingError("the images of a file of CIFAR are rows of bytes")
        return _encode(value.data)
    if isinstance(value, list):
        return [_text(entry) for entry in value]
    return value


class Folder:
    """The files where the archive was unpacked."""

    def __init__(self, path):
        self.path = path

    def read(self, wanted):
        """The bytes of those of these files that are there, by name."""
        found = {}
        for name in wanted:
            path = os.path.join(self.path, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[name] = file.read()
        return found


class Archive:
    """The files in the archive, which is read once and not unpacked."""

    def __init__(self, path):
        self.path = path

    def read(self, wanted):
        """The bytes of those of these files that are there, by name. Raises tarfile.ReadError if it is no archive."""
        found = {}
        with tarfile.open(self.path, "r:*") as files:
            for member in files:
                name = os.path.basename(member.name)
                if name in wanted and member.isfile():
                    found[name] = files.extractfile(member).read()
        return found


def is_right(data, md5):
    """Whether bytes have a checksum; anything has none."""
    return md5 is None or hashlib.md5(data, usedforsecurity=False).hexdigest() == md5
