"""`torch.compiler`: switches of PyTorch's compiler, kept so that programs that set them run. There is nothing to switch.

Read next: `_compile`.
"""

from ._compile import compile


def reset():
    """Accepted: nothing is compiled ahead."""


def disable(fn=None, recursive=True, *, reason=None):
    """The function itself, or a decorator that gives it."""
    return (lambda function: function) if fn is None else fn


def allow_in_graph(fn):
    """The function itself."""
    return fn


assume_constant_result = substitute_in_graph = allow_in_graph


def set_stance(stance="default", *, skip_guard_eval_unsafe=False, force_backend=None):
    """Accepted; a `with` block and a decorator that change nothing."""
    import contextlib

    return contextlib.nullcontext()


def cudagraph_mark_step_begin():
    """Accepted."""


def is_compiling():
    """False: Python runs as it stands."""
    return False


is_dynamo_compiling = is_exporting = is_compiling


def list_backends(exclude_tags=("debug", "experimental")):
    """The one name that `backend=` has by default."""
    return ["inductor"]
