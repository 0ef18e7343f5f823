"""Functions that walk along a dimension: running sums and extremes, differences, integrals.

Read next: `_methods`, `engine/src/ops/scan.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _dtype, return_types
from ._args import is_number, is_tensor, one_dim, public_functions, store
from ._C import ops


def _scan(name, doc):
    def function(input, dim, *, dtype=None, out=None):
        converted = input if dtype is None or dtype is input.dtype else input.to(dtype)
        result = getattr(ops, name)(converted, dim)
        if dtype is not None and result.dtype is not dtype:
            result = result.to(dtype)
        return result if out is None else store(result, out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{doc}

    Gives the shape of `input`; bools and integers give int64 if no dtype is named.
    IndexError for a dimension that is not there.
    """
    return function


cumsum = _scan("cumsum", "Running sums along `dim`.")
cumprod = _scan("cumprod", "Running products along `dim`.")


def logcumsumexp(input, dim, *, out=None):
    """`log(cumsum(exp(input)))` along `dim`.

    input: floating point. Gives the shape of input. IndexError for a dimension that is not there.
    """
    return store(ops.logcumsumexp(input, dim), out)


def cummax(input, dim, *, out=None):
    """Running largest along `dim`, and where it was.

    Gives (values, indices), indices int64. Gives the shape of input. IndexError for a dimension that is not there.
    """
    return store(return_types.cummax(*ops.cummax(input, dim)), out)


def cummin(input, dim, *, out=None):
    """Running smallest along `dim`, and where it was.

    Gives (values, indices), indices int64. Gives the shape of input. IndexError for a dimension that is not there.
    """
    return store(return_types.cummin(*ops.cummin(input, dim)), out)


def _halves(input, dim):
    """The elements from the second on and those before the last."""
    count = input.shape[dim] - 1
    return ops.narrow(input, dim, 1, count), ops.narrow(input, dim, 0, count)


def diff(input, n=1, dim=-1, prepend=None, append=None, *, out=None):
    """The n-th differences of neighbours along `dim`.

    prepend, append: tensors put before and after first. The dimension gets n shorter; bools are compared.
    """
    if input.dim() == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    dim = one_dim(dim, input.dim())
    parts = [part for part in (prepend, input, append) if part is not None]
    if n == 0:
        # Nothing is joined where nothing is subtracted.
        return store(ops.clone(input), out)
    result = ops.cat(parts, dim) if len(parts) > 1 else input
    difference = ops.bitwise_xor if input.dtype is _dtype.bool_ else ops.sub
    for _ in range(min(n, result.shape[dim])):
        if result.shape[dim] == 0:
            break
        result = difference(*_halves(result, dim))
    return store(result, out)


def _steps(y, x, dx, dim):
    """The widths of the intervals along the last place of `dim`, to be multiplied with heights."""
    if x is None:
        return dx
    if x.dim() == 1:
        if x.shape[0] != y.shape[dim]:
            raise RuntimeError(
                "trapezoid: There must be one `x` value for each sample point"
                if y.dim() != 1 or x.dim() == 1
                else "trapezoid: x and y must have the same size"
            )
        shape = [1] * y.dim()
        shape[dim] = x.shape[0]
        x = x.reshape(shape)
    elif x.dim() < y.dim():
        x = x.reshape([1] * (y.dim() - x.dim()) + list(x.shape))
    later, earlier = _halves(x, dim - y.dim())
    return later - earlier


def _intervals(y, x, dx, dim):
    """Twice the area above every interval."""
    if not y.dtype.is_floating_point and x is None and not isinstance(dx, float):
        y = y.to(_dtype.get_default_dtype())
    later, earlier = _halves(y, dim)
    return (later + earlier) * _steps(y, x, dx, dim)


def _refuse_bool(name, y, x):
    if y.dtype is _dtype.bool_ or x is not None and x.dtype is _dtype.bool_:
        which = "`y`" if x is None else "`x` or `y`"
        raise NotImplementedError(f"{name}: received a bool input for {which}, but bool is not supported")


