"""Pooling layers. Each calls the function of its name. Spatial sizes S become (S + 2 padding - kernel) // stride + 1.

Read next: `nn.modules.pooling_adaptive`, `nn._pooling`, `nn._unpooling`.
"""

from .. import functional as F
from .conv import spread
from .module import Module


class _MaxPool(Module):
    """What the max poolings share."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input):
        return self._function(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )

    def extra_repr(self):
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """Largest elements of windows of (N, C, L), or of it without N.

    kernel_size, stride (the kernel's size if None), padding (at most half the kernel, never largest), dilation: a number or one
    a dimension. return_indices: also give flat positions, as `MaxUnpool1d` takes them. ceil_mode: keep windows that
    reach over the end.
    """

    _function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPool):
    """Largest elements of windows of (N, C, H, W), or of it without N.

    kernel_size, stride (the kernel's size if None), padding (at most half the kernel, never largest), dilation: a number or one
    a dimension. return_indices: also give flat positions, as `MaxUnpool2d` takes them. ceil_mode: keep windows that
    reach over the end.
    """

    _function = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPool):
    """Largest elements of windows of (N, C, D, H, W), or of it without N.

    kernel_size, stride (the kernel's size if None), padding (at most half the kernel, never largest), dilation: a number or one
    a dimension. return_indices: also give flat positions, as `MaxUnpool3d` takes them. ceil_mode: keep windows that
    reach over the end.
    """

    _function = staticmethod(F.max_pool3d)


class _MaxUnpool(Module):
    _rank = 0

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = spread(kernel_size, self._rank)
        self.stride = spread(stride if stride is not None else kernel_size, self._rank)
        self.padding = spread(padding, self._rank)

    def forward(self, input, indices, output_size=None):
        return self._function(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """Undoes `MaxPool1d`; what was not largest is zero."""

    _rank = 1
    _function = staticmethod(F.max_unpool1d)


class MaxUnpool2d(_MaxUnpool):
    """Undoes `MaxPool2d`; what was not largest is zero."""

    _rank = 2
    _function = staticmethod(F.max_unpool2d)


class MaxUnpool3d(_MaxUnpool):
    """Undoes `MaxPool3d`; what was not largest is zero."""

    _rank = 3
    _function = staticmethod(F.max_unpool3d)


class _Averages(Module):
    """What the average poolings share."""

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_Averages):
    """Means of windows of `(N, C, L)`."""

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__()
        self.kernel_size = spread(kernel_size, 1)
        self.stride = spread(stride if stride is not None else kernel_size, 1)
        self.padding = spread(padding, 1)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input):
        return F.avg_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )


class _AvgPool(_Averages):
    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input):
        return self._function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool2d(_AvgPool):
    """Means of windows of (N, C, H, W), or of it without N.

    kernel_size, stride (the kernel's size if None), padding (zeros): a number or one a dimension. ceil_mode: keep windows that
    reach over the end. count_include_pad: padding counts in means.
    """

    _function = staticmethod(F.avg_pool2d)


class AvgPool3d(_AvgPool):
    """Means of windows of (N, C, D, H, W), or of it without N.

    kernel_size, stride (the kernel's size if None), padding (zeros): a number or one a dimension. ceil_mode: keep windows that
    reach over the end. count_include_pad: padding counts in means.
    """

    _function = staticmethod(F.avg_pool3d)


class _LPPool(Module):
    """What the norm poolings share."""

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input):
        return self._function(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self):
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """`(sum of x**p) ** (1/p)` over windows of (N, C, L), p being norm_type."""

    _function = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPool):
    """`(sum of x**p) ** (1/p)` over windows of (N, C, H, W), p being norm_type."""

    _function = staticmethod(F.lp_pool2d)


class LPPool3d(_LPPool):
    """`(sum of x**p) ** (1/p)` over windows of (N, C, D, H, W), p being norm_type."""

    _function = staticmethod(F.lp_pool3d)
