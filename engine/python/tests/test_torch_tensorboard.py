"""`SummaryWriter`: its files are read back with a reader of records and messages of the test's own.

Read next: `torch/utils/tensorboard/writer.py`.
"""

import glob
import os
import re
import struct
import tempfile
import unittest
import zlib

import torch
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard._event_file import crc32c
from torch_case import TorchCase


def slow_crc32c(data):
    """CRC-32C bit by bit."""
    found = 0xFFFFFFFF
    for byte in data:
        found ^= byte
        for _ in range(8):
            found = found >> 1 ^ (0x82F63B78 if found & 1 else 0)
    return found ^ 0xFFFFFFFF


def masked(data):
    found = slow_crc32c(data)
    return ((found >> 15 | found << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    """The records of a file, their checksums verified."""
    with open(path, "rb") as file:
        data = file.read()
    found, place = [], 0
    while place < len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        assert struct.unpack_from("<I", data, place + 8)[0] == masked(data[place : place + 8])
        body = data[place + 12 : place + 12 + length]
        assert struct.unpack_from("<I", data, place + 12 + length)[0] == masked(body)
        found.append(body)
        place += 16 + length
    return found


def fields(data):
    """A message's fields as a dict of numbers to lists: integers, raw bytes."""
    found, place = {}, 0

    def varint():
        nonlocal place
        value, shift = 0, 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while place < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            value = data[place : place + size]
            place += size
        found.setdefault(key >> 3, []).append(value)
    return found


def double(data):
    return struct.unpack("<d", data)[0]


def singles(data):
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def doubles(data):
    return list(struct.unpack(f"<{len(data) // 8}d", data))


def decode_png(data):
    """Rows of bytes of an unfiltered PNG, and its width and number of channels."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, packed = 8, b""
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        assert struct.unpack_from(">I", data, place + 8 + size)[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", body)
            assert depth == 8
        if kind == b"IDAT":
            packed += body
        place += 12 + size
    channels = {0: 1, 2: 3, 6: 4}[colour]
    raw, stride = zlib.decompress(packed), width * channels + 1
    assert len(raw) == stride * height and all(raw[start] == 0 for start in range(0, len(raw), stride))
    return [list(raw[start + 1 : start + stride]) for start in range(0, len(raw), stride)]


class Logs(TorchCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def events(self, folder=None):
        """(step, value's fields) of every summary in a folder's one file, after the line that tells the version."""
        (path,) = glob.glob(os.path.join(folder or self.folder, "events.out.tfevents.*"))
        first, *rest = [fields(body) for body in records(path)]
        self.assertEqual(first[3], [b"brain.Event:2"])
        found = []
        for event in rest:
            self.assertGreater(double(event[1][0]), 1e9)
            for value in fields(event[5][0])[1]:
                found.append((event.get(2, [0])[0], fields(value)))
        return found

    def one(self, add):
        """The only value that a function writes, and its step."""
        with SummaryWriter(self.folder) as writer:
            add(writer)
        ((step, value),) = self.events()
        return step, value

    def plugin(self, value):
        return fields(fields(value[9][0])[1][0])


class Numbers(Logs):
    def test_checksums(self):
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)
        self.assertEqual(crc32c(bytes(range(256))), slow_crc32c(bytes(range(256))))

    def test_scalars(self):
        with SummaryWriter(self.folder, filename_suffix=".mine") as writer:
            writer.add_scalar("loss/train", 0.5, 3)
            writer.add_scalar("loss/train", torch.tensor([0.25]), 300, walltime=2e9)
            writer.add_scalar("none", 1)
            writer.add_scalar("new", 2.5, new_style=True)
            writer.add_scalar("wide", 0.1, new_style=True, double_precision=True)
            self.assert_error(AssertionError, "scalar should be 0D", writer.add_scalar, "x", torch.ones(2))
        found = self.events()
        self.assertEqual([step for step, _ in found], [3, 300, 0, 0, 0])
        self.assertEqual([value[1][0] for _, value in found[:3]], [b"loss/train", b"loss/train", b"none"])
        self.assertEqual([singles(value[2][0])[0] for _, value in found[:3]], [0.5, 0.25, 1.0])
        data = fields(found[3][1][8][0])
        self.assertEqual((data[1], singles(data[5][0]), self.plugin(found[3][1])[1]), ([1], [2.5], [b"scalars"]))
        self.assertEqual(doubles(fields(found[4][1][8][0])[6][0]), [0.1])
        (path,) = glob.glob(os.path.join(self.folder, "*"))
        self.assertRegex(os.path.basename(path), r"^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.mine$")

    def test_runs_beside(self):
        with SummaryWriter(self.folder) as writer:
            writer.add_scalars("run/14h", {"sin": 1.0, "cos": 2.0}, 5)
            writer.add_scalars("run/14h", {"sin": 3.0}, 6)
        found = self.events(os.path.join(self.folder, "run_14h_sin"))
        self.assertEqual([(step, value[1][0], singles(value[2][0])[0]) for step, value in found], [(5, b"run/14h", 1.0), (6, b"run/14h", 3.0)])

    def test_histograms(self):
        step, value = self.one(lambda writer: writer.add_histogram("h", torch.tensor([1, 1, 2, 4]), 7, bins=3))
        found = fields(value[5][0])
        self.assertEqual((step, [double(found[place][0]) for place in range(1, 6)]), (7, [1.0, 4.0, 4.0, 8.0, 22.0]))
        self.assertEqual((doubles(found[6][0]), doubles(found[7][0])), ([1.0, 2.0, 3.0, 4.0], [0.0, 2.0, 1.0, 1.0]))

    def test_histograms_of_tensorboards_bins(self):
        values = torch.tensor([-1.0, 0.0, 0.5, 0.5, 3.0])
        _, value = self.one(lambda writer: writer.add_histogram("h", values))
        found = fields(value[5][0])
        limits, counts = doubles(found[6][0]), doubles(found[7][0])
        self.assertEqual((len(limits), counts[0], sum(counts), counts[1]), (len(counts), 0.0, 5.0, 1.0))
        for limit, wanted in ((-1.0, 0), (-1e-30, 1), (0.45, 2), (0.6, 4), (4.0, 5)):
            self.assertEqual(sum(count for top, count in zip(limits, counts) if top <= limit), wanted, limit)
        writer = SummaryWriter(self.folder)
        self.assert_error(ValueError, "The input has no element.", writer.add_histogram, "h", torch.empty(0))
        writer.add_histogram_raw("r", 0, 1, 2, 1, 1, [0.5, 1.0], [1, 1])
        self.assert_error(ValueError, "len(bucket_limits) != len(bucket_counts)", writer.add_histogram_raw, "r", 0, 1, 2, 1, 1, [0.5], [1, 1])
        writer.close()

    def test_curves(self):
        labels, predictions = torch.tensor([1, 0, 1, 0]), torch.tensor([0.9, 0.2, 0.4, 0.6])
        _, value = self.one(lambda writer: writer.add_pr_curve("c", labels, predictions, num_thresholds=3))
        data = fields(value[8][0])
        rows = singles(data[5][0])
        rows = [[round(number, 4) for number in rows[start : start + 3]] for start in range(0, 18, 3)]
        # Thresholds 0, a half and 1; a prediction counts from its lower threshold on.
        wanted = [[2.0, 1.0, 0.0], [2.0, 1.0, 0.0], [0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [0.5, 0.5, 0.0], [1.0, 0.5, 0.0]]
        self.assertEqual(rows, wanted)
        self.assertEqual([fields(size)[1][0] for size in fields(data[2][0])[2]], [6, 3])
        plugin = self.plugin(value)
        self.assertEqual((plugin[1], fields(plugin[2][0])[2]), ([b"pr_curves"], [3]))


class Media(Logs):
    def pixels(self, value):
        found = fields(value[4][0])
        return [found[place][0] for place in (1, 2, 3)], decode_png(found[4][0])

    def test_pictures(self):
        picture = torch.tensor([[[0.0, 1.0]], [[0.5, 2.0]], [[-1.0, 0.1]]])
        step, value = self.one(lambda writer: writer.add_image("i", picture, 2))
        self.assertEqual((step, self.pixels(value)), (2, ([1, 2, 3], [[0, 127, 0, 255, 255, 25]])))

    def test_formats(self):
        grey = torch.tensor([[0, 7]], dtype=torch.uint8)
        with SummaryWriter(self.folder) as writer:
            writer.add_image("a", grey, dataformats="HW")
            writer.add_image("b", grey.unsqueeze(2), dataformats="HWC")
            writer.add_images("c", torch.tensor([0, 1, 2], dtype=torch.uint8).reshape(3, 1, 1, 1).expand(3, 3, 1, 1))
            writer.add_images("d", torch.arange(9, dtype=torch.uint8).reshape(9, 1, 1, 1))
            writer.add_image_with_boxes("e", torch.zeros(3, 3, 3, dtype=torch.uint8), torch.tensor([[0, 0, 2, 2]]))
            self.assert_error(AssertionError, "You can not use the same dimension shordhand twice", writer.add_image, "x", grey, dataformats="HH")
            self.assert_error(AssertionError, "size of input tensor and input format are different.", writer.add_image, "x", grey)
        found = [self.pixels(value) for _, value in self.events()]
        self.assertEqual(found[0], ([1, 2, 3], [[0, 0, 0, 7, 7, 7]]))
        self.assertEqual(found[1], found[0])
        self.assertEqual(found[2], ([1, 3, 3], [[0, 0, 0, 1, 1, 1, 2, 2, 2]]))
        self.assertEqual((found[3][0], found[3][1][1][:6]), ([2, 8, 3], [8, 8, 8, 0, 0, 0]))
        self.assertEqual([row[3:6] for row in found[4][1]], [[255, 0, 0], [0, 0, 0], [255, 0, 0]])

    def test_sounds(self):
        _, value = self.one(lambda writer: writer.add_audio("s", torch.tensor([[0.0, 1.0, -2.0]]), sample_rate=8000))
        found = fields(value[6][0])
        self.assertEqual((singles(found[1][0]), found[2], found[3], found[5]), ([8000.0], [1], [3], [b"audio/wav"]))
        self.assertEqual(struct.unpack("<3h", found[4][0][44:]), (0, 32767, -32767))

    def test_texts(self):
        _, value = self.one(lambda writer: writer.add_text("t", "**größer**", 1))
        self.assertEqual((value[1], fields(value[8][0])[8]), ([b"t/text_summary"], ["**größer**".encode()]))
        self.assertEqual(self.plugin(value)[1], [b"text"])

    def test_figures_need_matplotlib(self):
        try:
            from matplotlib import pyplot
        except ImportError:
            with SummaryWriter(self.folder) as writer, self.assertRaises(ImportError):
                writer.add_figure("f", object())
            return
        figure = pyplot.figure(figsize=(1, 1), dpi=10)
        _, value = self.one(lambda writer: writer.add_figure("f", figure))
        self.assertEqual(self.pixels(value)[0], [10, 10, 3])

    def test_points(self):
        with SummaryWriter(self.folder) as writer:
            writer.add_embedding(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), ["a", "b"], torch.zeros(2, 3, 2, 2), 4, "x/y")
            self.assert_error(AssertionError, "#labels should equal with #data points", writer.add_embedding, torch.ones(2, 2), ["a"])
        place = os.path.join(self.folder, "00004", "x%2fy")
        with open(os.path.join(place, "tensors.tsv")) as file:
            self.assertEqual(file.read(), "1.0\t2.0\n3.0\t4.0\n")
        with open(os.path.join(place, "metadata.tsv")) as file:
            self.assertEqual(file.read(), "a\nb\n")
        with open(os.path.join(self.folder, "projector_config.pbtxt")) as file:
            text = file.read()
        for part in ('tensor_name: "x/y:00004"', 'tensor_path: "00004/x%2fy/tensors.tsv"', "single_image_dim: 2 single_image_dim: 2"):
            self.assertIn(part, text)


class Runs(Logs):
    def test_hyperparameters(self):
        with SummaryWriter(self.folder) as writer:
            domain = {"bsize": [1, 2]}
            writer.add_hparams({"lr": 0.1, "bsize": 1, "bias": False, "name": "n"}, {"accuracy": 0.5}, domain, run_name="r")
            self.assert_error(TypeError, "hparam_dict and metric_dict should be dictionary.", writer.add_hparams, [], {})
            self.assert_error(ValueError, "value should be one of int, float, str, bool, or torch.Tensor", writer.add_hparams, {"a": []}, {})
        found = [value for _, value in self.events(os.path.join(self.folder, "r"))]
        names = [b"_hparams_/experiment", b"_hparams_/session_start_info", b"_hparams_/session_end_info", b"accuracy"]
        self.assertEqual([value[1][0] for value in found], names)
        self.assertEqual(self.plugin(found[0])[1], [b"hparams"])
        experiment = fields(fields(self.plugin(found[0])[2][0])[2][0])
        infos = [fields(info) for info in experiment[4]]
        self.assertEqual([(info[1][0], info[4][0]) for info in infos], [(b"lr", 3), (b"bsize", 3), (b"bias", 2), (b"name", 1)])
        self.assertEqual([double(fields(choice)[2][0]) for choice in fields(infos[1][5][0])[1]], [1.0, 2.0])
        self.assertEqual(fields(fields(experiment[5][0])[1][0])[2], [b"accuracy"])
        started = fields(fields(self.plugin(found[1])[2][0])[3][0])
        given = {fields(pair)[1][0]: fields(fields(pair)[2][0]) for pair in started[1]}
        self.assertEqual(double(given[b"lr"][2][0]), 0.1)
        self.assertEqual((given[b"bias"][4], given[b"name"][3]), ([0], [b"n"]))
        self.assertEqual(fields(fields(self.plugin(found[2])[2][0])[4][0])[1], [1])

    def test_folders(self):
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.folder)
        writer = SummaryWriter(comment="_LR_0.1")
        writer.close()
        self.assertTrue(re.match(r"runs.[A-Z][a-z]{2}\d\d_\d\d-\d\d-\d\d_.+_LR_0\.1$", writer.log_dir), writer.log_dir)
        self.assertTrue(os.path.isdir(writer.get_logdir()))

    def test_flush_and_close(self):
        writer = SummaryWriter(self.folder)
        writer.add_scalar("a", 1)
        self.assertEqual(len(self.events()), 0)
        writer.flush()
        self.assertEqual(len(self.events()), 1)
        for _ in range(11):
            writer.add_scalar("a", 1)
        self.assertEqual(len(self.events()), 12)
        writer.close()
        writer.close()
        writer.add_scalar("a", 2)
        writer.close()
        self.assertEqual(len(glob.glob(os.path.join(self.folder, "events*"))), 2)

    def test_charts(self):
        layout = {"Taiwan": {"twse": ["Multiline", ["a", "b"]], "m": ["Margin", ["v", "l", "u"]]}}
        _, value = self.one(lambda writer: writer.add_custom_scalars(layout))
        category = fields(fields(fields(value[8][0])[8][0])[2][0])
        charts = [fields(chart) for chart in category[2]]
        self.assertEqual((category[1], charts[0][1], fields(charts[0][2][0])[1]), ([b"Taiwan"], [b"twse"], [b"a", b"b"]))
        self.assertEqual(fields(fields(charts[1][3][0])[1][0]), {1: [b"v"], 2: [b"l"], 3: [b"u"]})

    def test_what_is_not_written(self):
        with SummaryWriter(self.folder) as writer:
            for call in (lambda: writer.add_graph(torch.nn.Linear(1, 1)), lambda: writer.add_video("v", torch.zeros(1)), lambda: writer.add_mesh("m", torch.zeros(1))):
                with self.assertWarnsRegex(UserWarning, "writes nothing in Carrel"):
                    call()
        self.assertEqual(self.events(), [])


if __name__ == "__main__":
    unittest.main()
