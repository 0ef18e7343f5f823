"""`torch._dynamo`: names of PyTorch's compiler that programs set. There is nothing to set.

Read next: `torch.compiler`.
"""

import types

from .._compile import OptimizedModule, compile as optimize_callable
from ..compiler import allow_in_graph, disable, is_compiling, list_backends, reset

config = types.SimpleNamespace(
    cache_size_limit=8, recompile_limit=8, suppress_errors=False, verbose=False, capture_scalar_outputs=False, inline_inbuilt_nn_modules=True
)


def optimize(backend="inductor", **options):
    """A decorator that gives the function itself."""
    return lambda function: optimize_callable(function)


def graph_break(msg=""):
    """Accepted: there are no graphs to break."""


def mark_dynamic(tensor, index, **bounds):
    """Accepted: shapes may always change."""


mark_static = maybe_mark_dynamic = mark_dynamic


class _Failure(RuntimeError):
    """Never raised: the name of what PyTorch's compiler raises."""


exc = types.SimpleNamespace(Unsupported=_Failure, BackendCompilerFailed=_Failure, TorchRuntimeError=_Failure)
