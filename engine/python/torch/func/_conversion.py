"""`functionalize` and `debug_unwrap` of `torch.func`.

Read next: `torch._batched.tensor`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._batched.tensor import BatchedTensor


def functionalize(func, *, remove="mutations"):
    """The function itself: programs are recorded without their in-place writes already."""
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError(
            f"functionalize(f, remove='mutations'): received invalid argument for remove={remove}. Valid options are:\n"
            '     remove="mutations": all inplace and out= operators will be removed from the program, and replaced with '
            'their out-of-place equivalents.\n     remove="mutations_and_views": In addition to the above, all aliasing '
            "operators {view} will be replaced with their non-aliasing counterparts, {view}_copy.\n"
        )
    return func


def debug_unwrap(tensor, *, recurse=True):
    """What a batched tensor holds, for looking at it; other tensors as they are."""
    while isinstance(tensor, BatchedTensor):
        tensor = tensor._value
        if not recurse:
            break
    return tensor
