"""Events as text in columns, laid out as PyTorch lays them out.

Read next: `_events`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

# Widths of columns of numbers, and the space between columns.
_WIDTH, _GAP = 12, 2

# What a table can be sorted by.
_SORTABLE = (
    "count cpu_time cpu_time_total self_cpu_time_total cpu_memory_usage self_cpu_memory_usage device_time device_time_total "
    "self_device_time_total device_memory_usage self_device_memory_usage flops"
).split()

_FLOP_UNITS = ("FLOPs", "KFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "PFLOPs")


def format_time(microseconds, unit=None):
    """A time in seconds, milliseconds or microseconds, whichever reads best (or the unit that is named)."""
    for name, size in (("s", 1e6), ("ms", 1e3), ("us", 1.0)):
        if name == unit or (unit is None and (microseconds >= size or name == "us")):
            return f"{microseconds / size:.3f}{name}"
    raise ValueError(f"time_unit should be one of s, ms, us, but got {unit}")


def format_share(part, total):
    """A part of a total in percent."""
    return f"{part * 100.0 / total:.2f}%" if total else "NaN"


def format_bytes(count):
    """A number of bytes in the unit that reads best."""
    for name, size in ((" GB", 1 << 30), (" MB", 1 << 20), (" KB", 1 << 10)):
        if abs(count) >= size:
            return f"{count / size:.2f}{name}"
    return f"{count} B"


def _cut(text, width, keeps_end=False):
    if len(text) <= width:
        return text
    return "..." + text[3 - width :] if keeps_end else text[: width - 3] + "..."


def _sorted(events, sort_by):
    if sort_by is None:
        return list(events)
    attribute = sort_by.replace("cuda", "device").replace("xpu", "device")
    if attribute not in _SORTABLE:
        raise ValueError(f"sort_by should be one of {_SORTABLE}, but got {sort_by}")
    # Where no device times are known, the processor's decide.
    return sorted(events, key=lambda event: (getattr(event, attribute), event.self_cpu_time_total), reverse=True)


def make_table(
    events,
    *,
    sort_by,
    row_limit,
    source_width,
    name_width,
    shapes_width,
    header,
    only_top_level,
    has_memory,
    has_flops,
    footer,
    time_unit,
):
    """The table as text. Raises ValueError for an unknown `sort_by`."""
    if not events:
        return ""
    total = sum(event.self_cpu_time_total for event in events)
    rows = [event for event in _sorted(events, sort_by) if not (only_top_level and event.cpu_parent is not None)]
    rows = rows if row_limit is None or row_limit < 0 else rows[:row_limit]
    has_shapes = any(event.input_shapes for event in events)
    has_source = any(event.stack for event in events)
    name_width = min(max(len(event.key) for event in events) + 4, name_width) if name_width else max(len(e.key) for e in events) + 4
    columns = [
        ("Name", name_width, lambda event: _cut(event.key, name_width)),
        ("Self CPU %", _WIDTH, lambda event: format_share(event.self_cpu_time_total, total)),
        ("Self CPU", _WIDTH, lambda event: format_time(event.self_cpu_time_total, time_unit)),
        ("CPU total %", _WIDTH, lambda event: format_share(event.cpu_time_total, total)),
        ("CPU total", _WIDTH, lambda event: format_time(event.cpu_time_total, time_unit)),
        ("CPU time avg", _WIDTH, lambda event: format_time(event.cpu_time, time_unit)),
    ]
    if has_memory:
        columns.append(("CPU Mem", _WIDTH, lambda event: format_bytes(event.cpu_memory_usage)))
        columns.append(("Self CPU Mem", _WIDTH, lambda event: format_bytes(event.self_cpu_memory_usage)))
    columns.append(("# of Calls", _WIDTH, lambda event: str(event.count)))
    if has_shapes:
        width = min(max(len(str(event.input_shapes)) for event in events) + 4, shapes_width)
        columns.append(("Input Shapes", width, lambda event: _cut(str(event.input_shapes), width)))
    if has_source:
        width = min(max(len(line) for event in events for line in event.stack) + 4, source_width)
        columns.append(("Source Location", width, lambda event: _cut(event.stack[0] if event.stack else "", width, True)))
    if has_flops:
        power = 0
        while power + 1 < len(_FLOP_UNITS) and max(event.flops for event in events) >= 1000 ** (power + 1):
            power += 1
        columns.append((f"Total {_FLOP_UNITS[power]}", _WIDTH, lambda event: f"{event.flops / 1000**power:.3f}" if event.flops else "--"))
    gap = " " * _GAP
    rule = "".join("-" * width + gap for _, width, _ in columns)
    lines = [rule, "".join(title.rjust(width) + gap for title, width, _ in columns), rule]
    if header is not None:
        lines.insert(0, header)
        lines.insert(0, "=" * len(rule))
    for event in rows:
        lines.append("".join(cell(event).rjust(width) + gap for _, width, cell in columns))
        if has_source:
            place = sum(width + _GAP for _, width, _ in columns[:-1 - has_flops])
            lines.extend(" " * place + _cut(line, source_width, True).rjust(columns[-1 - has_flops][1]) + gap for line in event.stack[1:])
    lines += [rule, f"Self CPU time total: {format_time(total, time_unit)}"]
    return "\n".join(lines) + "\n" + footer
