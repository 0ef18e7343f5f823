"""`torch.utils.hooks`: the handle that takes a hook out again.

Read next: `autograd._hooks`.
"""

import itertools
import weakref
from collections import OrderedDict

_ids = itertools.count()


class RemovableHandle:
    """Takes a hook out again: by `remove()` or at the end of a `with` block.

    hooks_dict: where the hook is, by the handle's number. extra_dict: a dict, or a list of them, that note the number too.
    """

    def __init__(self, hooks_dict, *, extra_dict=None):
        self.hooks_dict_ref = weakref.ref(hooks_dict)
        self.id = next(_ids)
        extra = [] if extra_dict is None else extra_dict if isinstance(extra_dict, list) else [extra_dict]
        self.extra_dict_ref = tuple(weakref.ref(noted) for noted in extra)

    def remove(self):
        """Takes the hook out."""
        for reference in (self.hooks_dict_ref, *self.extra_dict_ref):
            hooks = reference()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self):
        return self.hooks_dict_ref(), self.id, [reference() for reference in self.extra_dict_ref]

    def __setstate__(self, state):
        hooks, self.id, extra = state
        # A dict that is gone holds no hooks.
        self.hooks_dict_ref = weakref.ref(OrderedDict() if hooks is None else hooks)
        self.extra_dict_ref = tuple(weakref.ref(noted) for noted in extra if noted is not None)

    def __enter__(self):
        return self

    def __exit__(self, type=None, value=None, tb=None):
        self.remove()


class HookList(OrderedDict):
    """Hooks by the number of their handles, in the order in which they run."""

    #: The tensor or node that the hooks belong to, weakly.
    owner = None

    def add(self, hook, prepend=False):
        """Registers a hook and returns its handle."""
        handle = RemovableHandle(self)
        self[handle.id] = hook
        if prepend:
            self.move_to_end(handle.id, last=False)
        return handle


def unserializable_hook(f):
    """Marks a hook as one that is not pickled; hooks never are."""
    f.__torch_unserializable__ = True
    return f
