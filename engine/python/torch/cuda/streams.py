"""`torch.cuda.Stream` and `Event`: there is one queue, so streams change nothing; events time what was computed.

An event that times waits for the GPU when it is recorded, since the browser's clock is the only one.
Read next: `torch.cuda`.
"""

import time


class Stream:
    """The one queue of the GPU, as a `with` block too."""

    def __init__(self, device=None, priority=0, **options):
        self.device, self.priority = device, priority

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        return None

    def synchronize(self):
        """Waits until the GPU has done everything."""
        from . import synchronize

        synchronize()

    def query(self):
        """True: what was recorded is done, as far as programs can see."""
        return True

    def wait_stream(self, stream):
        """Accepted: there is one queue."""

    wait_event = wait_stream

    def record_event(self, event=None):
        """Records an event on this queue."""
        event = Event() if event is None else event
        event.record(self)
        return event


ExternalStream = Stream
_the_stream = Stream()


def current_stream(device=None):
    """The one queue."""
    return _the_stream


default_stream = current_stream


def set_stream(stream):
    """Accepted: there is one queue."""


def stream(stream):
    """A `with` block on a stream, which changes nothing."""
    return _the_stream if stream is None else stream


StreamContext = stream


class Event:
    """A moment in the GPU's work: `record` it, and ask for the `elapsed_time` to another."""

    def __init__(self, enable_timing=False, blocking=False, interprocess=False, external=False):
        self._times, self._moment_s = enable_timing, None

    def record(self, stream=None):
        """Notes the moment; waits for the GPU if the event was made with `enable_timing`."""
        if self._times:
            from . import synchronize

            synchronize()
        self._moment_s = time.perf_counter()

    def elapsed_time(self, end_event):
        """Milliseconds from this event to another."""
        if not (self._times and end_event._times):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        if self._moment_s is None or end_event._moment_s is None:
            raise ValueError("Both events must be recorded before calculating elapsed time.")
        return (end_event._moment_s - self._moment_s) * 1e3

    def synchronize(self):
        """Waits until the GPU has done everything."""
        from . import synchronize

        synchronize()

    def query(self):
        """True: what was recorded is done, as far as programs can see."""
        return True

    def wait(self, stream=None):
        """Accepted: there is one queue."""
