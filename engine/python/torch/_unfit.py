"""What happens to a call whose arguments an operator does not take: Python's types as dtypes, and PyTorch's TypeErrors.

Only calls that have failed come here. The function that the user called, and the name of the argument that does not fit, are
found in the frames of the call. Refuses to check anything beforehand. Read next: `_C`, `_args`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys

from . import _dtype

#: Python's types that PyTorch takes for dtypes.
_TYPES = {float: _dtype.float64, int: _dtype.int64, bool: _dtype.bool_}

#: Functions with several signatures in PyTorch, whose errors list them.
_OVERLOADED = frozenset(
    """addmm all any argsort baddbmm bernoulli bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor bmm
    bucketize clamp clamp_max clamp_min clip conv1d conv2d conv3d copysign count_nonzero ctc_loss cumulative_trapezoid
    embedding_bag eq fill float_power floor_divide fmod ge gradient greater greater_equal gt histogram hsplit index_fill
    isin le lerp less less_equal linspace logspace lt masked_fill max mean median min moveaxis movedim nanmedian
    nanquantile narrow ne normal not_equal pow prod quantile rand_like randint randint_like randn_like randperm
    repeat_interleave round rsub scatter searchsorted sort squeeze std std_mean sum tensor_split trapezoid trapz var
    var_mean vsplit where xlogy""".split()
)

#: What an argument letter asks for, in PyTorch's words.
_KINDS = {
    "T": "Tensor", "T?": "Tensor", "Ts": "tuple of Tensors", "Ts?": "tuple of Tensors", "i": "int", "i?": "int", "is": "tuple of ints",
    "is?": "tuple of ints", "f": "float", "f?": "float", "s": "Number", "s?": "Number", "d": "torch.dtype", "d?": "torch.dtype",
}

#: Functions whose code stands for many; the name is in a variable of theirs.
_MADE = ("function", "method")

#: Functions whose errors PyTorch raises under other names.
_ALIASES = {"cross_entropy": "cross_entropy_loss", "nll_loss": "nll_loss_nd"}

#: Functions that only hand a call on.
_BETWEEN = frozenset("wrapper method __call__ _call_impl _wrapped_call_impl forward <module> __torch_function__ encoder _conv_forward".split())


def with_dtypes(signature, arguments):
    """The arguments with Python's types made dtypes, or None if there are none."""
    found = None
    for position, (word, value) in enumerate(zip(signature.split(), arguments)):
        if word in ("d", "d?") and value.__class__ is type and value in _TYPES:
            found = found or list(arguments)
            found[position] = _TYPES[value]
    return found


def _fits(word, value):
    if value is None:
        return word.endswith("?")
    word = word.rstrip("?")
    if word == "T":
        return hasattr(value, "_give_handle")
    if word == "Ts":
        return isinstance(value, (list, tuple)) and all(item is None or hasattr(item, "_give_handle") for item in value)
    if word == "i":
        return hasattr(value, "__index__")
    if word == "is":
        return isinstance(value, (list, tuple)) and all(hasattr(item, "__index__") for item in value)
    if word in ("f", "s"):
        return hasattr(value, "__float__") or hasattr(value, "item")
    if word == "d":
        return isinstance(value, _dtype.dtype)
    return True


def _public_call():
    """The frame of the outermost function of this package, which is the one that the user called."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_name != "encoder":
        frame = frame.f_back
    found = frame = frame.f_back or frame
    while frame is not None and frame.f_globals.get("__name__", "").startswith(("torch.", "torchvision.")):
        if frame.f_code.co_name not in _BETWEEN:
            found = frame
        frame = frame.f_back
    return found


def _name_of(frame):
    """The public name of a function that is running."""
    name, known = frame.f_code.co_name, frame.f_locals.get("name")
    return known if name in _MADE and isinstance(known, str) else name.strip("_") if name.startswith("__") else name


def _type_name(value):
    """A type as PyTorch's errors name it."""
    if hasattr(value, "_give_handle"):
        return type(value).__name__
    if isinstance(value, (list, tuple)):
        inner = ", ".join(_type_name(item) for item in value)
        return f"list of [{inner}]" if isinstance(value, list) else f"tuple of ({inner}{',' if len(value) == 1 else ''})"
    return type(value).__name__


def misfit(name, signature, arguments):
    """The TypeError of a call whose arguments are not what the operator takes."""
    words = signature.split()
    wrong = next((place for place, (word, value) in enumerate(zip(words, arguments)) if not _fits(word, value)), None)
    if wrong is None:
        return TypeError(f"{name}(): received arguments of unfit types: {', '.join(type(value).__name__ for value in arguments)}")
    value, wanted = arguments[wrong], _KINDS.get(words[wrong], "Number")
    frame = _public_call()
    code = frame.f_code
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    label = next((parameter for parameter in parameters if frame.f_locals.get(parameter) is value), None)
    if label is None and isinstance(value, tuple) and len(value) == 1:
        # One dimension was given, and made a list of one.
        value = value[0]
        label = next((parameter for parameter in parameters if frame.f_locals.get(parameter) is value), None)
    public = _name_of(frame)
    public = _ALIASES.get(public, public)
    if label is None:
        label = ("input", "other")[wrong] if wrong < 2 else f"a{wrong}"
        return TypeError(f"{name}(): argument '{label}' (position {wrong + 1}) must be {wanted}, not {type(value).__name__}")
    label = "input" if label == "self" else label
    place = parameters.index(label) + 1 if label in parameters else 1
    if public in _OVERLOADED and label != "input":
        given = [frame.f_locals[parameter] for parameter in parameters[:place]]
        return TypeError(
            f"{public}() received an invalid combination of arguments - got ({', '.join(map(_type_name, given))}), but expected one of:"
        )
    is_keyword = place > code.co_argcount
    where = f"argument '{label}'" if is_keyword or wanted == "torch.dtype" else f"argument '{label}' (position {place})"
    return TypeError(f"{public}(): {where} must be {wanted}, not {type(value).__name__}")
