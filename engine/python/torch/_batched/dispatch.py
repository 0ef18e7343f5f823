"""From a call with batched tensors to one call for the whole batch.

The highest level among the arguments is taken off first; what remains batched comes here again by the operators that a
rule calls. An operator without a rule runs once an entry.
Refuses operators whose result's shape depends on values, and calls that would write a batch into what has none.
Read next: `rules_pointwise`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import warnings

from .._C import ops
from .._unfit import misfit
from .._tensor import Tensor
from .tensor import BatchedTensor, level_of, wrapped

#: What an operator does with a batch: `rule(batch, *arguments)`.
RULES = {}


def rule(*names):
    """Decorator: the rule of these operators. The operator's name is in `batch.name`."""

    def known(function):
        for name in names:
            RULES[name] = function
        return function

    return known


class Batch:
    """One call at one level: its size, and how arguments are taken apart."""

    __slots__ = ("name", "op", "words", "level", "size")

    def __init__(self, name, op, words, level, size):
        self.name, self.op, self.words, self.level, self.size = name, op, words, level, size

    def has(self, value):
        """True if the value has a batch at this level."""
        return value.__class__ is BatchedTensor and value._level == self.level

    def value(self, value):
        """What a tensor holds: with the batch in front, or as it is if it has none."""
        return value._value if self.has(value) else value

    def front(self, value):
        """A tensor with the batch in front, repeated if it has none."""
        if self.has(value):
            return value._value
        return ops.expand(ops.unsqueeze(value, 0), [self.size, *value.shape])

    def aligned(self, value, rank):
        """What a tensor holds, its entries broadcast to `rank` dimensions; without a batch it is left as it is."""
        if not self.has(value):
            return value
        held, own = value._value, len(value.shape)
        if own >= rank:
            return held
        return ops.reshape(held, [held.shape[0], *[1] * (rank - own), *value.shape])

    def wrap(self, result):
        """A result of this level, or several."""
        if isinstance(result, Tensor):
            return wrapped(result, self.level)
        return [None if one is None else wrapped(one, self.level) for one in result]


def _levels(arguments):
    for value in arguments:
        if value.__class__ is BatchedTensor:
            yield value
        elif value.__class__ in (list, tuple):
            for one in value:
                if one.__class__ is BatchedTensor:
                    yield one


def run_row(name, words, encoder, arguments):
    """What an operator gives for arguments of which some are batched."""
    highest = max(_levels(arguments), key=level_of, default=None)
    if highest is None:
        raise misfit(name, " ".join(words), arguments)
    batch = Batch(name, encoder, words, highest._level, highest._value.shape[0])
    found = RULES.get(name)
    if found is None:
        return once_an_entry(batch, *arguments)
    return found(batch, *arguments)


_named = set()


def _warn(name):
    name = name.rstrip("_")
    if name not in _named:
        _named.add(name)
        warnings.warn(
            f"There is a performance drop because we have not yet implemented the batching rule for torch.{name}. "
            "It runs once for every entry of the batch.",
            UserWarning,
            stacklevel=5,
        )


def once_an_entry(batch, *arguments):
    """The operator run for every entry, and the results stacked."""
    _warn(batch.name)
    if batch.size == 0:
        raise RuntimeError(f"vmap: torch.{batch.name} has no batching rule, so that it cannot run on a batch of no entries")
    is_inplace = batch.name.endswith("_")
    if is_inplace and not batch.has(arguments[0]):
        raise RuntimeError(refused_write(batch.name))
    results = [batch.op(*[_entry(batch, value, position) for value in arguments]) for position in range(batch.size)]
    if is_inplace:
        return arguments[0]
    return stacked(batch, results)


def stacked(batch, results):
    """Results of the entries as one of the batch."""
    first = results[0]
    if isinstance(first, Tensor):
        return batch.wrap(ops.stack(results, 0))
    if isinstance(first, (list, tuple)):
        return [None if column[0] is None else batch.wrap(ops.stack(list(column), 0)) for column in zip(*results)]
    return first


def _entry(batch, value, position):
    if value.__class__ in (list, tuple):
        return [_entry(batch, one, position) for one in value]
    return ops.select(value._value, 0, position) if batch.has(value) else value


def refused_write(name):
    """The text of an error: an in-place operator would have to give a batch to a tensor that has none."""
    return (
        f"vmap: {name}(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has more "
        "elements than `self`. This happened due to `other` being vmapped over but `self` not being vmapped over in a "
        f"vmap. Please try to use out-of-place operators instead of {name}. If said operator is being called inside the "
        "PyTorch framework, please file a bug report instead."
    )
