"""Signatures of functions that are made from others, as PyTorch documents them: for `inspect`, help and completion.

A wrapper takes `*args, **kwargs` and hands them on; what it can be called with is what the function behind it takes.
Calls never look here. Refuses to know any function. Read next: `_surface`, `_methods`.
"""

import inspect

_OUT = inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None)

# Taken for the sake of old programs, and documented nowhere.
_UNDOCUMENTED = ("names",)


def take_signature(made, function, out=None):
    """Gives `made` the signature of `function`, without keywords that are only handed on, and returns it.

    out: True adds a parameter `out`, False takes it away, None leaves it as it is.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return made
    kept = [item for item in parameters if item.kind is not item.VAR_KEYWORD and item.name not in _UNDOCUMENTED]
    if out is False:
        kept = [item for item in kept if item.name != "out"]
    elif out and all(item.name != "out" for item in kept):
        kept.append(_OUT)
    made.__signature__ = inspect.Signature(kept)
    return made


def document(function):
    """Leaves other names for keywords (NumPy's) out of a function's signature, and returns it."""
    return take_signature(function, function)
