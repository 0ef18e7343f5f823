"""Functions that describe samples: medians, modes, quantiles, covariances, histograms.

Read next: `_reduction` (means and variances), `engine/src/ops/sort.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import warnings
from builtins import range as builtin_range

from . import _dtype, return_types
from ._args import is_number, is_tensor, one_dim, public_functions, store
from ._C import ops
from ._node_names import named


def _middle(name, ignore_nan):
    result_type = getattr(return_types, name)

    def function(input, dim=None, keepdim=False, *, out=None):
        if dim is None:
            return store(_middle_of_all(input, ignore_nan), out)
        result = ops.median(input, dim, ignore_nan)
        if not keepdim and input.dim():
            result = [part.squeeze(dim) for part in result]
        return store(result_type(*result), out)

    function.__name__ = function.__qualname__ = name
    return function


def _middle_of_all(input, ignore_nan):
    if input.numel() == 0:
        return input.new_full((), math.nan)
    flat = input.reshape(-1)
    value = ops.median(flat.detach(), 0, ignore_nan)[0].reshape(())
    if not input.requires_grad:
        return value
    # Elements equal to the median share its gradient, as those of a largest element do.
    is_other = ops.logical_not(ops.logical_or(ops.eq(flat, value), ops.isnan(flat)))
    if ignore_nan:
        is_other = ops.logical_or(is_other, ops.isnan(flat))
    return ops.amax(ops.masked_fill(flat, is_other, -math.inf), [], False)


def _median_node(word):
    def node(input, dim=None, *arguments, **options):
        return f"{word}Backward{0 if dim is None else 1}"

    return node


median = named(_median_node("Median"))(_middle("median", False))
_MIDDLE = """

    Without `dim` a tensor without dimensions; with it (values, indices), indices int64, without that dimension (with size 1
    if keepdim). IndexError for a dimension that is not there.
    """
median.__doc__ = "The lower median, of all elements, or with its index along `dim`. NaN if there is one." + _MIDDLE
nanmedian = named(_median_node("Nanmedian"))(_middle("nanmedian", True))
nanmedian.__doc__ = "The lower median of what is not NaN, of all elements, or with its index along `dim`." + _MIDDLE


@named("ModeBackward0")
def mode(input, dim=-1, keepdim=False, *, out=None):
    """The most frequent element along `dim`, of several the smallest, and its index.

    Gives (values, indices), indices int64, without the dimension (with size 1 if keepdim). IndexError for a
    dimension that is not there.
    """
    from ._creation import arange

    position = one_dim(dim, input.dim())
    if input.dim() == 0:
        return store(return_types.mode(ops.alias(input), input.new_zeros((), dtype=_dtype.int64)), out)
    size = input.shape[position]
    if size == 0:
        raise IndexError(f"mode(): Expected reduction dim {position} to have non-zero size.")
    values, order = ops.sort(input.detach(), position, False)
    changes = ops.ne(ops.narrow(values, position, 1, size - 1), ops.narrow(values, position, 0, size - 1))
    edge = ops.narrow(values, position, 0, 1).new_ones((), dtype=_dtype.bool_)
    edge = ops.expand(edge, [1 if dim == position else extent for dim, extent in enumerate(input.shape)])
    starts, ends = ops.cat([edge, changes], position), ops.cat([changes, edge], position)
    places = arange(size, device=input.device).reshape([-1 if dim == position else 1 for dim in builtin_range(input.dim())])
    first = ops.cummax(ops.where(starts, places, ops.mul_scalar(places, 0)), position)[0]
    counts = ops.where(ends, places - first + 1, ops.mul_scalar(places, 0))
    indices = ops.gather(order, position, ops.argmax(counts, position, True))
    result = ops.gather(input, position, indices), indices
    if not keepdim:
        result = [part.squeeze(position) for part in result]
    return store(return_types.mode(*result), out)


_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def _quantile(name, input, q, dim, keepdim, interpolation):
    from ._from_data import tensor

    if input.numel() == 0:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if input.dtype not in (_dtype.float32, _dtype.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(
            f"{name} interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    if not is_tensor(q):
        if not 0 <= q <= 1:
            raise RuntimeError(f"{name} q must be in the range [0, 1] but got {q:g}")
        q = tensor(float(q), dtype=input.dtype, device=input.device)
    if q.dim() > 1:
        raise RuntimeError(f"{name} q must be a scalar or 1D tensor")
    if q.dtype is not input.dtype:
        raise RuntimeError(f"{name} q tensor must be same dtype as the input tensor")
    if q.device.type == "cpu" and not bool(ops.logical_and(ops.ge_scalar(q, 0), ops.le_scalar(q, 1))._all_entries().all()):
        raise RuntimeError(f"{name} q values must be in the range [0, 1]")
    if dim is None:
        lines, kept = input.reshape(-1), [1] * input.dim()
    else:
        dim = one_dim(dim, input.dim())
        lines = input.reshape(1) if input.dim() == 0 else ops.transpose(input, dim, -1)
        kept = [1 if position == dim else size for position, size in enumerate(input.shape)]
    values = ops.sort(lines, -1, False)[0]
    last = values.shape[-1] - 1
    is_nan = ops.isnan(values.detach())
    if name == "nanquantile()":
        counts = ops.sum(ops.logical_not(is_nan), [-1], True, None)
        ranks = ops.clamp(ops.mul(q.reshape(-1), (counts - 1).to(input.dtype)), 0, None)
    else:
        ranks = ops.masked_fill(
            ops.expand(q.reshape(-1) * last, [*values.shape[:-1], q.numel()]), ops.any(is_nan, [-1], True), last
        )
    rounding = {"lower": ops.floor, "higher": ops.ceil, "nearest": ops.round}.get(interpolation)
    ranks = ranks if rounding is None else rounding(ranks)
    below = ops.trunc(ranks)
    result = ops.gather(values, -1, below.to(_dtype.int64))
    if rounding is None:
        above = ops.gather(values, -1, ops.ceil(ranks).to(_dtype.int64))
        weight = ops.mul_scalar(ops.add_scalar(ops.mul_scalar(ranks, 0), 1), 0.5) if interpolation == "midpoint" else ranks - below
        step = above - result
        result = ops.where(ops.lt_scalar(weight, 0.5), result + weight * step, above - step * (1 - weight))
    if q.dim() == 0:
        result = ops.select(result, -1, 0)
        if dim is not None and input.dim():
            result = ops.transpose(ops.unsqueeze(result, -1), dim, -1)
            return ops.contiguous(result if keepdim else ops.squeeze(result, [dim]))
        return result.reshape(kept) if keepdim else result.reshape(())
    if dim is not None and input.dim():
        result = ops.unsqueeze(ops.permute(result, [-1, *builtin_range(result.dim() - 1)]), -1)
        result = ops.transpose(result, dim + 1, -1)
        return result if keepdim else ops.squeeze(result, [dim + 1])
    result = ops.permute(result, [-1, *builtin_range(result.dim() - 1)]) if result.dim() > 1 else result
    return result.reshape([q.numel(), *kept]) if keepdim else result


def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear", out=None):
    """The q-th quantiles, of all elements or along `dim`.

    input: float32 or float64, q: a number or vector from 0 to 1; RuntimeError otherwise. interpolation: "linear",
    "lower", "higher", "midpoint" or "nearest". A vector q becomes the first dimension. NaN if there is a NaN.
    """
    return store(_quantile("quantile()", input, q, dim, keepdim, interpolation), out)


def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear", out=None):
    """The q-th quantiles of what is not NaN, of all elements or along `dim`.

    input: float32 or float64, q: a number or vector from 0 to 1; RuntimeError otherwise. A vector q becomes the
    first dimension.
    """
    return store(_quantile("nanquantile()", input, q, dim, keepdim, interpolation), out)


def _check_weights(input, fweights, aweights):
    """Refuses weights of observations whose dtype, length or sign is wrong."""
    count = input.shape[-1] if input.dim() else 1
    for name, weights, kind in (("fweights", fweights, "integral"), ("aweights", aweights, "floating point")):
        if weights is None:
            continue
        if weights.dim() > 1:
            raise RuntimeError(
                f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.dim()} dimensions"
            )
        if weights.dtype.is_floating_point != (kind == "floating point") or weights.dtype is _dtype.bool_:
            raise RuntimeError(
                f"cov(): expected {name} to have {kind} dtype but got {name} with {_dtype.SCALAR_TYPE_NAMES[weights.dtype._code]} dtype"
            )
        if weights.numel() != count:
            raise RuntimeError(
                f"cov(): expected {name} to have the same numel as there are observations in the input but got "
                f"{weights.numel()} != {count}"
            )
        if count and weights.min().item() < 0:
            raise RuntimeError(f"cov(): {name} cannot be negative")


def cov(input, *, correction=1, fweights=None, aweights=None):
    """Covariance matrix of the rows, with frequencies and weights of the columns.

    input: at most two dimensions: variables are rows, observations columns; RuntimeError otherwise. correction:
    taken from the count. fweights: integers (n), aweights: floating point (n). Gives a matrix, or a number for one
    variable.
    """
    if input.dim() > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.dim()} dimensions"
        )
    if input.dtype is _dtype.bool_:
        raise NotImplementedError("cov(): bool dtype is not supported for input")
    _check_weights(input, fweights, aweights)
    rows = input.reshape(1, -1) if input.dim() < 2 else input
    weights = fweights if aweights is None else aweights if fweights is None else fweights * aweights
    total = rows.shape[1] if weights is None else weights.sum()
    centre = (rows if weights is None else rows * weights).sum(1) / total
    freedom = total - correction
    if aweights is not None and correction != 0:
        freedom = total - correction * (weights * aweights).sum() / total
    if (freedom.item() if is_tensor(freedom) else freedom) <= 0:
        warnings.warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
            stacklevel=2,
        )
        freedom = freedom * 0
    centred = rows - centre.unsqueeze(1)
    weighted = centred if weights is None else centred * weights
    return (centred @ weighted.transpose(0, 1) / freedom).squeeze()


def corrcoef(input):
    """Correlation matrix of the rows.

    input: at most two dimensions: variables are rows, observations columns; RuntimeError otherwise.
    """
    if input.dim() > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.dim()} dimensions"
        )
    covariances = cov(input)
    if covariances.dim() == 0:
        return covariances / covariances
    deviations = ops.sqrt(ops.diagonal(covariances, 0, 0, 1))
    return ops.clamp(covariances / deviations.unsqueeze(1) / deviations, -1, 1)


def bincount(input, weights=None, minlength=0):
    """How often each integer occurs, or the sums of its weights. Waits for the GPU.

    input: a vector of integers, none negative; RuntimeError otherwise. weights: of the same size. minlength: the
    least number of bins. Gives int64, or the weights' kind.
    """
    if input.dim() == 1 and input.dtype.is_floating_point:
        ops.require(input, "bincount")
    if input.dim() != 1 or input.dtype.is_floating_point:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if input.dtype in _dtype.WIDE_UNSIGNED:
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{_dtype.SCALAR_TYPE_NAMES[input.dtype._code]}'")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    largest = int(input.max().item()) + 1 if input.numel() else 0
    if input.numel() and input.min().item() < 0:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        weights = input.new_ones(input.shape, dtype=_dtype.int64)
    elif weights.dtype is not _dtype.float32:
        weights = weights.to(_dtype.float64)
    counts = weights.new_zeros(max(largest, minlength))
    return ops.index_add(counts, 0, input.to(_dtype.int64), weights)


def _outer_edges(values, bounds, widening):
    """The range of a histogram: as given, or from the smallest to the largest element."""
    if bounds is not None:
        low, high = (float(bound) for bound in bounds)
    else:
        low, high = (values.min().item(), values.max().item()) if values.numel() else (0.0, 1.0)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"torch.histogramdd: dimension 0's range [{low}, {high}] is not finite")
    if low > high:
        raise RuntimeError(f"torch.histogramdd: min should not exceed max, but got min {low} max {high} for dimension 0")
    return (low - widening, high + widening) if low == high else (low, high)


def histc(input, bins=100, min=0, max=0, *, out=None):
    """How many elements fall into each of `bins` equal intervals.

    min, max: the range, that of the elements if both are 0; what is outside does not count. Gives a vector of `bins`
    elements in the dtype of input.
    """
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    if max < min:
        raise RuntimeError("max must be larger than min")
    ops.require(input, "histc")
    values = input.detach().reshape(-1)
    low, high = _outer_edges(values, None if min == max else (min, max), 1)
    if min == max != 0:
        low, high = min - 1, max + 1
    scale = bins / (high - low)
    places = ops.clamp(ops.floor((values - low) * scale), 0, bins - 1)
    inside = ops.logical_and(ops.ge_scalar(values, low), ops.le_scalar(values, high))
    places = ops.where(inside, places.to(_dtype.int64), ops.mul_scalar(inside.to(_dtype.int64), 0))
    counts = ops.scatter_add(values.new_zeros(bins), 0, places, inside.to(input.dtype))
    return store(counts, out)


def _bin_edges(values, bins, bounds):
    from ._creation import linspace

    if is_tensor(bins):
        return bins
    low, high = _outer_edges(values, bounds, 0.5)
    return linspace(low, high, bins + 1, dtype=values.dtype, device=values.device)


def histogramdd(input, bins, *, range=None, weight=None, density=False):
    """How much falls into each cell of a grid, and the grid's edges.

    input: (..., n) points in n dimensions. bins: numbers, or n vectors of edges. range: lowest and highest of each
    dimension. weight: of the points. density: divide, so that the integral is 1. Gives (hist, bin_edges).
    """
    if input.dim() < 2:
        raise RuntimeError(f"torch.histogramdd: input tensor should have at least 2 dimensions, but got {input.dim()}")
    rank = input.shape[-1]
    points = input.detach().reshape(-1, rank)
    bins = [bins] * rank if is_number(bins) else list(bins)
    if len(bins) != rank:
        raise RuntimeError(
            f"torch.histogramdd: expected {rank} sequences of bin edges for a {rank}-dimensional histogram but got {len(bins)}"
        )
    bounds = [None] * rank if range is None else list(zip(range[::2], range[1::2]))
    edges = [_bin_edges(points.select(1, dim), count, bound) for dim, (count, bound) in enumerate(zip(bins, bounds))]
    return return_types.histogramdd(_counts(points, edges, weight, density), tuple(edges))


def _counts(points, edges, weight, density):
    """The weights of the points in every cell."""
    from ._selection import searchsorted

    places = inside = None
    for dim, line in enumerate(edges):
        column = points.select(1, dim).contiguous()
        size = line.numel() - 1
        fits = ops.logical_and(ops.ge(column, line[0]), ops.le(column, line[size]))
        # The last interval holds its upper edge too.
        place = ops.clamp(searchsorted(line, column, right=True) - 1, 0, size - 1)
        places = place if places is None else places * size + place
        inside = fits if inside is None else ops.logical_and(inside, fits)
    weight = points.new_ones(points.shape[0]) if weight is None else weight.reshape(-1).to(points.dtype)
    zeros = ops.mul_scalar(places, 0)
    shape = [line.numel() - 1 for line in edges]
    flat = ops.scatter_add(
        points.new_zeros(math.prod(shape)), 0, ops.where(inside, places, zeros), ops.masked_fill(weight, ops.logical_not(inside), 0)
    )
    counts = flat.reshape(shape)
    if density:
        counts = counts / counts.sum()
        for dim, line in enumerate(edges):
            widths = (line[1:] - line[:-1]).reshape([-1 if axis == dim else 1 for axis in builtin_range(len(edges))])
            counts = counts / widths
    return counts


def histogram(input, bins, *, range=None, weight=None, density=False, out=None):
    """How much falls into each interval, and the intervals' edges.

    bins: a number, or a vector of edges. range: lowest and highest. weight: in the shape of input. density: divide,
    so that the integral is 1. Gives (hist, bin_edges).
    """
    points = input.detach().reshape(-1, 1)
    edges = _bin_edges(points.select(1, 0), bins, range)
    return store(return_types.histogram(_counts(points, [edges], weight, density), edges), out)


__all__ = public_functions(globals())
