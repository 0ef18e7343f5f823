"""Hooks of modules: where they are kept, and how a call runs through them.

Kept beside `Module`, so that a module without hooks pays one comparison a call. Every kind is a dict by the number of
the hook's handle, under PyTorch's name for it.
Read next: `nn.modules.hook_methods`, `nn.modules.backward_hooks`, `utils.hooks`.
"""

import warnings
from collections import OrderedDict

from ..._tensor import Tensor
from ...utils.hooks import RemovableHandle
from .backward_hooks import BackwardHook

#: The kinds of hooks of one module.
KINDS = (
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_state_dict_pre_hooks",
    "_state_dict_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)


class HookSet:
    """The hooks of one module, or of all."""

    #: Whether backward hooks are of the full kind; None while there are none.
    is_full = None

    def __init__(self):
        for kind in KINDS:
            setattr(self, kind, OrderedDict())

    def add(self, kind, hook, prepend=False, marks=()):
        """Registers a hook and returns its handle. `marks` are the dicts in which its number is to be noted."""
        hooks = getattr(self, kind)
        noted = [getattr(self, mark) for mark in marks]
        handle = RemovableHandle(hooks, extra_dict=noted)
        hooks[handle.id] = hook
        for mark in noted:
            mark[handle.id] = True
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def check_kind(self, is_full):
        """Raises if backward hooks of the other kind are there."""
        if self.is_full is not None and self.is_full is not is_full and self._backward_hooks:
            raise RuntimeError(
                "Cannot use both regular backward hooks and full backward hooks on a single Module. Please use only one of them."
            )
        self.is_full = is_full

    def runs(self):
        """True if a call has hooks to run."""
        return bool(self._forward_pre_hooks or self._forward_hooks or self._backward_hooks or self._backward_pre_hooks)


#: Hooks that run for every module.
everywhere = HookSet()


def call_with_hooks(module, args, kwargs):
    """`module.forward` with the hooks before and after it."""
    own = module._hooks or _NO_HOOKS
    called = set()
    try:
        return _called(module, own, args, kwargs, called)
    except Exception:
        # Hooks that always run have not run yet where `forward` failed; what they raise must not hide the error.
        for hooks in (everywhere, own):
            for number in hooks._forward_hooks_always_called:
                hook = hooks._forward_hooks.get(number)
                if hook is None or number in called:
                    continue
                try:
                    _after(module, hooks, number, hook, args, kwargs, None)
                except Exception as error:
                    warnings.warn(
                        "module forward hook with ``always_call=True`` raised an exception that was silenced as another error was "
                        f"raised in forward: {error}",
                        stacklevel=2,
                    )
        raise


_NO_HOOKS = HookSet()


def _called(module, own, args, kwargs, called):
    for hooks in (everywhere, own):
        for number, hook in list(hooks._forward_pre_hooks.items()):
            args, kwargs = _before(module, hooks, number, hook, args, kwargs)
    full = [hook for hooks in (everywhere, own) if hooks.is_full for hook in hooks._backward_hooks.values()]
    before = [hook for hooks in (everywhere, own) for hook in hooks._backward_pre_hooks.values()]
    backward = BackwardHook(module, full, before) if full or before else None
    if backward is not None:
        args = backward.setup_input_hook(args)
    result = module.forward(*args, **kwargs)
    for hooks in (everywhere, own):
        for number, hook in list(hooks._forward_hooks.items()):
            called.add(number)
            changed = _after(module, hooks, number, hook, args, kwargs, result)
            if changed is not None:
                result = changed
    if backward is not None:
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                f"{type(result)}",
                stacklevel=3,
            )
        result = backward.setup_output_hook(result)
    old = [hook for hooks in (everywhere, own) if hooks.is_full is False for hook in hooks._backward_hooks.values()]
    if old:
        _hook_maker(module, old, result)
    return result


def _before(module, hooks, number, hook, args, kwargs):
    if number in hooks._forward_pre_hooks_with_kwargs:
        changed = hook(module, args, kwargs)
        if changed is None:
            return args, kwargs
        if not (isinstance(changed, tuple) and len(changed) == 2):
            raise RuntimeError(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}.")
        return changed
    changed = hook(module, args)
    if changed is None:
        return args, kwargs
    return changed if isinstance(changed, tuple) else (changed,), kwargs


def _after(module, hooks, number, hook, args, kwargs, result):
    if number in hooks._forward_hooks_with_kwargs:
        return hook(module, args, kwargs, result)
    return hook(module, args, result)


def _hook_maker(module, hooks, result):
    """Backward hooks of the old kind run after the last node of the first output."""
    while not isinstance(result, Tensor):
        result = next((value for value in result.values() if isinstance(value, Tensor)), None) if isinstance(result, dict) else result[0]
        if result is None:
            return
    made = result.grad_fn
    if made is not None:
        for hook in hooks:
            made.register_hook(lambda inputs, outputs, hook=hook: hook(module, inputs, outputs))
