"""`profile`: measures a block, or those of its steps that a schedule names.

Read next: `_recording`, `_events`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import enum
import json
import os
import socket
import time
import warnings

from ..autograd.profiler import record_function
from ._events import events_of
from ._recording import Recording
from ._trace import write_trace


class ProfilerActivity(enum.Enum):
    """What to measure. The GPU's own times are not known in browsers: its activities add counts of what was sent to it."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5

    def __repr__(self):
        return f"<ProfilerActivity.{self.name}: {self.value}>"


class ProfilerAction(enum.Enum):
    """What to do in a step: nothing, get ready, measure, or measure and hand on what was measured since the first."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


def supported_activities():
    """What can be measured: the CPU, and the GPU if there is one."""
    from ..accelerator import is_available

    return {ProfilerActivity.CPU, ProfilerActivity.CUDA} if is_available() else {ProfilerActivity.CPU}


def schedule(*, wait, warmup, active, repeat=0, skip_first=0, skip_first_wait=0):
    """A function from a step's number to a `ProfilerAction`.

    The first `skip_first` steps are left out; then come cycles of `wait`, `warmup` and `active` steps, `repeat` of them or
    (with 0) as many as there are steps. With `skip_first_wait` the first cycle does not wait.
    """
    if wait < 0 or warmup < 0 or active <= 0 or repeat < 0 or skip_first < 0:
        raise AssertionError("Invalid profiler schedule arguments")
    if warmup == 0:
        warnings.warn("Profiler won't be using warmup, this can skew profiler results", stacklevel=2)

    def action(step):
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        if step < skip_first:
            return ProfilerAction.NONE
        step -= skip_first
        if skip_first_wait:
            step += wait
        length = wait + warmup + active
        if repeat and step // length >= repeat:
            return ProfilerAction.NONE
        place = step % length
        if place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if place < length - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def tensorboard_trace_handler(dir_name, worker_name=None, use_gzip=False):
    """An `on_trace_ready` that writes each trace to a file in a folder, where TensorBoard's plugin finds it."""

    def write(profiler):
        if not os.path.isdir(dir_name):
            try:
                os.makedirs(dir_name, exist_ok=True)
            except Exception as error:
                raise RuntimeError("Can't create directory: " + str(dir_name)) from error
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        name = f"{worker}.{time.time_ns()}.pt.trace.json" + (".gz" if use_gzip else "")
        profiler.export_chrome_trace(os.path.join(dir_name, name))

    return write


_RECORDING = (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)


class profile:
    """Measures a block.

    activities: `ProfilerActivity` values; with CUDA the block ends when the GPU has done what was sent, and the table tells
        how much that was.
    schedule: from the numbers of steps to actions; call `step()` at the end of each. on_trace_ready: called with the
        profiler when a cycle has ended. record_shapes, profile_memory, with_stack, with_flops: what else to keep.
    Then: `key_averages().table(...)`, `events()`, `export_chrome_trace(path)`.
    Source: https://docs.pytorch.org/docs/stable/profiler.html
    """

    def __init__(
        self,
        *,
        activities=None,
        schedule=None,
        on_trace_ready=None,
        record_shapes=False,
        profile_memory=False,
        with_stack=False,
        with_flops=False,
        with_modules=False,
        experimental_config=None,
        execution_trace_observer=None,
        acc_events=False,
        use_cuda=None,
        custom_trace_id_callback=None,
    ):
        self.activities = set(activities) if activities else supported_activities()
        if not self.activities:
            raise AssertionError("No valid profiler activities found")
        self.schedule = schedule or (lambda step: ProfilerAction.RECORD)
        self.on_trace_ready = on_trace_ready
        self.record_shapes, self.profile_memory = record_shapes, profile_memory
        self.with_stack, self.with_flops = with_stack, with_flops
        self.acc_events = acc_events
        self.step_num = 0
        self.current_action = ProfilerAction.NONE
        self._marks_steps = schedule is not None
        self._step = self._recording = self._events = None
        self._metadata = {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def start(self):
        """Begins the first step."""
        self._begin(self.schedule(self.step_num))

    def stop(self):
        """Ends the last step, and hands on what was measured."""
        self._end_step()
        if self.current_action in _RECORDING:
            self._finish()
        self.current_action = ProfilerAction.NONE

    def step(self):
        """Ends a step and begins the next, as the schedule says."""
        self._end_step()
        before = self.current_action
        self.step_num += 1
        after = self.schedule(self.step_num)
        if before is ProfilerAction.RECORD_AND_SAVE:
            self._finish()
        elif before is ProfilerAction.RECORD and after not in _RECORDING:
            warnings.warn("Incorrect schedule: RECORD followed by " + after.name, stacklevel=2)
            self._finish(is_handed_on=False)
        self._begin(after)

    def _begin(self, action):
        self.current_action = action
        if action in _RECORDING and self._recording is None:
            self._recording = Recording(
                shapes=self.record_shapes, memory=self.profile_memory, stack=self.with_stack, flops=self.with_flops
            )
            self._counters = self._counted()
            self._recording.start()
        if self._marks_steps:
            self._step = record_function(f"ProfilerStep#{self.step_num}")
            self._step.__enter__()

    def _end_step(self):
        if self._step is not None:
            self._step.__exit__(None, None, None)
            self._step = None

    def _counted(self):
        """Submits and dispatches until now, if the GPU is looked at. Waits for it."""
        if self.activities <= {ProfilerActivity.CPU}:
            return None
        from ..accelerator import _counters, is_available

        return _counters() if is_available() else None

    def _finish(self, is_handed_on=True):
        footer = ""
        if (after := self._counted()) is not None:
            submits, dispatches = (after[name] - self._counters[name] for name in ("submits", "dispatches"))
            footer = f"WebGPU: {dispatches} dispatches in {submits} submits\n"
        self._recording.stop()
        made = events_of(self._recording, footer=footer, profile_memory=self.profile_memory, with_flops=self.with_flops)
        if self.acc_events and self._events is not None:
            made[:0] = self._events
        self._events, self._recording = made, None
        if is_handed_on and self.on_trace_ready is not None:
            self.on_trace_ready(self)

    def events(self):
        """All events of the last cycle, in order of their beginnings."""
        if self._events is None:
            raise AssertionError("Profiler must be initialized before getting events")
        return self._events

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0, group_by_overload_name=False):
        """Averages by name; by shapes or lines of the program too if asked for."""
        return self.events().key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    def export_chrome_trace(self, path):
        """Writes the last cycle as JSON for chrome://tracing and https://ui.perfetto.dev."""
        write_trace(self.events(), path, self._metadata)

    def export_stacks(self, path, metric="self_cpu_time_total"):
        """Writes the lines of the program with their times, for flame graphs. Needs `with_stack=True`."""
        self.events().export_stacks(path, metric)

    def export_memory_timeline(self, path, device=None):
        """Refused: when memory is given back is not recorded."""
        raise NotImplementedError(
            "torch.profiler.profile.export_memory_timeline is not supported in Carrel: it does not record when memory is given "
            "back; use profile_memory=True and key_averages(), or torch.accelerator.memory_allocated()."
        )

    def add_metadata(self, key, value):
        """Adds a text to the trace."""
        self._metadata[key] = str(value)

    def add_metadata_json(self, key, value):
        """Adds a JSON value, given as text, to the trace."""
        self._metadata[key] = json.loads(value)

    preset_metadata_json = add_metadata_json
