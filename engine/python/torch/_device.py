"""`torch.device`: where a tensor lives.

Two kinds exist: the CPU, and the user's GPU under the name `webgpu`. `cuda`, `mps` and `gpu` are accepted as
names for `webgpu`, so that notebooks written for other machines run unchanged; a device always reports its real name.
Refuses to look for a GPU: `_C` asks the engine. Read next: `_C`, `accelerator`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

CPU_CODE, WEBGPU_CODE = 0, 1

# Every accepted name and what it stands for.
_TYPES = {"cpu": "cpu", "webgpu": "webgpu", "cuda": "webgpu", "mps": "webgpu", "gpu": "webgpu"}

# PyTorch names these in its own error text; tensors on them need machinery that a browser has not.
_FOREIGN = ("xpu", "xla", "meta", "hpu", "mtia", "ipu", "vulkan", "ideep", "hip", "ve", "privateuseone", "maia", "lazy")

_default = None


class device:
    """A device: `torch.device("cpu")`, `torch.device("webgpu")`, `torch.device("cuda", 0)`."""

    __module__ = "torch"
    __slots__ = ("type", "index", "_code")

    def __new__(cls, type=None, index=None):
        if isinstance(type, device):
            return type
        if type is None:
            return _default or CPU
        if isinstance(type, int) and not isinstance(type, bool):
            type, index = "webgpu", type
        if not isinstance(type, str):
            raise TypeError(f"device(): argument 'type' must be str, not {type.__class__.__name__}")
        name, colon, number = type.partition(":")
        if colon:
            if index is not None:
                raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {type}")
            if not number.isdigit() or (len(number) > 1 and number[0] == "0"):
                raise RuntimeError(f"Invalid device string: '{type}'")
            index = int(number)
        if name not in _TYPES:
            if name in _FOREIGN:
                raise RuntimeError(f"device '{name}' is not in Carrel: the devices are 'cpu' and 'webgpu' (also called 'cuda')")
            raise RuntimeError(
                f"Expected one of cpu, cuda, mps, webgpu device type at start of device string: {name}"
            )
        kind = _TYPES[name]
        if index is not None and index != 0:
            raise RuntimeError(f"device '{kind}:{index}' does not exist: there is one, '{kind}:0'")
        return _made(kind, index)

    def __repr__(self):
        if self.index is None:
            return f"device(type='{self.type}')"
        return f"device(type='{self.type}', index={self.index})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        if not isinstance(other, device):
            return NotImplemented
        return self.type == other.type and self.index == other.index

    def __hash__(self):
        return hash((self.type, self.index))

    def __reduce__(self):
        # By a name that PyTorch knows too, since files carry it.
        name = "cpu" if self.type == "cpu" else "cuda"
        return (device, (name,) if self.index is None else (name, self.index))

    def __enter__(self):
        global _default
        _entered.append(_default)
        _default = self
        return self

    def __exit__(self, *exc_info):
        global _default
        _default = _entered.pop()


_entered = []
_cache = {}


def _made(kind, index):
    found = _cache.get((kind, index))
    if found is None:
        found = object.__new__(device)
        found.type = kind
        found.index = index
        found._code = CPU_CODE if kind == "cpu" else WEBGPU_CODE
        _cache[kind, index] = found
    return found


CPU = _made("cpu", None)
WEBGPU = _made("webgpu", 0)

#: The device that tensors report, by engine code.
BY_CODE = (CPU, WEBGPU)


def set_default_device(value):
    """Makes new tensors live on `value` where no device is named. `None` goes back to the CPU.

    value: a device or its name. Functions that are given a tensor stay on that tensor's device.
    """
    global _default
    _default = None if value is None else device(value)


def get_default_device():
    """The device of new tensors where none is named.

    Gives a `torch.device`: the CPU unless `set_default_device` or a `with device:` block says otherwise.
    """
    return _default or CPU


def device_code(value):
    """The engine's code of a `device=` argument; `None` is the default device."""
    if value is None:
        return CPU_CODE if _default is None else _default._code
    if value.__class__ is device:
        return value._code
    return device(value)._code
