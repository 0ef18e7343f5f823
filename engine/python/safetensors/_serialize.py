"""`serialize` and `deserialize`: the format over plain bytes, for those who bring their own tensors.

Read next: `_header`, `torch`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._header import ITEM_BYTES, SafetensorError, read_header, write_header

_SHORT = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "int16": "I16", "uint16": "U16", "int32": "I32", "uint32": "U32", "int64": "I64",
    "uint64": "U64", "float16": "F16", "bfloat16": "BF16", "float32": "F32", "float64": "F64", "complex64": "C64",
}


def _pieces(tensor_dict, metadata):
    described = {}
    for name, entry in tensor_dict.items():
        dtype = _SHORT.get(entry["dtype"], entry["dtype"])
        if dtype not in ITEM_BYTES:
            raise SafetensorError(f"dtype {entry['dtype']} is not covered")
        size = ITEM_BYTES[dtype]
        for count in entry["shape"]:
            size *= count
        if size != len(entry["data"]):
            shape = ", ".join(map(str, entry["shape"]))
            raise SafetensorError(
                f"Error while serializing: tensor of type {dtype} and of shape ({shape}) can't be created from "
                f"{len(entry['data'])} bytes"
            )
        described[name] = dtype, entry["shape"], size
    head, order = write_header(described, metadata)
    yield head
    for name in order:
        yield tensor_dict[name]["data"]


def serialize(tensor_dict, metadata=None):
    """The bytes of a file. `tensor_dict`: `{"dtype", "shape", "data"}` by name, `data` being bytes."""
    return b"".join(_pieces(tensor_dict, metadata))


def serialize_file(tensor_dict, filename, metadata=None):
    """Writes what `serialize` gives to a file."""
    with open(filename, "wb") as file:
        for piece in _pieces(tensor_dict, metadata):
            file.write(piece)


def deserialize(bytes):
    """Pairs of name and `{"shape", "dtype", "data"}` from the bytes of a file."""
    view = memoryview(bytes)
    tensors, _, start = read_header(view[:8], lambda count: view[8 : 8 + count], len(view))
    return [
        (name, {"shape": info.shape, "dtype": info.dtype, "data": bytearray(view[start + info.start : start + info.end])})
        for name, info in tensors.items()
    ]
