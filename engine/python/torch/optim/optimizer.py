"""`Optimizer`: parameter groups, state, hooks, and all else of an optimiser that is not arithmetic.

A subclass defines `step(closure=None)`; it is wrapped so that hooks run around it and the GPU gets the step as a whole.
Those of this package derive from `FusedOptimizer`: they define `_update`, one engine call for a group.
Refuses to compute. Read next: `optim.adam`, `optim.sgd`, `optim._checks`.
"""

import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from copy import deepcopy
from itertools import chain

from .. import typename
from .._autograd_mode import set_grad_enabled
from .._C import free_dead, ops
from .._dtype import float32
from .._tensor import Tensor
from ..autograd.profiler import annotated
from ..utils.hooks import RemovableHandle

#: The hooks of one optimiser, by PyTorch's names for them.
_HOOK_KINDS = (
    "_optimizer_step_pre_hooks",
    "_optimizer_step_post_hooks",
    "_optimizer_state_dict_pre_hooks",
    "_optimizer_state_dict_post_hooks",
    "_optimizer_load_state_dict_pre_hooks",
    "_optimizer_load_state_dict_post_hooks",
)

_global_optimizer_pre_hooks = OrderedDict()
_global_optimizer_post_hooks = OrderedDict()


class _Required:
    """An option without a default: every group has to give it."""

    def __repr__(self):
        return "<required parameter>"


required = _Required()


def _registered(hooks, hook, prepend=False):
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_optimizer_step_pre_hook(hook):
    """`hook(optimizer, args, kwargs)` runs before every step of every optimiser; returns a handle with `remove()`."""
    return _registered(_global_optimizer_pre_hooks, hook)


def register_optimizer_step_post_hook(hook):
    """`hook(optimizer, args, kwargs)` runs after every step of every optimiser; returns a handle with `remove()`."""
    return _registered(_global_optimizer_post_hooks, hook)


def _with_hooks(step):
    """A `step` method with the hooks around it; what it recorded is sent to the GPU at its end."""

    @functools.wraps(step)
    def hooked_step(*args, **kwargs):
        self = args[0]
        if self._is_stepping:  # a subclass's step that calls its base's
            return step(*args, **kwargs)
        self._is_stepping = True
        self._opt_called = True
        try:
            for hook in chain(_global_optimizer_pre_hooks.values(), self._optimizer_step_pre_hooks.values()):
                changed = hook(self, args, kwargs)
                if changed is not None:
                    if not (isinstance(changed, tuple) and len(changed) == 2):
                        raise RuntimeError(f"{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}.")
                    args, kwargs = changed
            with annotated(f"Optimizer.step#{type(self).__name__}.step"):
                result = step(*args, **kwargs)
            ops.flush()
            free_dead()
            for hook in chain(self._optimizer_step_post_hooks.values(), _global_optimizer_post_hooks.values()):
                hook(self, args, kwargs)
            return result
        finally:
            self._is_stepping = False

    # What schedules look for, to warn of a step that was put in this one's place.
    hooked_step._wrapped_by_lr_sched = True
    return hooked_step


