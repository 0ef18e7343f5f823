"""`torchvision.io`'s JPEG files: of each kind, with the pixels that the IJG library (libjpeg-turbo) makes of them."""

import base64
import struct
import unittest
import zlib

import torch
from torch_case import TorchCase
from torchvision.io import decode_image, decode_jpeg, encode_jpeg, ImageReadMode

# Files of a 19 by 13 picture, written by libjpeg-turbo through Pillow and read back by it: the shape, the CRC-32 of the
# pixels in rows, the first and the last pixel, and the file, compressed.
FILES = {
    "baseline 4:2:0": (
        (3, 13, 19), 2268753862, [6, 1, 0], [255, 244, 109],
        "eNr7f+P/AwYBLzdPNwZGRgYGRiBk+H+bwZmBl5OLm4uDl5uLm4+Pl19YQVRYSEhYXUZOXEFP09BAT1NXx9jKy87YzM1cR9ch3NHNxy8oOM"
        "jILioxKiDBKzDIH2QIIx8fn7CgsJqoqJq/qa6pP8ng/wEGQQ4GXgZhZkYlBiZBRmZBxv9HGOSB7mRlBAMGKGBkYmZhZWPnADoaqGCrAAMT"
        "IzMzEwszKysLC1C2FijPwCLIKqRo6MgmHJjIrlQoYtQ4cSGHstPGg6JBFz+oGCcVNXFyiYlLSEqpqqlraGqZmJqZW1haObu4url7eHoFh4"
        "SGhUdERiWnpKalZ2RmFZeUlpVXVFY1t7S2tXd0dk2aPGXqtOkzZs5atHjJ0mXLV6xctWnzlq3btu/YuevQ4SNHjx0/cfLUpctXrl67fuPm"
        "rYePHj95+uz5i5evPn76/OXrt+8/fv4C+YuRgZkRBrD6SxDoLyYWFmYWdpC/GJnKQQoEWVgVDdmEHAPZEwuFlYwaOUScJi7ceJBT2Tjog2"
        "hS0UUuMRWTh6ofQV4D+4w4jzWR5TO4xxD+usXAw8wIjDxmQQZ7hidvv6wREOU8H2cVtnfdxIMq6XJXd+emc6RKPPn+Z3XUrUuGGx6vOO83"
        "9fFpsTeJ059Nslx6KTrj0Dbbza7lgRHHLjYff2T/60tYfLTd9N9B3iv/3wQAYMYAkg=="
    ),
    "baseline 4:2:2, restarts": (
        (3, 13, 19), 150955210, [8, 0, 0], [243, 240, 101],
        "eNr7f+P/AwYBLzdPNwZGRgYGRiBk+H+bwZlBhI9fiJ9XREhASFxURELOSFFORkbOVkdPxcjTwcfb3cHNNSCqOCkgNDfM1S2lIzW3vLqxqd"
        "EvoXd6T+204rrGGpAhjKLi4nJSctaKitY1wW7BNSSD/wcYBDkYeBmEmRkVGZgEGZkFGf8fYZAHupOVEQwYoICRiZmFlY2dg5OLG6hgqwAD"
        "EyMzMxMLMysrCwtQthYoz8AiyCqkaOjIJhyYyK5UKGLUOHEhh7LTxoOiQRc/qBgnFTVxcomJS0hKqaqpa2hqmZiamVtYWjm7uLq5e3h6BY"
        "eEhoVHREYlp6SmpWdkZhWXlJaVV1RWNbe0trV3dHZNmjxl6rTpM2bOWrR4ydJly1esXLVp85at27bv2Lnr0OEjR48dP3Hy1KXLV65eu37j"
        "5q2Hjx4/efrs+YuXrz5++vzl67fvP37+AvmLkYGZEQaw+ksQ6C8mFhZmFnaQvxiZykEKBFlYFQ3ZhBwD2RMLhZWMGjlEnCYu3HiQU9k46I"
        "NoUtFFLjEVk4eqH0FeA/uMOI81keUzuMcQ/rrLAHTp/1sMPMyMwChkFmSwZzjcdVyCsXh+1l7edsnjXs9KeT9sPf//QkeEDA/zj8CYmuMX"
        "tJ7/vzhNuoSFJ/RHgv+UX5/jfJact+YOnP//0ougq17Mx5+6Vuw57r4l/f9NAKbADeQ="
    ),
    "baseline 4:4:4, own tables": (
        (3, 13, 19), 2754107181, [1, 1, 0], [243, 248, 102],
        "eNr7f+P/AwYBLzdPNwZGRgYGRiBk+H+bwZmBjYWVjZWFjY2VjZ2djYNLgIuLk5NLhI+fR0BcREJCXERMTEpWVV5KWllGTExBR0FZTV1TS1"
        "NSXtdAV8NAVUNTA2QIIzs7OxcHlzAXl7CGlJiUBsng/wEGQQ4GXgZhZkZBBiZBRmZBxv9HGMSATgU6EwmwsbIDxVUFGBiZWFkYWeHijEyC"
        "DMwsrEJswoqGjkpOgYmFQGUSjAzMqPqZWdhYOYAyaoIgA5iZkQxgYALqF1QUufhByNCxcOLCjQf/32LgYQaKCzILMtgznMi9FS40ZVFgmI"
        "NQ4Ssjnge6uyd9Ek2wXibWq1SopcmifoL/6+mK1vtWHBufL9o9YfUDtql1YZPjbhW6HMvP82W6wjyp7mqM1UFe5txL3LHzphqrqqjstO2z"
        "40nqeF8+Lz31VMjLE9O//dyVmLXlcm/rhlKehjxmp/6+R4cqpxYr2wvIzav0zngTpBa8MG5e/JZJ1X8bJZ7MXvU2uc0+/P9NAFQRdXs="
    ),
    "gray": (
        (1, 13, 19), 3199281624, [5], [234],
        "eNr7f+P/AwYBLzdPNwZGRgYGRiBk+H+bwZmBi52dg52Ni4ODg5uLi5tPQoCPl5dPVlRMUEJZXlVFSV5JUU3bXF9N00RTUcnA0dDE0trOzk"
        "5Vz8XT2cbD3NbO+v8BBm4OBl4GYUZGQYb/RxhEweYjA1Y2oLCaAAMjEwsLO0KOkUmQgZlFkZXN0FFIWCmxceLGh/9vMXCAdNsztC09ENGy"
        "lGXvyVzFWzp7kzwKzPM3zDL6tYNZ1ffmLeElh1ceusCUV/6V7+IFT5mtBq/4dBc7Fxms9J40NfpUffL/mwDbkjtV"
    ),
    "progressive 4:2:0": (
        (3, 13, 19), 1471629306, [0, 4, 0], [255, 248, 106],
        "eNr7f+P/AwYBLzdPNwZGRgYGRiBk+H+bwZmBmYkJhICABYhYOVhZWVhYudjZ2Th4uHh4uLm4uXn5hAR4+QT5uLkFxAQEhUVERUV5+MUlxE"
        "QkhERERUCGMDID9bCwcrKycorwcvOKkAz+H2IQ5GDgZRBmZlRiYBJkZBZk/H+EQQzoVKAzkQAbOwNQXJyRgRlVnIWVjf3/LQYeoDCTALMA"
        "0H8TDGuOKZbsjt9QtR2oQ0aAgQnoSSQdTCzMrAyMgkKKQG0cQFsYWZnipvcEdR9ccj80oNtllePEsEZ3oE4pQaAUqmWMTKxsioJgfcyMjP"
        "aMzRv3s2zca7wcu2omZlZB0USwaiaQ6iLfkKwCqJOYUf3ByCSoaBjYOBHqJDZ7Jk+30+tY+w9pddh98beTB+qSA3sE2SeMggyKho6FExdu"
        "fAjzir1iQXOkttBBgxv8RTv2eaUwvF9h69QhJvLZ8as9LJQYQEYIbL4PNFNSEBSeKA5hEFQM/AD3oYDCWn0F153v/CE+RA1IBgZBRsXAxI"
        "lwHwrs6Snl3QhUKi8ANJQZOUDAbp3oGJhY2LgQ7liBjJuiq6fwvq67l2biJDaF2YvD9f6RrzsdQoL4PyS85Dw3KW75zV8xbZenCLRbHYtn"
        "XJkenHt95YX0/zcBhCOSCw=="
    ),
    "progressive gray": (
        (1, 13, 19), 1230331758, [1], [237],
        "eNr7f+P/AwYBLzdPNwZGRgYGRiBk+H+bwZmBg42NnY2Vg52dnZOTg4tHhJeHm5tHUkiYX0RWSl5OVkpGRkFFT11BSUdZRkbDXFPHwNDExE"
        "Re3dLWwshGz9jE6P8hBm4OBl4GYUZGQYb/RxjEgOYDzUYCrCxs/28xcIBFGc8uTe1UBiqTEmBgYkZVyMTIzCIoAlXKyMrk8yjN5lDIonCm"
        "yzJADeICDMyo5jIKKBhCVbPZM53gBpvKCFSFbCwjg6CiYeBEmKn2io8E514RLWxwWvZ9t1DMT3u4ywTOA/XLAF2F6iygpxQNHRMLG+EmCH"
        "gqRKSs8T7CwtvwMzuwKl6qaaNRkZ2DlojDhmXH5Kq+1f+/CQDEmknH"
    ),
    "four inks": (
        (4, 13, 19), 3167601507, [0, 5, 3, 255], [239, 255, 93, 255],
        "eNr7f+P/OwY+x5T8pFSGFAYQ+H+bwZlBgJuHj4dLgI+XT0hQQFhCQ0pCTEzCUFlVVsPK2NbG0tjC3MEjxs/BJdzV3CIgNzA8Pik9I93Ot7"
        "CyIKUiJjU9+f8BBhEOBl4GYRZnQQZfQYZIQQZvQYb/RxikGRiYmJgZGZAAGws7IxMzK1BSR4CBkZmZmZGVEybHyMAkyCykyGromMgi2rjw"
        "IJuSslFg0MaHH/7fYuBjcWbwZYhk8GZgsGcIu3QihztFYsIevUdGzFH+xtIqq0KOLnI4YWmjzWj90l6j+e+Dtt92Rd4pfMmflgUt4TZisE"
        "nknDWxYMmNzNsdEe+ED8fKqpbnp+7wnDP5e5ViiJVPHEs+1zGrWrZpHeeKrJz6b94szGDj6fn5S9HqZX67AZ/L2tnLL36XZbbsuCWyyvdH"
        "+Mn7r1pu+y462G96adpM3ysHp/3Y/m3ZpgnVeYbzOuL/3wQABxF0Yg=="
    ),
}


