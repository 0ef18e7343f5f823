"""Rules of writes: into the memory of the whole batch. What has no batch cannot take one.

Read next: `rules_random`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._C import ops
from .dispatch import refused_write, rule


@rule("assign_", "copy_")
def _assign(batch, target, source):
    if not batch.has(target):
        raise RuntimeError(refused_write("inplace arithmetic" if batch.name == "assign_" else "copy_"))
    rank = target.dim()
    held = target._value
    if batch.has(source):
        if source.dim() > rank:
            source = ops.reshape(source, list(source.shape)[source.dim() - rank :])
        value = batch.aligned(source, rank)
    else:
        value = source
    if batch.name == "assign_" and list(value.shape) != list(held.shape):
        value = ops.expand(value, list(held.shape))
    batch.op(held, value)
    return target


@rule("fill_")
def _fill(batch, target, value):
    ops.fill_(target._value, value)
    return target


@rule("set_data")
def _set_data(batch, target, source):
    if not batch.has(target):
        raise RuntimeError(refused_write("set_data"))
    target._value = batch.front(source)
    target._forget()
