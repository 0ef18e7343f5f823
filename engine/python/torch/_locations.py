"""Where the storages of files belong: the location words of PyTorch's files, and `map_location`.

A tensor on the GPU is kept as `cuda:0`, so that PyTorch can read what Carrel writes; `cuda`, `mps` and `webgpu` are
all Carrel's GPU when read. Read next: `serialization`, `_device`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._device import device

# Locations that Carrel's GPU stands in for.
_GPU_KINDS = ("cuda", "mps", "webgpu", "gpu")

_registry = []


def location_tag(storage):
    """The word for where a storage is."""
    for _, tagger, _ in _registry:
        if (found := tagger(storage)) is not None:
            return found
    return "cuda:0" if storage.is_cuda else "cpu"


def register_package(priority, tagger, deserializer):
    """Adds a kind of location of the user's own: `tagger(storage)` and `deserializer(storage, location)` may give None."""
    _registry.append((priority, tagger, deserializer))
    _registry.sort(key=lambda entry: entry[0])


def default_restore_location(storage, location):
    """A storage that was just read, where its location word says."""
    for _, _, deserializer in _registry:
        if (found := deserializer(storage, location)) is not None:
            return found
    location = str(location)
    kind, _, number = location.partition(":")
    if kind == "cpu":
        return storage
    if kind in _GPU_KINDS:
        if not _has_gpu():
            name = kind.upper() if kind == "mps" else "CUDA"
            check = "torch.backends.mps.is_available()" if kind == "mps" else "torch.cuda.is_available()"
            raise RuntimeError(
                f"Attempting to deserialize object on {'a CUDA' if name == 'CUDA' else 'MPS'} device but {check} is False. "
                "If you are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') "
                "to map your storages to the CPU."
            )
        if number not in ("", "0"):
            raise RuntimeError(
                f"Attempting to deserialize object on CUDA device {number} but torch.cuda.device_count() is 1. Please use "
                "torch.load with map_location to map your storages to an existing device."
            )
        return storage.to(device="cuda")
    raise RuntimeError(f"don't know how to restore data location of torch.storage.UntypedStorage (tagged with {location})")


def _has_gpu():
    from .accelerator import is_available

    return is_available()


def restorer(map_location):
    """The function `(storage, location) -> storage` that a `map_location` argument stands for."""
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, location: default_restore_location(storage, map_location.get(location, location))
    if isinstance(map_location, (str, bytes)):
        word = map_location.decode() if isinstance(map_location, bytes) else map_location
        return lambda storage, location: default_restore_location(storage, word)
    if isinstance(map_location, device):
        return lambda storage, location: default_restore_location(storage, str(map_location))

    def restore(storage, location):
        found = map_location(storage, location)
        return default_restore_location(storage, location) if found is None else found

    return restore
