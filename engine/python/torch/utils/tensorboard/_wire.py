"""Protocol buffer messages, encoded by hand: a message is the bytes of its fields, one after another.

Fields that are absent or zero are left out, as proto3 does. Encoding: https://protobuf.dev/programming-guides/encoding.
Refuses to decode: the tests do. Read next: `_messages`.
"""

import struct

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


def _varint(value):
    value &= 0xFFFFFFFFFFFFFFFF
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _tag(number, kind):
    return _varint(number << 3 | kind)


def integer(number, value):
    """An integer, enumeration or truth value; nothing for 0."""
    return _tag(number, _VARINT) + _varint(int(value)) if value else b""


def double(number, value, is_always_there=False):
    """A number of 64 bits; nothing for 0 unless the field is one of several that exclude each other."""
    return _tag(number, _EIGHT_BYTES) + struct.pack("<d", value) if value or is_always_there else b""


def single(number, value):
    """A number of 32 bits, written even if it is 0."""
    try:
        packed = struct.pack("<f", value)
    except OverflowError:
        packed = struct.pack("<f", float("inf") if value > 0 else float("-inf"))
    return _tag(number, _FOUR_BYTES) + packed


def message(number, data):
    """Another message, or bytes."""
    return _tag(number, _BYTES) + _varint(len(data)) + data


def text(number, value):
    """A text; nothing for an empty one."""
    return message(number, value.encode()) if value else b""


def doubles(number, values):
    """Many numbers of 64 bits."""
    return message(number, struct.pack(f"<{len(values)}d", *values)) if values else b""


def singles(number, values):
    """Many numbers of 32 bits."""
    return message(number, struct.pack(f"<{len(values)}f", *values)) if values else b""
