"""Reads pickles that it need not trust: the machine behind `torch.load(weights_only=True)`.

It knows the instructions that tensors, numbers, texts and containers are written with, looks names up in the allow-list
alone, and calls nothing else. Refuses everything else with PyTorch's `pickle.UnpicklingError`.
Read next: `_safe_globals`, `serialization`; the instructions are described in Python's `pickletools`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections import OrderedDict
from pickle import UnpicklingError, decode_long

from ._safe_globals import added_by_name, default_by_name
from ._tensor import Tensor

#: Modules of which nothing is built, whatever was allowed.
BLOCKED_MODULES = ("sys", "os", "posix", "nt")

_MARK = object()


class Unpickler:
    """One reading of one pickle. `persistent_load` makes storages of what stands for them in the pickle."""

    def __init__(self, data, encoding="utf-8"):
        self._data = memoryview(data)
        self._position = 0
        self._encoding = encoding
        self._stack = []
        self._memo = {}
        self._added = added_by_name()

    def load(self):
        """The object."""
        try:
            while True:
                code = self._take(1)[0]
                if code == ord("."):
                    return self._pop()
                step = _STEPS.get(code)
                if step is None:
                    raise UnpicklingError(f"Unsupported operand {code}")
                step(self)
        except (IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
            raise UnpicklingError(f"the pickle is damaged: {type(error).__name__}: {error}") from None

    # What instructions are made of

    def _take(self, count):
        end = self._position + count
        if end > len(self._data):
            raise EOFError("Ran out of input")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def _number(self, layout):
        return struct.unpack(layout, self._take(struct.calcsize(layout)))[0]

    def _line(self):
        rest = bytes(self._data[self._position : self._position + 4096])
        end = rest.find(b"\n")
        if end < 0:
            raise UnpicklingError("pickle data was truncated")
        self._position += end + 1
        return rest[:end].decode("utf-8")

    def _push(self, value):
        self._stack.append(value)

    def _pop(self):
        value = self._stack.pop()
        if value is _MARK:
            raise UnpicklingError("unexpected MARK found")
        return value

    def _since_mark(self):
        """Takes what was pushed after the last mark."""
        for position in range(len(self._stack) - 1, -1, -1):
            if self._stack[position] is _MARK:
                found = self._stack[position + 1 :]
                del self._stack[position:]
                return found
        raise UnpicklingError("unexpected MARK found")

    # Names

    def _find(self, module, name):
        if (module, name) in NAME_MAPPING:
            module, name = NAME_MAPPING[module, name]
        elif module in IMPORT_MAPPING:
            module = IMPORT_MAPPING[module]
        path = f"{module}.{name}"
        if module.partition(".")[0] in BLOCKED_MODULES:
            raise UnpicklingError(f"Trying to load unsupported GLOBAL {path} whose module {module} is blocked.")
        found = default_by_name().get(path)
        if found is None:
            found = self._added.get(path)
        if found is not None:
            return found
        if module == "torch" and name.endswith("Storage"):
            raise NotImplementedError(f"the file holds a torch.{name}, whose dtype Carrel has not")
        raise UnpicklingError(
            f"Unsupported global: GLOBAL {path} was not an allowed global by default. "
            f"Please use `torch.serialization.add_safe_globals([{name}])` or the "
            f"`torch.serialization.safe_globals([{name}])` context manager to allowlist this global "
            "if you trust this class/function."
        )

    def _is_allowed(self, kind):
        return any(kind is entry for entry in default_by_name().values()) or self._is_added(kind)

    def _is_added(self, kind):
        return any(kind is entry for entry in self._added.values())

    # Instructions that call or change something

    def _reduce(self):
        arguments, function = self._pop(), self._pop()
        if not self._is_allowed(function):
            raise UnpicklingError(f"Trying to call reduce for unrecognized function {function}")
        if not isinstance(arguments, tuple):
            raise UnpicklingError("argument list from REDUCE must be a tuple")
        self._push(function(*arguments))

    def _newobj(self):
        arguments, kind = self._pop(), self._pop()
        if kind is Tensor or not (self._is_added(kind) or kind is OrderedDict):
            raise UnpicklingError(f"Trying to create new object for unrecognized class {kind}")
        self._push(kind.__new__(kind, *arguments))

    def _build(self):
        state, target = self._pop(), self._stack[-1]
        kind = type(target)
        if kind is OrderedDict:
            target.__dict__.update(state)
        elif not self._is_added(kind):
            raise UnpicklingError(
                "Can only build Tensor, Parameter, OrderedDict or types allowlisted via `add_safe_globals`, "
                f"but got {kind}"
            )
        elif hasattr(target, "__setstate__"):
            target.__setstate__(state)
        else:
            state, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
            if state:
                target.__dict__.update(state)
            for name, value in (slots or {}).items():
                setattr(target, name, value)

    def _persistent(self):
        wanted = self._pop()
        if not isinstance(wanted, tuple) or not wanted:
            raise UnpicklingError(f"persistent_load id must be tuple or int, but got {type(wanted)}")
        if wanted[0] != "storage":
            raise UnpicklingError(f"Only persistent_load of storage is allowed, but got {wanted[0]}")
        self._push(self.persistent_load(wanted))

    def persistent_load(self, wanted):
        """Gives a storage for its description; the caller puts another function in its place."""
        raise UnpicklingError("this pickle names storages, and there are none")

    def _extend(self):
        items, target = self._since_mark(), self._stack[-1]
        if type(target) is not list:
            raise UnpicklingError(f"Can only extend lists, but got {type(target)}")
        target.extend(items)

    def _append(self):
        item, target = self._pop(), self._stack[-1]
        if type(target) is not list:
            raise UnpicklingError(f"Can only append to lists, but got {type(target)}")
        target.append(item)

    def _set_items(self, items):
        target = self._stack[-1]
        if not isinstance(target, dict):
            raise UnpicklingError(f"Can only set items of dicts, but got {type(target)}")
        for position in range(0, len(items), 2):
            target[items[position]] = items[position + 1]

    def _dict_of(self, items):
        self._push({})
        self._set_items(items)

    def _add_items(self):
        items, target = self._since_mark(), self._stack[-1]
        if type(target) is not set:
            raise UnpicklingError(f"Can only add to sets, but got {type(target)}")
        target.update(items)

    def _tuple_of(self, count):
        if count > len(self._stack):
            raise UnpicklingError("pickle data was truncated")
        self._push(tuple([self._pop() for _ in range(count)][::-1]))

    def _text(self, length):
        self._push(str(self._take(length), "utf-8", "surrogatepass"))

    def _old_text(self, length):
        data = bytes(self._take(length))
        self._push(data if self._encoding == "bytes" else data.decode(self._encoding))

    def _proto(self):
        version = self._take(1)[0]
        if version > 5:
            raise UnpicklingError(f"unsupported pickle protocol: {version}")

    def _stack_global(self):
        name, module = self._pop(), self._pop()
        if type(name) is not str or type(module) is not str:
            raise UnpicklingError("STACK_GLOBAL requires str")
        self._push(self._find(module, name))

    def _remember(self, index):
        self._memo[index] = self._stack[-1]


# What each instruction does; those that are missing are refused.
_STEPS = {
    b"\x80": Unpickler._proto,
    b"\x95": lambda self: self._take(8),
    b"(": lambda self: self._push(_MARK),
    b"0": lambda self: self._stack.pop(),
    b"2": lambda self: self._push(self._stack[-1]),
    b"N": lambda self: self._push(None),
    b"\x88": lambda self: self._push(True),
    b"\x89": lambda self: self._push(False),
    b"K": lambda self: self._push(self._number("<B")),
    b"M": lambda self: self._push(self._number("<H")),
    b"J": lambda self: self._push(self._number("<i")),
    b"\x8a": lambda self: self._push(decode_long(bytes(self._take(self._number("<B"))))),
    b"\x8b": lambda self: self._push(decode_long(bytes(self._take(self._number("<I"))))),
    b"G": lambda self: self._push(self._number(">d")),
    b"X": lambda self: self._text(self._number("<I")),
    b"\x8c": lambda self: self._text(self._number("<B")),
    b"\x8d": lambda self: self._text(self._number("<Q")),
    b"U": lambda self: self._old_text(self._number("<B")),
    b"T": lambda self: self._old_text(self._number("<I")),
    b"C": lambda self: self._push(bytes(self._take(self._number("<B")))),
    b"B": lambda self: self._push(bytes(self._take(self._number("<I")))),
    b"\x8e": lambda self: self._push(bytes(self._take(self._number("<Q")))),
    b"\x96": lambda self: self._push(bytearray(self._take(self._number("<Q")))),
    b")": lambda self: self._push(()),
    b"\x85": lambda self: self._tuple_of(1),
    b"\x86": lambda self: self._tuple_of(2),
    b"\x87": lambda self: self._tuple_of(3),
    b"t": lambda self: self._push(tuple(self._since_mark())),
    b"]": lambda self: self._push([]),
    b"l": lambda self: self._push(self._since_mark()),
    b"a": Unpickler._append,
    b"e": Unpickler._extend,
    b"}": lambda self: self._push({}),
    b"d": lambda self: self._dict_of(self._since_mark()),
    b"s": lambda self: self._set_items([self._pop(), self._pop()][::-1]),
    b"u": lambda self: self._set_items(self._since_mark()),
    b"\x8f": lambda self: self._push(set()),
    b"\x90": Unpickler._add_items,
    b"\x91": lambda self: self._push(frozenset(self._since_mark())),
    b"c": lambda self: self._push(self._find(self._line(), self._line())),
    b"\x93": Unpickler._stack_global,
    b"R": Unpickler._reduce,
    b"\x81": Unpickler._newobj,
    b"b": Unpickler._build,
    b"Q": Unpickler._persistent,
    b"q": lambda self: self._remember(self._number("<B")),
    b"r": lambda self: self._remember(self._number("<I")),
    b"\x94": lambda self: self._remember(len(self._memo)),
    b"h": lambda self: self._push(self._memo[self._number("<B")]),
    b"j": lambda self: self._push(self._memo[self._number("<I")]),
}
_STEPS = {code[0]: step for code, step in _STEPS.items()}
