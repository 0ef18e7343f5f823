"""What happened while a profiler was on: calls of the engine's operators, waits for the GPU, and named ranges.

One recording is under way at most. While none is, operators are called as ever: measuring costs nothing when it is off.
On the GPU a call records work that is sent later; its time is that of recording, and waiting shows as `carrel::wait_for_gpu`.
Read next: `_events`, `_C.measure_calls`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os
import sys
import time

from .. import _C

# Operators that only ask, or keep books, are left out; these give no tensor but do work, as do those whose names end in `_`.
_WORKING = "backward walk_start walk_on item flush gpu_read gpu_read_all".split()
_NOT_SHOWN = ("rng_state", "gpu_take", "identity")

# Names that PyTorch has for what the engine calls otherwise.
_NAMES = {
    "backward": "autograd::backward",
    "walk_start": "autograd::backward",
    "walk_on": "autograd::backward",
    "scale_all_": "aten::_foreach_mul_",
    "clamp_all_": "aten::_foreach_clamp_",
    "flush": "carrel::flush",
    "gpu_read": "carrel::gpu_read",
    "gpu_read_all": "carrel::gpu_read",
}

# The innermost lines of a program that are kept of each call.
_STACK_LINES = 16

_OWN_FOLDER = os.path.dirname(_C.__file__)

#: The recording under way, or None.
current = None


class Entry:
    """One call or range: times in nanoseconds, and the entry that it happened in."""

    __slots__ = ("name", "kind", "start_ns", "end_ns", "parent", "shapes", "result_shape", "allocated_bytes", "stack")

    def __init__(self, name, kind, start_ns, parent):
        self.name = name
        self.kind = kind
        self.start_ns = start_ns
        self.end_ns = None
        self.parent = parent
        self.shapes = self.result_shape = None
        self.allocated_bytes = 0
        self.stack = ()


class Recording:
    """Entries in the order of their beginnings. Raises RuntimeError if another recording is under way."""

    def __init__(self, *, shapes=False, memory=False, stack=False, flops=False):
        self.entries = []
        self._open = None
        self._shapes, self._memory, self._stack, self._results = shapes or flops, memory, stack, flops
        self._shown = {}

    def start(self):
        """Begins to measure."""
        global current
        if current is not None:
            raise RuntimeError("Profiler is already enabled on this thread")
        current = self
        _C.measure_calls(self._around)
        _C.on_wait = self._waited

    def stop(self):
        """Ends measuring. Ranges that are open end now."""
        global current
        current = None
        _C.measure_calls(None)
        _C.on_wait = None
        now = time.perf_counter_ns()
        while self._open is not None:
            self._open.end_ns = now
            self._open = self._open.parent

    def begin(self, name, kind="user_annotation"):
        """Opens a range; what happens until `end` is in it."""
        entry = Entry(name, kind, time.perf_counter_ns(), self._open)
        if self._stack:
            entry.stack = _users_lines()
        self.entries.append(entry)
        self._open = entry
        return entry

    def end(self, entry):
        """Closes a range, and those that were left open in it."""
        now = time.perf_counter_ns()
        while self._open is not None and entry.end_ns is None:
            self._open.end_ns = now
            self._open = self._open.parent

    def _waited(self, start_ns, end_ns):
        entry = Entry("carrel::wait_for_gpu", "gpu_wait", start_ns, self._open)
        entry.end_ns = end_ns
        self.entries.append(entry)

    def _shown_name(self, op):
        """An operator's name, words of its arguments, and whether it gives one tensor; None if it is not shown."""
        name, signature = _C.operator(op)
        arguments, _, result = signature.rpartition("->")
        result = result.strip()
        is_in_place = result == "()" and name.endswith("_")
        if name in _NOT_SHOWN or not (result in ("T", "Ts") or name in _WORKING or is_in_place):
            return None
        # What writes into many tensors at once is a step of an optimiser, but for what `_NAMES` tells.
        usual = f"aten::_fused_{name}" if is_in_place else "aten::" + name.removesuffix("_scalar")
        return _NAMES.get(name, usual), arguments.split(), result == "T"

    def _around(self, call):
        clock, shown, entries = time.perf_counter_ns, self._shown, self.entries

        def measured(op, *numbers):
            try:
                found = shown[op]
            except KeyError:
                found = shown[op] = self._shown_name(op)
            if found is None:
                return call(op, *numbers)
            name, words, gives_tensor = found
            entry = Entry(name, "cpu_op", 0, self._open)
            # A text waits in the engine for this very call: nothing may come between.
            if self._shapes and "t" not in words:
                entry.shapes = _shapes(call, words, numbers)
            if self._stack:
                entry.stack = _users_lines()
            entries.append(entry)
            entry.start_ns = clock()
            result = call(op, *numbers)
            entry.end_ns = clock()
            if gives_tensor and result >= 0:
                if self._memory:
                    entry.allocated_bytes = _new_bytes(call, words, numbers, result)
                if self._results:
                    entry.result_shape = _shape(call, result)
            return result

        return measured


def _arguments(words, numbers):
    """The arguments that a call's numbers encode, as (word, list of numbers); see `_C`."""
    position = 0
    for word in words:
        if word in ("Ts", "Ts?", "is") or (word == "is?" and numbers[position] == numbers[position]):
            count = int(numbers[position])
            position += 1
        elif word in ("s", "s?"):
            count = 3 if numbers[position] == 3 else 2
        else:
            count = 0 if word == "t" else 1
        yield word, numbers[position : position + count]
        position += count


def _shapes(call, words, numbers):
    """The sizes of the tensors among the arguments; an empty list stands for any other argument."""
    found = []
    for word, part in _arguments(words, numbers):
        shapes = [_shape(call, handle) for handle in part if handle == handle] if word.startswith("T") else []
        found.append(shapes if word.startswith("Ts") else shapes[0] if shapes else [])
    return found


def _shape(call, handle):
    if call(_DESCRIBE, handle) < 0:
        return []
    return [int(_C._read_scratch(position)) for position in range(6, 6 + int(_C._read_scratch(5)))]


def _new_bytes(call, words, numbers, handle):
    """Bytes of a result that has memory of its own; 0 for views."""
    for word, part in _arguments(words, numbers):
        for other in part if word.startswith("T") else ():
            if other == other and call(_SHARES, handle, other) >= 0 and _C._read_scratch(0):
                return 0
    if call(_STORAGE_SIZE, handle) < 0:
        return 0
    count = int(_C._read_scratch(0))
    if call(_DESCRIBE, handle) < 0:
        return 0
    from .._dtype import BY_CODE

    return count * BY_CODE[int(_C._read_scratch(0))].itemsize


_DESCRIBE = _C._rows["describe"][0]
_SHARES = _C._rows["shares_storage"][0]
_STORAGE_SIZE = _C._rows["storage_size"][0]


def _users_lines():
    """Where the program is, innermost first, without lines of torch's own."""
    frame, found = sys._getframe(2), []
    while frame is not None and len(found) < _STACK_LINES:
        code = frame.f_code
        if not code.co_filename.startswith(_OWN_FOLDER) and "__traceback_hide__" not in frame.f_globals:
            found.append(f"{code.co_filename}({frame.f_lineno}): {code.co_name}")
        frame = frame.f_back
    return tuple(found)
