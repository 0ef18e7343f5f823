"""Pictures where there is no Pillow: what datasets give and transforms take, with the names of `PIL.Image` that they use.

An `Image` is rows of samples of one byte and a mode ("1" and "L" gray, "LA", "RGB", "RGBA", "CMYK"). Other names of
Pillow's raise an AttributeError that says so. Read next: `transforms._pictures`, `io`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import builtins
import os

import torch

from . import io
from ._bytes import bytes_of_tensor, tensor_of_bytes

_BANDS = {"1": "1", "L": "L", "P": "P", "LA": "LA", "RGB": "RGB", "RGBA": "RGBA", "CMYK": "CMYK", "HSV": "HSV"}
_MODES_BY_CHANNELS = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}

# Ways to resize by Pillow's numbers.
NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING = 0, 1, 2, 3, 4, 5


class Image:
    """A picture. Made by `frombytes`, `new`, `open` or `from_tensor`, not by its class."""

    def __init__(self, mode, samples):
        if mode not in _BANDS:
            raise ValueError(f"unrecognized image mode {mode!r}: without Pillow there are {', '.join(_BANDS)}")
        self.mode = mode
        self._samples = samples

    @property
    def size(self):
        """Width and height in pixels."""
        return self.width, self.height

    @property
    def width(self):
        """Pixels in a row."""
        return self._samples.shape[1]

    @property
    def height(self):
        """Rows."""
        return self._samples.shape[0]

    def getbands(self):
        """The names of the channels."""
        return tuple(_BANDS[self.mode])

    def tensor(self):
        """`(C, H, W)` uint8, sharing memory with nothing."""
        return self._samples.permute(2, 0, 1).contiguous()

    def tobytes(self):
        """The samples, row by row."""
        return bytes_of_tensor(self._samples)

    def getdata(self, band=None):
        """The pixels, row by row: numbers, or tuples of them. band: of this channel only."""
        rows = self._samples.reshape(-1, self._samples.shape[2])
        if band is not None:
            return rows[:, band].tolist()
        return rows[:, 0].tolist() if rows.shape[1] == 1 else [tuple(pixel) for pixel in rows.tolist()]

    def getpixel(self, xy):
        """The pixel at (x, y): a number, or a tuple of them."""
        found = self._samples[xy[1], xy[0]].tolist()
        return found[0] if len(found) == 1 else tuple(found)

    def getextrema(self):
        """The smallest and largest sample, of each channel if there are several."""
        found = [(part.min().item(), part.max().item()) for part in self._samples.unbind(2)]
        return found[0] if len(found) == 1 else tuple(found)

    def copy(self):
        """A picture of its own memory."""
        return Image(self.mode, self._samples.clone())

    def load(self):
        """Does nothing: the samples are there."""

    def close(self):
        """Does nothing: no file is open."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def convert(self, mode=None):
        """The picture in another mode: "1", "L", "LA", "RGB" or "RGBA". Luma is Rec. 601's, as Pillow's."""
        mode = mode or self.mode
        if mode == self.mode:
            return self.copy()
        if self.mode not in ("1", "L", "P", "LA", "RGB", "RGBA") or mode not in ("1", "L", "LA", "RGB", "RGBA"):
            raise ValueError(f"conversion from {self.mode} to {mode} needs Pillow, which is not installed")
        samples = self._samples
        has_alpha = self.mode in ("LA", "RGBA")
        color, alpha = (samples[:, :, :-1], samples[:, :, -1:]) if has_alpha else (samples, None)
        if mode in ("1", "L", "LA"):
            color = _luma(color) if color.shape[2] == 3 else color
            if mode == "1":
                # Pillow would spread the error; here each pixel decides for itself.
                color = torch.where(color > 127, 255, 0).to(torch.uint8)
        elif color.shape[2] == 1:
            color = color.expand(-1, -1, 3)
        if mode in ("LA", "RGBA"):
            alpha = torch.full_like(color[:, :, :1], 255) if alpha is None else alpha
            color = torch.cat([color, alpha], 2)
        return Image(mode, color.contiguous())

    def crop(self, box=None):
        """The part between (left, upper, right, lower), black where it leaves the picture."""
        left, upper, right, lower = box or (0, 0, self.width, self.height)
        from .transforms import functional

        return functional.crop(self, upper, left, lower - upper, right - left)

    def resize(self, size, resample=BICUBIC, **options):
        """The picture at (width, height). resample: a way to resize, by Pillow's number."""
        from .transforms import functional

        return functional.resize(self, [size[1], size[0]], functional._interpolation_of(resample))

    def transpose(self, method):
        """Turned by Pillow's number of a way: 0, 1 flips, 2, 3, 4 turns left, 5, 6 the diagonals."""
        turns = (
            lambda x: x.flip(1), lambda x: x.flip(0), lambda x: x.rot90(1, (0, 1)), lambda x: x.rot90(2, (0, 1)),
            lambda x: x.rot90(-1, (0, 1)), lambda x: x.transpose(0, 1), lambda x: x.rot90(2, (0, 1)).transpose(0, 1),
        )
        return Image(self.mode, turns[int(method)](self._samples).contiguous())

    def save(self, fp, format=None, **params):
        """Writes a PNG or JPEG file. params: `quality` of JPEG."""
        kind = (format or os.path.splitext(getattr(fp, "name", fp))[1].lstrip(".")).lower()
        data = self._file_bytes(kind, params.get("quality", 75))
        if hasattr(fp, "write"):
            fp.write(data)
        else:
            with builtins.open(fp, "wb") as file:
                file.write(data)

    def show(self, title=None):
        """Displays the picture."""
        from IPython.display import display

        display(self)

    def _file_bytes(self, kind, quality=75):
        picture = self.convert("L" if self.mode in ("1", "L", "P", "LA") else "RGB").tensor()
        if kind == "png":
            return bytes_of_tensor(io.encode_png(picture))
        if kind in ("jpg", "jpeg"):
            return bytes_of_tensor(io.encode_jpeg(picture, quality))
        raise ValueError(f"unknown file extension: .{kind}: without Pillow, pictures are saved as .png or .jpg")

    def _repr_png_(self):
        return self._file_bytes("png")

    def __array__(self, dtype=None, copy=None):
        samples = self._samples.squeeze(2) if self._samples.shape[2] == 1 else self._samples
        found = samples.numpy()
        return found if dtype is None else found.astype(dtype)

    def __eq__(self, other):
        is_alike = isinstance(other, Image) and (self.mode, self.size) == (other.mode, other.size)
        return is_alike and torch.equal(self._samples, other._samples)

    __hash__ = None

    def __repr__(self):
        return f"<torchvision.Image mode={self.mode} size={self.width}x{self.height}>"

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"pictures have no {name!r} without Pillow, which is not installed")


