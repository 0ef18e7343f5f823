"""`detect_anomaly`: backward stops with an error where a step gives NaN.

Refuses to remember where the step was recorded. Read next: `engine/src/autograd/anomaly.rs`.
"""

import warnings

from .._C import ops

_is_enabled = False
_checks_nan = True


def is_anomaly_enabled():
    """True if backward looks for anomalies."""
    return _is_enabled


def is_anomaly_check_nan_enabled():
    """True if backward looks for NaN where it looks for anomalies."""
    return _checks_nan


def _set(mode, check_nan):
    global _is_enabled, _checks_nan
    before = _is_enabled, _checks_nan
    _is_enabled, _checks_nan = mode, check_nan
    ops.set_checks_nan(mode and check_nan)
    return before


class set_detect_anomaly:
    """Sets at once whether backward looks for anomalies; in a `with`, restores it at the end."""

    def __init__(self, mode, check_nan=True):
        self._before = _set(mode, check_nan)

    def __enter__(self):
        return None

    def __exit__(self, *args):
        _set(*self._before)


class detect_anomaly(set_detect_anomaly):
    """In a `with` block: backward raises where a step gives NaN."""

    def __init__(self, check_nan=True):
        self._check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.",
            stacklevel=2,
        )

    def __enter__(self):
        super().__init__(True, self._check_nan)
