"""Operators that the GPU has not: they run on the CPU, and their tensors travel there and back.

The engine refuses a primitive without a GPU kernel with an error of the kind `CpuOnly`. Here the call is made again with
copies on the CPU, and the results go to the GPU. The copies are differentiable, so gradients arrive where the leaves are.
A warning names every such operator once. Ordinary calls never come here.
Refuses nothing: what fails on the CPU too raises its error there. Read next: `_C`, `engine/src/autograd/walk.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import os
import sys
import warnings

from . import _device
from ._C import ops, read_back

_FOLDER = os.path.dirname(__file__)

#: What was warned of.
_named = set()


def _warn(what):
    """Says once that an operator runs on the CPU, at the line outside this package that called it."""
    if what in _named:
        return
    _named.add(what)
    level, frame = 2, sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith((_FOLDER, "<string>")):
        level, frame = level + 1, frame.f_back
    warnings.warn(
        f"{what} has no kernel on the webgpu device: it runs on the CPU, and its tensors are copied there and back.",
        UserWarning,
        stacklevel=level,
    )


def _is_on_gpu(value):
    return hasattr(value, "_give_handle") and value.device._code != _device.CPU_CODE


def _to_cpu(value):
    if isinstance(value, (list, tuple)):
        return type(value)(*map(_to_cpu, value)) if hasattr(value, "_fields") else type(value)(map(_to_cpu, value))
    return read_back(value) if _is_on_gpu(value) else value


def _to_device(value, code):
    if isinstance(value, (list, tuple)):
        parts = [_to_device(part, code) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return ops.to(value, code, None, False) if hasattr(value, "_give_handle") else value


def _first_tensor(values):
    for value in values:
        if hasattr(value, "_give_handle"):
            return value
        if isinstance(value, (list, tuple)):
            found = _first_tensor(value)
            if found is not None:
                return found
    return None


def run_row(name, words, encoder, arguments):
    """What a row of the engine gives that refused the GPU: called again on the CPU. `words` describe its arguments."""
    if name in ("backward", "autograd_grad"):
        return _finish_backward(arguments)
    first = _first_tensor(arguments)
    if first is not None:
        code = first.device._code
    else:
        # An operator without tensors makes one where it is told to.
        code = next((value for word, value in zip(words, arguments) if word.startswith("v")), _device.CPU_CODE)
        arguments = [_device.CPU_CODE if word.startswith("v") else value for word, value in zip(words, arguments)]
    is_on_gpu = code != _device.CPU_CODE
    if is_on_gpu:
        _warn("torch." + name.rstrip("_").replace("special_", "special.").replace("linalg_", "linalg."))
    result = encoder(*_to_cpu(arguments))
    if not is_on_gpu:
        return result
    result = _to_device(result, code)
    if name.endswith("_") and first is not None:
        # In place: what was written is a copy.
        return ops.assign_(first, result)
    return result


def _finish_backward(arguments):
    """Goes on with a walk through the history that stopped where Python must help."""
    from .autograd._hooks import walk_on

    *first, retain_graph, create_graph = arguments
    return walk_on(first[2] if len(first) > 2 else (), retain_graph, create_graph)


def copies_for_rule(tensors):
    """Copies on the CPU for the backward rule at which a walk waits."""
    name = ops.walk_rule_name()
    if name:
        _warn(name)
    return _to_cpu(tensors)


def on_cpu(name, tensor):
    """The tensor, or its copy on the CPU with the warning: for a function whose result the GPU cannot hold, so that it
    stays on the CPU."""
    if not _is_on_gpu(tensor):
        return tensor
    _warn(name)
    return _to_cpu(tensor)


def run_function(name, function, args, kwargs):
    """What a function that the GPU has not as a whole gives for tensors there. None if none is there."""
    first = _first_tensor(args) if args else _first_tensor(kwargs.values())
    if first is None or not _is_on_gpu(first):
        return None
    _warn(name)
    result = function(*_to_cpu(args), **{key: _to_cpu(value) for key, value in kwargs.items()})
    return _to_device(result, first.device._code)
