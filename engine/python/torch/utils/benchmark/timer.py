"""`Timer`: runs a statement many times and tells how long it takes.

Work on the GPU is waited for at both ends. Read next: `measurement`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import textwrap
import timeit as python_timeit

from ..._settings import get_num_threads, set_num_threads
from .measurement import Measurement, TaskSpec


def timer():
    """The clock, once the GPU has done what it was given."""
    from ...accelerator import is_available, synchronize

    if is_available():
        synchronize()
    return python_timeit.default_timer()


# Reading the clock may not be more than this part of a block.
_MOST_OVERHEAD = 1e-4

# Runs at most in one block.
_MOST_RUNS = 10_000_000


class Timer:
    """Measures Python statements.

    stmt, setup: program text. globals: the names it uses. label, sub_label, description: how `Compare` arranges it.
    Refuses C++. Source: https://docs.pytorch.org/docs/stable/benchmark_utils.html#torch.utils.benchmark.Timer
    """

    def __init__(
        self,
        stmt="pass",
        setup="pass",
        global_setup="",
        timer=timer,
        globals=None,
        label=None,
        sub_label=None,
        description=None,
        env=None,
        num_threads=1,
        language="python",
    ):
        if str(getattr(language, "name", language)).lower() not in ("python", "py"):
            raise NotImplementedError("torch.utils.benchmark.Timer measures Python only: Carrel has no C++ compiler")
        if not isinstance(stmt, str):
            raise ValueError("Currently only a `str` stmt is supported.")
        if global_setup:
            raise ValueError(f"global_setup is C++ only, got `{global_setup}`. Most likely this code can simply be moved to `setup`.")
        stmt, setup = textwrap.dedent(stmt).strip(), textwrap.dedent(setup).strip()
        self._globals = dict(globals or {})
        if "torch" not in self._globals:
            import torch

            self._globals["torch"] = torch
        self._timer = python_timeit.Timer(stmt=stmt, setup=setup, timer=timer, globals=self._globals)
        self._task_spec = TaskSpec(
            stmt=stmt,
            setup=setup,
            label=label,
            sub_label=sub_label,
            description=description,
            env=env,
            num_threads=num_threads,
        )
        self._clock = timer

    def _seconds(self, number):
        return max(self._timer.timeit(number), 1e-9)

    def _in_threads(self, measure):
        before = get_num_threads()
        set_num_threads(self._task_spec.num_threads)
        try:
            return measure()
        finally:
            set_num_threads(before)

    def _measured(self, number, times):
        return Measurement(number_per_run=number, raw_times=times, task_spec=self._task_spec)

    def timeit(self, number=1_000_000):
        """One run of so many executions, after some that are not counted."""

        def measure():
            self._timer.timeit(max(number // 100, 2))
            return self._measured(number, [self._seconds(number)])

        return self._in_threads(measure)

    def repeat(self, repeat=-1, number=-1):
        """Refused, as in PyTorch: use `blocked_autorange`."""
        raise NotImplementedError("See `Timer.blocked_autorange.`")

    autorange = repeat

    def _block_size(self, min_run_time):
        """Executions a block, so that reading the clock does not count."""
        overhead = sorted(self._overhead() for _ in range(5))[2]
        number = 1
        while True:
            seconds = self._seconds(number)
            share = overhead / seconds
            if share <= _MOST_OVERHEAD and seconds >= min_run_time / 1000:
                return number
            if seconds > min_run_time or number * 10 > _MOST_RUNS:
                return number
            number *= 10

    def _overhead(self):
        start = self._clock()
        return max(self._clock() - start, 0.0)

    def blocked_autorange(self, callback=None, min_run_time=0.2):
        """Runs of a size that suits the statement, for at least `min_run_time` seconds in all.

        callback: called with each block's number of executions and seconds.
        """

        def measure():
            number, times = self._block_size(min_run_time), []
            while sum(times) < min_run_time:
                times.append(self._seconds(number))
                if callback is not None:
                    callback(number, times[-1])
            return self._measured(number, times)

        return self._in_threads(measure)

    def adaptive_autorange(self, threshold=0.1, *, min_run_time=0.01, max_run_time=10.0, callback=None):
        """Runs until quartiles are close together (`threshold` of the median), or `max_run_time` is over."""

        def measure():
            number, times = self._block_size(0.05), []
            while True:
                times.append(self._seconds(number))
                if callback is not None:
                    callback(number, times[-1])
                found, total = self._measured(number, times), sum(times)
                if total > max_run_time or (total > min_run_time and found.meets_confidence(threshold)):
                    return found

        return self._in_threads(measure)

    def collect_callgrind(self, *args, **kwargs):
        """Refused: there is no Valgrind."""
        raise NotImplementedError("torch.utils.benchmark.Timer.collect_callgrind is not supported in Carrel: it has no Valgrind; use blocked_autorange.")
