"""`Module`: the base of every layer, with PyTorch's contract.

Parameters, buffers and children are kept in three ordered dicts and found by attribute; hooks, `state_dict`,
`apply`, `to`, `train` and printing walk over them. Refuses to know any particular layer.
Read next: `nn.modules.state`, `nn.modules.linear`, `nn.modules.container`.
"""

from ... import _C, _device, _dtype
from ..._autograd_mode import no_grad
from ..._tensor import Tensor
from ..parameter import Buffer, Parameter
from .hooks import HookSet
from .state import StateMethods


def _indented(text):
    first, *rest = text.split("\n")
    return "\n".join([first] + ["  " + line for line in rest])


class Module(StateMethods):
    """Base class of all networks and layers. Subclasses call `super().__init__()` and define `forward`."""

    dump_patches = False
    _version = 1
    training: bool
    # The module's own hooks; most modules have none.
    _hooks = None

    def __init__(self, *args, **kwargs):
        name = type(self).__name__
        if kwargs:
            raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'")
        if args:
            raise TypeError(f"{name}.__init__() takes 1 positional argument but {len(args) + 1} were given")
        put = super().__setattr__
        put("training", True)
        put("_parameters", {})
        put("_buffers", {})
        put("_non_persistent_buffers_set", set())
        put("_modules", {})

    def forward(self, *args, **kwargs):
        """What the module computes. Every subclass defines it."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args, **kwargs):
        if self._hooks is None and not HookSet.everywhere:
            return self.forward(*args, **kwargs)
        return HookSet.call(self, args, kwargs)

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
            self._modules[name] = value
        elif name in members.get("_parameters", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            self._parameters[name] = None
        elif name in members.get("_modules", ()):
            if value is not None:
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                )
            self._modules[name] = None
        elif isinstance(value, Buffer):
            self.register_buffer(name, value, value.persistent)
        elif name in members.get("_buffers", ()):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{_type_name(value)}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None expected)"
                )
            self._buffers[name] = value
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
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. "
                f"To express '{name}' as a function of another Tensor, compute the value in the forward() method."
            )
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        """Adds a tensor that is state but no parameter. `persistent=False` leaves it out of `state_dict`."""
        self._check_new_name("buffer", name)
        if hasattr(self, name) and name not in self._buffers:
            raise KeyError(f"attribute '{name}' already exists")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"cannot assign '{_type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)")
        self._buffers[name] = tensor
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
        self._modules[name] = module

    # Walking

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """Every module below and including this one, with its dotted name."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self):
        """Every module below and including this one."""
        for _, module in self.named_modules():
            yield module

    def named_children(self):
        """The direct children with their names."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self):
        """The direct children."""
        for _, child in self.named_children():
            yield child

    def _named_members(self, kind, prefix, recurse, remove_duplicate):
        seen = set()
        owners = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for owner_name, owner in owners:
            for name, member in owner.__dict__[kind].items():
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield f"{owner_name}.{name}" if owner_name else name, member

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """Parameters with their dotted names, each once."""
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        """Parameters, each once, in the order they were registered."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """Buffers with their dotted names, each once."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """Buffers, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target):
        """The module with a dotted name below this one."""
        found = self
        for part in target.split(".") if target else ():
            if not hasattr(found, part):
                raise AttributeError(f"{type(found).__name__} has no attribute `{part}`")
            found = getattr(found, part)
            if not isinstance(found, Module):
                raise AttributeError(f"`{part}` is not an nn.Module")
        return found

    def _get_member(self, target, kind, word):
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if name not in owner.__dict__[kind]:
            raise AttributeError(f"`{name}` is not {word}" if hasattr(owner, name) else f"{type(owner).__name__} has no attribute `{name}`")
        return owner.__dict__[kind][name]

    def get_parameter(self, target):
        """The parameter with a dotted name."""
        return self._get_member(target, "_parameters", "an nn.Parameter")

    def get_buffer(self, target):
        """The buffer with a dotted name."""
        return self._get_member(target, "_buffers", "a buffer")

    # Changing everything at once

    def apply(self, fn):
        """Calls `fn(module)` on every module, children first. Returns self."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def _apply(self, fn, recurse=True):
        """Replaces every parameter, gradient and buffer by `fn` of it; the Parameter objects stay the same."""
        if recurse:
            for child in self.children():
                child._apply(fn)
        with no_grad():
            for parameter in self._parameters.values():
                if parameter is None:
                    continue
                gradient = parameter.grad
                parameter.data = fn(parameter.data)
                if gradient is not None:
                    parameter.grad = None
                    parameter.grad = fn(gradient.detach())
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = fn(buffer)
        return self

    def to(self, *args, device=None, dtype=None, non_blocking=False, copy=False, memory_format=None):
        """Moves and converts parameters and buffers in place; a dtype applies to floating point ones only. Returns self."""
        for argument in args:
            if isinstance(argument, _dtype.dtype):
                dtype = argument
            elif isinstance(argument, Tensor):
                device, dtype = argument.device, argument.dtype
            elif isinstance(argument, (str, int, _device.device)) and not isinstance(argument, bool):
                device = argument
        if dtype is not None and not dtype.is_floating_point:
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")

        if dtype is None and device is not None and _device.device(device).type == "cpu":
            return self.cpu()

        def convert(tensor):
            return tensor.to(device=device, dtype=dtype if tensor.dtype.is_floating_point else None)

        return self._apply(convert)

    def cpu(self):
        """Moves everything to the CPU. Waits for the GPU once."""
        with no_grad():
            copies = iter(_C.to_cpu_together(self._moved_tensors()))
        return self._apply(lambda tensor: next(copies))

    def _moved_tensors(self):
        """What `_apply` hands to its function, in the same order."""
        for child in self.children():
            yield from child._moved_tensors()
        for parameter in self._parameters.values():
            if parameter is not None:
                yield parameter.data
                if parameter.grad is not None:
                    yield parameter.grad.detach()
        yield from (buffer for buffer in self._buffers.values() if buffer is not None)

    def cuda(self, device=None):
        """Moves everything to the GPU."""
        return self.to("webgpu")

    def type(self, dst_type):
        """Converts everything to a dtype."""
        return self._apply(lambda tensor: tensor.type(dst_type))

    def _convert_floats(self, dtype):
        return self._apply(lambda tensor: tensor.to(dtype) if tensor.dtype.is_floating_point else tensor)

    def float(self):
        """Converts floating point parameters and buffers to float32."""
        return self._convert_floats(_dtype.float32)

    def double(self):
        """Converts floating point parameters and buffers to float64."""
        return self._convert_floats(_dtype.float64)

    def half(self):
        """Converts floating point parameters and buffers to float16."""
        return self._convert_floats(_dtype.float16)

    def bfloat16(self):
        """Converts floating point parameters and buffers to bfloat16."""
        return self._convert_floats(_dtype.bfloat16)

    def train(self, mode=True):
        """Sets training mode here and below. Returns self."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self):
        """The same as `train(False)`."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Sets whether the parameters want gradients. Returns self."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forgets the parameters' gradients, or fills them with zeros."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                if set_to_none:
                    parameter.grad = None
                else:
                    parameter.grad = parameter.grad.detach().zero_()

    def share_memory(self):
        """Accepted: there is one process. Returns self."""
        return self

    def compile(self, *args, **kwargs):
        """Accepted: the engine compiles what it records."""

    # Hooks

    def _hook_set(self):
        if self._hooks is None:
            self.__dict__["_hooks"] = HookSet()
        return self._hooks

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """`hook(module, args)` runs before `forward` and may return new arguments."""
        return self._hook_set().add("before", hook, prepend, with_kwargs)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """`hook(module, args, output)` runs after `forward` and may return another output."""
        return self._hook_set().add("after", hook, prepend, with_kwargs)

    def register_full_backward_hook(self, hook, prepend=False):
        """Not there yet: the engine cannot call back into Python while it goes backward."""
        raise NotImplementedError("nn.Module.register_full_backward_hook is not in Carrel yet")

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
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
