"""From a JPEG's coefficients to samples: dequantisation and the inverse cosine transform, in whole numbers.

The transform is the accurate integer one of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with constants of 13 bits, as
the IJG library has it, so that pictures equal that library's to the bit. All blocks go through it at once.
Read next: `_jpeg_planes`, `_jpeg_fdct`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import torch

_BITS = 13
#: Bits that the first pass keeps beyond whole numbers.
_KEPT = 2


def fixed(number):
    """A number in units of 2⁻¹³."""
    return round(number * (1 << _BITS))


# Square roots of two times cosines, and their sums, as the paper's figure 1 combines them.
C_0_298, C_0_390, C_0_541, C_0_765 = fixed(0.298631336), fixed(0.390180644), fixed(0.541196100), fixed(0.765366865)
C_0_899, C_1_175, C_1_501, C_1_847 = fixed(0.899976223), fixed(1.175875602), fixed(1.501321110), fixed(1.847759065)
C_1_961, C_2_053, C_2_562, C_3_072 = fixed(1.961570560), fixed(2.053119869), fixed(2.562915447), fixed(3.072711026)


def samples(coefficients, steps):
    """`(blocks, 8, 8)` int32 samples from 0 to 255. coefficients: the same, int16. steps: 64 quantisation steps."""
    table = torch.tensor(steps, dtype=torch.int32).reshape(8, 8, 1)
    # Frequencies first: every step below is then one operation on all blocks.
    values = coefficients.permute(1, 2, 0).to(torch.int32).contiguous() * table
    columns = _transformed(values.unbind(0), _BITS - _KEPT)
    rows = _transformed(torch.stack(columns).unbind(1), _BITS + _KEPT + 3)
    return torch.stack(rows).permute(2, 1, 0).add(128).clamp(0, 255)


def _transformed(inputs, shift):
    """Eight outputs of eight inputs, one pass of the transform, rounded to units of `2^shift`."""
    z = (inputs[2] + inputs[6]) * C_0_541
    two, three = z - inputs[6] * C_1_847, z + inputs[2] * C_0_765
    rounding = 1 << (shift - 1)
    zero, one = ((inputs[0] + inputs[4]) << _BITS) + rounding, ((inputs[0] - inputs[4]) << _BITS) + rounding
    even = (zero + three, one + two, one - two, zero - three)

    a, b, c, d = inputs[7], inputs[5], inputs[3], inputs[1]
    z3, z4 = a + c, b + d
    z5 = (z3 + z4) * C_1_175
    z1, z2 = (a + d) * -C_0_899, (b + c) * -C_2_562
    z3, z4 = z3 * -C_1_961 + z5, z4 * -C_0_390 + z5
    odd = (
        d * C_1_501 + z1 + z4,
        c * C_3_072 + z2 + z3,
        b * C_2_053 + z2 + z4,
        a * C_0_298 + z1 + z3,
    )
    up = [(left + right) >> shift for left, right in zip(even, odd)]
    down = [(left - right) >> shift for left, right in zip(even, odd)]
    return up + down[::-1]
