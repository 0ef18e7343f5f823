"""The history as Python sees it: `grad_fn`, its relatives and hooks, and hooks on what is saved for backward.

A node here holds an empty tensor whose history begins at the engine's node, so that it lives as long as this one.
Refuses to change the history. Read next: `_hooks`, `engine/src/autograd/node.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import collections
import weakref

from .._C import ops
from .._tensor import Tensor
from ..utils.hooks import RemovableHandle
from ._hooks import Packing, hook_list, kept

_classes = {}
# The Python side of nodes, so that a node is one object while somebody holds it.
_nodes = weakref.WeakValueDictionary()

# What the engine's slots of a node are called.
_SLOTS = {"_saved_self": 0, "_saved_other": 1, "_saved_input": 0, "_saved_weight": 1, "_saved_mat1": 0, "_saved_mat2": 1,
          "_saved_exponent": 1, "_saved_condition": 0, "_saved_result": -1}


class Node:
    """A step of the history. Its class has the step's name, as in PyTorch."""

    __module__ = "torch.autograd.graph"

    def name(self):
        """The step's name."""
        return type(self).__name__

    @property
    def metadata(self):
        """A dict for notes."""
        return self.__dict__.setdefault("_metadata", {})

    @property
    def next_functions(self):
        """Where the gradients of the inputs go: pairs of a node (None where none is needed) and an output's number."""
        found = []
        for tensor in ops.history_next(self._anchor):
            if tensor is None:
                found.append((None, 0))
            elif ops.is_leaf(tensor):
                found.append((accumulate_grad(tensor), 0))
            else:
                found.append((_node_of(tensor), int(ops.history_place(tensor)[1])))
        return tuple(found)

    def register_hook(self, fn):
        """`fn(grad_inputs, grad_outputs)` runs after this step of backward and may return other input gradients."""
        hooks = hook_list(3, self._anchor, self)
        hooks.num_outputs = int(ops.history_outputs(self._anchor))
        return hooks.add(fn)

    def register_prehook(self, fn):
        """`fn(grad_outputs)` runs before this step of backward and may return others."""
        return hook_list(2, self._anchor, self).add(fn)

    @property
    def saved_tensors(self):
        """What a function of Python saved."""
        return tuple(ops.history_saved(self._anchor))

    def __getattr__(self, name):
        if name in _SLOTS:
            saved = ops.history_saved(self.__dict__["_anchor"])
            slot = _SLOTS[name]
            if saved and -1 <= slot < len(saved) and saved[slot] is not None:
                return saved[slot]
        elif not name.startswith("__") and "_anchor" in self.__dict__:
            applied = kept.get(int(ops.history_function(self._anchor)))
            if applied is not None:
                return getattr(applied.ctx, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __hash__(self):
        return id(self)


class AccumulateGrad(Node):
    """The end of the history: a leaf."""

    __module__ = "torch.autograd.graph"
    next_functions = ()

    @property
    def variable(self):
        """The leaf."""
        return self._variable

    def register_hook(self, fn):
        """`fn(grad_inputs, grad_outputs)` runs after the gradient was added to the leaf."""
        return self._variable.register_post_accumulate_grad_hook(lambda leaf: fn((), (leaf.grad,)))

    def register_prehook(self, fn):
        """`fn(grad_outputs)` runs before the gradient is added to the leaf and may return another."""

        def hook(gradient):
            changed = fn((gradient,))
            return changed[0] if isinstance(changed, tuple) else changed

        return self._variable.register_hook(hook)


def accumulate_grad(leaf):
    """The node of a leaf."""
    key = -ops.identity(leaf)
    found = _nodes.get(key)
    if found is None:
        found = _nodes[key] = AccumulateGrad()
        found._variable = leaf
    return found


def _node_of(tensor):
    """The node that made a tensor; None for leaves."""
    place = ops.history_place(tensor)
    if not place:
        return None
    found = _nodes.get(place[0])
    if found is None:
        name = ops.grad_fn_name(tensor)
        kind = _classes.get(name)
        if kind is None:
            kind = _classes[name] = type(name, (Node,), {"__module__": "torch.autograd.graph"})
        found = _nodes[place[0]] = kind()
        found._anchor = ops.history(tensor)[0]
    return found


node = _node_of


GradientEdge = collections.namedtuple("GradientEdge", ("node", "output_nr", "ownership_token"), defaults=(None,))


def get_gradient_edge(tensor):
    """Where a tensor's gradient goes."""
    if not tensor.requires_grad:
        raise RuntimeError("It is not possible to get the gradient edge for a Tensor that does not require gradients.")
    made = node(tensor)
    return GradientEdge(accumulate_grad(tensor), 0) if made is None else GradientEdge(made, tensor.output_nr)


def increment_version(tensor):
    """Counts a write to a tensor (or to several), so that autograd notices it."""
    for one in (tensor,) if isinstance(tensor, Tensor) else tensor:
        ops.bump_version(one)


class saved_tensors_hooks:
    """In a `with` block: what is saved for backward goes through `pack_hook`, and comes back through `unpack_hook`."""

    def __init__(self, pack_hook, unpack_hook):
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self):
        if _disabled:
            raise RuntimeError(_disabled[-1])
        Packing.push(self.pack_hook, self.unpack_hook)

    def __exit__(self, *args):
        Packing.pop()


class save_on_cpu(saved_tensors_hooks):
    """In a `with` block: what is saved for backward is copied to the CPU and comes back when backward needs it."""

    def __init__(self, pin_memory=False, device_type="cuda"):
        def pack(tensor):
            return tensor.device, tensor.cpu()

        def unpack(packed):
            device, tensor = packed
            return tensor.to(device)

        super().__init__(pack, unpack)


_disabled = []


class disable_saved_tensors_hooks:
    """In a `with` block: entering `saved_tensors_hooks` is an error with this message."""

    def __init__(self, error_message):
        self._message = error_message

    def __enter__(self):
        _disabled.append(self._message)

    def __exit__(self, *args):
        _disabled.pop()


class allow_mutation_on_saved_tensors:
    """Refused: what was saved must not change."""

    def __init__(self):
        raise NotImplementedError(
            "torch.autograd.graph.allow_mutation_on_saved_tensors is not supported in Carrel: clone() the tensor before "
            "changing it"
        )


def register_multi_grad_hook(tensors, fn, *, mode="all"):
    """`fn(grads)` runs when the gradients of all `tensors` are there (or, with mode "any", the first of them)."""
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    tensors = tuple(tensors)
    seen = {}
    handles = []

    def arrived(position):
        def hook(gradient):
            if mode == "any":
                if not seen:
                    seen[0] = True
                    fn(gradient)
                return
            seen[position] = gradient
            if len(seen) == len(tensors):
                gradients = [seen[one] for one in range(len(tensors))]
                seen.clear()
                fn(gradients)

        return hook

    handles.extend(tensor.register_hook(arrived(position)) for position, tensor in enumerate(tensors))

    class _Handle(RemovableHandle):
        def __init__(self):
            pass

        def remove(self):
            for handle in handles:
                handle.remove()

    return _Handle()
