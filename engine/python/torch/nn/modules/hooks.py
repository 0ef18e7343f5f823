"""Forward hooks of modules: what is registered, and how a call runs through them.

Kept beside `Module` so that a module without hooks pays one comparison a call.
Refuses backward hooks until the engine can call back. Read next: `nn.modules.module`.
"""


class RemovableHandle:
    """Takes a hook out again: by `remove()` or at the end of a `with` block."""

    def __init__(self, registry, key):
        self._registry = registry
        self._key = key
        self.id = id(key)

    def remove(self):
        """Takes the hook out."""
        self._registry[:] = [entry for entry in self._registry if entry is not self._key]

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.remove()


class HookSet:
    """The hooks of one module."""

    #: Hooks that run for every module, by kind; empty unless `register_module_forward_hook` was used.
    everywhere = {}

    def __init__(self):
        self.before = []
        self.after = []

    def add(self, kind, hook, prepend=False, with_kwargs=False):
        """Registers a hook and returns its handle."""
        registry = getattr(self, kind)
        entry = (hook, with_kwargs)
        registry.insert(0, entry) if prepend else registry.append(entry)
        return RemovableHandle(registry, entry)

    @classmethod
    def add_everywhere(cls, kind, hook):
        """Registers a hook of every module and returns its handle."""
        entry = (hook, False)
        registry = cls.everywhere.setdefault(kind, [])
        registry.append(entry)
        return RemovableHandle(registry, entry)

    @classmethod
    def call(cls, module, args, kwargs):
        """`module.forward` with the hooks before and after it."""
        own = module._hooks
        for hook, with_kwargs in [*cls.everywhere.get("before", ()), *(own.before if own else ())]:
            if with_kwargs:
                changed = hook(module, args, kwargs)
                if changed is not None:
                    if not (isinstance(changed, tuple) and len(changed) == 2):
                        raise RuntimeError(f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {changed}.")
                    args, kwargs = changed
            else:
                changed = hook(module, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        result = module.forward(*args, **kwargs)
        for hook, with_kwargs in [*cls.everywhere.get("after", ()), *(own.after if own else ())]:
            changed = hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
            if changed is not None:
                result = changed
        return result


def register_module_forward_hook(hook):
    """`hook(module, args, output)` runs after every module's `forward`."""
    return HookSet.add_everywhere("after", hook)


def register_module_forward_pre_hook(hook):
    """`hook(module, args)` runs before every module's `forward`."""
    return HookSet.add_everywhere("before", hook)
