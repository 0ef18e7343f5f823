"""PyTorch's names of the nodes of functions that are composed in Python: what `print` shows as `grad_fn`.

The newest node of a result's history is called by the whole function. Refuses to touch histories that were there before,
as where a function gives its input back. Read next: `_tensor_str`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools

from ._C import ops


def _name(result, mark, node):
    if hasattr(result, "_give_handle"):
        ops.name_node(result, mark, node)
    elif isinstance(result, (tuple, list)):
        for part in result:
            _name(part, mark, node)


def named(node):
    """Decorator: calls the newest node of the results `node`, a name or a function of the arguments that gives one or None."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            mark = ops.history_mark()
            result = function(*args, **kwargs)
            # Without a new node there is nothing to name.
            if ops.history_mark() != mark:
                name = node(*args, **kwargs) if callable(node) else node
                if name is not None:
                    _name(result, mark, name)
            return result

        return wrapper

    return decorate
