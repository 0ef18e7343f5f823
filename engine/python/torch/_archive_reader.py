"""Reads the zip archives in which PyTorch keeps tensors, straight from the file into tensors.

Any file object that can seek will do. Entries that somebody has compressed are read too. Checksums are compared.
Refuses damaged archives with PyTorch's RuntimeError. Read next: `_archive_writer`, `serialization`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct
import zipfile
from zlib import crc32
from zlib import error as ZlibError

from . import _memory

_LOCAL_HEADER_BYTES = 30


class ArchiveReader:
    """An archive that PyTorch wrote. `file`: open for reading, able to seek."""

    def __init__(self, file):
        self._file = file
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, struct.error, NotImplementedError, UnicodeDecodeError, ValueError) as error:
            reason = "failed finding central directory" if "end" in str(error) or "not a zip" in str(error) else str(error)
            raise RuntimeError(f"PytorchStreamReader failed reading zip archive: {reason}") from None
        names = self._zip.namelist()
        if not names:
            raise RuntimeError("PytorchStreamReader failed reading zip archive: archive does not contain any files")
        folder, slash, _ = names[0].partition("/")
        if not slash:
            raise RuntimeError(f"PytorchStreamReader failed: file in archive is not in a subdirectory: {names[0]}")
        self._folder = folder + "/"

    def has(self, name):
        """True if there is an entry of this name."""
        return self._folder + name in self._zip.NameToInfo

    def names(self):
        """The names of all entries."""
        return [name.removeprefix(self._folder) for name in self._zip.namelist()]

    def size(self, name):
        """Bytes of an entry."""
        return self._info(name).file_size

    def bytes(self, name):
        """The bytes of a small entry."""
        with self._opened(name) as entry:
            try:
                return entry.read()
            except (zipfile.BadZipFile, ZlibError, EOFError) as error:
                raise self._damaged(name, error) from None

    def fill(self, name, tensor, swap_width=0):
        """Reads an entry into a flat CPU tensor. `swap_width`: bytes of the words that were written big end first, or 0."""
        info = self._info(name)
        if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
            self._fill_stored(info, name, tensor, swap_width)
            return
        with self._opened(name) as entry:
            try:
                _memory.fill(tensor, _memory.swapping(entry.readinto, swap_width))
            except (zipfile.BadZipFile, ZlibError, EOFError) as error:
                raise self._damaged(name, error) from None

    def _fill_stored(self, info, name, tensor, swap_width):
        """Reads by `readinto`, past the zip module, which would copy every piece twice."""
        file = self._file
        file.seek(info.header_offset)
        header = file.read(_LOCAL_HEADER_BYTES)
        if len(header) < _LOCAL_HEADER_BYTES or header[:4] != b"PK\x03\x04":
            raise self._damaged(name, "its local header is missing")
        name_length, extra_length = struct.unpack("<HH", header[26:])
        file.seek(info.header_offset + _LOCAL_HEADER_BYTES + name_length + extra_length)
        checksum = 0

        def readinto(piece):
            nonlocal checksum
            read = _memory.readinto_of(file)(piece)
            checksum = crc32(piece[:read], checksum)
            return read

        try:
            _memory.fill(tensor, _memory.swapping(readinto, swap_width))
        except EOFError as error:
            raise self._damaged(name, error) from None
        if checksum != info.CRC:
            raise self._damaged(name, "its checksum does not agree")

    def _info(self, name):
        info = self._zip.NameToInfo.get(self._folder + name)
        if info is None:
            raise RuntimeError(f"PytorchStreamReader failed locating file {name}: file not found")
        return info

    def _opened(self, name):
        try:
            return self._zip.open(self._info(name))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, struct.error) as error:
            if str(error).startswith("PytorchStreamReader"):
                raise
            raise self._damaged(name, error) from None

    def _damaged(self, name, error):
        return RuntimeError(f"PytorchStreamReader failed reading file {name}: {error}")
