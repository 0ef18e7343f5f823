"""`torch.save` and `torch.load`: objects with tensors in them, in PyTorch's own zip format.

The archive holds a pickle, in which storages are names, and a file for each storage; `_archive_writer` and
`_archive_reader` are its layout. Storages go from file to engine and back in pieces, never whole through Python.
Refuses the formats of PyTorch before 1.6 and of TorchScript, and says why.
Read next: `_pickling`, `_weights_only_unpickler`, `_locations`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import io
import os
import pickle
import re
import sys
from contextlib import contextmanager

from . import _dtype, _memory
from ._archive_reader import ArchiveReader
from ._archive_writer import ArchiveWriter
from ._C import to_cpu_together
from ._locations import default_restore_location, location_tag, register_package, restorer
from ._safe_globals import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals
from ._storage import LEGACY, TypedStorage, UntypedStorage, is_storage, untyped
from ._weights_only_unpickler import Unpickler as WeightsUnpickler

__all__ = [
    "add_safe_globals",
    "clear_safe_globals",
    "default_restore_location",
    "get_safe_globals",
    "get_unsafe_globals_in_checkpoint",
    "load",
    "location_tag",
    "register_package",
    "safe_globals",
    "save",
]

#: The protocol of the pickle in an archive.
DEFAULT_PROTOCOL = 2

# GPU memory that is read at once while a file is written.
_READ_TOGETHER_BYTES = 32 << 20

# What a file of PyTorch before 1.6 begins with: a pickle of this number.
_LEGACY_MAGIC = pickle.dumps(0x1950A86A20F9469CFC6C, 2)


def save(obj, f, pickle_module=pickle, pickle_protocol=DEFAULT_PROTOCOL, _use_new_zipfile_serialization=True, _disable_byteorder_record=False):
    """Writes an object to a file, as PyTorch does: the tensors in it keep dtype, strides and shared memory.

    obj: tensors, parameters, modules, state dicts, containers; whatever pickles.
    f: a path, or a file object with `write`.
    pickle_module: has `Pickler`, as `pickle` has. pickle_protocol: 2 is what PyTorch expects.
    Raises RuntimeError if the folder does not exist, and for storages of which one dtype views another's memory.
    https://docs.pytorch.org/docs/stable/generated/torch.save.html
    """
    if not _use_new_zipfile_serialization:
        raise NotImplementedError("Carrel writes the zip format of PyTorch 1.6 and later only")
    if isinstance(f, (str, os.PathLike)):
        path = os.fspath(f)
        folder = os.path.dirname(path)
        if folder and not os.path.isdir(folder):
            raise RuntimeError(f"Parent directory {folder} does not exist.")
        with open(path, "wb") as file:
            _save(obj, ArchiveWriter(file, _archive_name(path)), pickle_module, pickle_protocol, _disable_byteorder_record)
    elif hasattr(f, "write"):
        _save(obj, ArchiveWriter(f, "archive"), pickle_module, pickle_protocol, _disable_byteorder_record)
    else:
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")


def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """Reads an object that `torch.save` wrote, here or in PyTorch.

    f: a path, or a file object that can `read` and `seek`.
    map_location: where storages go: a device, its name, a dict from name to name, or `(storage, name) -> storage`.
    weights_only: build tensors and plain containers alone, and what `torch.serialization.add_safe_globals` allows. Without
        it (and with `pickle_module`) a file can run any code: do that to files you trust only.
    mmap: accepted; the file is read all the same.
    Raises pickle.UnpicklingError for what is not allowed, RuntimeError for damaged files and for older formats.
    https://docs.pytorch.org/docs/stable/generated/torch.load.html
    """
    if weights_only is None:
        weights_only = pickle_module is None
    if weights_only and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit picke_module is specified")
    pickle_load_args.setdefault("encoding", "utf-8")
    if mmap and not isinstance(f, (str, os.PathLike)):
        raise ValueError("f must be a file path in order to use the mmap argument")
    with _opened(f) as file:
        reader = _reader(file)
        storages = _Storages(reader, restorer(map_location))
        data = reader.bytes("data.pkl")
        if weights_only:
            return _load_weights(data, storages, pickle_load_args)
        return _load_anything(data, storages, pickle_module or pickle, pickle_load_args)


def get_unsafe_globals_in_checkpoint(f):
    """The full names in a file that `torch.load(weights_only=True)` does not build unless they are allowed."""
    import pickletools

    from ._safe_globals import added_by_name, default_by_name

    with _opened(f) as file:
        data = _reader(file).bytes("data.pkl")
    names, texts = set(), []
    for operation, argument, _ in pickletools.genops(data):
        if operation.name in ("GLOBAL", "INST"):
            names.add(tuple(argument.split(" ", 1)))
        elif operation.name == "STACK_GLOBAL":
            names.add(tuple(texts[-2:]))
        elif isinstance(argument, str):
            texts.append(argument)
    mapped = {"__builtin__": "builtins"}
    full = {f"{mapped.get(module, module)}.{name}" for module, name in names}
    return sorted(full - set(default_by_name()) - set(added_by_name()))


# Writing


def _archive_name(path):
    """The folder inside an archive: the file's name without its extension."""
    name = re.split(r"[\\/]", os.fsdecode(path))[-1]
    stem, dot, _ = name.rpartition(".")
    return stem if dot else name


