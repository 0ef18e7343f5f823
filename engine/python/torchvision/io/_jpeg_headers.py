"""The markers of a JPEG file: tables, frame, scans, and what its writer says of its colours.

The format: https://www.w3.org/Graphics/JPEG/itu-t81.pdf (annex B). Refuses arithmetic coding, lossless and hierarchical
files and samples of 12 bits. Read next: `_jpeg_decode`, `_jpeg_huffman`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import struct

#: Where the k-th coefficient of the zigzag order stands in a block of 8 rows of 8.
ZIGZAG = (
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
    62, 63,
)

#: More pixels than this are not believed; it is far beyond what memory holds.
MOST_PIXELS = 1 << 28

_SOI, _EOI, _SOS, _DQT, _DHT, _DRI, _DNL = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xDC
_BASELINE, _EXTENDED, _PROGRESSIVE = 0xC0, 0xC1, 0xC2
_REFUSED_FRAMES = {
    0xC3: "lossless", 0xC5: "hierarchical", 0xC6: "hierarchical", 0xC7: "hierarchical", 0xC9: "arithmetic coding",
    0xCA: "arithmetic coding", 0xCB: "arithmetic coding", 0xCD: "hierarchical", 0xCE: "hierarchical", 0xCF: "hierarchical",
}

TRUNCATED = "Image is incomplete or truncated"


class Component:
    """A plane of samples. across, down: samples in a unit of the picture. columns, rows: its samples.

    block_columns, block_rows: the blocks stored for it, whole units of the picture.
    """

    def __init__(self, identifier, across, down, table):
        self.identifier, self.across, self.down, self.table = identifier, across, down, table
        self.steps = None


class Frame:
    """The picture's size, and its planes."""

    def __init__(self, width, height, components, is_progressive):
        self.width, self.height, self.components, self.is_progressive = width, height, components, is_progressive
        self.across = max(part.across for part in components)
        self.down = max(part.down for part in components)
        self.unit_columns = -(-width // (8 * self.across))
        self.unit_rows = -(-height // (8 * self.down))
        for part in components:
            part.columns = -(-width * part.across // self.across)
            part.rows = -(-height * part.down // self.down)
            part.block_columns = self.unit_columns * part.across
            part.block_rows = self.unit_rows * part.down


class Scan:
    """One pass over planes. parts: (component, DC table, AC table). first, last: coefficients; high, low: bits."""

    def __init__(self, parts, first, last, high, low, restart_interval, start, end):
        self.parts, self.first, self.last, self.high, self.low = parts, first, last, high, low
        self.restart_interval, self.start, self.end = restart_interval, start, end


class Headers:
    """Reads a file marker by marker: `scans()` gives each pass as its tables stand then; `frame` is there by then."""

    def __init__(self, data):
        self.data = data
        self.frame = None
        self.has_jfif = False
        self.adobe_transform = None
        self.exif = None
        self._steps, self._dc, self._ac = {}, {}, {}
        self._restart_interval = 0
        if len(data) < 2 or data[:2] != b"\xff\xd8":
            found = "".join(f" 0x{byte:02x}" for byte in data[:2])
            raise RuntimeError(f"Not a JPEG file: starts with{found}")

    def scans(self):
        """The passes in the order of the file. Raises RuntimeError for what the format does not allow."""
        data, position = self.data, 2
        while True:
            position = data.find(b"\xff", position)
            while 0 <= position < len(data) and data[position] == 0xFF:
                position += 1
            if position < 0 or position >= len(data):
                raise RuntimeError(TRUNCATED)
            marker = data[position]
            position += 1
            if marker == _EOI:
                return
            if marker in (0, 1, _SOI) or 0xD0 <= marker <= 0xD7:
                continue
            if position + 2 > len(data):
                raise RuntimeError(TRUNCATED)
            (length,) = struct.unpack_from(">H", data, position)
            end = position + length
            if length < 2 or end > len(data):
                raise RuntimeError(TRUNCATED)
            body = data[position + 2 : end]
            position = end
            try:
                if marker == _SOS:
                    scan = self._scan(body, end)
                    yield scan
                    position = scan.end
                else:
                    self._segment(marker, body)
            except (IndexError, struct.error):
                raise RuntimeError("Bogus marker length") from None

    def _segment(self, marker, body):
        if marker == _DQT:
            self._quantization(body)
        elif marker == _DHT:
            self._huffman(body)
        elif marker == _DRI:
            (self._restart_interval,) = struct.unpack_from(">H", body)
        elif marker in (_BASELINE, _EXTENDED, _PROGRESSIVE):
            self._start_frame(body, marker == _PROGRESSIVE)
        elif marker in _REFUSED_FRAMES:
            raise RuntimeError(f"Unsupported JPEG process: {_REFUSED_FRAMES[marker]} (SOF type 0x{marker:02x})")
        elif marker == 0xE0 and body.startswith(b"JFIF\0"):
            self.has_jfif = True
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            self.exif = self.exif or bytes(body[6:])
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            self.adobe_transform = body[11]

    def _quantization(self, body):
        position = 0
        while position < len(body):
            is_wide, number = body[position] >> 4, body[position] & 15
            position += 1
            values = struct.unpack_from(">64H" if is_wide else ">64B", body, position)
            position += 128 if is_wide else 64
            steps = [0] * 64
            for at, value in zip(ZIGZAG, values):
                steps[at] = value
            self._steps[number] = steps

    def _huffman(self, body):
        position = 0
        while position < len(body):
            kind = body[position]
            counts = bytes(body[position + 1 : position + 17])
            count = sum(counts)
            symbols = bytes(body[position + 17 : position + 17 + count])
            if len(counts) < 16 or count > 256 or len(symbols) < count:
                raise RuntimeError("Bogus Huffman table definition")
            position += 17 + count
            (self._ac if kind >> 4 else self._dc)[kind & 15] = (counts, symbols)

    def _start_frame(self, body, is_progressive):
        if self.frame is not None:
            raise RuntimeError("Invalid JPEG file structure: two SOF markers")
        precision, height, width, count = struct.unpack_from(">BHHB", body)
        if precision != 8:
            raise RuntimeError(f"Unsupported JPEG data precision {precision}")
        if not height or not width or not count:
            raise RuntimeError("Empty JPEG image (DNL not supported)")
        if width * height > MOST_PIXELS:
            raise RuntimeError(f"Maximum supported image dimension is {MOST_PIXELS} pixels")
        if count not in (1, 3, 4):
            raise RuntimeError(f"Unsupported number of JPEG components: {count}")
        components = []
        for at in range(6, 6 + 3 * count, 3):
            across, down = body[at + 1] >> 4, body[at + 1] & 15
            if not 1 <= across <= 4 or not 1 <= down <= 4:
                raise RuntimeError("Bogus sampling factors")
            components.append(Component(body[at], across, down, body[at + 2]))
        self.frame = Frame(width, height, components, is_progressive)

    def _scan(self, body, start):
        if self.frame is None:
            raise RuntimeError("Invalid JPEG file structure: SOS before SOF")
        count = body[0]
        by_identifier = {part.identifier: part for part in self.frame.components}
        parts = []
        for at in range(1, 1 + 2 * count, 2):
            component = by_identifier.get(body[at])
            if component is None or any(component is part for part, _, _ in parts):
                raise RuntimeError(f"Invalid component ID {body[at]} in SOS")
            if component.steps is None:
                component.steps = self._steps.get(component.table)
            parts.append((component, self._dc.get(body[at + 1] >> 4), self._ac.get(body[at + 1] & 15)))
        if not parts:
            raise RuntimeError("Invalid JPEG file structure: a scan of nothing")
        first, last, bits = body[1 + 2 * count], body[2 + 2 * count], body[3 + 2 * count]
        if not self.frame.is_progressive:
            first, last, bits = 0, 63, 0
        elif first > last or last > 63 or bits & 15 > 13 or (first > 0 and count > 1):
            raise RuntimeError("Invalid progressive parameters")
        end = self._end_of_data(start)
        return Scan(parts, first, last, bits >> 4, bits & 15, self._restart_interval, start, end)

    def _end_of_data(self, position):
        """Where the next marker that is no restart begins."""
        while True:
            position = self.data.find(b"\xff", position)
            if position < 0 or position + 1 >= len(self.data):
                raise RuntimeError(TRUNCATED)
            following = self.data[position + 1]
            if following == 0xFF:
                position += 1
            elif following == 0 or 0xD0 <= following <= 0xD7:
                position += 2
            else:
                return position
