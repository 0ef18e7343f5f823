"""Files of events: records with lengths and checksums, as TensorFlow frames them.

A record is its length (8 bytes), that length's checksum, the data, and their checksum: CRC-32C, rotated and offset.
Format: https://www.tensorflow.org/tutorials/load_data/tfrecord. Read next: `_messages`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import itertools
import os
import socket
import struct
import time

from . import _wire

_MASK_OFFSET = 0xA282EAD8

# Castagnoli's polynomial, lowest bit first.
_POLYNOMIAL = 0x82F63B78

_numbers = itertools.count()


def _table():
    found = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        found.append(byte)
    return found


_TABLE = _table()


def crc32c(data):
    """CRC-32C of bytes."""
    found, table = 0xFFFFFFFF, _TABLE
    for byte in data:
        found = table[(found ^ byte) & 0xFF] ^ found >> 8
    return found ^ 0xFFFFFFFF


def _checksum(data):
    found = crc32c(data)
    return struct.pack("<I", ((found >> 15 | found << 17) + _MASK_OFFSET) & 0xFFFFFFFF)


def record(data):
    """A record of the file."""
    length = struct.pack("<Q", len(data))
    return length + _checksum(length) + data + _checksum(data)


class FileWriter:
    """Appends events to a new file in a folder, which is made if it is not there.

    max_queue, flush_secs: events wait to be written until there are so many, or for so long. Raises OSError.
    """

    def __init__(self, log_dir, max_queue=10, flush_secs=120, filename_suffix=""):
        self._folder = str(log_dir)
        self._most_waiting, self._longest_wait_s = max_queue, flush_secs
        os.makedirs(self._folder, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}.{os.getpid()}.{next(_numbers)}"
        self._file = open(os.path.join(self._folder, name + filename_suffix), "ab")
        self._waiting = []
        self._written_s = time.monotonic()
        self._append(_wire.double(1, time.time()) + _wire.text(3, "brain.Event:2"))
        self.flush()

    def get_logdir(self):
        """The folder."""
        return self._folder

    def _append(self, data):
        self._waiting.append(record(data))
        if len(self._waiting) > self._most_waiting or time.monotonic() - self._written_s > self._longest_wait_s:
            self.flush()

    def add_event(self, event, step=None, walltime=None):
        """Adds the bytes of an event's `what`, with its step and its time (now by default)."""
        head = _wire.double(1, time.time() if walltime is None else walltime) + _wire.integer(2, int(step or 0))
        self._append(head + event)

    def add_summary(self, summary, global_step=None, walltime=None):
        """Adds the bytes of a summary."""
        self.add_event(_wire.message(5, summary), global_step, walltime)

    def flush(self):
        """Writes what waits."""
        if self._file.closed:
            return
        self._file.write(b"".join(self._waiting))
        self._file.flush()
        self._waiting.clear()
        self._written_s = time.monotonic()

    def close(self):
        """Writes what waits and closes the file."""
        self.flush()
        self._file.close()
