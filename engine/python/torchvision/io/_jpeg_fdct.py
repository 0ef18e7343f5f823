"""From samples to a JPEG's quantised coefficients: the cosine transform in whole numbers, the mirror of `_jpeg_idct`.

Read next: `_jpeg_encode`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

from ._jpeg_idct import (
    C_0_298, C_0_390, C_0_541, C_0_765, C_0_899, C_1_175, C_1_501, C_1_847, C_1_961, C_2_053, C_2_562, C_3_072,
)

_BITS = 13
_KEPT = 2


def coefficients(plane, steps):
    """`(block rows, block columns, 8, 8)` int32. plane: `(8 rows, 8 columns)` int32 from 0 to 255. steps: 64 of them."""
    rows, columns = plane.shape[0] // 8, plane.shape[1] // 8
    blocks = plane.sub(128).reshape(rows, 8, columns, 8).permute(3, 1, 0, 2).contiguous()
    across = torch.stack(_transformed(blocks.unbind(0), -_KEPT))
    down = torch.stack(_transformed(across.unbind(1), _KEPT))
    # Eight times too large now, as the steps are; halves go away from zero.
    table = torch.tensor(steps, dtype=torch.int32).reshape(8, 8, 1, 1) * 8
    rounded = (down.abs() + table // 2) // table
    return torch.where(down < 0, -rounded, rounded).permute(2, 3, 0, 1)


def _transformed(inputs, shift):
    """Eight outputs of eight inputs, one pass of the transform, rounded to units of `2^shift`."""
    sums = [inputs[at] + inputs[7 - at] for at in range(4)]
    zero, three = sums[0] + sums[3], sums[0] - sums[3]
    one, two = sums[1] + sums[2], sums[1] - sums[2]
    z = (two + three) * C_0_541
    first, fourth = zero + one, zero - one
    if shift < 0:
        first, fourth = first << -shift, fourth << -shift
    else:
        first, fourth = _rounded(first, shift), _rounded(fourth, shift)

    d, c, b, a = (inputs[at] - inputs[7 - at] for at in range(4))
    z3, z4 = a + c, b + d
    z5 = (z3 + z4) * C_1_175
    z1, z2 = (a + d) * -C_0_899, (b + c) * -C_2_562
    z3, z4 = z3 * -C_1_961 + z5, z4 * -C_0_390 + z5
    wide = _BITS + shift
    return [
        first,
        _rounded(d * C_1_501 + z1 + z4, wide),
        _rounded(z + three * C_0_765, wide),
        _rounded(c * C_3_072 + z2 + z3, wide),
        fourth,
        _rounded(b * C_2_053 + z2 + z4, wide),
        _rounded(z - two * C_1_847, wide),
        _rounded(a * C_0_298 + z1 + z3, wide),
    ]


def _rounded(values, shift):
    return (values + (1 << (shift - 1))) >> shift
