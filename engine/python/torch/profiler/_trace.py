"""Traces in Chrome's JSON format, which https://ui.perfetto.dev shows.

Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. Read next: `_events`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import gzip
import json
import os

from ..version import __version__


def trace_of(events, name="", metadata=None):
    """The trace as a dict: one complete event each, with shapes, lines and bytes where they are known."""
    process = os.getpid()
    found = [
        {"name": "process_name", "ph": "M", "ts": 0, "pid": process, "tid": 0, "args": {"name": "python"}},
        {"name": "thread_name", "ph": "M", "ts": 0, "pid": process, "tid": 1, "args": {"name": "thread 1 (python)"}},
    ]
    origin_us = getattr(events, "origin_ns", 0) / 1000
    for event in events:
        args = {"External id": event.id}
        if event.input_shapes:
            args["Input Dims"] = event.input_shapes
        if event.stack:
            args["Call stack"] = ";".join(reversed(event.stack))
        if event.self_cpu_memory_usage:
            args["Bytes"] = event.self_cpu_memory_usage
        found.append(
            {
                "ph": "X",
                "cat": event.kind,
                "name": event.name,
                "pid": process,
                "tid": 1,
                "ts": round(origin_us + event.time_range.start, 3),
                "dur": round(event.time_range.elapsed_us(), 3),
                "args": args,
            }
        )
    return {
        "schemaVersion": 1,
        "torchVersion": __version__,
        "displayTimeUnit": "ms",
        "baseTimeNanoseconds": 0,
        "traceEvents": found,
        "traceName": str(name),
        **(metadata or {}),
    }


def write_trace(events, path, metadata=None):
    """Writes the trace to a file, packed if its name ends in `.gz`."""
    text = json.dumps(trace_of(events, path, metadata))
    opened = gzip.open(path, "wt") if str(path).endswith(".gz") else open(path, "w")
    with opened as file:
        file.write(text)
