"""`torch.jit`: scripted and traced functions and modules run as Python; a warning says so once.

Refuses to write and read programs: `save` and `load` raise, and say what to do instead.
Read next: `torch.compile`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import contextlib
import functools
import warnings

from ..nn.modules.module import Module

_warned = []


def _warn(name):
    if not _warned:
        _warned.append(name)
        warnings.warn(
            f"torch.jit.{name}: Carrel runs scripted and traced programs as the Python they are; the engine fuses what they "
            "compute either way.",
            UserWarning,
            stacklevel=3,
        )


_NO_FILES = (
    "torch.jit.{} is not supported in Carrel: it has no TorchScript programs; save the state dict with torch.save, and load "
    "it into the module."
)


def save(m, f, _extra_files=None):
    """Refused: there are no TorchScript files."""
    raise NotImplementedError(_NO_FILES.format("save"))


def load(f, map_location=None, _extra_files=None, _restore_shapes=False):
    """Refused: there are no TorchScript files."""
    raise NotImplementedError(_NO_FILES.format("load"))


class ScriptModule(Module):
    """A module: there is nothing special about scripted ones."""

    def save(self, f, **options):
        """Refused: there are no TorchScript files."""
        raise NotImplementedError(_NO_FILES.format("save"))


RecursiveScriptModule = TopLevelTracedModule = TracedModule = ScriptModule


class ScriptFunction:
    """A scripted or traced function."""


def script(obj, optimize=None, _frames_up=0, _rcb=None, example_inputs=None):
    """The function, module or class itself."""
    _warn("script")
    return obj


def trace(func, example_inputs=None, optimize=None, check_trace=True, example_kwarg_inputs=None, **options):
    """The function or module itself, after one call with the example inputs."""
    _warn("trace")
    if example_inputs is not None:
        func(*(example_inputs if isinstance(example_inputs, (tuple, list)) else (example_inputs,)))
    elif example_kwarg_inputs is not None:
        func(**example_kwarg_inputs)
    return func


def trace_module(mod, inputs, **options):
    """The module itself, after a call of each method with its example inputs."""
    _warn("trace_module")
    for name, values in inputs.items():
        getattr(mod, name)(*(values if isinstance(values, tuple) else (values,)))
    return mod


def freeze(mod, preserved_attrs=None, optimize_numerics=True):
    """The module itself, which must be in evaluation mode."""
    if mod.training:
        raise RuntimeError("Freezing is currently only implemented for modules in eval mode. Please call .eval() on your module before freezing.")
    return mod


def optimize_for_inference(mod, other_methods=None):
    """The module itself."""
    return mod


def _itself(fn):
    """The function itself."""
    return fn


export = unused = script_method = script_if_tracing = interface = _itself


def ignore(drop=False, **options):
    """The function itself, or a decorator that gives it."""
    return drop if callable(drop) else _itself


def is_scripting():
    """False: programs run as Python."""
    return False


is_tracing = is_scripting


def annotate(the_type, the_value):
    """The value itself."""
    return the_value


def isinstance(obj, target_type):
    """Python's own test."""
    import builtins

    return builtins.isinstance(obj, target_type)


def fork(func, *args, **kwargs):
    """Calls the function and keeps its result for `wait`."""
    return functools.partial(lambda value: value, func(*args, **kwargs))


def wait(future):
    """The result of `fork`."""
    return future()


def enable_onednn_fusion(enabled):
    """Accepted."""


set_fusion_strategy = enable_onednn_fusion


def onednn_fusion_enabled():
    """False."""
    return False


def optimized_execution(should_optimize):
    """A `with` block that changes nothing."""
    return contextlib.nullcontext()


Final = Attribute = None


def __getattr__(name):
    raise AttributeError(f"module 'torch.jit' has no attribute '{name}'")
