"""Writes the zip archives in which PyTorch keeps tensors: entries stored as they are, each beginning at a multiple of 64 bytes.

The layout, byte for byte, is that of PyTorch's own writer: sizes after the data, padding in an extra field `FB`, no
dates, a 64-bit end record. Data goes out in pieces; nothing is held. Read next: `_archive_reader`, `serialization`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct
from zlib import crc32

#: Data begins at multiples of this, so that readers can map it into memory.
ALIGNMENT = 64

#: Sizes and offsets from here on need 64 bits.
WIDE_FROM = 0xFFFFFFFF

_LOCAL, _DESCRIPTOR, _CENTRAL = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02"
# For 64-bit numbers of 32-bit checksums: an odd number with bits everywhere.
_SPREAD, _MASK = 0x9E3779B97F4A7C15, 0xFFFFFFFFFFFFFFFF

_UTF8_NAMES, _SIZES_FOLLOW = 0x0800, 0x0008


class ArchiveWriter:
    """An archive being written to a file.

    file: has `write`; nothing else is asked of it.
    name: the folder in the archive that all entries lie in.
    """

    def __init__(self, file, name):
        self._file = file
        self._name = name
        self._offset = 0
        self._directory = []
        self._checksums = 0

    def add(self, name, pieces, size):
        """Adds an entry of `size` bytes, given in pieces."""
        path = f"{self._name}/{name}".encode()
        start = self._offset
        flags = _UTF8_NAMES | (_SIZES_FOLLOW if size else 0)
        padding = self._padding(len(path), size)
        self._write(_LOCAL + struct.pack("<HHHHHIIIHH", 0, flags, 0, 0, 0, 0, 0, 0, len(path), len(padding)) + path + padding)
        checksum, written = 0, 0
        for piece in pieces:
            checksum = crc32(piece, checksum)
            written += len(piece)
            self._write(piece)
        if written != size:
            raise RuntimeError(f"{name} should have {size} bytes, but got {written}")
        if size:
            sizes = "<IQQ" if size >= WIDE_FROM else "<III"
            self._write(_DESCRIPTOR + struct.pack(sizes, checksum, size, size))
            self._checksums = _combined(self._checksums, checksum)
        self._directory.append((path, start, size, checksum, flags))

    def close(self):
        """Writes what ends an archive: version, identity, directory."""
        self.add("version", [b"3\n"], 2)
        identity = self._identity()
        self.add(".data/serialization_id", [identity], len(identity))
        start = self._offset
        for entry in self._directory:
            self._write(_central_header(*entry))
        size, count = self._offset - start, len(self._directory)
        end = self._offset
        self._write(b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 0x031E, 45, 0, 0, count, count, size, start))
        self._write(b"PK\x06\x07" + struct.pack("<IQI", 0, end, 1))
        few, short, near = min(count, 0xFFFF), min(size, WIDE_FROM), min(start, WIDE_FROM)
        self._write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, few, few, short, near, 0))

    def _write(self, data):
        self._file.write(data)
        self._offset += len(data)

    def _padding(self, path_length, size):
        """The extra field that puts the data at a multiple of the alignment."""
        start = self._offset + 30 + path_length + 4
        gap = -start % ALIGNMENT
        return b"FB" + struct.pack("<H", gap) + b"Z" * gap

    def _identity(self):
        """40 digits that tell archives apart: of the entries' names, and of their contents."""
        names = 0
        for path, *_ in self._directory:
            names = _combined(names, crc32(path) * _SPREAD & _MASK)
        return f"{names:020}{self._checksums:020}".encode()


def _central_header(path, start, size, checksum, flags):
    """An entry of the directory; sizes and offsets that need 64 bits go to an extra field."""
    wide = [number for number in (size, size, start) if number >= WIDE_FROM]
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    short, near = min(size, WIDE_FROM), min(start, WIDE_FROM)
    head = struct.pack("<HHHHHHIIIHHHHHII", 0, 0, flags, 0, 0, 0, checksum, short, short, len(path), len(extra), 0, 0, 0, 0, near)
    return _CENTRAL + head + path + extra


def _combined(seed, value):
    """Two 64-bit hashes as one, as PyTorch's `hash_combine`."""
    return (seed ^ (value + 0x9E3779B9 + (seed << 6) + (seed >> 2))) & _MASK
