"""The chi-squared distribution.

Read next: `gamma`.
"""

from . import constraints
from .gamma import Gamma

__all__ = ["Chi2"]


class Chi2(Gamma):
    """The sum of the squares of `df` standard normal numbers."""

    arg_constraints = {"df": constraints.positive}

    def __init__(self, df, validate_args=None):
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        made = self._get_checked_instance(Chi2, _instance)
        return super().expand(batch_shape, made)

    @property
    def df(self):
        """Degrees of freedom."""
        return self.concentration * 2
