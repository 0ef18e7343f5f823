"""The door to the engine: `ops.add(a, b)` and its like.

In the browser the engine is the JavaScript module `_carrel_engine`; natively it is a shared library (`_native`).
The engine describes its own operators, a line each (`sum T is b d? -> T`); from a line an encoder is made when the
operator is first used, so a new operator needs no code here. Encoders turn arguments into numbers, make one call,
and raise the engine's errors as Python exceptions. A kernel that wakes up from a memory snapshot has another engine than
the one torch was imported with: `disconnect` and `connect` exchange it.
Refuses to know what any operator means. Read next: `_tensor`, `_device`, `engine/src/ffi/table.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import sys
import time

try:
    import _carrel_engine as binding
except ModuleNotFoundError:  # an engine that is there but failed to load says so itself
    binding = None

IS_BROWSER = binding is not None
if not IS_BROWSER:
    from . import _native as binding

try:  # the same two functions without Pyodide's conversions, where it offers what that needs
    from _carrel_direct import call as _call, scratch as _read_scratch
except ImportError:
    _call, _read_scratch = binding.call, binding.scratch

#: How many handles may wait to be freed.
_FREE_BATCH = 64

#: Numbers that fit the engine's argument area; longer lists are split by the caller.
ARGUMENT_LIMIT = 4096

_NAN = math.nan
_EXACT = 2**53


class OutOfMemoryError(RuntimeError):
    """The device has no memory left for a tensor."""

    __module__ = "torch"


_EXCEPTIONS = {
    "RuntimeError": RuntimeError,
    "TypeError": TypeError,
    "ValueError": ValueError,
    "IndexError": IndexError,
    "NotImplementedError": NotImplementedError,
    "OutOfMemoryError": OutOfMemoryError,
    "KeyError": KeyError,
    "KeyboardInterrupt": KeyboardInterrupt,
}


def engine_failure():
    """The exception that the engine's last error stands for."""
    name, _, message = binding.error().partition("\n")
    return _EXCEPTIONS.get(name, RuntimeError)(*[message] if message else [])


#: Stands for the result of a call whose arguments have no handle.
_UNFIT = -3


def _failed(name, signature, encoder, arguments, result):
    """What a call that failed gives after all: an operator that the GPU has not runs on the CPU. Else raises."""
    if result == _UNFIT:
        from . import _unfit

        fitting = _unfit.with_dtypes(signature, arguments)
        if fitting is not None:
            return encoder(*fitting)
        if "torch._batched" in sys.modules and not _holds_wrong_number(signature, arguments):
            from ._batched import run_row

            return run_row(name, signature.split(), encoder, arguments)
        raise _unfit.misfit(name, signature, arguments)
    if not binding.error().startswith("CpuOnly\n"):
        raise engine_failure()
    from ._fallback import run_row

    return run_row(name, signature.split(), encoder, arguments)


def _holds_wrong_number(signature, arguments):
    """True if a text stands where an operator takes a number: nothing that a batching rule could help with."""
    return any(word != "t" and isinstance(value, str) for word, value in zip(signature.split(), arguments))


def _scalar(value):
    """A number as the engine takes it: its kind (0 bool, 1 int, 2 float) and its value."""
    kind = value.__class__
    if kind is float:
        return 2, value
    if kind is int:
        if -_EXACT <= value <= _EXACT:
            return 1, value
        if not -(2**63) <= value < 2**64:
            raise RuntimeError("Overflow when unpacking long long")
        # Doubles are what crosses the border: larger integers go as their upper and lower halves.
        return 3 if value < 2**63 else 4, value >> 32, value & 0xFFFFFFFF
    if kind is bool:
        return 0, 1 if value else 0
    if hasattr(value, "item"):
        return _scalar(value.item())
    if isinstance(value, bool):
        return 0, int(value)
    if isinstance(value, int):
        return _scalar(int(value))
    if isinstance(value, float):
        return 2, float(value)
    raise TypeError(f"expected a number, but got {kind.__name__}")


# What an argument letter becomes in a call; `{}` is the parameter's name.
_ENCODINGS = {
    "T": "{}._h",
    "T?": "(NAN if {0} is None else {0}._h)",
    "Ts": "len({0}), *[t._h for t in {0}]",
    "Ts?": "len({0}), *[NAN if t is None else t._h for t in {0}]",
    "i": "{}",
    "i?": "(NAN if {0} is None else {0})",
    "is": "len({0}), *{0}",
    "is?": "*((NAN,) if {0} is None else (len({0}), *{0}))",
    "f": "{}",
    "f?": "(NAN if {0} is None else {0})",
    "b": "(1 if {} else 0)",
    "s": "*scalar({})",
    "s?": "*((NAN, 0) if {0} is None else scalar({0}))",
    "d": "{}._code",
    "d?": "(NAN if {0} is None else {0}._code)",
    "v": "{}",
    "v?": "(NAN if {0} is None else {0})",
}

