"""Kullback-Leibler divergences: the table of pairs, and `kl_divergence`, which looks a pair up.

The nearest classes in the table that the two derive from decide. Pairs are registered in `_kl_continuous`,
`_kl_discrete`, `_kl_vectors` and `_kl_general`, all loaded here. Read next: these.
"""

import warnings

from .distribution import Distribution

__all__ = ["register_kl", "kl_divergence"]

#: The functions by pairs of classes, and what was found for other pairs.
_KL_REGISTRY = {}
_KL_MEMOIZE = {}


def register_kl(type_p, type_q):
    """Decorator: registers a function of `(p, q)` for two classes of distributions."""
    for name, kind in (("type_p", type_p), ("type_q", type_q)):
        if not isinstance(kind, type) or not issubclass(kind, Distribution):
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {kind}")

    def decorator(function):
        _KL_REGISTRY[type_p, type_q] = function
        _KL_MEMOIZE.clear()
        return function

    return decorator


def _dispatch_kl(type_p, type_q):
    """The function of the nearest pair of classes; a warning where p and q would choose differently."""
    matches = [pair for pair in _KL_REGISTRY if issubclass(type_p, pair[0]) and issubclass(type_q, pair[1])]
    if not matches:
        return None

    def distances(pair):
        return type_p.__mro__.index(pair[0]), type_q.__mro__.index(pair[1])

    left = min(matches, key=distances)
    right = min(matches, key=lambda pair: distances(pair)[::-1])
    if _KL_REGISTRY[left] is not _KL_REGISTRY[right]:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). Please "
            f"register_kl({left[0].__name__}, {right[1].__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return _KL_REGISTRY[left]


def kl_divergence(p, q):
    """`E_p[log p - log q]`: one number for each distribution of the batch.

    Raises NotImplementedError for pairs that nobody has registered.
    """
    pair = type(p), type(q)
    if pair not in _KL_MEMOIZE:
        _KL_MEMOIZE[pair] = _dispatch_kl(*pair)
    function = _KL_MEMOIZE[pair]
    if function is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {p.__class__.__name__} and q type {q.__class__.__name__}"
        )
    return function(p, q)


from . import _kl_continuous, _kl_discrete, _kl_general, _kl_vectors
