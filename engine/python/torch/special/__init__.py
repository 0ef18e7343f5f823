"""`torch.special`: SciPy's names of special functions.

Refuses to compute: every name is a function of `torch` or of its families.
Read next: `torch._special`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._pointwise import erf, erfc, exp2, expm1, log1p, log_softmax, logit, round, sigmoid as expit, softmax, xlogy
from .._reduction import logsumexp
from .._special import (
    digamma,
    erfinv,
    i0,
    igamma as gammainc,
    igammac as gammaincc,
    lgamma as gammaln,
    mvlgamma as multigammaln,
    polygamma,
    sinc,
    special_bessel_j0 as bessel_j0,
    special_bessel_j1 as bessel_j1,
    special_bessel_y0 as bessel_y0,
    special_bessel_y1 as bessel_y1,
    special_entr as entr,
    special_erfcx as erfcx,
    special_i0e as i0e,
    special_i1 as i1,
    special_i1e as i1e,
    special_log_ndtr as log_ndtr,
    special_ndtr as ndtr,
    special_modified_bessel_k0 as modified_bessel_k0,
    special_modified_bessel_k1 as modified_bessel_k1,
    special_ndtri as ndtri,
    special_scaled_modified_bessel_k0 as scaled_modified_bessel_k0,
    special_scaled_modified_bessel_k1 as scaled_modified_bessel_k1,
    special_spherical_bessel_j0 as spherical_bessel_j0,
    special_xlog1py as xlog1py,
    special_zeta as zeta,
)
from ._polynomials import (
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
    hermite_polynomial_h,
    hermite_polynomial_he,
    laguerre_polynomial_l,
    legendre_polynomial_p,
)

psi = digamma
modified_bessel_i0, modified_bessel_i1 = i0, i1


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(f"module 'torch.special' has no attribute '{name}'")
    raise AttributeError(f"torch.special.{name} is not in Carrel yet")
