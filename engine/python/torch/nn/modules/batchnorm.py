"""Batch normalisation: `BatchNorm1d` to `3d`, their lazy forms, and `SyncBatchNorm`.

Read next: `nn.modules.instancenorm`, `nn._normalization`.
"""

from ... import _dtype
from ..._creation import ones, zeros
from ..._from_data import tensor
from .. import functional as F
from ..parameter import UninitializedBuffer, UninitializedParameter
from .affine import _Affine
from .lazy import LazyModuleMixin


class _RunningNorm(_Affine):
    """Layers with an optional scale and shift and optional running statistics."""

    # Since version 2 the state has num_batches_tracked.
    _version = 2

    def __init__(
        self, num_features, eps, momentum, affine, track_running_stats, device=None, dtype=None, *, bias=True
    ):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self._make_affine(num_features, affine, affine and bias, device, dtype)
        if track_running_stats:
            self.register_buffer("running_mean", zeros(num_features, device=device, dtype=dtype))
            self.register_buffer("running_var", ones(num_features, device=device, dtype=dtype))
            self.register_buffer("num_batches_tracked", tensor(0, dtype=_dtype.int64, device=device))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_running_stats(self):
        """Means zero, variances one, no batches seen."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        """Statistics anew; scale one, shift zero."""
        self.reset_running_stats()
        super().reset_parameters()

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ):
        version = local_metadata.get("version", None)
        if (version is None or version < 2) and self.track_running_stats:
            kept = self.num_batches_tracked
            state_dict.setdefault(prefix + "num_batches_tracked", tensor(0) if kept is None else kept)
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )

    def extra_repr(self):
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_RunningNorm):
    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def _check_input_dim(self, input):
        if input.dim() not in self._ranks:
            wanted = " or ".join(f"{rank}D" for rank in self._ranks)
            raise ValueError(f"expected {wanted} input (got {input.dim()}D input)")

    def forward(self, input):
        self._check_input_dim(input)
        factor = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                factor = 1.0 / float(self.num_batches_tracked)
        training = self.training or (self.running_mean is None and self.running_var is None)
        follows = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if follows else None,
            self.running_var if follows else None,
            self.weight,
            self.bias,
            training,
            factor,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of (N, C) or (N, C, L): every channel is brought to mean 0 and variance 1, then scaled and shifted.

    num_features: channels. eps: added to the variance. momentum: how fast running statistics follow; None: a plain mean.
    affine: learned scale and shift. track_running_stats: keep statistics, which evaluation uses. bias: whether affine has a shift.

    Shape: (N, C) or (N, C, L), gives the same. Raises ValueError for other ranks. Source: https://arxiv.org/abs/1502.03167
    """

    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of (N, C, H, W): every channel is brought to mean 0 and variance 1, then scaled and shifted.

    num_features: channels. eps: added to the variance. momentum: how fast running statistics follow; None: a plain mean.
    affine: learned scale and shift. track_running_stats: keep statistics, which evaluation uses. bias: whether affine has a shift.

    Shape: (N, C, H, W), gives the same. Raises ValueError for other ranks. Source: https://arxiv.org/abs/1502.03167
    """

    _ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Batch normalisation of (N, C, D, H, W): every channel is brought to mean 0 and variance 1, then scaled and shifted.

    num_features: channels. eps: added to the variance. momentum: how fast running statistics follow; None: a plain mean.
    affine: learned scale and shift. track_running_stats: keep statistics, which evaluation uses. bias: whether affine has a shift.

    Shape: (N, C, D, H, W), gives the same. Raises ValueError for other ranks. Source: https://arxiv.org/abs/1502.03167
    """

    _ranks = (5,)


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation over all processes: there is one, so it is `BatchNorm` of any rank from 2."""

    _ranks = tuple(range(2, 65))

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        process_group=None,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input):
        if input.dim() < 2:
            raise ValueError(f"expected at least 2D input (got {input.dim()}D input)")

    @classmethod
    def convert_sync_batchnorm(cls, module, process_group=None):
        """The module as it is: with one process there is nothing to synchronise."""
        return module


class _LazyNorm(LazyModuleMixin):
    """Norms that take num_features from dimension 1 of their first input."""

    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True):
        made = {"device": device, "dtype": dtype}
        super().__init__(0, eps, momentum, False, False, **made)
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(**made)
            if bias:
                self.bias = UninitializedParameter(**made)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(**made)
            self.running_var = UninitializedBuffer(**made)
            self.num_batches_tracked = tensor(0, dtype=_dtype.int64, device=device)

    def _feature_dim(self, input):
        return 1

    def reset_parameters(self):
        """Statistics, scale and shift anew, once their size is known."""
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input):
        """Takes sizes from the first input."""
        if self.has_uninitialized_params():
            self.num_features = input.shape[self._feature_dim(input)]
            for member in (self.weight, self.bias, self.running_mean, self.running_var):
                if isinstance(member, (UninitializedParameter, UninitializedBuffer)):
                    member.materialize((self.num_features,))
            self.reset_parameters()


class LazyBatchNorm1d(_LazyNorm, _BatchNorm):
    """A `BatchNorm1d` that takes num_features from its first input."""

    _ranks = (2, 3)
    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, _BatchNorm):
    """A `BatchNorm2d` that takes num_features from its first input."""

    _ranks = (4,)
    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, _BatchNorm):
    """A `BatchNorm3d` that takes num_features from its first input."""

    _ranks = (5,)
    cls_to_become = BatchNorm3d
