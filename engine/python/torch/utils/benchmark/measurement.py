"""What was measured: the times of runs, their statistics, and how they are told.

Read next: `timer`, `compare`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import dataclasses
import math
import statistics
import textwrap

# Runs that warn if they are fewer, and how far (part of the median) quartiles may be apart.
_FEWEST_RUNS = 4
_WIDE, _VERY_WIDE = 0.1, 0.25

_UNITS = {1e-9: "ns", 1e-6: "us", 1e-3: "ms", 1.0: "s"}
_WORDS = {"ns": "nanosecond", "us": "microsecond", "ms": "millisecond", "s": "second"}


def select_unit(seconds):
    """The unit that a time reads best in, and that in seconds."""
    if seconds <= 0:
        return "s", 1.0
    scale = 1e-9 * 1000 ** max(0, min(3, math.floor(math.log10(seconds / 1e-9) / 3 + 1e-12)))
    scale = min(_UNITS, key=lambda known: abs(known / scale - 1))
    return _UNITS[scale], scale


def unit_to_english(unit):
    """The word for a unit."""
    return _WORDS[unit]


def trim_sigfig(number, digits):
    """A number with so many significant digits."""
    if number != number or number in (math.inf, -math.inf) or number == 0:
        return float(number)
    magnitude = math.ceil(math.log10(abs(number)))
    scale = 10.0 ** (magnitude - digits)
    return float(round(number / scale) * scale)


@dataclasses.dataclass(init=True, repr=False, eq=True, frozen=True)
class TaskSpec:
    """What is measured: a statement and how it is described."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    env: str | None = None
    num_threads: int = 1

    @property
    def title(self):
        """Label and sub-label, or the statement's first words."""
        if self.label is not None:
            return self.label + (f": {self.sub_label}" if self.sub_label else "")
        if "\n" not in self.stmt:
            return self.stmt + (f": {self.sub_label}" if self.sub_label else "")
        return f"stmt:{f' ({self.sub_label})' if self.sub_label else ''}\n{textwrap.indent(self.stmt, '  ')}"

    def setup_str(self):
        """The setup, if it is worth telling."""
        if self.setup == "pass" or not self.setup:
            return ""
        if "\n" in self.setup:
            return f"setup:\n{textwrap.indent(self.setup, '  ')}"
        return f"setup: {self.setup}"

    def summarize(self):
        """Title, description, threads and setup, a line each."""
        lines = [self.title, self.description or "", self.setup_str()]
        return "\n".join(f"{line}\n" if "\n" in line else line for line in lines if line)


class Measurement:
    """Seconds of several runs, each of `number_per_run` executions of a statement.

    `median`, `mean`, `iqr` and `times` are seconds an execution.
    """

    def __init__(self, number_per_run, raw_times, task_spec, metadata=None):
        self.number_per_run = number_per_run
        self.raw_times = raw_times
        self.task_spec = task_spec
        self.metadata = metadata

    def __getattr__(self, name):
        # A measurement's description is its task's.
        if name.startswith("_") or "task_spec" not in self.__dict__:
            raise AttributeError(name)
        return getattr(self.task_spec, name)

    @property
    def times(self):
        """Seconds an execution, by run."""
        return [seconds / self.number_per_run for seconds in self.raw_times]

    @property
    def median(self):
        """The middle of the times."""
        self._check()
        return statistics.median(self.times)

    @property
    def mean(self):
        """The average of the times."""
        self._check()
        return statistics.fmean(self.times)

    @property
    def iqr(self):
        """How far the quartiles are apart."""
        self._check()
        return self._quantile(0.75) - self._quantile(0.25)

    @property
    def significant_figures(self):
        """Digits that the spread of the times leaves meaningful."""
        count = len(self.raw_times)
        spread = 0.9 * self.iqr / max(count**0.5, 1) * 1.645
        if not spread or not self.median:
            return 3
        return max(1, min(3, math.ceil(-math.log10(max(spread / self.median, 1e-9)))))

    @property
    def has_warnings(self):
        """True if there is something to say against the numbers."""
        return bool(self._warnings())

    @property
    def title(self):
        """What is measured."""
        return self.task_spec.title

    @property
    def env(self):
        """Where it was measured."""
        return "Unspecified env" if self.task_spec.env is None else self.task_spec.env

    @property
    def as_row_name(self):
        """How a row of a comparison is called."""
        return self.task_spec.sub_label or self.task_spec.stmt or "[Unknown]"

    def meets_confidence(self, threshold=0.1):
        """True if quartiles are no further apart than this part of the median."""
        return len(self.raw_times) >= _FEWEST_RUNS and self.iqr / self.median < threshold

    def _check(self):
        if not self.raw_times:
            raise ValueError("Measurement has no times.")

    def _quantile(self, part):
        ordered = sorted(self.times)
        place = part * (len(ordered) - 1)
        low = math.floor(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    def _warnings(self):
        if not self.raw_times or not self.median:
            return ""
        spread = self.iqr / self.median
        if spread < _WIDE:
            return ""
        rest = "should be treated with caution" if spread >= _VERY_WIDE else "could indicate system fluctuation"
        return f"  WARNING: Interquartile range is {spread * 100:.1f}% of the median measurement.\n           This {rest}."

    def __repr__(self):
        lines = [f"{object.__repr__(self)}", self.task_spec.summarize()]
        if self.raw_times:
            unit, scale = select_unit(self.median)
            digits = self.significant_figures if len(self.raw_times) > 1 else 3

            def told(seconds):
                return f"{trim_sigfig(seconds / scale, max(digits, 1)):.{_places(seconds / scale, digits)}f} {unit}"

            if len(self.raw_times) == 1:
                lines.append(f"  {told(self.median)}")
            else:
                lines.append(f"  Median: {told(self.median)}")
                if len(self.raw_times) >= _FEWEST_RUNS:
                    low, high = self._quantile(0.25), self._quantile(0.75)
                    lines.append(f"  IQR:    {told(self.iqr)} ({low / scale:.2f} to {high / scale:.2f})")
            runs = f"{len(self.raw_times)} measurement{'s' if len(self.raw_times) > 1 else ''}"
            each = f"{self.number_per_run} run{'s' if self.number_per_run > 1 else ''}"
            threads = f"{self.task_spec.num_threads} thread{'s' if self.task_spec.num_threads > 1 else ''}"
            lines.append(f"  {runs}, {each} {'per measurement, ' if len(self.raw_times) > 1 else ', '}{threads}")
            lines.append(self._warnings())
        return "\n".join(line for line in lines if line).replace(" ,", ",")

    @staticmethod
    def merge(measurements):
        """Measurements of the same tasks, put together."""
        grouped = {}
        for one in measurements:
            grouped.setdefault((one.task_spec, one.number_per_run), []).extend(one.raw_times)
        return [Measurement(number, times, task) for (task, number), times in grouped.items()]


def _places(value, digits):
    """Decimal places that show so many significant digits."""
    return max(0, min(2, digits - 1 - math.floor(math.log10(abs(value))))) if value else 0
