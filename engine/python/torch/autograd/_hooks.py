"""What Python keeps for the history: functions' contexts, hooks, packed tensors; and the walk that asks for them.

The engine knows them by number and says when it holds a number no more. A walk stops where Python must help, and goes
on with the answer.
Refuses to order the walk: the engine does. Read next: `function`, `graph`, `engine/src/autograd/question.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import itertools
import weakref

from .. import _C
from .._autograd_mode import set_grad_enabled
from .._C import ops
from .._fallback import copies_for_rule
from .._tensor import Tensor
from ..utils.hooks import HookList

_numbers = itertools.count(1)

#: What is kept, by number.
kept = {}

# Numbers given out since the engine was last asked which ones it has let go.
_since_collected = 0
_COLLECT_EVERY = 256

# What a walk asks (`Asks` in the engine).
_FUNCTION, _TENSOR_HOOKS, _HOOKS_BEFORE, _HOOKS_AFTER, _ACCUMULATED, _UNPACK, _COPIES = range(7)


def new_number():
    """A number under which something will be kept."""
    global _since_collected
    _since_collected += 1
    if _since_collected >= _COLLECT_EVERY:
        collect()
    return next(_numbers)


def collect():
    """Lets go of what the engine holds no more."""
    global _since_collected
    _since_collected = 0
    while released := ops.released():
        for number in released:
            kept.pop(int(number), None)


def hook_list(kind, tensor, owner):
    """The hooks of a kind (see the engine's row `hooks`) of a tensor or of the node that made it."""
    fresh = new_number()
    number = ops.hooks(tensor, kind, fresh)
    if number == fresh:
        hooks = kept[number] = HookList()
        hooks.owner = weakref.ref(owner)
    return kept[number]


def _check_replaced(hook, before, after):
    if not isinstance(after, Tensor):
        name = getattr(hook, "__name__", type(hook).__name__)
        raise TypeError(f"hook '{name}' has returned an incorrect type (got '{type(after).__name__}', but expected 'Tensor')")
    if before is not None and after.shape != before.shape:
        name = getattr(hook, "__name__", type(hook).__name__)
        raise RuntimeError(f"hook '{name}' has changed the size of value")
    return after


def _run_tensor_hooks(number, tensors):
    gradient = tensors[0]
    for hook in list(kept[number].values()):
        changed = hook(gradient)
        if changed is not None:
            gradient = _check_replaced(hook, gradient, changed)
    return [gradient]


def _replaced(hook, before, result):
    if result is None:
        return before
    result = result if isinstance(result, tuple) else (result,)
    if len(result) != len(before):
        name = getattr(hook, "__name__", type(hook).__name__)
        raise RuntimeError(f"hook '{name}' has returned an incorrect number of values (got {len(result)}, but expected {len(before)})")
    return tuple(None if value is None else _check_replaced(hook, old, value) for old, value in zip(before, result))


def _answer(kind, numbers):
    """What Python's part of a walk gives."""
    if kind == _UNPACK:
        return [kept[number].unpack() for number in numbers]
    tensors = ops.walk_tensors()
    if kind == _COPIES:
        return copies_for_rule(tensors)
    if kind == _FUNCTION:
        return kept[numbers[0]].input_gradients(tensors)
    if kind == _TENSOR_HOOKS:
        return _run_tensor_hooks(numbers[0], tensors)
    hooks = kept[numbers[0]]
    if kind == _ACCUMULATED:
        owner = hooks.owner()
        for hook in list(hooks.values()):
            hook(tensors[0] if owner is None else owner)
        return ()
    if kind == _HOOKS_BEFORE:
        gradients = tuple(tensors)
        for hook in list(hooks.values()):
            gradients = _replaced(hook, gradients, hook(gradients))
        return gradients
    count = len(tensors) - hooks.num_outputs
    gradients, outputs = tuple(tensors[:count]), tuple(tensors[count:])
    for hook in list(hooks.values()):
        gradients = _replaced(hook, gradients, hook(gradients, outputs))
    return gradients


def walk_on(inputs, retain_graph, create_graph):
    """Goes on with a walk that was started. Gives the gradients of `inputs`."""
    try:
        while question := ops.walk_on():
            kind, *numbers = map(int, question)
            with set_grad_enabled(create_graph):
                answer = _answer(kind, numbers)
            ops.walk_provide(answer)
    except BaseException:
        ops.walk_end(())
        raise
    return ops.walk_end(inputs)


class Packed:
    """A saved tensor as a pack hook left it."""

    __slots__ = ("content", "_unpack")

    def __init__(self, content, unpack):
        self.content = content
        self._unpack = unpack

    def unpack(self):
        """The tensor again."""
        tensor = self._unpack(self.content)
        if not isinstance(tensor, Tensor):
            raise TypeError("Output of saved tensor unpack_hook expected to be a Tensor but got result of type " + type(tensor).__name__)
        return tensor


class Packing:
    """The pack and unpack hooks that are in force: a stack, of which the innermost counts."""

    stack = []
    _plain = None

    @classmethod
    def push(cls, pack, unpack):
        """Puts a pair of hooks in force."""
        cls.stack.append((pack, unpack))
        if len(cls.stack) == 1:
            ops.packing(True)
            cls._plain = _C.watch_calls(cls._after_call)

    @classmethod
    def pop(cls):
        """Takes the innermost pair out of force."""
        cls.stack.pop()
        if not cls.stack:
            _C.watch_calls(None)
            ops.packing(False)

    @classmethod
    def _after_call(cls):
        """Packs what the last call of the engine has saved."""
        noted = ops.packing_noted()
        if not noted:
            return
        pack, unpack = cls.stack[-1]
        numbers = []
        for tensor in noted:
            number = new_number()
            if tensor is not None:
                kept[number] = Packed(pack(tensor), unpack)
            numbers.append(number)
        ops.packing_store(numbers)
