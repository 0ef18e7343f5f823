"""Settings of how `Module.to` and `Module.load_state_dict` change parameters.

By default new values are written into the parameters, or take the place of their memory. Swapping exchanges the Python
objects' contents instead (`torch.utils.swap_tensors`), which subclasses of `Parameter` may need.
Read next: `_swapping`, `nn.modules.conversion`, `nn.modules.state`.
"""

_is_overwriting = False
_is_swapping = False


def set_overwrite_module_params_on_conversion(value):
    """Whether `Module.to` and its kin make new Parameter objects instead of giving the old ones new memory."""
    global _is_overwriting
    _is_overwriting = value


def get_overwrite_module_params_on_conversion():
    """Whether conversions make new Parameter objects."""
    return _is_overwriting


def set_swap_module_params_on_conversion(value):
    """Whether `Module.to` and its kin, and `load_state_dict`, swap parameters with `torch.utils.swap_tensors`."""
    global _is_swapping
    _is_swapping = value


def get_swap_module_params_on_conversion():
    """Whether conversions and `load_state_dict` swap parameters."""
    return _is_swapping
