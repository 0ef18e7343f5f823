"""Tables that turn 16 bits of a JPEG's data into a run of zeros and the coefficient behind it, in one look-up.

Python decodes one symbol at a time, so that its time is the number of symbols; most symbols and their value bits
fit into 16 bits together, and then the table holds the value itself. Read next: `_jpeg_entropy`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from functools import lru_cache

#: Added to a count of bits that follow the 16: no coefficient is as large. `value - MORE` bits are still to be read.
MORE = 1 << 20

#: No code begins with these bits.
_INVALID = (16, 64, MORE + 64)


def _codes(counts, symbols):
    """(first 16-bit pattern, length, symbol) of each code, in order of patterns: annex C of the format."""
    code, at = 0, 0
    for length, count in enumerate(counts, 1):
        for symbol in symbols[at : at + count]:
            if code >> length:
                raise RuntimeError("Bogus Huffman table definition")
            yield code << (16 - length), length, symbol
            code += 1
        at += count
        code <<= 1


@lru_cache(16)
def values(counts, symbols, is_dc):
    """For each pattern of 16 bits, (bits used, coefficients skipped, value). An end of block skips 64.

    Where the value's bits are beyond the 16, the value is MORE and their count, and the bits used are the code's.
    """
    table = []
    for _, length, symbol in _codes(counts, symbols):
        run, size = (0, symbol) if is_dc else (symbol >> 4, symbol & 15)
        free = 16 - length
        if size > 15:
            raise RuntimeError("Bogus Huffman table definition")
        if not size:
            skipped = 64 if run < 15 and not is_dc else run
            table += [(length, skipped, 0)] * (1 << free)
        elif size > free:
            table += [(length, run, MORE + size)] * (1 << free)
        else:
            half = 1 << (size - 1)
            for bits in range(1 << size):
                value = bits if bits >= half else bits - 2 * half + 1
                table += [(length + size, run, value)] * (1 << (free - size))
    return table + [_INVALID] * ((1 << 16) - len(table))


@lru_cache(16)
def symbols_of(counts, symbols):
    """For each pattern of 16 bits, (bits of its code, symbol), for scans whose symbols mean something else."""
    table = []
    for _, length, symbol in _codes(counts, symbols):
        table += [(length, symbol)] * (1 << (16 - length))
    return table + [(16, 0)] * ((1 << 16) - len(table))
