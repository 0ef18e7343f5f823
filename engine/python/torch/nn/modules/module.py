"""`Module`: the base of every layer, with PyTorch's contract.

Parameters, buffers and children are kept in three ordered dicts and found by attribute; what walks over them is in files
of its own. Refuses to know any particular layer.
Read next: `nn.modules.walking`, `nn.modules.conversion`, `nn.modules.state`, `nn.modules.hook_methods`.
"""

from collections import OrderedDict

from ..._tensor import Tensor
from ..parameter import Buffer, Parameter, UninitializedTensorMixin
from .conversion import ConversionMethods
from .hook_methods import (
    HookMethods,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
    registered,
    registration,
)
from .hooks import KINDS, call_with_hooks, everywhere
from .state import StateMethods, _IncompatibleKeys
from .walking import WalkMethods


def _indented(text):
    first, *rest = text.split("\n")
    return "\n".join([first] + ["  " + line for line in rest])


class Module(WalkMethods, ConversionMethods, StateMethods, HookMethods):
    """Base class of all networks and layers. Subclasses call `super().__init__()` and define `forward`.

    Parameters, buffers and modules that are assigned as attributes are found by `parameters()`, `state_dict()`, `to()`,
    `train()` and the like, here and in modules below. Calling a module runs `forward` and the hooks around it.

    >>> class Net(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.layer = torch.nn.Linear(4, 2)
    ...     def forward(self, x):
    ...         return self.layer(x).relu()
    """

    dump_patches = False
    _version = 1
    training: bool
    # Older code asks whether the base class was initialised by this name.
    call_super_init = False

    def __init__(self, *args, **kwargs):
        name = type(self).__name__
        if self.call_super_init is False and kwargs:
            raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'")
        if self.call_super_init is False and args:
            raise TypeError(f"{name}.__init__() takes 1 positional argument but {len(args) + 1} were given")
        put = super().__setattr__
        put("training", True)
        put("_parameters", {})
        put("_buffers", {})
        put("_non_persistent_buffers_set", set())
        put("_modules", {})
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *args, **kwargs):
        """What the module computes. Every subclass defines it."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args, **kwargs):
        if self._hooks is None and not everywhere.runs():
            return self.forward(*args, **kwargs)
        return call_with_hooks(self, args, kwargs)

    _call_impl = __call__

    # Attributes

    def __setattr__(self, name, value):
        members = self.__dict__
        if isinstance(value, Parameter):
            if "_parameters" not in members:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            for other in (members, self._buffers, self._modules):
                other.pop(name, None)
            self._non_persistent_buffers_set.discard(name)
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            if "_modules" not in members:
                raise AttributeError("cannot assign module before Module.__init__() call")
            for other in (members, self._parameters, self._buffers):
                other.pop(name, None)
            self._non_persistent_buffers_set.discard(name)
            self._modules[name] = registered("module", self, name, value)
        elif name in members.get("_parameters", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            self.register_parameter(name, value)
        elif name in members.get("_modules", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                )
            self._modules[name] = None
        elif isinstance(value, Buffer):
            if "_buffers" not in members:
                raise AttributeError("cannot assign buffer before Module.__init__() call")
            for other in (members, self._parameters, self._modules):
                other.pop(name, None)
            self.register_buffer(name, value, value.persistent)
        elif name in members.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None expected)"
                )
            self._buffers[name] = registered("buffer", self, name, value)
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name):
        members = self.__dict__
        for kind in ("_parameters", "_buffers", "_modules"):
            if kind in members and name in members[kind]:
                return members[kind][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        for kind in (self._parameters, self._buffers, self._modules):
            if name in kind:
                del kind[name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    def __dir__(self):
        names = [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]
        return sorted(name for name in names if name and not name[0].isdigit())

    # Registering

    def _check_new_name(self, kind, name):
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {_type_name(name)}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."' + (f", got: {name}" if kind == "module" else ""))
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')

    def register_parameter(self, name, param):
        """Adds a parameter under a name; `None` reserves the name."""
        self._check_new_name("parameter", name)
        if hasattr(self, name) and name not in self._parameters:
            raise KeyError(f"attribute '{name}' already exists")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{_type_name(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)"
            )
        if param is not None and not isinstance(param, UninitializedTensorMixin) and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. "
                f"To express '{name}' as a function of another Tensor, compute the value in the forward() method."
            )
        self._parameters[name] = registered("parameter", self, name, param) if registration["parameter"] else param

    def register_buffer(self, name, tensor, persistent=True):
        """Adds a tensor that is state but no parameter. `persistent=False` leaves it out of `state_dict`."""
        self._check_new_name("buffer", name)
        if hasattr(self, name) and name not in self._buffers:
            raise KeyError(f"attribute '{name}' already exists")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"cannot assign '{_type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)")
        self._buffers[name] = registered("buffer", self, name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_module(self, name, module):
        """Adds a child. The same as `add_module`."""
        self.add_module(name, module)

    def add_module(self, name, module):
        """Adds a child under a name."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{_type_name(module)} is not a Module subclass")
        self._check_new_name("module", name)
        if hasattr(self, name) and name not in self._modules:
            raise KeyError(f"attribute '{name}' already exists")
        self._modules[name] = registered("module", self, name, module)

    # Others

    def compile(self, *args, **kwargs):
        """Accepted: the engine compiles what it records."""

    def _replicate_for_data_parallel(self):
        made = self.__new__(type(self))
        made.__dict__ = dict(self.__dict__)
        for kind in ("_parameters", "_buffers", "_modules"):
            made.__dict__[kind] = dict(self.__dict__[kind])
        return made

    def __getstate__(self):
        # As PyTorch pickles a module, which is not told of what is missing: every kind of hook is an attribute.
        members = dict(self.__dict__)
        hooks = members.pop("_hooks", None)
        kept = {kind: OrderedDict() if hooks is None else getattr(hooks, kind) for kind in KINDS}
        return {**members, **kept, "_is_full_backward_hook": None if hooks is None else hooks.is_full}

    def __setstate__(self, state):
        members = dict(state)
        hooks = {kind: members.pop(kind) for kind in KINDS if kind in members}
        is_full = members.pop("_is_full_backward_hook", None)
        members.setdefault("_non_persistent_buffers_set", set())
        self.__dict__.update(members)
        for kind, found in hooks.items():
            if found:
                getattr(self._hook_set(), kind).update(found)
                self._hooks.is_full = is_full

    # Printing

    def _get_name(self):
        return type(self).__name__

    def extra_repr(self):
        """What the module says of itself between its parentheses."""
        return ""

    def __repr__(self):
        extra = self.extra_repr()
        extra_lines = extra.split("\n") if extra else []
        child_lines = [f"({name}): {_indented(repr(child))}" for name, child in self._modules.items()]
        lines = extra_lines + child_lines
        if not lines:
            return f"{self._get_name()}()"
        if len(extra_lines) == 1 and not child_lines:
            return f"{self._get_name()}({extra})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


def _type_name(value):
    if isinstance(value, Tensor):
        return value.type()
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
