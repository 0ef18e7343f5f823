"""Maps from any matrix to an orthogonal one: the matrix exponential, Cayley's, and products of reflections.

Read next: `parametrizations`, `linalg`.
"""

from ... import linalg
from ..._autograd_mode import no_grad
from ..._creation import eye, zeros_like
from ..._dtype import finfo
from ..._stacking import cat
from ..modules.module import Module


def is_orthogonal(Q, eps=None):
    """True if the columns are of length 1 at right angles, up to rounding."""
    rows, columns = Q.shape[-2:]
    identity = eye(columns, dtype=Q.dtype, device=Q.device)
    eps = 10.0 * rows * finfo(Q.dtype).eps if eps is None else eps
    return bool(((Q.mT @ Q - identity).abs() <= eps + 1e-5 * identity).all())


def _made_orthogonal(A):
    """The Q of A = QR with a positive diagonal of R."""
    q, r = linalg.qr(A)
    return q * r.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


class _Orthogonal(Module):
    """The parametrization of `orthogonal`. With trivialization, results are relative to the matrix that was last assigned."""

    def __init__(self, weight, orthogonal_map, *, use_trivialization=True):
        super().__init__()
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X):
        is_wide = X.shape[-2] < X.shape[-1]
        X = X.mT if is_wide else X
        rows, columns = X.shape[-2:]
        if self.orthogonal_map == "householder":
            A = X.tril(-1)
            tau = 2.0 / (1.0 + (A * A).sum(-2))
            # The diagonal holds signs, which are not learned.
            Q = linalg.householder_product(A, tau) * X.diagonal(dim1=-2, dim2=-1).detach().trunc().unsqueeze(-2)
        else:
            X = X.tril()
            if rows != columns:
                X = cat([X, X.new_zeros((*X.shape[:-2], rows, rows - columns))], -1)
            A = X - X.mT
            if self.orthogonal_map == "matrix_exp":
                Q = linalg.matrix_exp(A)
            else:
                identity = eye(rows, dtype=A.dtype, device=A.device)
                Q = linalg.solve(identity - 0.5 * A, identity + 0.5 * A)
            Q = Q if rows == columns else Q[..., :columns]
        if getattr(self, "base", None) is not None:
            Q = self.base @ Q
        return Q.mT if is_wide else Q

    def right_inverse(self, Q):
        if Q.shape != self.shape:
            raise ValueError(f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}.")
        with no_grad():
            given = Q
            is_wide = Q.shape[-2] < Q.shape[-1]
            Q = Q.mT if is_wide else Q
            rows, columns = Q.shape[-2:]
            if "base" not in self._buffers:
                return self._reflections(Q, is_wide)
            if rows == columns:
                Q = Q.clone() if is_orthogonal(Q) else _made_orthogonal(Q)
            else:
                # Completed to a square matrix by random columns.
                more = Q.new_empty((*Q.shape[:-2], rows, rows - columns)).normal_()
                Q = _made_orthogonal(cat([Q, more], -1))
            self.base = Q
            # With a diagonal of -1 every map gives the identity here.
            start = zeros_like(given)
            start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
            return start

    def _reflections(self, Q, is_wide):
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                "use_trivialization=False."
            )
        from ...linalg._reflectors import geqrf

        A, tau = geqrf(Q)
        signs = A.diagonal(dim1=-2, dim2=-1)
        signs.copy_(signs.sign())
        signs.copy_(signs * (1 - 2 * (tau == 0).to(signs.dtype)))
        return A.mT if is_wide else A
