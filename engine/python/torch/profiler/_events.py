"""Events of a recording, and their averages by name.

`self` times are those that no event inside accounts for. Read next: `_table`, `_trace`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from ._table import format_time, make_table
from ._trace import write_trace


class Interval:
    """A stretch of time in microseconds."""

    def __init__(self, start, end):
        self.start = start
        self.end = end

    def elapsed_us(self):
        """How long it is."""
        return self.end - self.start


class _Times:
    """Times by the names that PyTorch has. The GPU's own time is not known in browsers and counts as 0."""

    device_time = device_time_total = self_device_time_total = 0.0
    device_memory_usage = self_device_memory_usage = 0
    is_async = is_remote = is_legacy = False
    node_id, thread, device_index, use_device = -1, 1, 0, None

    @property
    def cpu_time(self):
        """Microseconds a call."""
        return self.cpu_time_total / self.count if self.count else 0.0

    def __getattr__(self, name):
        # The names from when CUDA was the only device.
        if "cuda" in name:
            return getattr(self, name.replace("cuda", "device"))
        if name.endswith("_str") and "time" in name:
            return format_time(getattr(self, name.removesuffix("_str")))
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")


class FunctionEvent(_Times):
    """One call of an operator, or one range."""

    count = 1

    def __init__(self, number, entry, origin_ns):
        self.id = number
        self.name = self.key = entry.name
        self.kind = entry.kind
        self.time_range = Interval((entry.start_ns - origin_ns) / 1000, (entry.end_ns - origin_ns) / 1000)
        self.cpu_parent = None
        self.cpu_children = []
        self.input_shapes = entry.shapes or []
        self.concrete_inputs = []
        self.stack = list(entry.stack)
        self.self_cpu_memory_usage = entry.allocated_bytes
        self.flops = _operations(entry)
        self.is_user_annotation = entry.kind == "user_annotation"

    @property
    def cpu_time_total(self):
        """Microseconds from its beginning to its end."""
        return self.time_range.elapsed_us()

    @property
    def self_cpu_time_total(self):
        """Microseconds that none of its children account for."""
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    @property
    def cpu_memory_usage(self):
        """Bytes that it and its children made."""
        return self.self_cpu_memory_usage + sum(child.cpu_memory_usage for child in self.cpu_children)

    def __repr__(self):
        return (
            f"<FunctionEvent id={self.id} name={self.name} cpu_time={self.cpu_time:.3f}us start_us={self.time_range.start:.3f} "
            f"end_us={self.time_range.end:.3f} cpu_children={[child.id for child in self.cpu_children]} "
            f"input_shapes={self.input_shapes} cpu_memory_usage={self.cpu_memory_usage}>"
        )


class FunctionEventAvg(_Times):
    """All calls of one name (and of one list of shapes, one place in the program, if asked for)."""

    def __init__(self, first):
        self.key = self.name = first.name
        self.input_shapes = first.input_shapes
        self.stack = first.stack
        self.is_user_annotation = first.is_user_annotation
        self.count = 0
        self.cpu_time_total = self.self_cpu_time_total = 0.0
        self.cpu_memory_usage = self.self_cpu_memory_usage = self.flops = 0
        self.cpu_children, self.cpu_parent = [], None

    def add(self, event):
        """Counts another call."""
        self.count += event.count
        # A range within one of the same name is part of its time already.
        parent = event.cpu_parent
        while parent is not None and parent.name != event.name:
            parent = parent.cpu_parent
        if parent is None:
            self.cpu_time_total += event.cpu_time_total
            self.cpu_memory_usage += event.cpu_memory_usage
        self.self_cpu_time_total += event.self_cpu_time_total
        self.self_cpu_memory_usage += event.self_cpu_memory_usage
        self.flops += event.flops
        return self

    def __repr__(self):
        return (
            f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total:.3f}us cpu_time={self.cpu_time:.3f}us "
            f"self_device_time=0.000us device_time=0.000us input_shapes={self.input_shapes} "
            f"cpu_memory_usage={self.cpu_memory_usage}>"
        )


# Products of matrices: two operations for every element of the result and of the common dimension.
_PRODUCTS = {"aten::mm": 0, "aten::bmm": 0, "aten::matmul": 0, "aten::linear": 0, "aten::addmm": 1, "aten::baddbmm": 1}


