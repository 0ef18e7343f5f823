"""Custom `autograd.Function`s inside a map: by their own `vmap`, or with `generate_vmap_rule` by mapping what they are made of.

The function that is recorded takes whole batches; its forward and backward are maps of the user's. Gradients by what all
entries share are summed.
Refuses functions that have neither. Read next: `torch.autograd.function`, `api`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import collections

from .._C import ops
from .._tensor import Tensor
from ..autograd.function import Function, FunctionCtx
from .api import vmap
from .tensor import BatchedTensor, Level, level_of, wrapped

VmapInfo = collections.namedtuple("VmapInfo", "batch_size randomness")


def applied(cls, args):
    """`cls.apply(*args)` where some of the arguments are batched."""
    level = Level.under_way[max(map(level_of, args)) - 1]
    has_batch = [value.__class__ is BatchedTensor and value._level == level.number for value in args]
    values = [value._value if is_batched else value for value, is_batched in zip(args, has_batch)]
    in_dims = tuple(0 if is_batched else None for is_batched in has_batch)
    if cls.vmap is not Function.vmap:
        if cls.generate_vmap_rule:
            raise RuntimeError(
                f"You tried to vmap over {cls.__name__}, but it has both generate_vmap_rule=True and an overridden vmap "
                "staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to avoid ambiguity."
            )
        result, out_dims = cls.vmap(VmapInfo(level.size, level.randomness), in_dims, *values)
        return _wrapped_along(result, out_dims, level)
    if not cls.generate_vmap_rule:
        raise RuntimeError(
            f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and implement the vmap "
            "staticmethod or set generate_vmap_rule=True."
        )
    return _wrapped_along(_of_batches(cls, in_dims, level).apply(*values), 0, level)


def _wrapped_along(result, out_dims, level):
    if isinstance(result, (tuple, list)):
        dims = out_dims if isinstance(out_dims, (tuple, list)) else [out_dims] * len(result)
        return tuple(_wrapped_along(one, dim, level) for one, dim in zip(result, dims))
    if out_dims is None or not isinstance(result, Tensor):
        return result
    return wrapped(result.movedim(out_dims, 0) if out_dims else result, level.number)


def _of_batches(cls, in_dims, level):
    """The function of whole batches."""

    class OfBatches(Function):
        _node_name = cls.__name__ + "GeneratedBackward"
        generate_vmap_rule = True

        @staticmethod
        def forward(ctx, *values):
            needed = tuple(isinstance(value, Tensor) and value.requires_grad for value in values)
            context = ctx.context = FunctionCtx()

            def of_entry(*entries):
                context.needs_input_grad = needed
                if cls.setup_context is not Function.setup_context:
                    result = cls.forward(*entries)
                    cls.setup_context(context, entries, result)
                else:
                    result = cls.forward(context, *entries)
                ctx.is_tuple = isinstance(result, tuple)
                saved = context._to_save
                ctx.is_saved = [one is not None for one in saved]
                return result if ctx.is_tuple else (result,), tuple(one for one in saved if one is not None)

            outputs, saved = vmap(of_entry, in_dims, randomness=level.randomness)(*values)
            # What was saved is the entries': its batches are kept instead.
            context._to_save = ()
            ctx.save_for_backward(*saved)
            return tuple(outputs) if ctx.is_tuple else outputs[0]

        @staticmethod
        def backward(ctx, *gradients):
            saved, context = ctx.saved_tensors, ctx.context
            found_places = []

            def of_entry(gradients, saved):
                held = iter(saved)
                context._to_save = tuple(next(held) if is_saved else None for is_saved in ctx.is_saved)
                own = cls.backward if cls.backward is not Function.backward else cls.vjp
                found = own(context, *gradients)
                found = found if isinstance(found, tuple) else (found,)
                found_places[:] = [one is not None for one in found]
                return tuple(one for one in found if one is not None)

            found = iter(vmap(of_entry, randomness=level.randomness)(tuple(gradients), tuple(saved)))
            whole = [next(found) if is_there else None for is_there in found_places]
            return tuple(
                one if one is None or dim is not None else ops.sum(one, [0], False, None) for one, dim in zip(whole, in_dims)
            )

    return OfBatches
