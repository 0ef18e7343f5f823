"""What `help` says of functions that are made from a list: a line of their own, and what their family shares.

Refuses to make functions. Read next: `_pointwise`, `_special`.
"""

_KEPT = "Elementwise; gives the shape and dtype of `input`, a tensor."
_FLOATING = "Elementwise; gives the shape of `input`, a tensor. Integers and bools give the default floating point dtype."
_TOLD = "Elementwise; gives bools in the shape of `input`, a tensor."
_BITS = "Elementwise; gives the shape and dtype of `input`, a tensor of integers or bools, else NotImplementedError."
_PAIR = """\
Elementwise: the shapes of `input` and `other` broadcast, their dtypes are promoted, and either may be a number.
Raises RuntimeError for shapes that do not broadcast and TypeError for what is neither tensor nor number."""
_PAIR_TOLD = _PAIR.replace("their dtypes are promoted, and either may be a number.", "either may be a number. Gives bools.")
_PAIR_BITS = _PAIR + "\nOnly for integers and bools, else NotImplementedError."
_OUT = "out: a tensor into which the result is written."

_UNARY = {
    **dict.fromkeys("neg abs sign square relu floor ceil trunc".split(), _KEPT),
    **dict.fromkeys("logical_not isnan isinf signbit".split(), _TOLD),
    "bitwise_not": _BITS,
}
_TENSORS = _PAIR.replace(", and either may be a number.", "; neither may be a number.").replace(
    "what is neither tensor nor number", "what is no tensor"
)
_BINARY = {
    **dict.fromkeys("maximum minimum fmax fmin atan2".split(), _TENSORS),
    **dict.fromkeys(
        "hypot nextafter igamma igammac".split(), _TENSORS + "\nOnly for floating point, else NotImplementedError."
    ),
    **dict.fromkeys("eq ne lt le gt ge".split(), _PAIR_TOLD),
    **dict.fromkeys("logical_and logical_or logical_xor".split(), _TENSORS.replace("their dtypes are promoted;", "bools are given;")),
    **dict.fromkeys("bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift".split(), _PAIR_BITS),
    **dict.fromkeys("gcd lcm".split(), _TENSORS + "\nOnly for integers, else NotImplementedError."),
}


def documented_unary(name, line):
    """The documentation of a function of one tensor."""
    return f"{line}\n\n{_UNARY.get(name, _FLOATING)}\n{_OUT}\n"


def documented_binary(name, line):
    """The documentation of a function of two tensors."""
    return f"{line}\n\n{_BINARY.get(name, _PAIR)}\n{_OUT}\n"
