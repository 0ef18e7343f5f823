"""`torch.utils.checkpoint`: gradients of a function that is run again in backward instead of kept.

`use_reentrant=True` runs it inside backward as a step of its own: inputs have to require gradients, and
`torch.autograd.grad` does not work. `use_reentrant=False` keeps nothing that the function saves, and runs it again when
backward asks for the first of what was saved. Random numbers are drawn the same the second time.
Refuses determinism checks beyond shapes, dtypes and devices. Read next: `autograd.graph.saved_tensors_hooks`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import contextlib
import warnings

from .._autograd_mode import enable_grad, no_grad
from .._random import get_rng_state, set_rng_state
from .._C import ops
from .._tensor import Tensor
from ..autograd import Function, backward
from ..autograd.graph import saved_tensors_hooks
from ..random import fork_rng

_NO_INPUTS = "None of the inputs have requires_grad=True. Gradients will be None"
_UNCHOSEN = (
    "torch.utils.checkpoint.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, "
    "calling checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need "
    "to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the "
    "differences between the two variants."
)


class CheckpointError(RuntimeError):
    """Running the function again saved something else than the first time."""


def noop_context_fn():
    """Two contexts that do nothing: one for the first run, one for the second."""
    return contextlib.nullcontext(), contextlib.nullcontext()


class _SameDraws:
    """Makes a later block draw what the first one drew, on both devices."""

    def __init__(self, is_on):
        self._states = (get_rng_state(), ops.gpu_rng_state()) if is_on else None

    @contextlib.contextmanager
    def again(self):
        """The block draws from the states as they were; afterwards they are as before the block."""
        if self._states is None:
            yield
            return
        with fork_rng():
            set_rng_state(self._states[0])
            ops.set_gpu_rng_state(*(int(half) for half in self._states[1]))
            yield


def detach_variable(inputs):
    """The inputs with tensors cut from their history, requiring gradients as before."""
    if not isinstance(inputs, tuple):
        raise RuntimeError("Only tuple of tensors is supported. Got Unsupported input type: " + type(inputs).__name__)
    return tuple(
        part.detach().requires_grad_(part.requires_grad) if isinstance(part, Tensor) else part for part in inputs
    )


class _Reentrant(Function):
    """The function as one step of backward, which runs it again."""

    @staticmethod
    def forward(ctx, function, draws, *args):
        ctx.function, ctx.draws = function, draws
        ctx.places = [place for place, part in enumerate(args) if isinstance(part, Tensor)]
        ctx.others = [None if isinstance(part, Tensor) else part for part in args]
        ctx.save_for_backward(*(args[place] for place in ctx.places))
        with no_grad():
            return function(*args)

    @staticmethod
    def backward(ctx, *gradients):
        inputs = list(ctx.others)
        for place, part in zip(ctx.places, ctx.saved_tensors):
            inputs[place] = part
        inputs = detach_variable(tuple(inputs))
        with ctx.draws.again(), enable_grad():
            outputs = ctx.function(*inputs)
        outputs = (outputs,) if isinstance(outputs, Tensor) else outputs
        pairs = [(o, g) for o, g in zip(outputs, gradients) if isinstance(o, Tensor) and o.requires_grad]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward([output for output, _ in pairs], [gradient for _, gradient in pairs])
        return (None, None, *(part.grad if isinstance(part, Tensor) else None for part in inputs))


class _Stop(Exception):
    """Everything that was asked for has been saved again."""


class _Frame:
    """What one checkpointed run saved, by number; the tensors are made again when the first is asked for."""

    def __init__(self, run_again, stops_early):
        self._run_again = run_again
        self._stops_early = stops_early
        self._kinds = []
        self._again = None

    def pack(self, tensor):
        """Takes note of a tensor and gives its number."""
        self._kinds.append(_kind(tensor))
        return len(self._kinds) - 1

    def unpack(self, number):
        """The tensor of a number."""
        if self._again is None:
            self._again = self._recomputed()
        found = self._again.get(number)
        if found is None:
            raise CheckpointError(
                "torch.utils.checkpoint: Unpack is being triggered for a tensor that was already unpacked once. If you are "
                "calling ctx.saved_tensors in backward, make sure to do so only once. Otherwise please open an issue with "
                "details on your use case."
            )
        return found

    def _recomputed(self):
        found, has_stopped = {}, False

        def keep(tensor):
            nonlocal has_stopped
            # On the way out of the function more may be saved, which nobody asks for.
            if not has_stopped:
                found[len(found)] = tensor.detach()
                if self._stops_early and len(found) == len(self._kinds):
                    has_stopped = True
                    raise _Stop
            return len(found) - 1

        with contextlib.suppress(_Stop), saved_tensors_hooks(keep, found.__getitem__), enable_grad():
            self._run_again()
        self._check(found)
        return found

    def _check(self, found):
        if len(found) != len(self._kinds):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {len(self._kinds)}\n"
                f"Number of tensors saved during recomputation: {len(found)}."
            )
        for number, kind in enumerate(self._kinds):
            if _kind(found[number]) != kind:
                raise CheckpointError(
                    "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than "
                    f"during the forward pass.\ntensor at position {number}:\nsaved metadata: {kind}\n"
                    f"recomputed metadata: {_kind(found[number])}"
                )


def _kind(tensor):
    return {"shape": tensor.shape, "dtype": tensor.dtype, "device": tensor.device}


_stops_early = True


class set_checkpoint_early_stop:
    """Context manager: whether running again ends once all is there (as from the start)."""

    def __init__(self, enable):
        self._enable = enable

    def __enter__(self):
        global _stops_early
        self._before, _stops_early = _stops_early, self._enable

    def __exit__(self, *exc_info):
        global _stops_early
        _stops_early = self._before


def checkpoint(
    function,
    *args,
    use_reentrant=None,
    context_fn=noop_context_fn,
    determinism_check="default",
    debug=False,
    early_stop=True,
    preserve_rng_state=True,
    **kwargs,
):
    """`function(*args, **kwargs)`, which keeps nothing for backward but its inputs, and is run again there.

    use_reentrant: which of two ways; False is the better one, and True does not take keyword arguments.
    context_fn: gives a context for the first run and one for the second, without re-entering only.
    preserve_rng_state: the second run draws the same random numbers.
    Raises ValueError for unfit arguments, CheckpointError in backward if the second run is not like the first.
    Source: https://docs.pytorch.org/docs/stable/checkpoint.html
    """
    if use_reentrant is None:
        warnings.warn(_UNCHOSEN, stacklevel=2)
        use_reentrant = True
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn or debug:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        if not any(isinstance(part, Tensor) and part.requires_grad for part in args):
            warnings.warn(_NO_INPUTS, stacklevel=2)
        return _Reentrant.apply(function, _SameDraws(preserve_rng_state), *args)
    draws = _SameDraws(preserve_rng_state)
    first, second = context_fn()

    def run_again():
        with draws.again(), second:
            function(*args, **kwargs)

    frame = _Frame(run_again, early_stop and _stops_early)
    with saved_tensors_hooks(frame.pack, frame.unpack), first:
        return function(*args, **kwargs)


def checkpoint_sequential(functions, segments, input, use_reentrant=None, preserve_rng_state=True):
    """Modules one after another, in segments of which all but the last are checkpointed.

    functions: a `Sequential`, or a list of modules or functions.
    """
    if use_reentrant is None:
        warnings.warn(_UNCHOSEN.replace("checkpoint.checkpoint:", "checkpoint.checkpoint_sequential:"), stacklevel=2)
        use_reentrant = True
    functions = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = len(functions) // segments

    def run(start, end):
        def forward(value):
            for function in functions[start:end]:
                value = function(value)
            return value

        return forward

    start = 0
    for start in range(0, size * (segments - 1), size):
        part = run(start, start + size)
        input = checkpoint(part, input, use_reentrant=use_reentrant, preserve_rng_state=preserve_rng_state)
    return run(size * (segments - 1), len(functions))(input)
