"""Rules of gradients: the history is that of the whole batch, so one walk through it gives the gradients of every entry.

A walk with a batch of gradients through a history without one is made once an entry.
Read next: `torch.func`, `api`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._C import ops
from .dispatch import RULES, rule, stacked

# Questions about a tensor that the whole batch answers.
_ABOUT = """
    requires_grad set_requires_grad is_leaf grad_fn_name has_grad retain_grad version identity storage_identity storage_size
    is_inference is_contiguous check_inplace retains_grad bump_version hooks history_place history_outputs history_function
    gpu_read is_same shares_storage name_node
    """.split()


def _about(batch, *arguments):
    return batch.op(*[batch.value(value) for value in arguments])


for _name in _ABOUT:
    RULES[_name] = _about


@rule("describe")
def _describe(batch, tensor):
    numbers = [int(number) for number in ops.describe(tensor._value)]
    rank = numbers[5]
    return [*numbers[:5], rank - 1, *numbers[7 : 6 + rank], *numbers[7 + rank :]]


@rule("grad", "history", "history_next", "history_saved")
def _tensors_about(batch, tensor):
    found = batch.op(tensor._value)
    return found if batch.name != "grad" else batch.wrap(found)


@rule("set_grad")
def _set_grad(batch, tensor, gradient):
    if not batch.has(tensor):
        raise RuntimeError("vmap: a batched gradient cannot be stored in a tensor that is not being vmapped over")
    ops.set_grad(tensor._value, None if gradient is None else batch.front(gradient))


@rule("reaches_beyond")
def _reaches_beyond(batch, outputs, inputs):
    return ops.reaches_beyond([batch.value(one) for one in outputs], [batch.value(one) for one in inputs])


@rule("backward", "walk_start")
def _backward(batch, *arguments):
    raise RuntimeError(
        "backward() called inside a functorch transform. This is not supported, please use functorch.grad or functorch.vjp "
        "instead or call backward() outside of functorch transforms."
    )


@rule("autograd_grad")
def _gradients(batch, outputs, gradients, inputs, retain_graph, create_graph):
    gradients = [None] * len(outputs) if gradients is None else gradients
    if any(batch.has(one) for one in inputs) or not any(batch.has(one) for one in gradients):
        return _of_the_whole_batch(batch, outputs, gradients, inputs, retain_graph, create_graph)
    if any(batch.has(one) for one in outputs):
        return _of_the_whole_batch(batch, outputs, gradients, inputs, retain_graph, create_graph)
    rows = []
    for position in range(batch.size):
        seeds = [ops.select(one._value, 0, position) if batch.has(one) else one for one in gradients]
        keeps = retain_graph or create_graph or position + 1 < batch.size
        rows.append(ops.autograd_grad(outputs, seeds, inputs, keeps, create_graph))
    if not rows:
        return [batch.wrap(ops.zeros([0, *one.shape], one.dtype, one.device._code)) for one in inputs]
    return stacked(batch, rows)


def _of_the_whole_batch(batch, outputs, gradients, inputs, retain_graph, create_graph):
    """Entries do not mix, so each gets its own gradient; what has no batch gets the sum of all."""
    seeds = []
    for output, gradient in zip(outputs, gradients):
        if batch.has(output):
            seeds.append(ops.ones(output._value.shape, output.dtype, output.device._code) if gradient is None else batch.front(gradient))
        elif batch.has(gradient):
            seeds.append(ops.sum(gradient._value, [0], False, None))
        else:
            seeds.append(gradient)
    held = [batch.value(one) for one in outputs], seeds, [batch.value(one) for one in inputs]
    found = ops.autograd_grad(*held, retain_graph, create_graph)
    return [
        batch.wrap(gradient) if gradient is not None and batch.has(one) else gradient for gradient, one in zip(found, inputs)
    ]
