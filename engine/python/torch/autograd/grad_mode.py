"""`torch.autograd.grad_mode`: the grad modes under their other address.

Read next: `torch._autograd_mode`.
"""

from .._autograd_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
