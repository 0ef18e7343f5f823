"""`SparseAdam`, by name only: sparse tensors are out of scope.

Read next: `optim.adam`, `_out_of_scope`.
"""

from .optimizer import Optimizer


class SparseAdam(Optimizer):
    """Adam for sparse gradients, of which there are none here: raises when it is made.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SparseAdam.html
    """

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        raise NotImplementedError(
            "torch.optim.SparseAdam is not in Carrel: gradients here are never sparse. Use torch.optim.Adam, which updates all rows."
        )