def frombytes(mode, size, data):
    """A picture of the bytes of its samples, row by row. size: (width, height)."""
    width, height = size
    channels = len(_BANDS.get(mode, "L"))
    if len(data) != width * height * channels:
        raise ValueError("not enough image data" if len(data) < width * height * channels else "too much image data")
    return Image(mode, tensor_of_bytes(data).reshape(height, width, channels))


def from_tensor(picture, mode=None):
    """A picture of a `(C, H, W)` or `(H, W)` uint8 tensor. mode: by the number of channels if absent."""
    picture = picture.unsqueeze(0) if picture.dim() == 2 else picture
    mode = mode or _MODES_BY_CHANNELS.get(picture.shape[0])
    return Image(mode, picture.detach().cpu().permute(1, 2, 0).contiguous().clone())


def new(mode, size, color=0):
    """A picture of one colour. color: a number, or one for each channel."""
    width, height = size
    channels = len(_BANDS.get(mode, "L"))
    values = list(color) if isinstance(color, (tuple, list)) else [color] * channels
    return Image(mode, torch.tensor(values, dtype=torch.uint8).expand(height, width, channels).contiguous())


def open(fp, mode="r"):
    """The picture in a PNG or JPEG file: a path, or a file open for reading. Deep PNG files lose their low bits."""
    if hasattr(fp, "read"):
        data = fp.read()
    else:
        with builtins.open(fp, "rb") as file:
            data = file.read()
    data = tensor_of_bytes(data)
    is_png = bytes_of_tensor(data[:4]) == b"\x89PNG"
    found = io.decode_png(data) if is_png else io.decode_image(data)
    if is_png and io.image._is_palette(data):
        found = io.decode_png(data, "RGB")
    if found.dtype is not torch.uint8:
        found = found >> 8
    mode = "CMYK" if not is_png and found.shape[0] == 4 else None
    return from_tensor(found.to(torch.uint8), mode)


def _luma(color):
    """Rec. 601 in 1/65536, as Pillow rounds it."""
    wide = color.to(torch.int32)
    return ((wide[..., :1] * 19595 + wide[..., 1:2] * 38470 + wide[..., 2:] * 7471 + 0x8000) >> 16).to(torch.uint8)