# What becomes of the call's number `r`, by result letter.
_RESULTS = {
    "T": "t = new(Tensor)\n    t._h = r\n    if len(dead) > FREE_BATCH: free_dead()\n    return t",
    "Ts": "handles = numbers(int(r))\n    if len(dead) > FREE_BATCH: free_dead()\n    return [adopt(h) for h in handles]",
    "()": "return None",
    "i": "return int(scratch(0))",
    "f": "return float(scratch(0))",
    "b": "return scratch(0) != 0",
    "is": "return numbers(int(r))",
    "t": "return last_text()",
}

_dead = []
_factories = {}
_environment = {
    "__traceback_hide__": True,
    "NAN": _NAN,
    "FREE_BATCH": _FREE_BATCH,
    "new": object.__new__,
    "dead": _dead,
    "call": _call,
    "set_text": binding.set_text,
    "scratch": _read_scratch,
    "last_text": binding.text,
    "failed": _failed,
    "scalar": _scalar,
    "UNFIT": _UNFIT,
}


def _numbers(count):
    scratch = _environment["scratch"]
    return [scratch(position) for position in range(count)]


def _adopt(handle):
    if handle != handle:
        return None
    tensor = object.__new__(_environment["Tensor"])
    tensor._h = handle
    return tensor


def _free_dead():
    """Tells the engine which handles nobody holds. Never called from a finaliser, which may run amid a call."""
    count = len(_dead)
    batch = _dead[:count]
    del _dead[:count]
    for start in range(0, count, ARGUMENT_LIMIT - 8):
        part = batch[start : start + ARGUMENT_LIMIT - 8]
        _call(_free_op, len(part), *part)



def disconnect():
    """Lets go of the engine: nothing can be computed until `connect`. Only for a torch that has made no tensor yet."""
    global binding, _call, _read_scratch, _measured
    binding = _call = _read_scratch = _measured = None
    _environment.update(call=None, scratch=None, last_text=None, set_text=None)
    for name in ("_carrel_engine", "_carrel_direct"):
        sys.modules.pop(name, None)


def connect():
    """Takes the engine that is there now. It must be of the same build as the one before."""
    global binding, _call, _read_scratch, _measured
    import _carrel_engine as binding

    if binding.op_names() != _table:
        raise RuntimeError("the engine's operators are not those that torch was imported with")
    try:
        from _carrel_direct import call as _call, scratch as _read_scratch
    except ImportError:
        _call, _read_scratch = binding.call, binding.scratch
    _measured = _call
    _environment.update(call=_call, scratch=_read_scratch, last_text=binding.text, set_text=binding.set_text)


_environment.update(numbers=_numbers, adopt=_adopt, free_dead=_free_dead)
free_dead = _free_dead
adopt = _adopt
#: Handles of tensors that are gone; `Tensor.__del__` appends to it.
dead_handles = _dead


def _encoder(op, signature, name):
    """The Python function of one operator, made from its signature."""
    factory = _factories.get(signature)
    if factory is None:
        arguments, _, result = signature.rpartition("->")
        words = arguments.split()
        names = [f"a{position}" for position in range(len(words))]
        encoded = [_ENCODINGS[word].format(name) for word, name in zip(words, names) if word != "t"]
        texts = "".join(f"    set_text({name})\n" for word, name in zip(words, names) if word == "t")
        source = (
            f"def factory(op, name):\n  def encoder({', '.join(names)}):\n{texts}"
            f"    try: r = call({', '.join(['op', *encoded])})\n"
            f"    except (AttributeError, TypeError): r = UNFIT\n"
            f"    if r < 0 and r != -2: return failed(name, {arguments!r}, encoder, [{', '.join(names)}], r)\n"
            f"    {_RESULTS[result.strip()]}\n"
            f"  return encoder\n"
        )
        exec(source, _environment)
        factory = _factories[signature] = _environment.pop("factory")
    return factory(op, name)


# How operators are called: `_call`, or what measures it.
_measured = _call


def measure_calls(around):
    """Calls operators by `around(call)` from now on, with `call(op, *numbers)`; as usual again if it is None.

    What is put in place must leave the numbers that the engine gave as they are, unless the result is a tensor's handle.
    """
    global _measured
    before, _measured = _measured, _call if around is None else around(_call)
    if _environment["call"] is before:
        _environment["call"] = _measured


def watch_calls(after):
    """Runs `after` after every call of an operator, or no more if it is None. What `after` calls itself is not watched."""
    _environment.update(call=_measured, scratch=_read_scratch, last_text=binding.text)
    if after is None:
        return
    held, text = [], ""

    def watched(op, *arguments):
        nonlocal text
        result = _measured(op, *arguments)
        if result < 0 and result != -2:
            return result
        # What the call gave is read later: it is put aside, since `after` calls the engine too.
        held[:] = [_read_scratch(position) for position in range(max(64, int(result) if result < ARGUMENT_LIMIT else 0))]
        text = binding.text() if result == -2 else ""
        _environment.update(call=_measured, scratch=_read_scratch, last_text=binding.text)
        try:
            after()
        finally:
            _environment.update(call=watched, scratch=held.__getitem__, last_text=lambda: text)
        return result

    _environment.update(call=watched, scratch=held.__getitem__, last_text=lambda: text)


