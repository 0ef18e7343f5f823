"""`torchvision.io`'s PNG files: every colour type, depth, filter and interlacing, made here with zlib, and damaged files."""

import struct
import unittest
import zlib

import torch
from torch_case import TorchCase
from torchvision.io import decode_image, decode_png, encode_png, ImageReadMode

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_lines(rows, depth):
    """Rows of samples as PNG packs them into bytes."""
    lines = []
    for row in rows:
        bits = "".join(format(sample, f"0{depth}b") for sample in row)
        bits += "0" * (-len(bits) % 8)
        lines.append(bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)))
    return lines


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(lines, back, filters):
    """Lines behind filter numbers, taken in turn from `filters`, as the format's section 9 defines them."""
    made, above = b"", bytes(len(lines[0]))
    for number, line in enumerate(lines):
        kind = filters[number % len(filters)]
        left = bytes(back) + line[:-back] if len(line) > back else bytes(len(line))
        corner = bytes(back) + above[:-back] if len(line) > back else bytes(len(line))
        guess = {
            0: lambda a, b, c: 0, 1: lambda a, b, c: a, 2: lambda a, b, c: b, 3: lambda a, b, c: (a + b) // 2, 4: paeth,
        }[kind]
        made += bytes([kind]) + bytes((x - guess(a, b, c)) & 255 for x, a, b, c in zip(line, left, above, corner))
        above = line
    return made


def png(rows, color_type, depth, *, filters=(0,), interlaced=False, extra=b""):
    """A file of rows of samples, the channels of a pixel after each other."""
    channels = CHANNELS[color_type]
    height, width = len(rows), len(rows[0]) // channels
    back = max(1, channels * depth // 8)
    data = b""
    for x, y, x_step, y_step in PASSES if interlaced else ((0, 0, 1, 1),):
        part = [
            [sample for at in range(x, width, x_step) for sample in row[at * channels : (at + 1) * channels]]
            for row in rows[y::y_step]
        ]
        if part and part[0]:
            data += filtered(packed_lines(part, depth), back, filters)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, interlaced)
    packed = zlib.compress(data)
    half = len(packed) // 2
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", b"Comment\0here") + extra
        + chunk(b"IDAT", packed[:half]) + chunk(b"IDAT", packed[half:]) + chunk(b"IEND", b"")
    )


def tensor(data):
    return torch.tensor(list(data), dtype=torch.uint8)


def samples(height, width, channels, depth):
    generator = torch.Generator().manual_seed(depth * 100 + channels)
    drawn = torch.randint(0, 1 << depth, (height, width * channels), generator=generator)
    return drawn.tolist()


def planes(rows, channels):
    return [[row[channel::channels] for row in rows] for channel in range(channels)]


