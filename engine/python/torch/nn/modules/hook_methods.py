"""The part of `Module` that registers hooks, and hooks of all modules.

Every register function returns a handle whose `remove()` takes the hook out again.
Read next: `nn.modules.hooks`.
"""

from collections import OrderedDict

from ...utils.hooks import RemovableHandle
from .hooks import KINDS, HookSet, everywhere


class HookMethods:
    """Registering hooks on one module."""

    # The module's own hooks; most modules have none.
    _hooks = None

    def _hook_set(self):
        if self._hooks is None:
            self.__dict__["_hooks"] = HookSet()
        return self._hooks

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """`hook(module, args)` runs before `forward` and may return new arguments; one value stands for a tuple of it.

        with_kwargs: `hook(module, args, kwargs)`, which may return new ones as a pair. prepend: before the other hooks.
        """
        marks = ("_forward_pre_hooks_with_kwargs",) if with_kwargs else ()
        return self._hook_set().add("_forward_pre_hooks", hook, prepend, marks)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """`hook(module, args, output)` runs after `forward` and may return another output.

        with_kwargs: `hook(module, args, kwargs, output)`. always_call: also where `forward` raises, with output None.
        prepend: before the other hooks.
        """
        marks = ["_forward_hooks_with_kwargs"] * with_kwargs + ["_forward_hooks_always_called"] * always_call
        return self._hook_set().add("_forward_hooks", hook, prepend, marks)

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """`hook(module, grad_output)` runs when gradients reach the outputs, and may return others as a tuple."""
        return self._hook_set().add("_backward_pre_hooks", hook, prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """`hook(module, grad_input, grad_output)` runs when gradients of the positional arguments are there.

        Both are tuples, with None for what is no tensor or needs no gradient. It may return other gradients of the arguments.
        """
        hooks = self._hook_set()
        hooks.check_kind(True)
        return hooks.add("_backward_hooks", hook, prepend)

    def register_backward_hook(self, hook):
        """The old kind: gradients are those of the last operation of `forward`. Use `register_full_backward_hook`."""
        hooks = self._hook_set()
        hooks.check_kind(False)
        return hooks.add("_backward_hooks", hook)

    def register_state_dict_pre_hook(self, hook):
        """`hook(module, prefix, keep_vars)` runs before `state_dict` collects this module's state."""
        return self._hook_set().add("_state_dict_pre_hooks", hook)

    def register_state_dict_post_hook(self, hook):
        """`hook(module, state_dict, prefix, local_metadata)` runs after, and may change the dict in place."""
        hook._from_public_api = True
        return self._hook_set().add("_state_dict_hooks", hook)

    def _register_state_dict_hook(self, hook):
        # The private form may return another dict.
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was previously registered via "
                "register_state_dict_post_hook"
            )
        return self._hook_set().add("_state_dict_hooks", hook)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        # The private form is called without the module unless it asks for it.
        def called(*args):
            return hook(*args) if with_module else hook(*args[1:])

        return self._hook_set().add("_load_state_dict_pre_hooks", called)

    def register_load_state_dict_pre_hook(self, hook):
        """Runs before this module's state is loaded: `hook(module, state_dict, prefix, local_metadata, strict, missing_keys,
        unexpected_keys, error_msgs)`; it may change the dict and the lists."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def register_load_state_dict_post_hook(self, hook):
        """`hook(module, incompatible_keys)` runs after `load_state_dict`, and may change the two lists in place."""
        return self._hook_set().add("_load_state_dict_post_hooks", hook)


def _of_kind(kind):
    return property(lambda module: getattr(module._hook_set(), kind), doc=f"The module's hooks of the kind `{kind}`, by number.")


for _kind in KINDS:
    setattr(HookMethods, _kind, _of_kind(_kind))


def register_module_forward_pre_hook(hook):
    """`hook(module, args)` runs before every module's `forward`."""
    return everywhere.add("_forward_pre_hooks", hook)


def register_module_forward_hook(hook, *, with_kwargs=False, always_call=False):
    """`hook(module, args, output)` runs after every module's `forward`; options as for one module."""
    marks = ["_forward_hooks_with_kwargs"] * with_kwargs + ["_forward_hooks_always_called"] * always_call
    return everywhere.add("_forward_hooks", hook, False, marks)


def register_module_full_backward_pre_hook(hook):
    """`hook(module, grad_output)` runs when gradients reach any module's outputs."""
    return everywhere.add("_backward_pre_hooks", hook)


def register_module_full_backward_hook(hook):
    """`hook(module, grad_input, grad_output)` runs when gradients leave any module's inputs."""
    everywhere.check_kind(True)
    return everywhere.add("_backward_hooks", hook)


def register_module_backward_hook(hook):
    """The old kind of `register_module_full_backward_hook`."""
    everywhere.check_kind(False)
    return everywhere.add("_backward_hooks", hook)


#: Hooks that run when a member is registered with any module.
registration = {kind: OrderedDict() for kind in ("buffer", "module", "parameter")}


def _on_registration(kind, hook):
    handle = RemovableHandle(registration[kind])
    registration[kind][handle.id] = hook
    return handle


def register_module_buffer_registration_hook(hook):
    """`hook(module, name, buffer)` runs when a buffer is registered, and may return another."""
    return _on_registration("buffer", hook)


def register_module_module_registration_hook(hook):
    """`hook(module, name, submodule)` runs when a child is registered, and may return another."""
    return _on_registration("module", hook)


def register_module_parameter_registration_hook(hook):
    """`hook(module, name, param)` runs when a parameter is registered, and may return another."""
    return _on_registration("parameter", hook)


def registered(kind, module, name, value):
    """What registration hooks make of a value."""
    for hook in list(registration[kind].values()):
        changed = hook(module, name, value)
        if changed is not None:
            value = changed
    return value
