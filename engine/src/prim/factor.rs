//! Decompositions of matrices as one primitive: which there are, and how their parts are packed.
//!
//! A primitive has one output, so the parts of a matrix's decomposition lie one after another in a row,
//! and the gradient of the row comes back whole. Refuses to compute: see `cpu::linalg`.

/// A decomposition of each matrix `[M, N]` of a batch `[B, M, N]`; `K` is the smaller of M and N.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    /// `A = P L U` with partial pivoting: L (without its unit diagonal) and U in one matrix, LAPACK's row exchanges
    /// (counted from 1), and the number of the first zero on U's diagonal (counted from 1; 0 if there is none).
    Lu,
    /// `A = L L^T` of the lower triangle: L, and the order of the first leading minor that is not positive.
    Cholesky,
    /// `A = Q R`: Q and R with K inner columns, or all M of them.
    Qr {
        /// All columns of Q.
        complete: bool,
    },
    /// Householder's reflectors as LAPACK's `geqrf` leaves them below R, and their factors.
    Householder,
    /// Eigenvalues, ascending, and eigenvectors as columns, of the symmetric matrix that the lower triangle stands
    /// for; then not zero if they were not found.
    Eigen,
    /// `A = U S V^T`: U, S descending, V^T; then not zero if they were not found.
    Svd {
        /// All columns of U and rows of V^T, not the first K only.
        full: bool,
    },
    /// The pseudo-inverse. Parameters 0 and 1 are the absolute and relative limit under which singular values count as
    /// zero; parameter 2 is 1 if the lower triangle stands for a symmetric matrix.
    PseudoInverse,
}

impl Factor {
    /// Every decomposition, in wire-code order.
    pub const ALL: &'static [Factor] = &[
        Factor::Lu,
        Factor::Cholesky,
        Factor::Qr { complete: false },
        Factor::Qr { complete: true },
        Factor::Householder,
        Factor::Eigen,
        Factor::Svd { full: false },
        Factor::Svd { full: true },
        Factor::PseudoInverse,
    ];

    /// Rows and columns of the parts, in the order in which they are packed.
    pub fn parts(self, m: usize, n: usize) -> Vec<[usize; 2]> {
        let k = m.min(n);
        match self {
            Factor::Lu => vec![[m, n], [1, k], [1, 1]],
            Factor::Cholesky => vec![[n, n], [1, 1]],
            Factor::Qr { complete } => {
                let inner = if complete { m } else { k };
                vec![[m, inner], [inner, n]]
            }
            Factor::Householder => vec![[m, n], [1, k]],
            Factor::Eigen => vec![[1, n], [n, n], [1, 1]],
            Factor::Svd { full } => {
                let [left, right] = if full { [m, n] } else { [k, k] };
                vec![[m, left], [1, k], [right, n], [1, 1]]
            }
            Factor::PseudoInverse => vec![[n, m]],
        }
    }

    /// Numbers in a packed row; saturates.
    pub fn packed_len(self, m: usize, n: usize) -> usize {
        self.parts(m, n).iter().fold(0, |sum: usize, [rows, columns]| {
            sum.saturating_add(rows.saturating_mul(*columns))
        })
    }

    /// True if only square matrices have it.
    pub const fn is_square_only(self) -> bool {
        matches!(self, Factor::Cholesky | Factor::Eigen)
    }
}
