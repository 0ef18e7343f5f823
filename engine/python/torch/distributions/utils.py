"""What distributions share: parameters brought to one shape, probabilities and their logarithms, lazy properties.

Read next: `distribution`.
"""

import torch

__all__ = ["broadcast_all", "logits_to_probs", "clamp_probs", "probs_to_logits", "lazy_property", "tril_matrix_to_vec", "vec_to_tril_matrix"]

euler_constant = 0.57721566490153286060


def broadcast_all(*values):
    """The values as tensors of one shape: numbers take dtype and device of the first tensor, or the defaults."""
    if not all(isinstance(value, (torch.Tensor, int, float)) for value in values):
        raise ValueError("Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__.")
    if not all(isinstance(value, torch.Tensor) for value in values):
        first = next((value for value in values if isinstance(value, torch.Tensor)), None)
        options = {"dtype": torch.get_default_dtype()} if first is None else {"dtype": first.dtype, "device": first.device}
        values = [value if isinstance(value, torch.Tensor) else torch.tensor(value, **options) for value in values]
    return torch.broadcast_tensors(*values)


def are_numbers(*values):
    """True if all are Python numbers."""
    return all(isinstance(value, (int, float)) for value in values)


def standard_normal(shape, like):
    """Standard normal draws with another tensor's dtype and device."""
    return torch.empty(shape, dtype=like.dtype, device=like.device).normal_()


def sum_rightmost(value, count):
    """The sum over the last `count` dimensions."""
    if count == 0:
        return value
    return value.reshape(value.shape[:-count] + (-1,)).sum(-1)


def logits_to_probs(logits, is_binary=False):
    """Probabilities of log-odds, or of unnormalised logarithms along the last dimension."""
    return torch.sigmoid(logits) if is_binary else torch.softmax(logits, dim=-1)


def clamp_probs(probs):
    """Probabilities kept a rounding step away from 0 and 1."""
    eps = torch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs, is_binary=False):
    """The inverse of `logits_to_probs`."""
    clamped = clamp_probs(probs)
    return torch.log(clamped) - torch.log1p(-clamped) if is_binary else torch.log(clamped)


class lazy_property:
    """Decorator: an attribute that is computed when it is first asked for, with gradients, and then kept."""

    def __init__(self, wrapped):
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance, kind=None):
        if instance is None:
            return self
        with torch.enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


def tril_matrix_to_vec(mat, diag=0):
    """The lower triangle of matrices as vectors, row by row."""
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    rows, columns = torch.tril_indices(n, n, diag, device=mat.device)
    return mat[..., rows, columns]


def vec_to_tril_matrix(vec, diag=0):
    """Matrices with the vectors as their lower triangles, row by row, and zeros above."""
    # A triangle of n rows shifted by `diag` has n (n + 1) / 2 + … elements: solved for n.
    length = vec.shape[-1]
    n = (-(1 + 2 * diag) + ((1 + 2 * diag) ** 2 + 8 * length + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    if not round(n) - n == 0 and abs(round(n) - n) > torch.finfo(vec.dtype).eps:
        raise ValueError(f"The size of last dimension is {length} which cannot be expressed as the lower triangular part of a square D x D matrix.")
    n = round(n)
    rows, columns = torch.tril_indices(n, n, diag, device=vec.device)
    places = (rows * n + columns).expand(vec.shape)
    flat = vec.new_zeros(vec.shape[:-1] + (n * n,)).scatter(-1, places, vec)
    return flat.reshape(vec.shape[:-1] + (n, n))
