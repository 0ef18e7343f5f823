"""`torch.from_file`: the numbers in a file, as they lie there.

Refuses to write changes back to the file, which PyTorch does by mapping it into memory. Read next: `_memory`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype, _memory


def from_file(filename, shared=None, size=0, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """A one-dimensional tensor of the first `size` elements in a file.

    dtype: what the file holds (the default dtype if absent), in little-endian order.
    shared: True would write changes back; that is refused.
    Raises RuntimeError if the file is shorter.
    https://docs.pytorch.org/docs/stable/generated/torch.from_file.html
    """
    if shared:
        raise NotImplementedError("torch.from_file(shared=True) is not supported in Carrel: write the file with tensor.numpy().tofile()")
    made = _memory.empty_storage(dtype or _dtype.get_default_dtype(), size)
    with open(filename, "rb") as file:
        try:
            _memory.fill(made, _memory.readinto_of(file))
        except EOFError:
            raise RuntimeError(f"file {filename} has fewer than {made.nbytes} bytes") from None
    made = made if device is None else made.to(device)
    return made.requires_grad_(True) if requires_grad else made
