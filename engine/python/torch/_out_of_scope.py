"""Names of PyTorch's that Carrel will not have, each with what to use instead.

Such a name exists; calling it raises NotImplementedError that says so. Names that are in no table are only not there yet.
Read next: `docs/`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True


def refused(module, name):
    """What stands for a name: a function that refuses, or an AttributeError."""
    raise AttributeError(f"{module}.{name} is not in Carrel yet")


def tensor_attribute(tensor, name):
    """What stands for an attribute that tensors have not: a method that refuses, or an AttributeError."""
    raise AttributeError(f"'{type(tensor).__name__}' object has no attribute '{name}'")
