"""Reading recorded PyTorch values, and comparing tensors with them.

A tensor is `{"t": {"dtype", "shape", "data"}}` with base64 of its bytes; the halves are stored widened to float32.
Read next: `conformance`.
"""

import base64
import gzip
import json
import math

import torch
from torch import _C, _dtype


def rows(path):
    """The records of a gzip'd file of JSON lines."""
    with gzip.open(path, "rt") as lines:
        for line in lines:
            yield json.loads(line)


def _tensor(record, device):
    dtype = _dtype.BY_NAME.get(record["dtype"])
    if dtype is None:
        raise NotImplementedError(f"dtype {record['dtype']} is not in Carrel")
    data = base64.b64decode(record["data"])
    is_half = dtype in (torch.float16, torch.bfloat16)
    made = _C.upload(data, (torch.float32 if is_half else dtype)._code, record["shape"])
    return made.to(device=device, dtype=dtype)


def decode(value, device="cpu", leaves=None):
    """The Python value of a record. Tensors marked as inputs of gradients are appended to `leaves`."""
    if isinstance(value, list):
        return [decode(part, device, leaves) for part in value]
    if not isinstance(value, dict):
        return torch.device(device) if value == "cpu" and device != "cpu" else value
    (kind, content), *more = value.items()
    if kind == "t":
        made = _tensor(content, device)
        if content.get("grad") and leaves is not None:
            made.requires_grad_(True)
            leaves.append(made)
        return made
    if kind == "f":
        return float(content)
    if kind == "tuple":
        return tuple(decode(part, device, leaves) for part in content)
    if kind == "dict":
        return {key: decode(part, device, leaves) for key, part in content.items()}
    if kind == "dtype":
        return getattr(torch, content)
    if kind == "size":
        return torch.Size(content)
    if kind == "slice":
        return slice(*content)
    if kind == "ellipsis":
        return Ellipsis
    if kind == "device":
        return torch.device(device)
    raise NotImplementedError(f"a recorded {kind}")


def names_dtype(record, name):
    """True if a record holds a tensor of this dtype, or names it."""
    if isinstance(record, dict):
        return record.get("dtype") == name or any(names_dtype(part, name) for part in record.values())
    return isinstance(record, list) and any(names_dtype(part, name) for part in record)


def tensors_of(value):
    """The tensors in a value, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, (list, tuple, type({}.values()))):
        return [tensor for part in value for tensor in tensors_of(part)]
    return []


def cotangent_sum(outputs):
    """`sum(out * linspace(-1, 1, out.numel()))` over all outputs."""
    total = None
    for output in outputs:
        weights = torch.linspace(-1, 1, output.numel(), dtype=output.dtype, device=output.device).reshape(output.shape)
        part = (output * weights).sum()
        total = part if total is None else total + part.to(total.dtype)
    return total


def _flat(tensor):
    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor).reshape(-1).tolist()


def check_equal(found, wanted, tolerance, what):
    """Raises AssertionError unless two values agree: dtype and shape exactly, floats within the tolerance."""
    if isinstance(wanted, torch.Tensor):
        if not isinstance(found, torch.Tensor):
            raise AssertionError(f"{what}: {type(found).__name__} instead of a tensor")
        if found.dtype is not wanted.dtype or found.shape != wanted.shape:
            raise AssertionError(
                f"{what}: {found.dtype} {tuple(found.shape)} instead of {wanted.dtype} {tuple(wanted.shape)}"
            )
        relative, absolute = tolerance.get(wanted.dtype._name, (0, 0))
        for position, (a, b) in enumerate(zip(_flat(found), _flat(wanted))):
            if a == b or a != a and b != b:
                continue
            if not (math.isfinite(a) and math.isfinite(b)) or abs(a - b) > absolute + relative * abs(b):
                raise AssertionError(f"{what}: element {position} is {a!r} instead of {b!r}")
    elif isinstance(wanted, (list, tuple)):
        if not isinstance(found, (list, tuple)) or len(found) != len(wanted):
            raise AssertionError(f"{what}: {found!r:.100} instead of {wanted!r:.100}")
        for position, (a, b) in enumerate(zip(found, wanted)):
            check_equal(a, b, tolerance, f"{what}[{position}]")
    elif isinstance(wanted, dict):
        for key in wanted:
            check_equal(found[key], wanted[key], tolerance, f"{what}[{key!r}]")
    elif isinstance(wanted, float):
        if not (found == wanted or found != found and wanted != wanted or math.isclose(found, wanted, rel_tol=1e-6)):
            raise AssertionError(f"{what}: {found!r} instead of {wanted!r}")
    elif found != wanted:
        raise AssertionError(f"{what}: {found!r} instead of {wanted!r}")
