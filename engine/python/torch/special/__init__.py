"""`torch.special`: SciPy's names of special functions.

Refuses to compute: every name is a function of `torch` or of its families.
Read next: `torch._special`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .. import _special
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
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
)

psi = digamma
# What the family names `special_…` has no other name, so that a new function is named once.
globals().update({name.removeprefix("special_"): made for name, made in vars(_special).items() if name.startswith("special_")})
modified_bessel_i0, modified_bessel_i1 = i0, globals()["i1"]


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(f"module 'torch.special' has no attribute '{name}'")
    raise AttributeError(f"torch.special.{name} is not in Carrel yet")
