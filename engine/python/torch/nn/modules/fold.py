"""Windows as columns and back: `Unfold`, `Fold`.

Read next: `nn._arrangement`.
"""

from .. import functional as F
from .module import Module


class Unfold(Module):
    """Windows of images as columns: (N, C, H, W) to (N, C * kernel elements, windows).

    kernel_size, dilation, padding, stride: a number or a pair. Also of images without N.
    """

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input):
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self):
        return (
            f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"
        )


class Fold(Module):
    """Columns added up where `Unfold` takes them from: (N, C * kernel elements, windows) to (N, C, *output_size).

    Elements of overlapping windows are summed. Also of columns without N.
    """

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input):
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self):
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )
