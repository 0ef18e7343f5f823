"""`Optimizer`: parameter groups, state, and the part of every optimiser that is not arithmetic.

Subclasses define `defaults` and `_update(group, parameters)`; the arithmetic is one fused engine call a group.
Read next: `optim.adam`, `optim.sgd`.
"""

from collections import OrderedDict, defaultdict
from copy import deepcopy

from .._autograd_mode import enable_grad, no_grad
from .._C import free_dead, ops
from .._tensor import Tensor


class Optimizer:
    """Base class of all optimisers. `params`: tensors, named tensors, or dicts that describe parameter groups."""

    def __init__(self, params, defaults):
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.FloatTensor"
            )
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        self._step_hooks = OrderedDict()
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """Adds a group: a dict with `params` and any options that differ from the defaults."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        params = list(params)
        if params and isinstance(params[0], tuple):
            param_group["param_names"] = [name for name, _ in params]
            params = [parameter for _, parameter in params]
        param_group["params"] = params
        for parameter in params:
            if not isinstance(parameter, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(parameter).__name__}")
            if not parameter.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is _required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        taken = {id(parameter) for group in self.param_groups for parameter in group["params"]}
        if len({id(parameter) for parameter in params}) != len(params):
            raise ValueError("optimizer contains a parameter group with duplicate parameters")
        if any(id(parameter) in taken for parameter in params):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none=True):
        """Forgets the gradients of all parameters, or fills them with zeros."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if set_to_none:
                    ops.set_grad(parameter, None)
                elif parameter.grad is not None:
                    parameter.grad = parameter.grad.detach().zero_()

    def step(self, closure=None):
        """Changes the parameters by their gradients. `closure`, if given, computes the loss anew and returns it."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                pairs = [(parameter, gradient) for parameter in group["params"] if (gradient := parameter.grad) is not None]
                if pairs:
                    self._update(group, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
        # The step is complete: what was recorded is sent to the GPU.
        ops.flush()
        free_dead()
        for hook in list(self._step_hooks.values()):
            hook(self, (closure,), {})
        return loss

    def _update(self, group, parameters, gradients):
        raise NotImplementedError

    def register_step_post_hook(self, hook):
        """`hook(optimizer, args, kwargs)` runs after every step."""
        from ..nn.modules.hooks import RemovableHandle

        key = object()
        self._step_hooks[key] = hook

        class Handle(RemovableHandle):
            def remove(handle):
                self._step_hooks.pop(key, None)

        return Handle([], key)

    # State

    def state_dict(self):
        """The state by parameter number, and the groups with numbers in place of parameters."""
        numbers = {}
        for group in self.param_groups:
            for parameter in group["params"]:
                numbers.setdefault(id(parameter), len(numbers))
        groups = [
            {**{k: v for k, v in group.items() if k != "params"}, "params": [numbers[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]
        state = {(numbers[id(k)] if isinstance(k, Tensor) else k): _saved(v) for k, v in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Takes what `state_dict` gave. The groups must have the same sizes."""
        saved_groups = deepcopy(state_dict["param_groups"])
        if len(saved_groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(a["params"]) != len(b["params"]) for a, b in zip(self.param_groups, saved_groups)):
            raise ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group")
        parameters = {}
        for group, saved in zip(self.param_groups, saved_groups):
            parameters.update(zip(saved["params"], group["params"]))
            params = group["params"]
            group.clear()
            group.update(saved)
            group["params"] = params
        self.state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            parameter = parameters.get(key)
            if parameter is None:
                self.state[key] = value
            else:
                self.state[parameter] = {name: _like(parameter, name, entry) for name, entry in value.items()}

    def __repr__(self):
        text = type(self).__name__ + " ("
        for number, group in enumerate(self.param_groups):
            text += f"\nParameter Group {number}\n"
            for key in sorted(group):
                if key != "params":
                    text += f"    {key}: {group[key]}\n"
        return text + ")"


_required = object()

#: Tensors a list in one engine call: six lists of them fit the engine's argument area.
LIST_LIMIT = 600


def batches(size, *lists):
    """Slices of parallel lists, `size` entries at a time."""
    for start in range(0, len(lists[0]), size):
        yield tuple(entries[start : start + size] for entries in lists)


def _saved(state):
    """The state of one parameter as PyTorch keeps it: its step count is a tensor there."""
    from .._creation import tensor

    return {name: tensor(float(entry)) if name == "step" and isinstance(entry, int) else entry for name, entry in state.items()}


def _like(parameter, name, value):
    if not isinstance(value, Tensor):
        return deepcopy(value)
    if name == "step":
        return int(value.item())
    return value.to(device=parameter.device, dtype=parameter.dtype if parameter.dtype.is_floating_point else None, copy=True)


def check_range(condition, what, value):
    """Raises PyTorch's error for an option out of range."""
    if not condition:
        raise ValueError(f"Invalid {what}: {value}")
