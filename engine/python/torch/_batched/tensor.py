"""`BatchedTensor`, and the levels of nested maps.

A level is one `vmap` under way: its number counts from 1, the innermost being the highest. The batch is always the first
dimension of the tensor that is held, which may itself be batched at a lower level.
Refuses to answer with a value of an entry: there is none. Read next: `dispatch`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._C import ops
from .._size import Size
from .._tensor import Tensor

_NO_ITEM = (
    "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, "
    "please try to rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch "
    "internals, please file a bug report."
)
_NO_BRANCH = (
    "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that "
    "yet, please shout over at https://github.com/pytorch/functorch/issues/257 ."
)


class Level:
    """One `vmap` under way: how many entries, and what random numbers do."""

    __slots__ = ("number", "size", "randomness")

    #: Those under way, outermost first.
    under_way = []

    def __init__(self, size, randomness):
        self.number, self.size, self.randomness = len(Level.under_way) + 1, size, randomness

    def __enter__(self):
        Level.under_way.append(self)
        return self

    def __exit__(self, *exc_info):
        Level.under_way.pop()


class BatchedTensor(Tensor):
    """A batch of tensors that is used as if it were one of them."""

    __module__ = "torch._batched"

    def _ask(self):
        value = self._value
        self._shape, self._dtype, self._device = Size(value.shape[1:]), value.dtype, value.device
        return self

    def _forget(self):
        self._value._forget()
        super()._forget()

    def _turn_into(self, other):
        """In-place changes of shape. Returns self."""
        self._value = other._value
        super()._forget()
        return self

    def _all_entries(self):
        return self._value._all_entries()

    def item(self):
        """Refused: every entry has another."""
        raise RuntimeError(_NO_ITEM)

    def tolist(self):
        """Refused: every entry has others."""
        raise RuntimeError(_NO_ITEM)

    __int__ = __float__ = __index__ = __complex__ = item

    def __bool__(self):
        raise RuntimeError(_NO_BRANCH)

    def __contains__(self, element):
        raise RuntimeError(_NO_BRANCH)

    def __repr__(self):
        inner = repr(self._value).replace("\n", "\n    ")
        return f"BatchedTensor(lvl={self._level}, bdim=0, value=\n    {inner}\n)"

    def __format__(self, spec):
        return repr(self)

    def __deepcopy__(self, memo):
        return self.clone()

    def data_ptr(self):
        """Refused: entries have no memory of their own."""
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")

    def numpy(self, *, force=False):
        """Refused: every entry has another."""
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")

    def new_full(self, size, fill_value, **options):
        """A tensor of one value for every entry."""
        return self._new("new_full", size, fill_value, **options)

    def new_zeros(self, *size, **options):
        """Zeros for every entry."""
        return self._new("new_zeros", _sizes(size), **options)

    def new_ones(self, *size, **options):
        """Ones for every entry."""
        return self._new("new_ones", _sizes(size), **options)

    def new_empty(self, *size, **options):
        """Memory for every entry."""
        return self._new("new_empty", _sizes(size), **options)

    def _new(self, name, size, *args, **options):
        value = self._value
        return wrapped(getattr(value, name)((value.shape[0], *size), *args, **options), self._level)


def _sizes(args):
    return tuple(args[0]) if len(args) == 1 and not hasattr(args[0], "__index__") else args


def wrapped(value, level):
    """The batched tensor of a level that holds `value`."""
    made = object.__new__(BatchedTensor)
    made._value, made._level = value, level
    return made


def level_of(value):
    """The level of a batched tensor, 0 for other values."""
    return value._level if value.__class__ is BatchedTensor else 0


def batched_at_all_levels(tensor):
    """The tensor with a batch at every level under way: what an inner function differentiates by must have its own entries."""
    for level in Level.under_way:
        tensor = _batched_at(tensor, level)
    return tensor


def _batched_at(tensor, level):
    own = level_of(tensor)
    if own == level.number:
        return tensor
    if own > level.number:
        # The batch of the outer level goes behind that of the inner one, which stays in front.
        return wrapped(_batched_at(tensor._value, level), own)
    return wrapped(ops.expand(ops.unsqueeze(tensor, 0), [level.size, *tensor.shape]), level.number)
