"""`torch.autograd.profiler`: named ranges, and the profiler's older class.

Read next: `torch.profiler`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import contextlib
import sys


class record_function(contextlib.ContextDecorator):
    """Context manager and decorator: profilers show this block under a name. Nothing happens while none is on."""

    def __init__(self, name, args=None):
        self.name = name
        self.args = args
        self._entry = self._recording = None

    def _recreate_cm(self):
        return type(self)(self.name, self.args)

    def __enter__(self):
        # Nobody has loaded the recorder if no profiler was ever made.
        recorder = sys.modules.get("torch.profiler._recording")
        self._recording = None if recorder is None else recorder.current
        if self._recording is not None:
            self._entry = self._recording.begin(self.name)
        return self

    def __exit__(self, *exc_info):
        if self._recording is not None:
            self._recording.end(self._entry)


class _Nothing:
    """A context manager that does nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass


_NOTHING = _Nothing()


def annotated(name):
    """`record_function(name)` while a profiler is on; else a context manager that costs nothing."""
    recorder = sys.modules.get("torch.profiler._recording")
    return _NOTHING if recorder is None or recorder.current is None else record_function(name)


class profile:
    """The older profiler: measures a block; then `key_averages()`, `table()`, `export_chrome_trace(path)`.

    Source: https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.profiler.profile
    """

    def __init__(
        self,
        enabled=True,
        *,
        use_cuda=False,
        use_device=None,
        record_shapes=False,
        with_flops=False,
        profile_memory=False,
        with_stack=False,
        with_modules=False,
        use_kineto=False,
        use_cpu=True,
        **ignored,
    ):
        from ..profiler import ProfilerActivity, profile as of_a_block

        self.enabled = enabled
        self._is_entered = False
        activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * bool(use_cuda or use_device)
        self._profiler = of_a_block(
            activities=activities,
            record_shapes=record_shapes,
            with_flops=with_flops,
            profile_memory=profile_memory,
            with_stack=with_stack,
        )

    def __enter__(self):
        if self._is_entered:
            raise RuntimeError("Profiler context manager is not reentrant")
        self._is_entered = True
        if self.enabled:
            self._profiler.start()
        return self

    def __exit__(self, *exc_info):
        if self.enabled:
            self._profiler.stop()

    def _finished(self):
        if self._profiler._events is None:
            raise RuntimeError("Profiler didn't finish running")
        return self._profiler._events

    @property
    def function_events(self):
        """All events."""
        return self._finished()

    @property
    def self_cpu_time_total(self):
        """Microseconds of all events, none counted twice."""
        return self._finished().self_cpu_time_total

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0, group_by_overload_name=False):
        """Averages by name."""
        return self._finished().key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    def total_average(self):
        """One average of all events."""
        return self._finished().total_average()

    def table(self, *args, **kwargs):
        """All events as text in columns."""
        return self._finished().table(*args, **kwargs)

    def export_chrome_trace(self, path):
        """Writes the events as JSON for chrome://tracing."""
        self._finished().export_chrome_trace(path)

    def export_stacks(self, path, metric="self_cpu_time_total"):
        """Writes lines of the program with their times."""
        self._finished().export_stacks(path, metric)

    def __str__(self):
        return repr(self) if self._profiler._events is None else str(self._profiler._events)


def _refused(name):
    def __init__(self, *args, **kwargs):
        raise NotImplementedError(
            f"torch.autograd.profiler.{name} is not supported in Carrel: it has no vendor's profiler to tell; use torch.profiler.profile."
        )

    return type(name, (), {"__init__": __init__, "__doc__": "Refused: there is no vendor's profiler to tell.", "__module__": __name__})


emit_nvtx = _refused("emit_nvtx")
emit_itt = _refused("emit_itt")


def load_nvprof(path):
    """Refused: nvprof's files are CUDA's."""
    raise NotImplementedError("torch.autograd.profiler.load_nvprof is not supported in Carrel: it has no CUDA; use torch.profiler.profile.")
