"""`segment_reduce`: folds over runs of a dimension that follow each other.

A composition of a search and a scatter, so it runs on every device and has gradients.
Refuses integers, as PyTorch. Read next: `_scatter`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from . import _dtype
from ._args import public_functions
from ._C import ops

#: What a fold begins with, and its name as a scatter.
_FOLDS = {
    "sum": (0.0, "sum"),
    "mean": (0.0, "sum"),
    "prod": (1.0, "prod"),
    "max": (-math.inf, "amax"),
    "amax": (-math.inf, "amax"),
    "min": (math.inf, "amin"),
    "amin": (math.inf, "amin"),
}


def segment_reduce(data, reduce, *, lengths=None, indices=None, offsets=None, axis=0, unsafe=False, initial=None):
    """"sum", "mean", "prod", "max" or "min" of each of several runs of `axis`, given by lengths or by where they begin.

    data: floating point. lengths or offsets: integers, of data's shape before `axis` and then the runs; offsets end with
    the size. RuntimeError where they do not fit. initial: what each fold begins with (what changes nothing if None). Gives
    data's shape with the runs along `axis`.
    """
    if reduce not in _FOLDS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    if lengths is None and offsets is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    if not data.dtype.is_floating_point:
        kind = _dtype.SCALAR_TYPE_NAMES[data.dtype._code]
        raise NotImplementedError(f"\"_segment_reduce_cpu\" not implemented for '{kind}'")
    name, given = ("lengths", lengths) if offsets is None else ("offsets", offsets)
    if axis % data.dim() != given.dim() - 1:
        raise RuntimeError(f"segment_reduce(): Expected axis to be the last dimension of {name} but got {axis}.")
    axis = given.dim() - 1
    given = given.to(_dtype.int64)
    if offsets is None:
        ends = given.cumsum(-1)
        if not unsafe:
            _check_lengths(given, ends, data.shape[axis])
    else:
        ends, given = given.narrow(-1, 1, given.shape[-1] - 1), given.diff()
    return _folded(data, reduce, axis, given, ends, initial)


def _check_lengths(lengths, ends, size):
    if lengths.numel() and bool((lengths < 0).any()):
        raise RuntimeError("lengths contains negative value!")
    total = ends.narrow(-1, ends.shape[-1] - 1, 1) if ends.shape[-1] else None
    if total is not None and bool((total != size).any()):
        raise RuntimeError(
            "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe."
        )


def _folded(data, reduce, axis, lengths, ends, initial):
    from ._creation import arange

    start, fold = _FOLDS[reduce]
    start = start if initial is None else float(initial)
    front, rest, count = list(data.shape[:axis]), list(data.shape[axis + 1 :]), lengths.shape[-1]
    places = arange(data.shape[axis], device=data.device).expand([*front, data.shape[axis]])
    # What lies behind the last run goes to one more, which is dropped.
    runs = (places.unsqueeze(-1) >= ends.unsqueeze(-2)).sum(-1)
    runs = runs.reshape([*front, data.shape[axis], *([1] * len(rest))]).expand(data.shape)
    result = data.new_full([*front, count + 1, *rest], start)
    if data.numel():
        result = result.scatter_reduce(axis, runs, data, fold, include_self=True)
    result = result.narrow(axis, 0, count)
    if reduce == "mean":
        sizes = lengths.reshape([*front, count, *([1] * len(rest))])
        nothing = math.nan if initial is None else float(initial)
        means = result / ops.clamp(sizes, 1, None)
        result = ops.masked_fill(means, ops.expand(ops.eq_scalar(sizes, 0), means.shape), nothing)
    return result


_segment_reduce = segment_reduce

__all__ = [*public_functions(globals()), "_segment_reduce"]
