"""The bytes behind CPU tensors, in pieces: what readers and writers of files go through.

A large tensor is filled from a file, and written to one, through a buffer of one piece, so that it is never in memory
twice. Refuses GPU tensors: bring them to the CPU first. Read next: `_C`, `serialization`, `engine/src/ffi/recorder.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype
from . import _C
from ._C import engine_failure, IS_BROWSER, ops

#: Bytes that cross at once: enough that calls cost nothing, little beside any tensor that matters.
PIECE_BYTES = 1 << 20

# What any byte means as a bool: the engine holds 0 and 1 only.
_AS_BOOL = bytes([0]) + bytes([1]) * 255


def empty_storage(dtype, count):
    """A flat CPU tensor of `count` zeros, to be filled."""
    return ops.full((count,), 0, dtype, 0)


def fill(tensor, readinto, *, offset=0, count=None):
    """Fills bytes of a tensor's storage by `readinto(buffer) -> bytes read`, as files have it.

    offset, count: which bytes of the storage; all of them from `offset` on if `count` is absent.
    Raises EOFError if the source ends early.
    """
    is_bool = tensor.dtype is _dtype.bool_
    if count is None:
        count = int(ops.storage_size(tensor)) * tensor.dtype.itemsize - offset
    buffer = memoryview(bytearray(min(count, PIECE_BYTES)))
    while count > 0:
        piece = buffer[: min(count, PIECE_BYTES)]
        read = readinto(piece)
        if not read:
            raise EOFError(f"the file ends {count} bytes before a tensor's data does")
        piece = piece[:read]
        _write(tensor, offset, bytes(piece).translate(_AS_BOOL) if is_bool else piece)
        offset += read
        count -= read


def write(tensor, data, offset=0):
    """Puts bytes into a tensor's storage, beginning at byte `offset`."""
    data = memoryview(data).cast("B")
    taken = 0

    def readinto(piece):
        nonlocal taken
        piece[:] = data[taken : taken + len(piece)]
        taken += len(piece)
        return len(piece)

    fill(tensor, readinto, offset=offset, count=len(data))


def pieces(tensor):
    """The bytes of a CPU tensor's whole storage, piece after piece."""
    total = int(ops.storage_size(tensor)) * tensor.dtype.itemsize
    for start in range(0, total, PIECE_BYTES):
        yield read(tensor, start, min(PIECE_BYTES, total - start))


def read(tensor, offset, count):
    """Some bytes of a CPU tensor's storage."""
    found = _C.binding.read_bytes(tensor._h, offset, count)
    if found is None:
        raise engine_failure()
    return found.to_bytes() if IS_BROWSER else found


def _write(tensor, offset, data):
    if _C.binding.write_bytes(tensor._h, offset, data) < 0:
        raise engine_failure()


def row_major_bytes(tensor):
    """The bytes of a tensor's elements in row-major order, piece after piece. Waits for the GPU."""
    source = ops.contiguous(ops.detach(tensor).cpu())
    start = source.storage_offset() * source.dtype.itemsize
    total = source.nbytes
    for done in range(0, total, PIECE_BYTES):
        yield read(source, start + done, min(PIECE_BYTES, total - done))


def readinto_of(file):
    """`file.readinto`, or the same made of `file.read`."""
    if hasattr(file, "readinto"):
        return file.readinto

    def readinto(piece):
        data = file.read(len(piece))
        piece[: len(data)] = data
        return len(data)

    return readinto


def swapping(readinto, width):
    """A `readinto` that turns words of `width` bytes around."""
    if width < 2:
        return readinto

    def swapped(piece):
        count = 0
        while count < len(piece):
            read = readinto(piece[count:])
            if not read:
                break
            count += read
        for start in range(width // 2):
            first, last = bytes(piece[start:count:width]), bytes(piece[width - 1 - start : count : width])
            piece[start:count:width], piece[width - 1 - start : count : width] = last, first
        return count

    return swapped
