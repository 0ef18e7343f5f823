"""Hyperparameters and the metrics that they led to: three summaries that TensorBoard's table reads.

Messages: https://github.com/tensorflow/tensorboard/tree/master/tensorboard/plugins/hparams. Read next: `_messages`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import time

from ..._tensor import Tensor
from . import _wire
from ._messages import metadata, value

_TEXT_TYPE, _TRUTH_TYPE, _NUMBER_TYPE = 1, 2, 3
_SUCCESS = 1


def _any_value(content):
    """A value of any type, as bytes, and its type."""
    if isinstance(content, bool):
        # False is written too: one of several that exclude each other.
        return b"\x20\x01" if content else b"\x20\x00", _TRUTH_TYPE
    if isinstance(content, (int, float)):
        return _wire.double(2, content, is_always_there=True), _NUMBER_TYPE
    if isinstance(content, str):
        return _wire.message(3, content.encode()), _TEXT_TYPE
    if isinstance(content, Tensor):
        return _wire.double(2, content.item(), is_always_there=True), _NUMBER_TYPE
    raise ValueError("value should be one of int, float, str, bool, or torch.Tensor")


def _checked_domains(hparam_dict, domains):
    domains = domains or {}
    if not isinstance(domains, dict):
        raise TypeError("parameter: hparam_domain_discrete should be a dictionary, nothing logged.")
    for name, choices in domains.items():
        if name not in hparam_dict or not isinstance(choices, list) or any(type(c) is not type(hparam_dict[name]) for c in choices):
            raise TypeError(f"parameter: hparam_domain_discrete[{name}] should be a list of same type as hparam_dict[{name}].")
    return domains


def hparams(hparam_dict, metric_dict, hparam_domain_discrete=None):
    """The summaries of an experiment, of a session's start, and of its end.

    Raises TypeError unless both are dicts, ValueError for values that are no numbers, texts, truth values or tensors.
    """
    if not isinstance(hparam_dict, dict):
        raise TypeError("parameter: hparam_dict should be a dictionary, nothing logged.")
    if not isinstance(metric_dict, dict):
        raise TypeError("parameter: metric_dict should be a dictionary, nothing logged.")
    domains = _checked_domains(hparam_dict, hparam_domain_discrete)
    infos = started = b""
    for name, content in hparam_dict.items():
        if content is None:
            continue
        data, kind = _any_value(content)
        started += _wire.message(1, _wire.text(1, name) + _wire.message(2, data))
        choices = b"".join(_wire.message(1, _any_value(choice)[0]) for choice in domains.get(name, ()))
        info = _wire.text(1, name) + _wire.integer(4, kind) + (_wire.message(5, choices) if choices else b"")
        infos += _wire.message(4, info)
    for name in metric_dict:
        infos += _wire.message(5, _wire.message(1, _wire.text(2, name)))
    started += _wire.double(5, time.time())
    ended = _wire.integer(1, _SUCCESS) + _wire.double(2, time.time())
    return tuple(
        value(f"_hparams_/{name}", metadata("hparams", _wire.message(place, data)))
        for name, place, data in (("experiment", 2, infos), ("session_start_info", 3, started), ("session_end_info", 4, ended))
    )
