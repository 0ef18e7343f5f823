"""Small conversions of arguments that many functions share.

Read next: `_pointwise`, `_creation`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys
import warnings

from . import _device, _dtype
from ._C import ops


def sizes(args):
    """Sizes given as separate ints or as one sequence: `zeros(2, 3)` and `zeros((2, 3))`."""
    if len(args) == 1 and not hasattr(args[0], "__index__"):
        args = args[0]
    elif len(args) == 1 and hasattr(args[0], "dim") and args[0].dim() == 1:
        args = args[0].tolist()
    try:
        return [size if size.__class__ is int else size.__index__() for size in args]
    except (AttributeError, TypeError):
        return _unfit_sizes(args)


def _unfit_sizes(args):
    """Raises what PyTorch raises of sizes that are no integers, by the name of the function that was given them."""
    frame, names = sys._getframe(1), ("sizes", "checked_sizes", "method", "_new")
    while frame.f_code.co_name in names and frame.f_back:
        frame = frame.f_back
    name = frame.f_code.co_name
    if name == "zeros" and frame.f_back and frame.f_back.f_code.co_name == "empty":
        name = "empty"
    label = {"reshape": "shape", "permute": "dims", "repeat": "repeats"}.get(name, "size")
    if name == "view":
        raise TypeError(
            f"view() received an invalid combination of arguments - got ({type(args).__name__}), but expected one of:"
        ) from None
    if not isinstance(args, (list, tuple)):
        raise TypeError(f"{name}(): argument '{label}' (position 1) must be tuple of ints, not {type(args).__name__}") from None
    position, wrong = next((place, size) for place, size in enumerate(args) if not hasattr(size, "__index__"))
    kind = type(wrong).__name__
    if position:
        raise TypeError(
            f"{name}(): argument '{label}' failed to unpack the object at pos {position + 1} with error \"type must be tuple of "
            f"ints,but got {kind}\""
        ) from None
    text = f"must be tuple of ints, but found element of type {kind} at pos {position}"
    raise TypeError(f"{name}(): argument '{label}' (position 1) {text}") from None


def checked_sizes(args):
    """Sizes of a new tensor: none may be negative."""
    shape = sizes(args)
    for size in shape:
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {shape}")
    return shape


def dims(dim):
    """A `dim=` argument as a list; `None` gives an empty one, which stands for all dimensions."""
    if dim is None:
        return ()
    if dim.__class__ is int:
        return (dim,)
    if isinstance(dim, (tuple, list)):
        return dim
    if not hasattr(dim, "__index__"):
        return (dim,)  # the engine's call says what is wrong with it
    return (dim.__index__(),)


def numpy_names(dim, keepdim, names):
    """`axis=` and `keepdims=`, which PyTorch accepts for NumPy's sake."""
    for name, value in names.items():
        if name == "axis":
            dim = value
        elif name == "keepdims":
            keepdim = value
        else:
            raise TypeError(
                f"{sys._getframe(1).f_code.co_name}() received an invalid combination of arguments - got ({name}={type(value).__name__}, "
                "), but expected one of:"
            )
    return dim, keepdim


def one_dim(dim, rank):
    """A dimension counted from the front."""
    bound = max(rank, 1)
    if not -bound <= dim < bound:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], but got {dim})")
    return dim % bound


def not_a_tensor(name, value, position=1, argument="input"):
    """PyTorch's error of an argument that should be a tensor."""
    return TypeError(f"{name}(): argument '{argument}' (position {position}) must be Tensor, not {type(value).__name__}")


def is_tensor(value):
    """True for tensors."""
    return hasattr(value, "_give_handle")


def is_number(value):
    """True for Python numbers and what behaves like one (NumPy scalars)."""
    kind = value.__class__
    return kind is float or kind is int or kind is bool or isinstance(value, (int, float)) or (
        hasattr(value, "item") and hasattr(value, "dtype") and not hasattr(value, "_give_handle") and not getattr(value, "ndim", 0)
    )


def store(result, out):
    """Writes a result into an `out=` tensor (or several), which takes its shape. Returns `out`."""
    if out is None:
        return result
    if isinstance(out, (tuple, list)):
        for part, target in zip(result, out):
            store(part, target)
        return type(result)(*out) if hasattr(result, "_fields") else out
    if not is_tensor(out):
        raise TypeError(f"{_caller()}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if ops.grad_enabled() and (result.requires_grad or out.requires_grad):
        raise RuntimeError(
            f"{_caller()}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    if result.dtype._rank > out.dtype._rank:
        names = _dtype.SCALAR_TYPE_NAMES
        raise RuntimeError(
            f"result type {names[result.dtype._code]} can't be cast to the desired output type {names[out.dtype._code]}"
        )
    if out.shape != result.shape:
        if out.numel():
            warnings.warn(
                f"An output with one or more elements was resized since it had shape {list(out.shape)}, which does not match "
                f"the required output shape {list(result.shape)}. This behavior is deprecated, and in a future PyTorch release "
                "outputs will not be resized unless they have zero elements. You can explicitly reuse an out tensor t by "
                "resizing it, inplace, to zero elements with t.resize_(0).",
                UserWarning,
                stacklevel=3,
            )
        made = ops.to(result, out.device._code, out.dtype, True)
        ops.set_data(out, made)
        out._forget()
        return out
    out.copy_(result)
    return out


def _caller():
    """The name of the public function that was called: the outermost one of this package."""
    frame, name = sys._getframe(2), ""
    while frame is not None and "__traceback_hide__" in frame.f_globals:
        known = frame.f_locals.get("name")
        code_name = frame.f_code.co_name
        name = known if code_name in ("function", "wrapper") and isinstance(known, str) else code_name
        frame = frame.f_back
    return name


def device_code(value):
    """The engine's code of a `device=` argument."""
    return _device.device_code(value)


def new_like(input, dtype, device):
    """dtype and device code of a tensor made after another."""
    if not hasattr(input, "_give_handle"):
        name = sys._getframe(1).f_code.co_name
        caller = sys._getframe(2).f_code.co_name
        raise not_a_tensor(caller if caller in ("zeros_like", "ones_like") else name, input)
    return input.dtype if dtype is None else dtype, input.device._code if device is None else _device.device_code(device)


def finish(tensor, requires_grad):
    """A new tensor, wanting gradients or not."""
    if requires_grad:
        if not tensor.dtype.is_floating_point:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        tensor.requires_grad_(True)
    return tensor


def numbers_as_tensors(*values):
    """Numbers as tensors without dimensions, as PyTorch takes two numbers where one tensor is usual."""
    from ._from_data import tensor

    return [tensor(value) for value in values]


def public_functions(names):
    """The functions that a family's module offers: its `__all__`."""
    homes = (names["__name__"], "torch")
    return [
        name
        for name, value in names.items()
        if callable(value) and not name.startswith("_") and getattr(value, "__module__", None) in homes
    ]
