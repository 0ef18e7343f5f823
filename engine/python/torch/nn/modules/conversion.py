"""The part of `Module` that changes all its tensors at once: moving, converting, training mode, gradients.

Parameter objects stay the same, so optimisers made before keep working; `torch.__future__` can change that.
Read next: `nn.modules.module`, `nn.modules.walking`.
"""

from ... import _C, _device, _dtype
from ... import __future__ as _settings
from ..._autograd_mode import no_grad
from ..._swapping import swap_tensors
from ..._tensor import Tensor
from ..parameter import Parameter


class ConversionMethods:
    """Changing every parameter and buffer of a module and of those below it."""

    def _apply(self, fn, recurse=True):
        """Replaces every parameter, gradient and buffer by `fn` of it; the Parameter objects stay the same."""
        if recurse:
            for child in self.children():
                child._apply(fn)
        with no_grad():
            for name, parameter in self._parameters.items():
                if parameter is None:
                    continue
                gradient, converted = parameter.grad, fn(parameter.data)
                if _settings.get_swap_module_params_on_conversion() or _settings.get_overwrite_module_params_on_conversion():
                    made = Parameter(converted, parameter.requires_grad)
                    if _settings.get_swap_module_params_on_conversion():
                        made.__class__ = type(parameter)
                        swap_tensors(parameter, made)
                        made = parameter
                    self._parameters[name] = parameter = made
                else:
                    parameter.data = converted
                if gradient is not None:
                    parameter.grad = None
                    parameter.grad = fn(gradient.detach())
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = fn(buffer)
        return self

    def to(self, *args, device=None, dtype=None, non_blocking=False, copy=False, memory_format=None, tensor=None):
        """Moves and converts parameters and buffers in place; a dtype applies to floating point ones only. Returns self.

        Takes a device, a dtype, a device and a dtype, or a tensor that has them. Raises TypeError for integer dtypes.
        """
        for argument in (*args, tensor):
            if isinstance(argument, _dtype.dtype):
                dtype = argument
            elif isinstance(argument, Tensor):
                device, dtype = argument.device, argument.dtype
            elif isinstance(argument, (str, int, _device.device)) and not isinstance(argument, bool):
                device = argument
        if dtype is not None and not dtype.is_floating_point:
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}")
        if dtype is None and device is not None and _device.device(device).type == "cpu":
            return self.cpu()

        def convert(tensor):
            return tensor.to(device=device, dtype=dtype if tensor.dtype.is_floating_point else None)

        return self._apply(convert)

    def to_empty(self, *, device, recurse=True):
        """Moves to a device without copying: the new memory holds anything. Returns self."""
        from ..._creation import empty_like

        return self._apply(lambda tensor: empty_like(tensor, device=device), recurse)

    def cpu(self):
        """Moves everything to the CPU. Waits for the GPU once. Returns self."""
        with no_grad():
            copies = iter(_C.to_cpu_together(self._moved_tensors()))
        return self._apply(lambda tensor: next(copies))

    def _moved_tensors(self):
        """What `_apply` hands to its function, in the same order."""
        for child in self.children():
            yield from child._moved_tensors()
        for parameter in self._parameters.values():
            if parameter is not None:
                yield parameter.data
                if parameter.grad is not None:
                    yield parameter.grad.detach()
        yield from (buffer for buffer in self._buffers.values() if buffer is not None)

    def cuda(self, device=None):
        """Moves everything to the GPU. Returns self."""
        return self.to("webgpu")

    mps = cuda

    def type(self, dst_type):
        """Converts everything to a dtype, integers too. Returns self."""
        return self._apply(lambda tensor: tensor.type(dst_type))

    def _convert_floats(self, dtype):
        return self._apply(lambda tensor: tensor.to(dtype) if tensor.dtype.is_floating_point else tensor)

    def float(self):
        """Converts floating point parameters and buffers to float32. Returns self."""
        return self._convert_floats(_dtype.float32)

    def double(self):
        """Converts floating point parameters and buffers to float64. Returns self."""
        return self._convert_floats(_dtype.float64)

    def half(self):
        """Converts floating point parameters and buffers to float16. Returns self."""
        return self._convert_floats(_dtype.float16)

    def bfloat16(self):
        """Converts floating point parameters and buffers to bfloat16. Returns self."""
        return self._convert_floats(_dtype.bfloat16)

    def share_memory(self):
        """Accepted: there is one process. Returns self."""
        return self

    def train(self, mode=True):
        """Sets training mode here and below: dropout, batch normalisation and a few others depend on it. Returns self."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self):
        """The same as `train(False)`."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Sets whether the parameters want gradients. Returns self."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forgets the parameters' gradients, or fills them with zeros."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                if set_to_none:
                    parameter.grad = None
                else:
                    parameter.grad = parameter.grad.detach().zero_()
