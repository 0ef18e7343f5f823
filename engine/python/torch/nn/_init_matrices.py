"""Initialisations that look at a tensor as a matrix: identity, Dirac, orthogonal, sparse.

Read next: `nn.init`.
"""

import math

from .. import _autograd_mode


def eye_(tensor):
    """The identity matrix, in as much of it as the matrix has. Raises ValueError for other than 2 dimensions."""
    from .._creation import eye

    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    with _autograd_mode.no_grad():
        return tensor.copy_(eye(*tensor.shape, dtype=tensor.dtype))


def dirac_(tensor, groups=1):
    """Kernels of a convolution of 1 to 3 dimensions that hands channels on unchanged, as far as there are any.

    groups: of the convolution; divides the first size (ValueError otherwise).
    """
    rank = tensor.dim()
    if rank not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    of_group = tensor.shape[0] // groups
    middle = [size // 2 for size in tensor.shape[2:]]
    with _autograd_mode.no_grad():
        tensor.zero_()
        for group in range(groups):
            for channel in range(min(of_group, tensor.shape[1])):
                tensor[(group * of_group + channel, channel, *middle)] = 1
    return tensor


def orthogonal_(tensor, gain=1, generator=None):
    """Rows (or columns, if there are fewer) at right angles and of length `gain`; further dimensions count as columns.

    Raises ValueError for fewer than 2 dimensions. Source: https://arxiv.org/abs/1312.6120
    """
    from ..linalg import qr

    if tensor.dim() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.shape[0]
    columns = tensor.numel() // rows
    with _autograd_mode.no_grad():
        drawn = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)
        q, r = qr(drawn.t() if rows < columns else drawn)
        # The signs of R's diagonal make the result uniform over all such matrices.
        q = q * r.diagonal().sign()
        tensor.view_as(q.t() if rows < columns else q).copy_(q.t() if rows < columns else q)
        return tensor.mul_(gain)


def sparse_(tensor, sparsity, std=0.01, generator=None):
    """Normal with standard deviation `std`, a share `sparsity` of every column being zero. Raises ValueError for other than 2
    dimensions. Source: Martens, "Deep learning via Hessian-free optimization", 2010."""
    from .._random import randperm

    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with _autograd_mode.no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            tensor[randperm(rows)[:zeros].to(tensor.device), column] = 0
    return tensor