def _operations(entry):
    """How many additions and multiplications a call needs; 0 where that is not known."""
    if entry.result_shape is None or not entry.shapes:
        return 0
    elements = math.prod(entry.result_shape)
    if entry.name in _PRODUCTS and len(entry.shapes) > _PRODUCTS[entry.name]:
        shape = entry.shapes[_PRODUCTS[entry.name]]
        return 2 * elements * shape[-1] if shape else 0
    if entry.name.startswith("aten::conv") and len(entry.shapes) > 1 and entry.shapes[1] and entry.shapes[1][0]:
        return 2 * elements * math.prod(entry.shapes[1][1:])
    return elements if entry.name in ("aten::add", "aten::mul") else 0


class EventList(list):
    """Events, or averages of them."""

    def __init__(self, events=(), profile_memory=False, with_flops=False, footer=""):
        super().__init__(events)
        self._profile_memory = profile_memory
        self._with_flops = with_flops
        self._footer = footer

    @property
    def self_cpu_time_total(self):
        """Microseconds of all events, none counted twice."""
        return sum(event.self_cpu_time_total for event in self)

    def key_averages(self, group_by_input_shapes=False, group_by_stack_n=0, group_by_overload_name=False):
        """Averages by name, and by shapes or by the innermost `group_by_stack_n` lines of the program if asked for."""
        found = {}
        for event in self:
            key = (event.name, str(event.input_shapes) if group_by_input_shapes else "", tuple(event.stack[:group_by_stack_n]))
            if key not in found:
                found[key] = FunctionEventAvg(event)
                found[key].stack = event.stack[:group_by_stack_n]
                if not group_by_input_shapes:
                    found[key].input_shapes = ""
            found[key].add(event)
        return EventList(found.values(), self._profile_memory, self._with_flops, self._footer)

    def total_average(self):
        """One average of all events."""
        if not self:
            raise ValueError("there are no events")
        total = FunctionEventAvg(self[0])
        for event in self:
            total.add(event)
        total.key = total.name = "Total"
        return total

    def table(
        self,
        sort_by=None,
        row_limit=100,
        max_src_column_width=75,
        max_name_column_width=55,
        max_shapes_column_width=80,
        header=None,
        top_level_events_only=False,
        time_unit=None,
    ):
        """The events as text in columns, sorted by an attribute such as `cpu_time_total`, `self_cpu_time_total` or `count`."""
        return make_table(
            self,
            sort_by=sort_by,
            row_limit=row_limit,
            source_width=max_src_column_width,
            name_width=max_name_column_width,
            shapes_width=max_shapes_column_width,
            header=header,
            only_top_level=top_level_events_only,
            has_memory=self._profile_memory,
            has_flops=self._with_flops,
            footer=self._footer,
            time_unit=time_unit,
        )

    def __str__(self):
        return self.table()

    def export_chrome_trace(self, path):
        """Writes the events as JSON for chrome://tracing and https://ui.perfetto.dev; packed if the name ends in `.gz`."""
        write_trace(self, path)

    def export_stacks(self, path, metric="self_cpu_time_total"):
        """Writes lines of the program with their times, as flame graph tools read them."""
        if metric.replace("cuda", "device") not in ("self_cpu_time_total", "self_device_time_total"):
            raise ValueError("metric should be one of: ['self_cpu_time_total', 'self_cuda_time_total', 'self_xpu_time_total']")
        with open(path, "w") as file:
            for event in self:
                value = int(getattr(event, metric))
                if event.stack and value > 0:
                    file.write(";".join(line.replace(" ", "_").replace(";", ",") for line in reversed(event.stack)))
                    file.write(f" {value}\n")


def events_of(recording, *, footer="", profile_memory=False, with_flops=False):
    """The events of a recording that has ended, in order of their beginnings, knowing parents and children."""
    origin = min((entry.start_ns for entry in recording.entries), default=0)
    made = {}
    for number, entry in enumerate(recording.entries):
        # A call that an exception left has no end.
        if entry.end_ns is not None:
            made[id(entry)] = event = FunctionEvent(number, entry, origin)
            event.cpu_parent = made.get(id(entry.parent))
            if event.cpu_parent is not None:
                event.cpu_parent.cpu_children.append(event)
    events = EventList(made.values(), profile_memory, with_flops, footer)
    events.origin_ns = origin
    return events
