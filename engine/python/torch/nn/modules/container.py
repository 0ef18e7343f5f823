"""Modules made of modules: `Sequential`, `ModuleList`, `ModuleDict`.

Read next: `nn.modules.parameter_containers`, `nn.modules.module`.
"""

import operator
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from itertools import islice

from .module import Module, _indented
from .parameter_containers import ParameterDict, ParameterList

__all__ = ["Container", "Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"]


class Container(Module):
    """A module with the given children: an old name for `Module`."""

    def __init__(self, **kwargs):
        super().__init__()
        for name, module in kwargs.items():
            self.add_module(name, module)


class _Listed(Module):
    """What `Sequential` and `ModuleList` share: children named "0", "1", … and used as a list."""

    def _absolute(self, index):
        size = len(self)
        index = operator.index(index)
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
        setattr(self, list(self._modules)[self._absolute(index)], module)

    def __delitem__(self, index):
        modules = list(self)
        if not isinstance(index, slice):
            index = self._absolute(index)
        del modules[index]
        self._replace(modules)

    def __dir__(self):
        return [name for name in super().__dir__() if not name.isdigit()]

    def append(self, module):
        """Adds a module at the end. Returns self."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index, module):
        """Puts a module before position `index`. Returns self, but `ModuleList` None."""
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        size = len(self)
        if not -size <= index <= size:
            raise IndexError(f"Index out of range: {index}")
        modules = list(self)
        modules.insert(index, module)
        self._replace(modules)
        return self

    def extend(self, modules):
        """Adds modules at the end. Returns self."""
        if not isinstance(modules, Iterable):
            raise TypeError(f"{type(self).__name__}.extend should be called with an iterable, but got {type(modules).__name__}")
        for module in list(modules):
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
    """Calls its modules one after another, each with the result of the one before.

    Takes modules, or one ordered dict of them. They are indexed, sliced, appended and deleted as in a list.

    >>> net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    """

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for position, module in enumerate(args):
                self.add_module(str(position), module)

    def _sliced(self, index):
        return type(self)(OrderedDict(list(self._modules.items())[index]))

    def __add__(self, other):
        if not isinstance(other, Sequential):
            raise ValueError(
                f"add operator supports only objects of Sequential class, but {type(other)} is given."
            )
        return super().__add__(other)

    def __iadd__(self, other):
        if not isinstance(other, Sequential):
            raise ValueError(
                f"add operator supports only objects of Sequential class, but {type(other)} is given."
            )
        return self.extend(other)

    def __mul__(self, other):
        if not isinstance(other, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(other)}")
        if other <= 0:
            raise ValueError(f"Non-positive multiplication factor {other} for {type(self)}")
        made = Sequential()
        made._replace(list(self) * other)
        return made

    __rmul__ = __mul__

    def __imul__(self, other):
        self._replace(list(self * other))
        return self

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(_Listed):
    """A list of modules whose parameters are found. It has no `forward`.

    >>> layers = torch.nn.ModuleList([torch.nn.Linear(10, 10) for _ in range(3)])
    """

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def _sliced(self, index):
        return type(self)(list(self)[index])

    def insert(self, index, module):
        """Puts a module before position `index`."""
        modules = list(self)
        modules.insert(index, module)
        self._replace(modules)

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
    """A dict of modules whose parameters are found, in the order they were added. It has no `forward`.

    >>> choices = torch.nn.ModuleDict({"conv": torch.nn.Conv2d(3, 3, 1), "pool": torch.nn.MaxPool2d(2)})
    """

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
        module = self[key]
        del self[key]
        return module

    def update(self, modules):
        """Adds the modules of a mapping, or of pairs; TypeError or ValueError for anything else."""
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"ModuleDict.update should be called with an iterable of key/value pairs, but got {type(modules).__name__}"
            )
        if isinstance(modules, (ModuleDict, Mapping)):
            modules = modules.items()
        for position, pair in enumerate(modules):
            if not isinstance(pair, Iterable):
                raise TypeError(f"ModuleDict update sequence element #{position} should be Iterable; is{type(pair).__name__}")
            pair = tuple(pair)
            if len(pair) != 2:
                raise ValueError(f"ModuleDict update sequence element #{position} has length {len(pair)}; 2 is required")
            self[pair[0]] = pair[1]