def _save(obj, archive, pickle_module, protocol, without_byteorder):
    pickled, storages = io.BytesIO(), _SavedStorages()

    class Pickler(pickle_module.Pickler):
        def persistent_id(self, obj):
            return storages.name(obj) if is_storage(obj) else None

    Pickler(pickled, protocol=protocol).dump(obj)
    view = pickled.getbuffer()
    archive.add("data.pkl", [view], len(view))
    archive.add(".format_version", [b"1"], 1)
    archive.add(".storage_alignment", [b"64"], 2)
    if not without_byteorder:
        archive.add("byteorder", [sys.byteorder.encode()], len(sys.byteorder))
    for key, flat in _on_cpu(storages.in_order()):
        archive.add(f"data/{key}", _memory.pieces(flat), flat.nbytes)
    archive.close()


def _on_cpu(entries):
    """Keys and flat tensors, those of the GPU read together, so that it is waited for rarely but little is held."""
    waiting, held_bytes = [], 0
    for key, flat in entries:
        waiting.append((key, flat))
        held_bytes += flat.nbytes if flat.is_cuda else 0
        if held_bytes >= _READ_TOGETHER_BYTES:
            yield from zip([key for key, _ in waiting], to_cpu_together([flat for _, flat in waiting]))
            waiting, held_bytes = [], 0
    yield from zip([key for key, _ in waiting], to_cpu_together([flat for _, flat in waiting]))


class _SavedStorages:
    """The storages that a pickle names, in the order in which it does."""

    def __init__(self):
        self._keys = {}
        self._flat = []
        self._dtypes = {}

    def name(self, storage):
        """What stands for a storage in the pickle."""
        if isinstance(storage, TypedStorage):
            dtype, kind = storage.dtype, LEGACY[storage._pickle_storage_type()]
            count = storage.size()
        else:
            dtype, kind, count = _dtype.uint8, UntypedStorage, storage.nbytes()
        identity = storage._cdata
        if storage.data_ptr() and self._dtypes.setdefault(identity, dtype) is not dtype:
            raise RuntimeError("Cannot save multiple tensors or storages that view the same data as different types")
        if identity not in self._keys:
            self._keys[identity] = str(len(self._keys))
            # Holding the flat tensor keeps the memory, and with it the identity, from being given to another.
            self._flat.append(storage._tensor)
        return "storage", kind, self._keys[identity], location_tag(storage), count

    def in_order(self):
        """Keys and flat tensors."""
        return zip(self._keys.values(), self._flat)


# Reading


@contextmanager
def _opened(f):
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            yield file
        return
    for name in ("read", "seek", "tell"):
        if not hasattr(f, name):
            raise AttributeError(
                f"{type(f).__name__!r} object has no attribute {name!r}. You can only torch.load from a file that is seekable. "
                "Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
            )
    yield f


def _reader(file):
    """A reader of an archive, or the reason why there is none."""
    start = file.tell()
    head = bytes(file.read(len(_LEGACY_MAGIC)))
    file.seek(start)
    if not head:
        raise EOFError("Ran out of input")
    if head[:4] != b"PK\x03\x04":
        raise RuntimeError(_what_it_is(head))
    reader = ArchiveReader(file)
    if reader.has("constants.pkl"):
        raise RuntimeError(
            "The file is a TorchScript archive (of torch.jit.save), which holds a compiled program. Carrel runs Python only: "
            "in PyTorch, save the module's state_dict() with torch.save, and load it into the same class here"
        )
    return reader


