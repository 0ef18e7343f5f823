"""Random numbers inside a map: an error, the same for every entry, or different ones, as `randomness` says.

While a map is under way the engine's drawing operators are exchanged for ones that ask the innermost map; ordinary calls
outside are not slowed. Read next: `rules_autograd`, `api`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._C import dead_handles, ops
from .dispatch import rule
from .tensor import BatchedTensor, Level, wrapped

_INTO = ("uniform_", "normal_", "exponential_", "bernoulli_", "random_", "cauchy_", "log_normal_", "geometric_")
_FROM = ("bernoulli", "multinomial", "dropout", "poisson", "binomial", "standard_gamma", "sample_dirichlet")
_MAKING = {"randint": 2}

_REFUSED = (
    "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness "
    "flags on vmap or perform the randomness operation out of vmap"
)


def checked_randomness(level=None):
    """The randomness of a level (the innermost if none is given); an error if it must not be used."""
    level = Level.under_way[-1] if level is None else Level.under_way[level - 1]
    if level.randomness == "error":
        raise RuntimeError(_REFUSED)
    return level.randomness


def _outer_and_inner():
    """The levels under way that draw differently, outermost first. An error if any forbids drawing."""
    return [level for level in Level.under_way if checked_randomness(level.number) == "different"]


def _into(name, draw):
    def drawn(tensor, *settings):
        differing = _outer_and_inner()
        if tensor.__class__ is not BatchedTensor and differing:
            if not _is_new(tensor):
                raise RuntimeError(
                    "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same "
                    "randomness. If this is necessary for your usage, please file an issue with functorch."
                )
            _give_batches(tensor, differing)
        return draw(tensor, *settings)

    return drawn


def _is_new(tensor):
    # Nobody has asked anything of a tensor that the drawing function has just made.
    return len(vars(tensor)) == 1 and not ops.version(tensor)


def _give_batches(tensor, levels):
    """Makes a new tensor one with a batch at every level; the innermost is in front of what is held."""
    value = ops.full([*[level.size for level in levels], *tensor.shape], 0, tensor.dtype, tensor.device._code)
    for level in levels[:-1]:
        value = wrapped(value, level.number)
    dead_handles.append(tensor._h)
    del tensor._h
    tensor.__class__ = BatchedTensor
    tensor._value, tensor._level = value, levels[-1].number
    tensor._shape = tensor._dtype = tensor._device = None


def _from(name, draw):
    def drawn(tensor, *settings):
        differing = _outer_and_inner()
        if differing and tensor.__class__ is not BatchedTensor:
            from .tensor import batched_at_all_levels

            tensor = batched_at_all_levels(tensor)
        return draw(tensor, *settings)

    return drawn


def _making(name, make, place):
    def made(*settings):
        differing = _outer_and_inner()
        if not differing:
            return make(*settings)
        sizes = [level.size for level in differing]
        settings = list(settings)
        settings[place] = [*sizes, *settings[place]]
        value = make(*settings)
        for level in differing:
            value = wrapped(value, level.number)
        return value

    return made


def _permutations(make):
    def made(count, device):
        differing = _outer_and_inner()
        if not differing:
            return make(count, device)
        total = 1
        for level in differing:
            total *= level.size
        rows = [make(count, device) for _ in range(total)]
        value = ops.reshape(ops.stack(rows, 0), [*[level.size for level in differing], count])
        for level in differing:
            value = wrapped(value, level.number)
        return value

    return made


_drawing = {}


def watch_drawing(is_on):
    """Exchanges the drawing operators for ones that ask the maps under way, or puts them back."""
    if not _drawing:
        for name in (*_INTO, *_FROM, *_MAKING, "randperm"):
            _drawing[name] = getattr(ops, name)
    for name, own in _drawing.items():
        if not is_on:
            setattr(ops, name, own)
        elif name in _INTO:
            setattr(ops, name, _into(name, own))
        elif name in _FROM:
            setattr(ops, name, _from(name, own))
        elif name == "randperm":
            setattr(ops, name, _permutations(own))
        else:
            setattr(ops, name, _making(name, own, _MAKING[name]))


# What the operators do with a tensor that is batched.


@rule(*_INTO)
def _draw_into(batch, tensor, *settings):
    held = tensor._value
    if checked_randomness(batch.level) == "same":
        one = ops.clone(ops.select(held, 0, 0))
        batch.op(one, *settings)
        ops.copy_(held, one)
    else:
        batch.op(held, *settings)
    return tensor


@rule("bernoulli", "poisson", "binomial", "standard_gamma", "sample_dirichlet")
def _drawn_from(batch, *tensors):
    if checked_randomness(batch.level) == "different":
        rank = max(one.dim() for one in tensors)
        return batch.wrap(batch.op(*[batch.aligned(batch.wrap(batch.front(one)), rank) for one in tensors]))
    # Every entry draws from the same state.
    state, gpu_state, rows = ops.rng_state(), [int(half) for half in ops.gpu_rng_state()], []
    for position in range(batch.size):
        ops.set_rng_state(state)
        ops.set_gpu_rng_state(*gpu_state)
        rows.append(batch.op(*[ops.select(one._value, 0, position) if batch.has(one) else one for one in tensors]))
    return batch.wrap(ops.stack(rows, 0))


@rule("multinomial")
def _multinomial(batch, weights, count, with_replacement):
    if checked_randomness(batch.level) == "same":
        rows = [batch.op(ops.select(weights._value, 0, place), count, with_replacement) for place in range(batch.size)]
        return batch.wrap(ops.stack(rows, 0))
    held = weights._value
    flat = ops.reshape(held, [-1, held.shape[-1]])
    return batch.wrap(ops.reshape(batch.op(flat, count, with_replacement), [*held.shape[:-1], count]))


@rule("dropout")
def _dropout(batch, tensor, probability):
    if checked_randomness(batch.level) == "different":
        return batch.wrap(batch.op(tensor._value, probability))
    ones = ops.full(list(tensor.shape), 1, tensor.dtype, tensor.device._code)
    return ops.mul(tensor, batch.op(ones, probability))
