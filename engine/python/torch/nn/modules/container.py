"""Modules made of modules: `Sequential`, `ModuleList`, `ModuleDict`, `ParameterList`, `ParameterDict`.

Read next: `nn.modules.module`.
"""

from itertools import islice

from ..parameter import Parameter
from .module import Module, _indented


class _Listed(Module):
    """What `Sequential` and `ModuleList` share: children named "0", "1", … and used as a list."""

    def _absolute(self, index):
        size = len(self)
        index = index.__index__()
        if not -size <= index < size:
            raise IndexError(f"index {index} is out of range")
        return index % size

    def _replace(self, modules):
        self.__dict__["_modules"] = {str(position): module for position, module in enumerate(modules)}

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._sliced(index)
        return next(islice(self._modules.values(), self._absolute(index), None))

    def __setitem__(self, index, module):
        self._modules[list(self._modules)[self._absolute(index)]] = module

    def __delitem__(self, index):
        modules = list(self)
        del modules[index]
        self._replace(modules)

    def __dir__(self):
        return [name for name in super().__dir__() if not name.isdigit()]

    def append(self, module):
        """Adds a module at the end. Returns self."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index, module):
        """Puts a module before position `index`."""
        modules = list(self)
        modules.insert(index, module)
        self._replace(modules)
        return self

    def extend(self, modules):
        """Adds modules at the end. Returns self."""
        for module in modules:
            self.append(module)
        return self

    def pop(self, index):
        """Removes a module and returns it."""
        module = self[index]
        del self[index]
        return module

    def __iadd__(self, modules):
        return self.extend(modules)

    def __add__(self, modules):
        made = type(self)()
        made._replace([*self, *modules])
        return made


class Sequential(_Listed):
    """Calls its modules one after another. Takes modules, or one ordered dict of them."""

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], dict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for position, module in enumerate(args):
                self.add_module(str(position), module)

    def _sliced(self, index):
        return type(self)(dict(list(self._modules.items())[index]))

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(_Listed):
    """A list of modules whose parameters are found. It has no `forward`."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def _sliced(self, index):
        return type(self)(list(self)[index])

    def __repr__(self):
        texts = [repr(module) for module in self]
        if not texts:
            return self._get_name() + "()"
        lines = []
        start = 0
        while start < len(texts):
            end = start
            while end + 1 < len(texts) and texts[end + 1] == texts[start]:
                end += 1
            label = f"({start})" if end == start else f"({start}-{end})"
            repeated = "" if end == start else f"{end - start + 1} x "
            lines.append(f"{label}: {repeated}{_indented(texts[start])}")
            start = end + 1
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


class ModuleDict(Module):
    """A dict of modules whose parameters are found. It has no `forward`."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key):
        return self._modules[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        del self._modules[key]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, key):
        return key in self._modules

    def keys(self):
        """The names."""
        return self._modules.keys()

    def items(self):
        """Names and modules."""
        return self._modules.items()

    def values(self):
        """The modules."""
        return self._modules.values()

    def clear(self):
        """Removes all."""
        self._modules.clear()

    def pop(self, key):
        """Removes a module and returns it."""
        return self._modules.pop(key)

    def update(self, modules):
        """Adds the modules of a mapping, or of pairs."""
        for key, module in modules.items() if hasattr(modules, "items") else modules:
            self[key] = module


class ParameterList(Module):
    """A list of parameters; tensors put into it become parameters."""

    def __init__(self, values=None):
        super().__init__()
        self.__dict__["_size"] = 0
        for value in values or ():
            self.append(value)

    def append(self, value):
        """Adds a value at the end. Returns self."""
        self.__dict__["_size"] += 1
        self[len(self) - 1] = value
        return self

    def extend(self, values):
        """Adds values at the end. Returns self."""
        for value in values:
            self.append(value)
        return self

    def __len__(self):
        return self._size

    def __iter__(self):
        return (getattr(self, str(position)) for position in range(self._size))

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        if not -self._size <= index < self._size:
            raise IndexError(f"index {index} is out of range")
        return getattr(self, str(index % self._size))

    def __setitem__(self, index, value):
        setattr(self, str(index % self._size), _as_parameter(value))

    def extra_repr(self):
        return "\n".join(f"({name}): {_described(value)}" for name, value in enumerate(self))


class ParameterDict(Module):
    """A dict of parameters; tensors put into it become parameters."""

    def __init__(self, parameters=None):
        super().__init__()
        self.__dict__["_names"] = []
        for key, value in dict(parameters or {}).items():
            self[key] = value

    def __setitem__(self, key, value):
        if key not in self._names:
            self._names.append(key)
        setattr(self, key, _as_parameter(value))

    def __getitem__(self, key):
        if key not in self._names:
            raise KeyError(key)
        return getattr(self, key)

    def __delitem__(self, key):
        self._names.remove(key)
        delattr(self, key)

    def __len__(self):
        return len(self._names)

    def __iter__(self):
        return iter(self._names)

    def __contains__(self, key):
        return key in self._names

    def keys(self):
        """The names."""
        return list(self._names)

    def values(self):
        """The parameters."""
        return [self[key] for key in self._names]

    def items(self):
        """Names and parameters."""
        return [(key, self[key]) for key in self._names]

    def extra_repr(self):
        return "\n".join(f"({name}): {_described(value)}" for name, value in self.items())


def _as_parameter(value):
    from ..._tensor import Tensor

    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def _described(value):
    if not hasattr(value, "shape"):
        return f"Object of type: {type(value).__name__}"
    kind = "Parameter" if isinstance(value, Parameter) else type(value).__name__
    size = "x".join(map(str, value.shape))
    where = "" if value.device.type == "cpu" else f" ({value.device})"
    return f"{kind} containing: [{value.dtype} of size {size}{where}]"
