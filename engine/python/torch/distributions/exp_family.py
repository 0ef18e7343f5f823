"""`ExponentialFamily`: distributions `exp(t(x) · natural parameters - log normalizer + carrier measure)`.

Their entropy follows from the log normalizer and its gradient; most have a formula of their own instead.
Read next: `distribution`.
"""

import torch

from .distribution import Distribution
from .utils import sum_rightmost

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """A distribution of an exponential family, which may give its natural parameters."""

    @property
    def _natural_params(self):
        raise NotImplementedError

    def _log_normalizer(self, *natural_params):
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self):
        raise NotImplementedError

    def entropy(self):
        """The entropy, by the gradient of the log normalizer (a Bregman divergence)."""
        parameters = [parameter.detach().requires_grad_() for parameter in self._natural_params]
        normalizer = self._log_normalizer(*parameters)
        gradients = torch.autograd.grad(normalizer.sum(), parameters, create_graph=True)
        result = -self._mean_carrier_measure + normalizer
        for parameter, gradient in zip(parameters, gradients):
            result = result - sum_rightmost(parameter * gradient, len(self.event_shape))
        return result
