"""Coefficients of a JPEG's progressive scans, a band of them and some of their bits at a time.

The method: annex G of https://www.w3.org/Graphics/JPEG/itu-t81.pdf. Read next: `_jpeg_entropy`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._jpeg_entropy import check_used, shares
from ._jpeg_headers import TRUNCATED, ZIGZAG
from ._jpeg_huffman import symbols_of


class _Bits:
    """Bits of a stretch of data, from the front."""

    def __init__(self, data):
        self.data, self.position, self.acc, self.count = data, 0, 0, 0

    def need(self, count):
        """Makes at least `count` bits wait; 32 at most."""
        if self.count < count:
            if self.position > len(self.data):
                raise RuntimeError(TRUNCATED)
            taken = self.data[self.position : self.position + 6].ljust(6, b"\0")
            self.acc = ((self.acc & ((1 << self.count) - 1)) << 48) | int.from_bytes(taken, "big")
            self.position += 6
            self.count += 48

    def take(self, count):
        """The next `count` bits as a number."""
        self.need(count)
        self.count -= count
        return (self.acc >> self.count) & ((1 << count) - 1)

    def symbol(self, table):
        """The symbol whose code comes next."""
        self.need(16)
        used, symbol = table[(self.acc >> (self.count - 16)) & 65535]
        self.count -= used
        return symbol

    def signed(self, size):
        """A coefficient of `size` bits."""
        value = self.take(size)
        return value if value >> (size - 1) else value - (1 << size) + 1


def read_progressive(frame, data, scan, coefficients):
    """Adds what a scan tells to the coefficients. coefficients: an array of 16-bit numbers for each component."""
    targets = [coefficients[component] for component, _, _ in scan.parts]
    if scan.first == 0 and scan.last != 0:
        raise RuntimeError("Invalid progressive parameters")
    tables = []
    for _, dc, ac in scan.parts:
        table = dc if scan.first == 0 else ac
        if table is None and (scan.first or not scan.high):
            raise RuntimeError("Huffman table 0x00 was not defined")
        tables.append(table and symbols_of(*table))
    for part, share in shares(frame, data, scan):
        bits = _Bits(part)
        if scan.first == 0 and scan.high:
            _refine_dc(bits, share, targets, scan.low)
        elif scan.first == 0:
            _first_dc(bits, share, targets, tables, scan.low)
        else:
            blocks = [unit[0][1] for unit in share]
            (_refine_ac if scan.high else _first_ac)(bits, blocks, targets[0], tables[0], scan)
        check_used(part, bits.position, bits.count)


def _first_dc(bits, share, targets, tables, low):
    predictions = [0] * len(tables)
    for unit in share:
        for place, base in unit:
            size = bits.symbol(tables[place])
            if size > 15:
                raise RuntimeError("Corrupt JPEG data: bad Huffman code")
            if size:
                predictions[place] += bits.signed(size)
            targets[place][base] = (((predictions[place] << low) + 32768) & 65535) - 32768


def _refine_dc(bits, share, targets, low):
    for unit in share:
        for place, base in unit:
            if bits.take(1):
                targets[place][base] |= 1 << low


def _first_ac(bits, blocks, out, table, scan):
    first, last, low = scan.first, scan.last, scan.low
    blocks_ended = 0
    for base in blocks:
        if blocks_ended:
            blocks_ended -= 1
            continue
        at = first
        while at <= last:
            symbol = bits.symbol(table)
            run, size = symbol >> 4, symbol & 15
            if size:
                at += run
                value = bits.signed(size)
                if at <= last:
                    out[base + ZIGZAG[at]] = (((value << low) + 32768) & 65535) - 32768
                at += 1
            elif run == 15:
                at += 16
            else:
                blocks_ended = (1 << run) - 1 + (bits.take(run) if run else 0)
                break


def _refine_ac(bits, blocks, out, table, scan):
    """Each coefficient that is known gets one bit more; new ones, of one bit, stand between them."""
    first, last, step = scan.first, scan.last, 1 << scan.low
    blocks_ended = 0
    for base in blocks:
        at = first
        while at <= last and not blocks_ended:
            symbol = bits.symbol(table)
            run, size = symbol >> 4, symbol & 15
            value = 0
            if size:
                value = step if bits.take(1) else -step
            elif run < 15:
                blocks_ended = (1 << run) + (bits.take(run) if run else 0)
                break
            while at <= last:
                place = base + ZIGZAG[at]
                at += 1
                known = out[place]
                if known:
                    _refined(bits, out, place, known, step)
                elif run:
                    run -= 1
                else:
                    if value:
                        out[place] = value
                    break
        if blocks_ended:
            for rest in range(at, last + 1):
                place = base + ZIGZAG[rest]
                if out[place]:
                    _refined(bits, out, place, out[place], step)
            blocks_ended -= 1


def _refined(bits, out, place, known, step):
    if bits.take(1) and not abs(known) & step:
        out[place] = known + step if known > 0 else known - step