def trapezoid(y, x=None, *, dx=1, dim=-1):
    """The integral along `dim` by the trapezoidal rule.

    y: values, x: where they are (same shape, or a vector), or dx: their distance. Gives y's shape without `dim`.
    """
    _refuse_bool("trapezoid", y, x)
    position = one_dim(dim, y.dim())
    if y.shape[position] == 0:
        return y.sum(position)
    return _intervals(y, x, dx, position).sum(dim) / 2


trapz = trapezoid


def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The integrals up to every point along `dim` by the trapezoidal rule.

    As `trapezoid`; gives y's shape with `dim` one shorter.
    """
    _refuse_bool("cumulative_trapezoid", y, x)
    position = one_dim(dim, y.dim())
    if y.shape[position] == 0:
        return ops.clone(y)
    return ops.cumsum(_intervals(y, x, dx, position), dim) / 2


def _slope(later, earlier, width):
    return (later - earlier) / width


def _gradient_along(y, spacing, dim, edge_order):
    """Central differences, and differences of first or second order at both ends."""
    size = y.shape[dim]
    if size < edge_order + 1:
        raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")

    def part(start, count=1):
        return ops.narrow(y, dim, start, count)

    if is_tensor(spacing):
        shape = [1] * y.dim()
        shape[dim] = -1
        later, earlier = _halves(spacing, 0)
        widths = (later - earlier).reshape(shape)
        before, after = ops.narrow(widths, dim, 0, size - 2), ops.narrow(widths, dim, 1, size - 2)
        middle = (
            part(0, size - 2) * (-after / (before * (before + after)))
            + part(1, size - 2) * ((after - before) / (before * after))
            + part(2, size - 2) * (before / (after * (before + after)))
        )
        first, second = ops.narrow(widths, dim, 0, 1), ops.narrow(widths, dim, min(1, size - 2), 1)
        last, last_but_one = ops.narrow(widths, dim, size - 2, 1), ops.narrow(widths, dim, max(size - 3, 0), 1)
    else:
        middle = (part(2, size - 2) - part(0, size - 2)) / (2 * spacing)
        first = second = last = last_but_one = spacing
    if edge_order == 1:
        left = _slope(part(1), part(0), first)
        right = _slope(part(size - 1), part(size - 2), last)
    else:
        left = _second_order_end(part(0), part(1), part(2), first, second)
        right = -_second_order_end(part(size - 1), part(size - 2), part(size - 3), last, last_but_one)
    return ops.cat([left, middle, right], dim)


def _second_order_end(end, inner, second_inner, near, far):
    """The slope at an end from three points, `near` and `near + far` away from it."""
    return (
        end * (-(2 * near + far) / (near * (near + far)))
        + inner * ((near + far) / (near * far))
        + second_inner * (-near / (far * (near + far)))
    )


def gradient(input, *, spacing=1, dim=None, edge_order=1):
    """Estimates of the gradient by central differences, a tensor a dimension.

    spacing: a distance, one a dimension, or the coordinates of each. edge_order: 1 or 2, at the ends. RuntimeError
    for dimensions shorter than edge_order + 1.
    """
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    if input.dtype is _dtype.uint8:
        raise NotImplementedError("torch.gradient does not support uint8 input.")
    rank = input.dim()
    dims = list(range(rank)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    dims = [one_dim(dim, rank) for dim in dims]
    if len(set(dims)) != len(dims):
        again = next(place for position, place in enumerate(dims) if place in dims[:position])
        raise RuntimeError(f"dim {again} appears multiple times in the list of dims")
    spacing = 1 if spacing is None else spacing
    spacings = [spacing] * len(dims) if is_number(spacing) else list(spacing)
    if len(spacings) != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to "
            f"'self.dim() = {rank}', but got a list of length {len(spacings)}"
        )
    if not input.dtype.is_floating_point:
        input = input.to(_dtype.get_default_dtype())
    return tuple(_gradient_along(input, step, dim, edge_order) for step, dim in zip(spacings, dims))


__all__ = public_functions(globals())
