"""Summaries, the messages that events carry: scalars, histograms, images, sounds, texts, tensors, curves.

Numbers of fields: https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto and
https://github.com/tensorflow/tensorboard/tree/master/tensorboard/plugins. Read next: `_hparams`, `_wire`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import io
import wave

from ... import _dtype, as_tensor, bincount, floor, searchsorted, tensor, zeros
from . import _wire
from ._png import encode_png

_SCALAR_CLASS, _TENSOR_CLASS = 1, 2
_FLOAT, _DOUBLE, _STRING = 1, 2, 7


def value(tag, *fields):
    """A summary with one value."""
    return _wire.message(1, _wire.text(1, tag) + b"".join(fields))


def metadata(plugin, content=b"", data_class=0):
    """What tells TensorBoard which plugin shows a value."""
    data = _wire.text(1, plugin) + (_wire.message(2, content) if content else b"")
    return _wire.message(9, _wire.message(1, data) + _wire.integer(4, data_class))


def _shape(sizes):
    return _wire.message(2, b"".join(_wire.message(2, _wire.integer(1, size)) for size in sizes))


def _text_tensor(texts, shape):
    data = _wire.integer(1, _STRING) + _shape(shape) + b"".join(_wire.message(8, text) for text in texts)
    return _wire.message(8, data)


def flat_numbers(values):
    """The elements of a tensor, an array, or nested sequences as a flat CPU tensor of float64."""
    return as_tensor(values).detach().cpu().to(_dtype.float64).reshape(-1)


def scalar(tag, number, new_style=False, double_precision=False):
    """A number: as such, or in the new style as a tensor."""
    if hasattr(number, "numel") or hasattr(number, "__array__"):
        number = as_tensor(number)
        if number.numel() != 1:
            raise AssertionError("scalar should be 0D")
        number = number.item()
    number = float(number)
    if not new_style:
        return value(tag, _wire.single(2, number))
    numbers = _wire.doubles(6, [number]) if double_precision else _wire.singles(5, [number])
    data = _wire.integer(1, _DOUBLE if double_precision else _FLOAT) + numbers
    return value(tag, _wire.message(8, data), metadata("scalars", data_class=_SCALAR_CLASS))


def tensor_summary(tag, values):
    """A tensor of float32."""
    values = as_tensor(values).detach().cpu()
    data = _wire.integer(1, _FLOAT) + _shape(values.shape) + _wire.singles(5, flat_numbers(values).tolist())
    return value(tag, _wire.message(8, data), metadata("tensor", data_class=_TENSOR_CLASS))


def _default_edges():
    """Edges that grow by a tenth from 1e-12 to 1e20, both ways from 0."""
    edges, edge = [], 1e-12
    while edge < 1e20:
        edges.append(edge)
        edge *= 1.1
    return [-edge for edge in reversed(edges)] + [0.0] + edges


def _edges(values, bins):
    if bins == "tensorflow":
        return _default_edges()
    if isinstance(bins, str):
        try:
            import numpy
        except ImportError:
            raise ModuleNotFoundError(f"bins={bins!r} needs numpy; use bins='tensorflow' or a number of bins") from None
        return numpy.histogram_bin_edges(numpy.array(values.tolist()), bins=bins).tolist()
    if isinstance(bins, int):
        low, high = values.min().item(), values.max().item()
        low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
        return [low + (high - low) * step / bins for step in range(bins + 1)]
    return flat_numbers(bins).tolist()


def histogram_message(low, high, count, total, squares, limits, counts):
    """A histogram: its numbers, upper limits of its buckets, and how many fall into each."""
    numbers = b"".join(_wire.double(place, number) for place, number in enumerate((low, high, count, total, squares), 1))
    return numbers + _wire.doubles(6, limits) + _wire.doubles(7, counts)


def histogram(tag, values, bins="tensorflow", max_bins=None):
    """How values are distributed. Raises ValueError if there are none."""
    values = flat_numbers(values)
    if not values.numel():
        raise ValueError("The input has no element.")
    edges = _edges(values, bins)
    limits = tensor(edges, dtype=_dtype.float64)
    # The last bin has both its ends; what is outside all bins is not counted.
    places = searchsorted(limits, values, right=True)
    places = places.masked_fill(values == edges[-1], len(edges) - 1)
    counts = bincount(places, minlength=len(edges) + 1).tolist()[1 : len(edges)]
    if max_bins is not None and len(counts) > max_bins:
        step = len(counts) // max_bins
        counts = [sum(counts[start : start + step]) for start in range(0, len(counts), step)]
        edges = edges[:-1:step] + [edges[-1]]
    filled = [place for place, count in enumerate(counts) if count]
    if not filled:
        raise ValueError("The histogram is empty, please file a bug report.")
    # An empty bucket on the left says where the first one begins.
    first, last = filled[0], filled[-1]
    found = histogram_message(
        values.min().item(),
        values.max().item(),
        values.numel(),
        values.sum().item(),
        (values * values).sum().item(),
        edges[first : last + 2],
        [0, *counts[first : last + 1]],
    )
    return value(tag, _wire.message(5, found))


def histogram_raw(tag, low, high, count, total, squares, limits, counts):
    """A histogram of numbers that are known already."""
    return value(tag, _wire.message(5, histogram_message(low, high, count, total, squares, list(limits), list(counts))))


def image(tag, pixels):
    """A picture from a uint8 tensor of height, width and 3 or 4 channels."""
    height, width, channels = pixels.shape
    data = _wire.integer(1, height) + _wire.integer(2, width) + _wire.integer(3, channels)
    return value(tag, _wire.message(4, data + _wire.message(4, encode_png(pixels))))


def audio(tag, sound, sample_rate=44100):
    """A sound from numbers between -1 and 1."""
    samples = as_tensor(sound).detach().cpu().float().squeeze()
    if samples.dim() != 1:
        raise AssertionError("input tensor should be 1 dimensional.")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sample_rate)
        words = (samples.clamp(-1, 1) * 32767).to(_dtype.int16)
        out.writeframes(b"".join(word.to_bytes(2, "little", signed=True) for word in words.tolist()))
    data = _wire.single(1, sample_rate) + _wire.integer(2, 1) + _wire.integer(3, samples.numel())
    return value(tag, _wire.message(6, data + _wire.message(4, file.getvalue()) + _wire.text(5, "audio/wav")))


def text(tag, content):
    """A text, which is shown as Markdown."""
    return value(tag + "/text_summary", metadata("text", data_class=_TENSOR_CLASS), _text_tensor([content.encode()], [1]))


def pr_curve_raw(tag, rows, num_thresholds, weights=None):
    """Counts of true and false positives and negatives, precision and recall, by threshold: six rows."""
    content = _wire.integer(2, min(num_thresholds, _MOST_THRESHOLDS))
    numbers = [number for row in rows for number in flat_numbers(row).tolist()]
    data = _wire.integer(1, _FLOAT) + _shape([6, len(numbers) // 6]) + _wire.singles(5, numbers)
    return value(tag, metadata("pr_curves", content), _wire.message(8, data))


# More thresholds are too much for TensorBoard's messages.
_MOST_THRESHOLDS = 127

# Keeps quotients of nothing by nothing at 0.
_LEAST_COUNT = 1e-7


def pr_curve(tag, labels, predictions, num_thresholds=_MOST_THRESHOLDS, weights=None):
    """Precision and recall of predictions between 0 and 1 for labels that are 0 or 1."""
    num_thresholds = min(num_thresholds, _MOST_THRESHOLDS)
    labels, predictions = flat_numbers(labels), flat_numbers(predictions)
    weights = zeros(len(labels), dtype=_dtype.float64) + 1 if weights is None else flat_numbers(weights)
    places = floor(predictions * (num_thresholds - 1)).to(_dtype.int64)

    def at_least(kind):
        """How many are in this bucket or a higher one."""
        return bincount(places, weights=kind * weights, minlength=num_thresholds).flip(0).cumsum(0).flip(0)

    right, wrong = at_least(labels), at_least(1 - labels)
    missed = right[0] - right
    precision = right / (right + wrong).clamp_min(_LEAST_COUNT)
    recall = right / (right + missed).clamp_min(_LEAST_COUNT)
    return pr_curve_raw(tag, (right, wrong, wrong[0] - wrong, missed, precision, recall), num_thresholds)


def custom_scalars(layout):
    """Charts with several curves: a dict of categories to dicts of titles to `["Multiline" or "Margin", tags]`."""
    categories = b""
    for title, charts in layout.items():
        data = _wire.text(1, title)
        for name, (kind, tags) in charts.items():
            if kind == "Margin":
                if len(tags) != 3:
                    raise AssertionError(f"Expected 3 tags, got {len(tags)}")
                series = b"".join(_wire.text(place, tag) for place, tag in enumerate(tags, 1))
                content = _wire.message(3, _wire.message(1, series))
            else:
                content = _wire.message(2, b"".join(_wire.text(1, tag) for tag in tags))
            data += _wire.message(2, _wire.text(1, name) + content)
        categories += _wire.message(2, data)
    return value("custom_scalars__config__", metadata("custom_scalars"), _text_tensor([categories], []))
