"""Policies that change pictures by several operations drawn at random.

AutoAugment: https://arxiv.org/abs/1805.09501. RandAugment: https://arxiv.org/abs/1909.13719. TrivialAugment:
https://arxiv.org/abs/2103.10158. AugMix: https://arxiv.org/abs/1912.02781. Read next: `_policies`, `_augmenting`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from enum import Enum

import torch
from torch import nn

from . import _policies
from ._augmenting import applied, ladder
from ._pictures import dimensions, InterpolationMode, is_picture, picture_of, tensor_of
from ._random_geometry import fill_for

__all__ = ["AutoAugmentPolicy", "AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix"]


class AutoAugmentPolicy(Enum):
    """The datasets for which policies of AutoAugment were found."""

    IMAGENET = "imagenet"
    CIFAR10 = "cifar10"
    SVHN = "svhn"


def _index(count):
    return int(torch.randint(count, (1,)).item())


class _Augmenting(nn.Module):
    """What the policies share: how operations read between pixels, and what they put beyond the picture."""

    def __init__(self, interpolation, fill):
        super().__init__()
        self.interpolation = interpolation
        self.fill = fill

    @staticmethod
    def _is_negated():
        return bool(torch.randint(2, (1,)))

    def _applied(self, img, name, magnitude):
        return applied(img, name, magnitude, self.interpolation, fill_for(img, self.fill))


class AutoAugment(_Augmenting):
    """One of 25 pairs of operations, each made with its probability and strength."""

    def __init__(
        self, policy=AutoAugmentPolicy.IMAGENET, interpolation=InterpolationMode.NEAREST, fill=None
    ):
        super().__init__(interpolation, fill)
        self.policy = policy
        if not isinstance(policy, AutoAugmentPolicy):
            raise ValueError(f"The provided policy {policy} is not recognized.")
        self.policies = _policies.POLICIES[policy.value]

    def _augmentation_space(self, num_bins, image_size):
        return ladder("auto", num_bins, image_size)

    @staticmethod
    def get_params(transform_num):
        """Which pair, two probabilities and two signs, drawn at random."""
        return _index(transform_num), torch.rand((2,)), torch.randint(2, (2,))

    def forward(self, img):
        """The picture through the pair that was drawn."""
        number, probabilities, signs = self.get_params(len(self.policies))
        _, height, width = dimensions(img)
        operations = self._augmentation_space(10, (height, width))
        for at, (name, probability, strength) in enumerate(self.policies[number]):
            if probabilities[at] <= probability:
                magnitudes, is_signed = operations[name]
                magnitude = float(magnitudes[strength].item()) if strength is not None else 0.0
                if is_signed and signs[at] == 0:
                    magnitude *= -1.0
                img = self._applied(img, name, magnitude)
        return img

    def __repr__(self):
        return f"{self.__class__.__name__}(policy={self.policy}, fill={self.fill})"


class RandAugment(_Augmenting):
    """Some operations, drawn evenly, of one strength. magnitude: which of `num_magnitude_bins` strengths."""

    def __init__(
        self, num_ops=2, magnitude=9, num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, fill=None
    ):
        super().__init__(interpolation, fill)
        self.num_ops = num_ops
        self.magnitude = magnitude
        self.num_magnitude_bins = num_magnitude_bins

    def _augmentation_space(self, num_bins, image_size):
        return ladder("rand", num_bins, image_size)

    def forward(self, img):
        """The picture through the operations that were drawn."""
        _, height, width = dimensions(img)
        operations = self._augmentation_space(self.num_magnitude_bins, (height, width))
        for _ in range(self.num_ops):
            name = list(operations)[_index(len(operations))]
            magnitudes, is_signed = operations[name]
            magnitude = float(magnitudes[self.magnitude].item()) if magnitudes.ndim > 0 else 0.0
            if is_signed and self._is_negated():
                magnitude *= -1.0
            img = self._applied(img, name, magnitude)
        return img

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(num_ops={self.num_ops}, magnitude={self.magnitude}, "
            f"num_magnitude_bins={self.num_magnitude_bins}, interpolation={self.interpolation}, fill={self.fill})"
        )


class TrivialAugmentWide(_Augmenting):
    """One operation of one strength, both drawn evenly."""

    def __init__(self, num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, fill=None):
        super().__init__(interpolation, fill)
        self.num_magnitude_bins = num_magnitude_bins

    def _augmentation_space(self, num_bins):
        return ladder("trivial", num_bins, None)

    def forward(self, img):
        """The picture through the operation that was drawn."""
        operations = self._augmentation_space(self.num_magnitude_bins)
        name = list(operations)[_index(len(operations))]
        magnitudes, is_signed = operations[name]
        magnitude = float(magnitudes[_index(len(magnitudes))].item()) if magnitudes.ndim > 0 else 0.0
        if is_signed and self._is_negated():
            magnitude *= -1.0
        return self._applied(img, name, magnitude)

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(num_magnitude_bins={self.num_magnitude_bins}, "
            f"interpolation={self.interpolation}, fill={self.fill})"
        )


class AugMix(_Augmenting):
    """The picture mixed with chains of operations, by weights drawn from Dirichlet's distribution.

    severity: strengths go up to this of 10. mixture_width: chains. chain_depth: operations in each; 1 to 3 if -1.
    alpha: how even the weights are. all_ops: brightness, colour, contrast and sharpness too.
    """

    def __init__(
        self,
        severity=3,
        mixture_width=3,
        chain_depth=-1,
        alpha=1.0,
        all_ops=True,
        interpolation=InterpolationMode.BILINEAR,
        fill=None,
    ):
        super().__init__(interpolation, fill)
        self._PARAMETER_MAX = 10
        if not 1 <= severity <= self._PARAMETER_MAX:
            raise ValueError(f"The severity must be between [1, {self._PARAMETER_MAX}]. Got {severity} instead.")
        self.severity = severity
        self.mixture_width = mixture_width
        self.chain_depth = chain_depth
        self.alpha = alpha
        self.all_ops = all_ops

    def _augmentation_space(self, num_bins, image_size):
        return ladder("mix-all" if self.all_ops else "mix", num_bins, image_size)

    def _sample_dirichlet(self, params):
        return torch._sample_dirichlet(params)

    def forward(self, orig_img):
        """The mixture, of the kind and dtype of the picture."""
        _, height, width = dimensions(orig_img)
        img = tensor_of(orig_img) if is_picture(orig_img) else orig_img
        operations = self._augmentation_space(self._PARAMETER_MAX, (height, width))
        batch = img.reshape([1] * max(4 - img.ndim, 0) + list(img.shape))
        rows = batch.size(0)
        alone = [rows] + [1] * (batch.ndim - 1)
        shares = self._sample_dirichlet(torch.tensor([self.alpha, self.alpha]).expand(rows, -1))
        weights = self._sample_dirichlet(torch.tensor([self.alpha] * self.mixture_width).expand(rows, -1))
        weights = weights * shares[:, 1].reshape(rows, -1)
        mixture = shares[:, 0].reshape(alone) * batch
        for chain in range(self.mixture_width):
            changed = batch
            depth = self.chain_depth if self.chain_depth > 0 else int(torch.randint(low=1, high=4, size=(1,)).item())
            for _ in range(depth):
                name = list(operations)[_index(len(operations))]
                magnitudes, is_signed = operations[name]
                magnitude = float(magnitudes[_index(self.severity)].item()) if magnitudes.ndim > 0 else 0.0
                if is_signed and self._is_negated():
                    magnitude *= -1.0
                changed = self._applied(changed, name, magnitude)
            mixture = mixture + weights[:, chain].reshape(alone) * changed
        mixture = mixture.reshape(img.shape).to(img.dtype)
        return picture_of(mixture, orig_img.mode, orig_img) if is_picture(orig_img) else mixture

    def __repr__(self):
        return (
            f"{self.__class__.__name__}(severity={self.severity}, mixture_width={self.mixture_width}, "
            f"chain_depth={self.chain_depth}, alpha={self.alpha}, all_ops={self.all_ops}, "
            f"interpolation={self.interpolation}, fill={self.fill})"
        )