def file_bytes(name):
    return zlib.decompress(base64.b64decode(FILES[name][-1]))


def tensor(data):
    return torch.tensor(list(data), dtype=torch.uint8)


def checksum(picture):
    return zlib.crc32(bytes(picture.permute(1, 2, 0).flatten().tolist()))


def gradient(height, width):
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack([x * 5, y * 7, (x + y) * 3]).clamp(0, 255).to(torch.uint8)


class JpegCase(TorchCase):
    def test_pixels_are_the_library_s(self):
        for name, (shape, crc, first, last, _) in FILES.items():
            with self.subTest(name):
                found = decode_jpeg(tensor(file_bytes(name)))
                self.assertEqual(tuple(found.shape), shape)
                self.assertEqual(found[:, 0, 0].tolist(), first)
                self.assertEqual(found[:, -1, -1].tolist(), last)
                self.assertEqual(checksum(found), crc)

    def test_channels_that_were_asked_for(self):
        gray = tensor(file_bytes("gray"))
        self.assertTrue(torch.equal(decode_image(gray, ImageReadMode.RGB), decode_image(gray).repeat(3, 1, 1)))
        color = tensor(file_bytes("baseline 4:4:4, own tables"))
        red, green, blue = decode_image(color).float().unbind(0)
        luma = decode_image(color, "GRAY")
        self.assertLess((luma[0] - (0.299 * red + 0.587 * green + 0.114 * blue)).abs().mean().item(), 1)
        self.assertEqual(decode_image(tensor(file_bytes("four inks")), "RGB").shape[0], 3)
        self.assert_error(RuntimeError, "The provided mode is not supported for JPEG files", decode_jpeg, gray, "RGB_ALPHA")

    def test_written_files_are_the_library_s(self):
        # Channels, quality, and the length and CRC-32 of the file that the library writes by its defaults.
        library = [
            (3, 10, 678, 4027173121), (3, 75, 754, 333660908), (3, 100, 1197, 2955040182), (1, 10, 369, 2490161045), (1, 75, 432, 4085329941),
            (1, 100, 617, 1808691911),
        ]
        for channels, quality, length, crc in library:
            data = bytes(encode_jpeg(gradient(29, 37)[-channels:], quality).tolist())
            self.assertEqual((len(data), zlib.crc32(data)), (length, crc))

    def test_a_flat_picture_survives_exactly(self):
        for value in (0, 1, 100, 128, 255):
            for shape in ((1, 8, 8), (1, 9, 17), (3, 5, 33)):
                picture = torch.full(shape, value, dtype=torch.uint8)
                self.assertTrue(torch.equal(decode_jpeg(encode_jpeg(picture, 100)), picture))

    def test_quality_trades_size_for_likeness(self):
        picture = gradient(33, 47)
        sizes, differences = [], []
        for quality in (10, 50, 95):
            data = encode_jpeg(picture, quality)
            sizes.append(data.numel())
            differences.append((decode_jpeg(data).float() - picture.float()).abs().mean().item())
        self.assertEqual(sizes, sorted(sizes))
        self.assertEqual(differences, sorted(differences, reverse=True))
        self.assertLess(differences[-1], 2)
        self.assert_error(ValueError, "Image quality should be a positive number between 1 and 100", encode_jpeg, picture, 0)
        self.assertEqual(len(decode_jpeg(encode_jpeg([picture, picture[:1]]))), 2)

    def test_the_way_the_camera_was_held(self):
        whole = bytes(encode_jpeg(gradient(16, 24), 90).tolist())
        upright = decode_jpeg(tensor(whole))
        turns = {
            1: upright, 2: upright.flip(2), 3: upright.rot90(2, (1, 2)), 4: upright.flip(1), 5: upright.transpose(1, 2),
            6: upright.rot90(-1, (1, 2)), 7: upright.rot90(2, (1, 2)).transpose(1, 2), 8: upright.rot90(1, (1, 2)),
        }
        for number, wanted in turns.items():
            exif = b"Exif\0\0" + b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, number, 0, 0)
            marked = tensor(whole[:2] + struct.pack(">HH", 0xFFE1, len(exif) + 2) + exif + whole[2:])
            self.assertTrue(torch.equal(decode_jpeg(marked), upright))
            self.assertTrue(torch.equal(decode_image(marked, apply_exif_orientation=True), wanted), number)

    def test_damaged_files_end_in_an_error_or_a_picture(self):
        generator = torch.Generator().manual_seed(1)
        for name in FILES:
            whole = file_bytes(name)
            for end in (2, 3, 10, 200, len(whole) // 2, len(whole) - 2):
                self.assert_error(RuntimeError, "Image is incomplete or truncated", decode_jpeg, tensor(whole[:end]))
            for _ in range(60):
                damaged = bytearray(whole)
                at = int(torch.randint(2, len(whole), (), generator=generator))
                damaged[at] = int(torch.randint(0, 256, (), generator=generator))
                try:
                    decode_jpeg(tensor(damaged))
                except RuntimeError:
                    pass
        self.assert_error(RuntimeError, "Not a JPEG file: starts with 0x01 0x02", decode_jpeg, tensor([1, 2, 3]))


if __name__ == "__main__":
    unittest.main()