def _what_it_is(head):
    """Why a file that is no archive is not read."""
    if head == _LEGACY_MAGIC:
        return (
            "The file is in the format of PyTorch before 1.6: a bare pickle, which can run any code while it is read. Carrel "
            "reads the zip format only: in PyTorch, write it again with torch.save(torch.load(path), path)"
        )
    return "Invalid magic number; corrupt file?"


class _Storages:
    """The storages of an archive, read when the pickle first names them."""

    def __init__(self, reader, restore):
        self._reader = reader
        self._restore = restore
        self._found = {}
        order = reader.bytes("byteorder").decode("ascii", "replace") if reader.has("byteorder") else "little"
        if order not in ("little", "big"):
            raise ValueError("Unknown endianness type: " + order)
        self._is_swapped = order != sys.byteorder

    def load(self, wanted):
        """The storage that a pickle's `("storage", kind, key, location, count)` names."""
        words = [word.decode("ascii") if isinstance(word, bytes) else word for word in wanted]
        if words[0] != "storage":
            raise RuntimeError(f"Unknown typename for persistent_load, expected 'storage' but got '{words[0]}'")
        if len(words) != 5:
            raise RuntimeError(f"a storage is described by 5 words, but got {len(words)}")
        kind, key, location, count = words[1:]
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._read(kind, key, location, count)
        return found

    def _read(self, kind, key, location, count):
        dtype = _dtype.uint8 if kind is UntypedStorage else getattr(kind, "dtype", None)
        if not isinstance(dtype, _dtype.dtype) or not isinstance(count, int):
            raise RuntimeError(f"the file names a storage of an unknown kind: {kind!r}")
        name = f"data/{key}"
        size = self._reader.size(name)
        if size != count * dtype.itemsize:
            raise RuntimeError(f"{name} has {size} bytes, and {count} elements of {dtype} need {count * dtype.itemsize}")
        flat = _memory.empty_storage(dtype, count)
        self._reader.fill(name, flat, dtype.itemsize if self._is_swapped else 0)
        return TypedStorage(wrap_storage=self._restore(untyped(flat), location))


def _load_anything(data, storages, pickle_module, arguments):
    class Unpickler(pickle_module.Unpickler):
        def find_class(self, module, name):
            if module in ("torch", "torch.storage") and name in LEGACY:
                return LEGACY[name]
            if module == "torch" and name.endswith("Storage"):
                raise NotImplementedError(f"the file holds a torch.{name}, whose dtype Carrel has not")
            return super().find_class("torch._tensor" if module == "torch.tensor" else module, name)

        def persistent_load(self, wanted):
            return storages.load(wanted)

    return Unpickler(io.BytesIO(data), **arguments).load()


def _load_weights(data, storages, arguments):
    unpickler = WeightsUnpickler(data, encoding=arguments["encoding"])
    unpickler.persistent_load = storages.load
    try:
        return unpickler.load()
    except pickle.UnpicklingError as error:
        raise pickle.UnpicklingError(_explained(str(error))) from None


def _explained(message):
    """An error of the reader that trusts nothing, with what can be done."""
    unsafe = (
        "In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` from `False` to `True`. "
        "Re-running `torch.load` with `weights_only` set to `False` will likely succeed, but it can result in arbitrary code "
        "execution. Do it only if you got the file from a trusted source."
    )
    more = (
        "\n\nCheck the documentation of torch.load to learn more about types accepted by default with weights_only "
        "https://pytorch.org/docs/stable/generated/torch.load.html."
    )
    if "was not an allowed global by default" in message:
        return (
            "Weights only load failed. This file can still be loaded, to do so you have two options, "
            "\033[1mdo those steps only if you trust the source of the checkpoint\033[0m. "
            f"\n\t(1) {unsafe}\n\t(2) Alternatively, to load with `weights_only=True` please check the recommended steps in the "
            f"following error message.\n\tWeightsUnpickler error: {message}{more}"
        )
    return f"Weights only load failed. {unsafe}\n\n\n{message}{more}"
