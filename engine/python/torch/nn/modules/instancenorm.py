"""Instance normalisation: `InstanceNorm1d` to `3d`, and their lazy forms.

Read next: `nn.modules.batchnorm`, `nn._normalization`.
"""

from .. import functional as F
from .batchnorm import _LazyNorm, _RunningNorm


class _InstanceNorm(_RunningNorm):
    """What the instance norms share."""

    _rank = 0

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=False,
        track_running_stats=False,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _apply_norm(self, input):
        momentum = 0.0 if self.momentum is None else self.momentum
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            momentum,
            self.eps,
        )

    def forward(self, input):
        rank = self._rank + 1
        if input.dim() not in (rank, rank + 1):
            raise ValueError(f"expected {rank}D or {rank + 1}D input (got {input.dim()}D input)")
        if input.shape[input.dim() - rank] != self.num_features and self.affine:
            raise ValueError(
                f"expected input's size at dim={input.dim() - rank} to match num_features ({self.num_features}), but got: "
                f"{input.shape[input.dim() - rank]}."
            )
        if input.dim() == rank:
            return self._apply_norm(input.unsqueeze(0)).squeeze(0)
        return self._apply_norm(input)


class InstanceNorm1d(_InstanceNorm):
    """Instance normalisation of (N, C, L) or (C, L): every channel of every sample is brought to mean 0 and variance 1.

    Arguments as `BatchNorm1d`, but affine and track_running_stats are off unless asked for.
    Shape: (N, C, L) or (C, L), gives the same. Raises ValueError for other ranks. Source: https://arxiv.org/abs/1607.08022
    """

    _rank = 1


class InstanceNorm2d(_InstanceNorm):
    """Instance normalisation of (N, C, H, W) or (C, H, W): every channel of every sample is brought to mean 0 and variance 1.

    Arguments as `BatchNorm2d`, but affine and track_running_stats are off unless asked for.
    Shape: (N, C, H, W) or (C, H, W), gives the same. Raises ValueError for other ranks. Source: https://arxiv.org/abs/1607.08022
    """

    _rank = 2


class InstanceNorm3d(_InstanceNorm):
    """Instance normalisation of (N, C, D, H, W) or (C, D, H, W): every channel of every sample is brought to mean 0 and variance 1.

    Arguments as `BatchNorm3d`, but affine and track_running_stats are off unless asked for.
    Shape: (N, C, D, H, W) or (C, D, H, W), gives the same. Raises ValueError for other ranks. Source: https://arxiv.org/abs/1607.08022
    """

    _rank = 3


class _LazyInstance(_LazyNorm):
    """Lazy norms that are not affine unless asked for, and whose inputs may lack the batch."""

    def __init__(
        self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True
    ):
        super().__init__(eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _feature_dim(self, input):
        return input.dim() - self._rank - 1


class LazyInstanceNorm1d(_LazyInstance, _InstanceNorm):
    """An `InstanceNorm1d` that takes num_features from its first input."""

    _rank = 1
    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyInstance, _InstanceNorm):
    """An `InstanceNorm2d` that takes num_features from its first input."""

    _rank = 2
    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyInstance, _InstanceNorm):
    """An `InstanceNorm3d` that takes num_features from its first input."""

    _rank = 3
    cls_to_become = InstanceNorm3d
