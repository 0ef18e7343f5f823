"""`safetensors.torch`: dicts of tensors, and modules, to and from safetensors files.

Tensors must be contiguous and must not overlap in memory, as the format cannot say so; `save_model` keeps one of each
group that does. Data goes in pieces, straight between file and engine. Read next: `_header`, `_open`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import io
import os

from torch import Tensor, _memory

from ._header import read_header, write_header
from ._open import DTYPES, filled, safe_open

__all__ = ["load", "load_file", "load_model", "save", "save_file", "save_model"]

_NAMES = {dtype: name for name, dtype in DTYPES.items()}


def save_file(tensors, filename, metadata=None):
    """Writes tensors to a file.

    tensors: a dict of tensors by name. metadata: strings by string, or None.
    Raises ValueError for what is no tensor or not contiguous, RuntimeError for tensors that share memory.
    """
    _checked(tensors)
    with open(os.fspath(filename), "wb") as file:
        _write(file, tensors, metadata)


def save(tensors, metadata=None):
    """The bytes that `save_file` writes."""
    _checked(tensors)
    file = io.BytesIO()
    _write(file, tensors, metadata)
    return file.getvalue()


def load_file(filename, device="cpu"):
    """The tensors of a file by name, on a device. Raises FileNotFoundError, SafetensorError for a damaged file."""
    with safe_open(filename, framework="pt", device=device) as file:
        return {name: file.get_tensor(name) for name in file.offset_keys()}


def load(data):
    """The tensors in the bytes of a file, by name."""
    file = io.BytesIO(data)
    tensors, _, _ = read_header(file.read(8), file.read, len(data))
    # The tensors follow each other without gaps, which was checked.
    return {name: filled(info.dtype, info.shape, file.readinto) for name, info in tensors.items()}


def save_model(model, filename, metadata=None, force_contiguous=True):
    """Writes a module's state. Of tensors that share memory one is written, and the metadata tells of the others.

    force_contiguous: pack tensors with gaps instead of refusing them.
    """
    state = model.state_dict()
    metadata = dict(metadata or {})
    for kept, dropped in _twins(state).items():
        for name in dropped:
            metadata.setdefault(name, kept)
            del state[name]
    if force_contiguous:
        state = {name: tensor.contiguous() for name, tensor in state.items()}
    save_file(state, filename, metadata=metadata or None)


def load_model(model, filename, strict=True, device="cpu"):
    """Loads what `save_model` wrote into a module. Gives the names that were missing, and those that were unexpected.

    strict: raise RuntimeError if there are any.
    """
    state = load_file(filename, device=device)
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = set(missing)
    for kept, dropped in _twins(model.state_dict()).items():
        if {kept, *dropped} - missing:
            # One of the group was in the file, so all of them have been written.
            missing -= {kept, *dropped}
    unexpected = list(unexpected)
    if strict and (missing or unexpected):
        error = f"Error(s) in loading state_dict for {type(model).__name__}:"
        if missing:
            error += "\n    Missing key(s) in state_dict: " + ", ".join(f'"{name}"' for name in sorted(missing))
        if unexpected:
            error += "\n    Unexpected key(s) in state_dict: " + ", ".join(f'"{name}"' for name in sorted(unexpected))
        raise RuntimeError(error)
    return missing, unexpected


def _write(file, tensors, metadata):
    described = {name: (_NAMES[tensor.dtype], tensor.shape, tensor.nbytes) for name, tensor in tensors.items()}
    head, order = write_header(described, metadata)
    file.write(head)
    for name in order:
        for piece in _memory.row_major_bytes(tensors[name]):
            file.write(piece)


def _checked(tensors):
    """Raises for what a file cannot hold, before the file is touched."""
    if not isinstance(tensors, dict):
        raise ValueError(f"Expected a dict of [str, torch.Tensor] but received {type(tensors)}")
    for name, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            raise ValueError(f"Key `{name}` is invalid, expected torch.Tensor but received {type(tensor)}")
        if not isinstance(name, str):
            raise TypeError(f"names must be strings, but got {name!r}")
    shared = [names for names in _groups(tensors) if len(names) > 1]
    if shared:
        raise RuntimeError(
            "\n            Some tensors share memory, this will lead to duplicate memory on disk and potential differences "
            f"when loading them again: {shared}.\n            A potential way to correctly save your model is to use "
            "`save_model`.\n            More information at https://huggingface.co/docs/safetensors/torch_shared_tensors\n"
            "            "
        )
    for name, tensor in tensors.items():
        if not tensor.is_contiguous():
            raise ValueError(
                f"You are trying to save a non contiguous tensor: `{name}` which is not allowed. It either means you are "
                "trying to save tensors which are reference of each other in which case it's recommended to save only the "
                "full tensors, and reslice at load time, or simply call `.contiguous()` on your tensor to pack it before saving."
            )


def _groups(tensors):
    """Names of tensors that overlap in memory, as sets."""
    ranges = {}
    for name, tensor in tensors.items():
        if tensor.numel():
            first = tensor.storage_offset()
            last = first + sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride()))
            ranges.setdefault(tensor.untyped_storage(), []).append((first, last, name))
    groups = []
    for entries in ranges.values():
        end = -1
        for first, last, name in sorted(entries):
            if first > end:
                groups.append(set())
            groups[-1].add(name)
            end = max(end, last)
    return groups


def _twins(state):
    """Of every group of tensors that overlap, the name that is kept (of the largest, the first) and the others."""
    found = {}
    for names in _groups(state):
        if len(names) > 1:
            kept = min(names, key=lambda name: (-state[name].numel(), name))
            found[kept] = sorted(names - {kept})
    return found
