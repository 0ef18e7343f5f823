"""`torch._foreach_*`: one operation on lists of tensors.

Each is the operation in a loop; the engine records and fuses what belongs together.
Read next: `_surface`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._tensor import Tensor


def _each(value, position):
    return value[position] if isinstance(value, (list, tuple)) else value


def foreach(name):
    """The function behind `torch._foreach_<name>`, or None if tensors have no such method."""
    method = getattr(Tensor, "linalg_vector_norm" if name == "norm" and hasattr(Tensor, "linalg_vector_norm") else name, None)
    if name in ("maximum_", "minimum_"):
        base = getattr(Tensor, name[:-1])

        def method(self, other):
            return self.copy_(base(self, other if isinstance(other, Tensor) else self.new_tensor(other)))

    if method is None:
        return None

    def function(self, *args, **kwargs):
        found = [
            method(
                tensor,
                *[_each(value, position) for value in args],
                **{key: _each(value, position) for key, value in kwargs.items()},
            )
            for position, tensor in enumerate(self)
        ]
        return None if name.endswith("_") else tuple(found)

    function.__name__ = function.__qualname__ = "_foreach_" + name
    function.__doc__ = f"`tensor.{name}(...)` for every tensor of a list."
    return function
