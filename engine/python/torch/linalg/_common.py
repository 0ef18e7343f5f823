"""What the functions of `torch.linalg` share: precision, devices, checks of arguments, errors of singular matrices.

float32 is computed in float64 inside, so that results are right to the last digit. Tensors on the GPU go to the CPU.
Refuses half types and integers, as PyTorch does. Read next: `_solving`, `_spectral`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import functools

from .. import _dtype
from .._args import is_tensor, store
from .._C import ops
from .._device import CPU_CODE
from .._fallback import run_function


class _LinAlgError(RuntimeError):
    """A matrix has not what was asked for: an inverse, a Cholesky factor, ..."""

    __module__ = "torch._C"


LinAlgError = _LinAlgError


def _converted(value, source, target):
    if is_tensor(value):
        return value.to(target) if value.dtype is source else value
    if isinstance(value, (tuple, list)):
        parts = [_converted(part, source, target) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def _name_nodes(value, name):
    """Calls the newest step of a result's history by PyTorch's name of the whole function."""
    if is_tensor(value):
        if value.requires_grad and not value.is_leaf:
            ops.name_node(value, 0, name)
    elif isinstance(value, (tuple, list)):
        for part in value:
            _name_nodes(part, name)
    return value


def dense(name, node=None):
    """Decorator of a function of matrices: moves, widens, stores into `out`. The names are for messages and `grad_fn`."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, out=None, **kwargs):
            result = moved(*args, **kwargs)
            return store(result if node is None else _name_nodes(result, node), out)

        def moved(*args, **kwargs):
            tensors = [value for value in (*args, *kwargs.values()) if is_tensor(value)]
            if tensors and tensors[0].device._code != CPU_CODE:
                return run_function(name, moved, args, kwargs)
            # Pivots are int32. Any other mixture is the function's to refuse.
            if any(tensor.dtype not in (_dtype.float32, _dtype.int32) for tensor in tensors):
                return function(*args, **kwargs)
            wide = [_converted(value, _dtype.float32, _dtype.float64) for value in args]
            options = {key: _converted(value, _dtype.float32, _dtype.float64) for key, value in kwargs.items()}
            return _converted(function(*wide, **options), _dtype.float64, _dtype.float32)

        return wrapper

    return decorate


#: Functions that refuse float16 and bfloat16 by the name of the kernel that PyTorch has not.
_NARROW_KERNELS = {
    "linalg.cholesky": "cholesky_cpu",
    "linalg.solve": "lu_cpu",
    "linalg.qr": "geqrf_cpu",
    "linalg.polar": "linalg_svd_cpu",
    "linalg.svd": "linalg_svd_cpu",
    "torch.linalg.lu_solve": "linalg.lu_solve_cpu",
    "linalg.det": "lu_cpu",
}

#: Functions that refuse integers in the same way.
_KERNELS = {
    "linalg.eigh": "linalg_eigh_cpu",
    "linalg.eigvalsh": "linalg_eigh_cpu",
    "torch.linalg.lu_factor": "lu_cpu",
    "torch.linalg.lu_factor_ex": "lu_cpu",
    "linalg.lu": "lu_cpu",
    "torch.linalg.householder_product": "orgqr_cpu",
    "torch.geqrf": "geqrf_cpu",
    "torch.ormqr": "ormqr_cpu",
    "linalg.solve_triangular": "triangular_solve_cpu",
    "triangular_solve": "triangular_solve_cpu",
    "cholesky_inverse": "cholesky_inverse_out_cpu",
}

#: Functions whose errors name another.
_ALIASES = {
    "linalg.cholesky_ex": "linalg.cholesky",
    "linalg.inv_ex": "linalg.inv",
    "linalg.svdvals": "linalg.svd",
    "linalg.cond": "linalg.svd",
}


def check_float(A, name):
    """Refuses dtypes that linear algebra has not."""
    if A.dtype.is_floating_point and A.dtype.itemsize >= 4:
        return
    kind = _dtype.SCALAR_TYPE_NAMES[A.dtype._code]
    name = _ALIASES.get(name, name)
    is_narrow = A.dtype.is_floating_point
    if name in ("torch.linalg.lstsq", "torch.linalg.matrix_rank"):
        raise RuntimeError("This function doesn't handle types other than float and double")
    if name == "linalg.pinv":
        raise RuntimeError(
            f"linalg.pinv({kind}{{{list(A.shape)}}}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types"
        )
    kernel = _KERNELS.get(name) or (_NARROW_KERNELS.get(name) if is_narrow else None)
    if kernel:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{kind}'")
    if is_narrow:
        raise NotImplementedError(f"{name}: Low precision dtypes not supported. Got {kind}")
    raise NotImplementedError(f"{name}: Expected a floating point or complex tensor as input. Got {kind}")


def check_matrix(A, name, argument="A"):
    """Refuses what has fewer than two dimensions, and dtypes that linear algebra has not."""
    if A.dim() < 2:
        raise RuntimeError(f"{name}: The input tensor {argument} must have at least 2 dimensions.")
    check_float(A, name)


def check_square(A, name, argument="A"):
    """As `check_matrix`, and refuses matrices that are not square."""
    check_matrix(A, name, argument)
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"{name}: {argument} must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} matrices"
        )


def check_info(info, name, text, source=None):
    """Raises for the first matrix whose `info` is not zero. `text` gets that number."""
    info = info._all_entries()
    if info.numel() == 0:
        return
    numbers = info.reshape(-1).tolist()
    for position, number in enumerate(numbers):
        if number:
            place = "" if info.dim() == 0 else f"(Batch element {position}): "
            if source is not None and not bool(source._all_entries().isfinite().all()):
                text = "The algorithm failed to converge because the input matrix contained non-finite values."
            raise _LinAlgError(f"{name}: {place}{text.format(number)}")


def tied(value, A):
    """A constant as a result of A, which it does not depend on: gradients are zero, and not missing."""
    from .._pointwise import where

    return where(A.new_ones((), dtype=_dtype.bool_), value, A)


def identity(rows, like, columns=None):
    """The identity matrix, of another tensor's dtype and device."""
    from .._creation import eye

    return eye(rows, rows if columns is None else columns, dtype=like.dtype, device=like.device)
