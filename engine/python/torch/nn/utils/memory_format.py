"""Convolution weights in a memory format.

Read next: `_memory_format`.
"""


def _convert(module, memory_format, rank):
    from ..modules import conv

    kinds = (conv.Conv2d, conv.ConvTranspose2d) if rank == 2 else (conv.Conv3d, conv.ConvTranspose3d)
    for layer in module.modules():
        if isinstance(layer, kinds):
            layer.weight.data = layer.weight.detach().clone().contiguous(memory_format=memory_format)
    return module


def convert_conv2d_weight_memory_format(module, memory_format):
    """Lays the weights of every `Conv2d` and `ConvTranspose2d` out in a memory format. Returns the module."""
    return _convert(module, memory_format, 2)


def convert_conv3d_weight_memory_format(module, memory_format):
    """Lays the weights of every `Conv3d` and `ConvTranspose3d` out in a memory format. Returns the module."""
    return _convert(module, memory_format, 3)
