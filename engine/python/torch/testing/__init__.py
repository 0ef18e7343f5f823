"""`torch.testing`: comparing values with tolerances by dtype, and tensors to test with.

Read next: `_comparison`, `_creation`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import warnings

from ._comparison import assert_close
from ._creation import make_tensor


def assert_allclose(actual, expected, rtol=None, atol=None, equal_nan=True, msg=""):
    """The old name of `assert_close`, which compares values only."""
    warnings.warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a future release. "
        "Please use `torch.testing.assert_close()` instead.",
        FutureWarning,
        stacklevel=2,
    )
    from .. import as_tensor

    assert_close(
        as_tensor(actual),
        as_tensor(expected),
        rtol=rtol,
        atol=atol,
        equal_nan=equal_nan,
        check_device=False,
        check_dtype=False,
        msg=msg or None,
    )


__all__ = ["assert_allclose", "assert_close", "make_tensor"]