class PngCase(TorchCase):
    def test_every_color_type_and_depth_is_read_as_it_is_stored(self):
        for color_type, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))):
            for depth in depths:
                for interlaced in (False, True):
                    for filters in ((0,), (1,), (2,), (0, 1, 2, 2), (3,), (4,), (4, 1, 3, 2, 0)):
                        with self.subTest(color_type=color_type, depth=depth, interlaced=interlaced, filters=filters):
                            channels = CHANNELS[color_type]
                            rows = samples(9, 11, channels, depth)
                            palette = chunk(b"PLTE", bytes(range(256)) * 3) if color_type == 3 else b""
                            data = png(rows, color_type, depth, filters=filters, interlaced=interlaced, extra=palette)
                            found = decode_png(tensor(data))
                            scale = 255 // ((1 << depth) - 1) if color_type == 0 and depth < 8 else 1
                            wanted = [[[v * scale for v in row] for row in plane] for plane in planes(rows, channels)]
                            self.assertEqual(found.tolist(), wanted)
                            self.assertIs(found.dtype, torch.uint16 if depth == 16 else torch.uint8)

    def test_small_pictures_interlaced(self):
        for height, width in ((1, 1), (1, 5), (5, 1), (2, 3), (8, 8)):
            rows = samples(height, width, 3, 8)
            found = decode_image(tensor(png(rows, 2, 8, filters=(4, 3), interlaced=True)))
            self.assertEqual(found.tolist(), planes(rows, 3))

    def test_palettes_are_looked_up(self):
        colors = [(10, 20, 30), (40, 50, 60), (70, 70, 70)]
        extra = chunk(b"PLTE", bytes(sum(colors, ()))) + chunk(b"tRNS", bytes([7, 200]))
        data = tensor(png([[0, 1], [2, 0]], 3, 2, extra=extra))
        self.assert_tensor(decode_png(data), [[[0, 1], [2, 0]]], torch.uint8)
        self.assert_tensor(decode_png(data, "RGB"), [[[c[k] for c in row] for row in
                           ((colors[0], colors[1]), (colors[2], colors[0]))] for k in range(3)])
        self.assert_tensor(decode_png(data, ImageReadMode.RGB_ALPHA)[3], [[7, 200], [255, 7]])
        # 0.2989, 0.587 and the rest of the three channels, cut off; equal channels as they are.
        self.assert_tensor(decode_png(data, ImageReadMode.GRAY), [[[18, 48], [70, 18]]])
        self.assertEqual(decode_png(data, ImageReadMode.GRAY_ALPHA).shape, (2, 2, 2))

    def test_channels_that_were_asked_for(self):
        rgba = tensor(png([[200, 100, 50, 9, 1, 2, 3, 255]], 6, 8))
        self.assert_tensor(decode_image(rgba, ImageReadMode.RGB), [[[200, 1]], [[100, 2]], [[50, 3]]])
        self.assert_tensor(decode_image(rgba, "gray_alpha")[1:], [[[9, 255]]])
        gray = tensor(png([[5, 6]], 0, 8))
        self.assert_tensor(decode_image(gray, ImageReadMode.RGB), [[[5, 6]]] * 3)
        self.assert_tensor(decode_image(gray, ImageReadMode.RGBA), [[[5, 6]]] * 3 + [[[255, 255]]])
        deep = tensor(png([[1000, 60000]], 0, 16))
        self.assert_tensor(decode_image(deep, ImageReadMode.RGB_ALPHA), [[[1000, 60000]]] * 3 + [[[65535] * 2]])

    def test_what_is_written_is_read_again(self):
        for shape in ((1, 5, 7), (3, 5, 7), (3, 1, 1), (1, 40, 3)):
            for level in (0, 1, 6, 9):
                picture = torch.randint(0, 256, shape, dtype=torch.uint8)
                self.assertTrue(torch.equal(decode_png(encode_png(picture, level)), picture))
        smooth = torch.arange(64).repeat(64, 1).unsqueeze(0).to(torch.uint8)
        self.assertLess(encode_png(smooth).numel(), 300)
        self.assertTrue(torch.equal(decode_image(encode_png(smooth.transpose(1, 2))), smooth.transpose(1, 2)))

    def test_what_cannot_be_written(self):
        self.assert_error(RuntimeError, "Input tensor dtype should be uint8", encode_png, torch.rand(3, 2, 2))
        bytes_ = torch.zeros(2, 2, 2, dtype=torch.uint8)
        self.assert_error(RuntimeError, "The number of channels should be 1 or 3, got: 2", encode_png, bytes_)
        self.assert_error(RuntimeError, "Input data should be a 3-dimensional tensor", encode_png, bytes_[0])
        self.assert_error(RuntimeError, "Compression level should be between 0 and 9", encode_png, bytes_[:1], 10)

    def test_damaged_files_are_refused(self):
        whole = png(samples(4, 4, 3, 8), 2, 8, filters=(4,))
        for end in range(1, len(whole) - 1, 7):
            with self.assertRaises(RuntimeError):
                decode_image(tensor(whole[:end]))
        for at in range(8, len(whole) - 4):
            damaged = bytearray(whole)
            damaged[at] ^= 0x41
            try:
                decode_png(tensor(damaged))
            except RuntimeError:
                pass
        self.assert_error(RuntimeError, "Unsupported image file.", decode_image, torch.zeros(30, dtype=torch.uint8))
        self.assert_error(RuntimeError, "Content is not png!", decode_png, torch.zeros(30, dtype=torch.uint8))


if __name__ == "__main__":
    unittest.main()
