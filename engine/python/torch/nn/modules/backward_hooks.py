"""Full backward hooks: what runs when gradients reach a module's outputs and leave its inputs.

Inputs and outputs pass through a function that does nothing, whose nodes carry the hooks.
Read next: `nn.modules.hooks`, `autograd.function`.
"""

import warnings

from ..._autograd_mode import is_grad_enabled
from ..._tensor import Tensor


def _through():
    """The function that does nothing. Made late: `autograd` loads after this package may."""
    global _Through
    if _Through is None:
        from ...autograd.function import Function

        class BackwardHookFunction(Function):
            """Gives back its arguments."""

            @staticmethod
            def forward(ctx, *args):
                return args

            @staticmethod
            def backward(ctx, *gradients):
                return gradients

        _Through = BackwardHookFunction
    return _Through


_Through = None


class BackwardHook:
    """The backward hooks of one call of a module."""

    def __init__(self, module, user_hooks, user_pre_hooks):
        self.module = module
        self.user_hooks = user_hooks
        self.user_pre_hooks = user_pre_hooks
        self.grad_outputs = None
        self.num_outputs = self.num_inputs = 0
        self.output_places = self.input_places = None

    def setup_input_hook(self, args):
        """Arguments that report when their gradients are there."""
        args, self.input_places = self._passed(args, lambda node: node.register_hook(self._at_inputs))
        self.num_inputs = len(args)
        return args

    def setup_output_hook(self, result):
        """Outputs that report when their gradients are there."""
        outputs = result if isinstance(result, tuple) else (result,)
        self.num_outputs = len(outputs)
        outputs, self.output_places = self._passed(outputs, lambda node: node.register_prehook(self._at_outputs))
        if isinstance(result, tuple):
            # Named tuples are made of their fields.
            return type(result)(*outputs) if hasattr(result, "_fields") else outputs
        return outputs[0]

    def _passed(self, values, register):
        """The values, those that require gradients passed through the function, and where they are; None if none do."""
        places = [place for place, value in enumerate(values) if isinstance(value, Tensor) and value.requires_grad]
        if not is_grad_enabled() or not places:
            return values, None
        passed = _through().apply(*[values[place] for place in places])
        register(passed[0].grad_fn)
        values = list(values)
        for place, tensor in zip(places, passed):
            values[place] = tensor
        return tuple(values), places

    @staticmethod
    def _spread(places, gradients, count):
        spread = [None] * count
        for place, gradient in zip(places, gradients):
            spread[place] = gradient
        return tuple(spread)

    def _at_outputs(self, gradients):
        given = self._spread(self.output_places, gradients, self.num_outputs)
        for hook in self.user_pre_hooks:
            changed = hook(self.module, given)
            if changed is None:
                continue
            changed = changed if isinstance(changed, tuple) else (changed,)
            if len(changed) != len(given):
                raise RuntimeError(
                    f"Backward pre hook returned an invalid number of grad_output, got {len(changed)}, but expected {len(given)}"
                )
            given = changed
        self.grad_outputs = given
        if self.input_places is None:
            self._fire_without_inputs()
        return tuple(given[place] for place in self.output_places)

    def _fire_without_inputs(self):
        if self.user_hooks:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
                "gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module."
                "register_full_backward_hook for more details.",
                stacklevel=5,
            )
        for hook in self.user_hooks:
            changed = hook(self.module, (None,) * self.num_inputs, self.grad_outputs)
            if changed is not None and not (isinstance(changed, tuple) and all(value is None for value in changed)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or None for all "
                    "gradients."
                )
        self.grad_outputs = None

    def _at_inputs(self, gradients, _):
        if self.grad_outputs is None:
            return None
        given = self._spread(self.input_places, gradients, self.num_inputs)
        for hook in self.user_hooks:
            changed = hook(self.module, given, self.grad_outputs)
            if changed is None:
                continue
            changed = changed if isinstance(changed, tuple) else (changed,)
            if len(changed) != len(given):
                raise RuntimeError(
                    f"Backward hook returned an invalid number of grad_input, got {len(changed)}, but expected {len(given)}"
                )
            given = changed
        self.grad_outputs = None
        return tuple(given[place] for place in self.input_places)