class Optimizer:
    """Base class of all optimisers.

    params: tensors, `(name, tensor)` pairs, or dicts that describe parameter groups. defaults: the options of groups
    that do not give their own.
    Source: https://docs.pytorch.org/docs/stable/optim.html
    """

    _is_stepping = False

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = _with_hooks(cls.__dict__["step"])

    def __init__(self, params, defaults):
        self.defaults = defaults
        for kind in _HOOK_KINDS:
            setattr(self, kind, OrderedDict())
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got " + typename(params)
            )
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self):
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state):
        self.__dict__.update(state)
        for kind in _HOOK_KINDS:
            self.__dict__.setdefault(kind, OrderedDict())
        self.defaults.setdefault("differentiable", False)

    def __repr__(self):
        text = type(self).__name__ + " ("
        for number, group in enumerate(self.param_groups):
            text += f"\nParameter Group {number}\n"
            for key in sorted(group):
                if key != "params":
                    text += f"    {key}: {group[key]}\n"
        return text + ")"

    def step(self, closure=None):
        """Changes the parameters by their gradients. `closure`, if given, computes the loss anew and returns it."""
        raise NotImplementedError

    def zero_grad(self, set_to_none=True):
        """Forgets the gradients of all parameters, or fills them with zeros."""
        with annotated(f"Optimizer.zero_grad#{type(self).__name__}.zero_grad"):
            for parameter in chain.from_iterable(group["params"] for group in self.param_groups):
                if set_to_none:
                    ops.set_grad(parameter, None)
                elif (gradient := parameter.grad) is not None:
                    if gradient.grad_fn is not None:
                        gradient.detach_()
                    else:
                        gradient.requires_grad_(False)
                    gradient.zero_()

    # Groups

    def add_param_group(self, param_group):
        """Adds a group: a dict with `params` and any options that differ from the defaults."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        given = [given] if isinstance(given, Tensor) else list(given)
        names = [entry[0] for entry in given if isinstance(entry, tuple)]
        params = [entry[1] if isinstance(entry, tuple) else entry for entry in given]
        param_group["params"] = params
        if names:
            if len(names) != len(params):
                raise ValueError("all optimizer params should be with/without names. Some param names are missing")
            param_group["param_names"] = names
        self._check_params(params)
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        if len({id(parameter) for parameter in params}) != len(params):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see "
                "github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        taken = set()
        for group in self.param_groups:
            taken.update(id(parameter) for parameter in group["params"])
            if ("param_names" in param_group) != ("param_names" in group):
                kind = "with names" if "param_names" in param_group else "without names"
                raise ValueError(
                    f"all optimizer param groups should be with/without names. cannot add param group {kind} to the optimizer"
                )
        if any(id(parameter) in taken for parameter in params):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def _check_params(self, params):
        for parameter in params:
            if not isinstance(parameter, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {typename(parameter)}")
            if not self.defaults.get("differentiable") and not (parameter.is_leaf or parameter.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")

    # State

    def state_dict(self):
        """The state by parameter number, and the groups with numbers in place of parameters. Tensors are not copied."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers = {}
        groups = []
        count = 0
        for group in self.param_groups:
            for number, parameter in enumerate(group["params"], count):
                numbers.setdefault(id(parameter), number)
            packed = {key: value for key, value in group.items() if key != "params"}
            packed["params"] = [numbers[id(parameter)] for parameter in group["params"]]
            count += len(packed["params"])
            groups.append(packed)
        state = {(numbers[id(key)] if isinstance(key, Tensor) else key): value for key, value in self.state.items()}
        found = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            changed = hook(self, found)
            if changed is not None:
                found = changed
        return found

    def load_state_dict(self, state_dict):
        """Takes what `state_dict` gave, moving state to the parameters' devices and dtypes. The groups must have the same sizes."""
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            changed = hook(self, state_dict)
            if changed is not None:
                state_dict = changed
        groups, saved_groups = self.param_groups, deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(group["params"]) != len(saved["params"]) for group, saved in zip(groups, saved_groups)):
            raise ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group")
        parameters = {}
        for group, saved in zip(groups, saved_groups):
            parameters.update(zip(saved["params"], group["params"]))
        state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            if key in parameters:
                state[parameters[key]] = _fitted(parameters[key], value)
            else:
                state[key] = value
        for group, saved in zip(groups, saved_groups):
            saved["params"] = group["params"]
            if "param_names" in group:
                saved.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": state, "param_groups": saved_groups})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    # Hooks

    def register_step_pre_hook(self, hook):
        """`hook(optimizer, args, kwargs)` runs before every step; it may return the arguments to use instead."""
        return _registered(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook):
        """`hook(optimizer, args, kwargs)` runs after every step."""
        return _registered(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook, prepend=False):
        """`hook(optimizer)` runs before `state_dict`."""
        return _registered(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook, prepend=False):
        """`hook(optimizer, state_dict)` runs after `state_dict`; what it returns, if anything, takes its place."""
        return _registered(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook, prepend=False):
        """`hook(optimizer, state_dict)` runs before loading; what it returns, if anything, is loaded instead."""
        return _registered(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook, prepend=False):
        """`hook(optimizer)` runs after loading."""
        return _registered(self._optimizer_load_state_dict_post_hooks, hook, prepend)


#: Tensors of one engine call: so many lists of them fit the engine's argument area.
_ARGUMENTS = 4000


class FusedOptimizer(Optimizer):
    """An optimiser whose step is an engine call for a group. Subclasses define `_update(group, params, grads)`."""

    #: Lists of tensors that a call takes.
    _num_lists = 6

    def step(self, closure=None):
        """Changes the parameters by their gradients. `closure`, if given, computes the loss anew and returns it."""
        loss = None
        if closure is not None:
            with set_grad_enabled(True):
                loss = closure()
        size = _ARGUMENTS // self._num_lists
        for group in self.param_groups:
            pairs = [(parameter, gradient) for parameter in group["params"] if (gradient := parameter.grad) is not None]
            with set_grad_enabled(bool(group.get("differentiable"))):
                for start in range(0, len(pairs), size):
                    params, grads = zip(*pairs[start : start + size])
                    self._update(group, params, grads)
        return loss

    def _update(self, group, params, grads):
        raise NotImplementedError

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            for name, default in self._later_options.items():
                group.setdefault(name, default)
        for values in self.state.values():
            for name in self._numbers:
                if name in values:
                    values[name] = as_number(values[name])

    #: Options that older checkpoints lack.
    _later_options = {"foreach": None, "maximize": False, "differentiable": False, "capturable": False}

    #: Entries of a parameter's state that are one-element tensors on the CPU.
    _numbers = ("step",)


def as_number(value):
    """A number of a parameter's state as the one-element tensor on the CPU that the engine wants."""
    from .._from_data import tensor

    if isinstance(value, Tensor):
        return value.to("cpu")
    return tensor(float(value), dtype=float32, device="cpu")


def _fitted(parameter, value, key=None):
    """Loaded state as its parameter wants it: tensors on its device and in its dtype, step counts as they are."""
    if isinstance(value, Tensor):
        if key == "step":
            return value
        dtype = parameter.dtype if parameter.dtype.is_floating_point else value.dtype
        return value.to(device=parameter.device, dtype=dtype)
    if isinstance(value, dict):
        return {name: _fitted(parameter, entry, name) for name, entry in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return type(value)(_fitted(parameter, entry) for entry in value)
    return value