def operator(code):
    """Name and signature of an operator by its number."""
    return _by_code[code]


def describe(tensor):
    """dtype code, device code and sizes of a tensor: one call for what is asked of most tensors."""
    if _call(_describe_op, tensor._h) < 0:
        raise engine_failure()
    scratch = _read_scratch
    sizes = [int(scratch(position)) for position in range(6, 6 + int(scratch(5)))]
    return int(scratch(0)), int(scratch(1)), sizes


def layout(tensor):
    """Strides and offset of a tensor, in elements."""
    numbers = [int(number) for number in ops.describe(tensor)]
    return tuple(numbers[6 + numbers[5] :]), numbers[4]


class _Ops:
    """The engine's operators as functions; each is made when it is first asked for."""

    def __getattr__(self, name):
        row = _rows.get(name)
        if row is None:
            raise NotImplementedError(f"torch.{name} is not in Carrel yet")
        encoder = _encoder(*row, name)
        setattr(self, name, encoder)
        return encoder

    def __contains__(self, name):
        return name in _rows


_table = binding.op_names()
_rows = {}
for _code, _line in enumerate(_table.split("\n")):
    if _line:
        _name, _, _signature = _line.partition(" ")
        _rows[_name] = (_code, _signature)
_by_code = {_code: (_name, _signature) for _name, (_code, _signature) in _rows.items()}
_free_op = _rows["free"][0]
_describe_op = _rows["describe"][0]
ops = _Ops()


def set_tensor_class(tensor_class):
    """Tells the encoders which class results have."""
    _environment["Tensor"] = tensor_class


_NO_SWITCHING = (
    "Reading a tensor from the GPU must wait, and this browser cannot suspend Python (JSPI): use Chrome or Edge 137, "
    "Firefox 153, Safari 27, or a newer one. Tensors on the CPU device work in every browser."
)


#: Called with the start and the end of every wait for the GPU, in nanoseconds, if it is not None.
on_wait = None


def _wait_for(ticket):
    """Waits until the GPU has answered everything that was sent. Whether the answers are good is asked later."""
    if on_wait is None:
        return _wait(ticket)
    started_ns = time.perf_counter_ns()
    _wait(ticket)
    on_wait(started_ns, time.perf_counter_ns())


def _wait(ticket):
    waiting = binding.wait(ticket)
    if not IS_BROWSER:
        return
    from pyodide.ffi import JsException, can_run_sync, run_sync

    if not can_run_sync():
        raise RuntimeError(_NO_SWITCHING)
    try:
        run_sync(waiting.promise)
    except JsException as error:
        raise RuntimeError(f"Waiting for the GPU failed: {error}") from None


def read_back(tensor):
    """A CPU copy of a GPU tensor. Waits for the GPU."""
    # Values that nobody holds need not be computed: the read sends what was recorded.
    _free_dead()
    ticket = ops.gpu_read(tensor)
    _wait_for(ticket)
    return ops.gpu_take(ticket, tensor)


def read_back_all(tensors):
    """CPU copies of GPU tensors. Waits for the GPU once, however many there are."""
    _free_dead()
    copies = []
    for start in range(0, len(tensors), READ_BATCH):
        batch = tensors[start : start + READ_BATCH]
        tickets = [int(ticket) for ticket in ops.gpu_read_all(batch)]
        _wait_for(tickets[-1])
        copies += [ops.gpu_take(ticket, tensor) for ticket, tensor in zip(tickets, batch)]
    return copies


def to_cpu_together(tensors):
    """The tensors, those on the GPU as copies on the CPU, in the same order."""
    tensors = list(tensors)
    far = [tensor for tensor in tensors if tensor.device.type != "cpu"]
    copies = iter(read_back_all(far))
    return [tensor if tensor.device.type == "cpu" else next(copies) for tensor in tensors]


#: Tensors read with one message at most: their copies lie in memory together.
READ_BATCH = 256


def end_of_cell():
    """Sends what was recorded, waits until the GPU has done it, and raises what went wrong there."""
    _free_dead()
    if not ops.gpu_in_flight():
        return
    ops.flush()
    if IS_BROWSER:
        from pyodide.ffi import can_run_sync

        if not can_run_sync():
            return
    _wait_for(0)
    ops.gpu_check()


def upload(data, dtype_code, shape):
    """A CPU tensor from bytes in C order."""
    handle = binding.upload(data, dtype_code, *shape)
    if handle < 0:
        raise engine_failure()
    if len(_dead) > _FREE_BATCH:
        _free_dead()
    return _adopt(handle)


def download(tensor):
    """The bytes of a CPU tensor in C order."""
    data = binding.download(tensor._h)
    if data is None:
        raise engine_failure()
    return data.to_bytes() if IS_BROWSER else data
