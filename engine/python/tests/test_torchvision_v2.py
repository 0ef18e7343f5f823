"""`torchvision.transforms.v2` beside torchvision: draws after a seed, bytes resized as bytes, sizes, boxes, printing."""

import unittest

import torch
import torch.nn.functional as F
from torch_case import TorchCase
from torchvision import tv_tensors
from torchvision.transforms import v2

PICTURE = ((torch.arange(3 * 6 * 7) * 37) % 256).to(torch.uint8).reshape(3, 6, 7)

# Sums of the picture after the seeds 0, 1, 2 and 4: of its bytes, and of the same from 0 to 1. None: one byte is rounded otherwise.
AUGMENTED = [
    ("AutoAugment()", [15663, 15663, 15648, 13974], [61.424, 61.424, 61.523, 54.8]),
    ("RandAugment()", [15729, 15729, 9101, 11328], [62.048, 62.048, 35.69, 44.484]),
    ("TrivialAugmentWide()", [0, 15999, 8869, 13728], [0.0, 63.331, 34.78, 53.625]),
    ("AugMix()", [None, 15418, 15494, 15460], [61.599, 60.757, 60.961, 60.995]),
    ("ScaleJitter((6,6),(0.5,2.0))", [15663, 26756, 20816, 17832], [61.424, 104.915, 81.584, 69.929]),
    ("RandomShortestSize([4,5,9],max_size=12)", [33552, 9390, 6016, 9390], [131.428, 36.801, 23.591, 36.801]),
    ("RandomResize(3,9)", [9390, 6016, 3417, 20816], [36.801, 23.591, 13.377, 81.584]),
    ("RandomAutocontrast(1.0)", [15954, 15954, 15954, 15954], [62.808, 62.808, 62.808, 62.808]),
    ("JPEG((20,90))", [15533, 15731, 15594, 15714], []),
    ("Resize((4,9))", [13378, 13378, 13378, 13378], [52.458, 52.458, 52.458, 52.458]),
]

# A row of the first channel, and the sum of all.
RESIZED = [
    ({"mode": "bilinear", "size": (4, 9)}, [5, 30, 58, 87, 116, 145, 174, 202, 227], 13378),
    ({"mode": "bicubic", "size": (4, 9)}, [3, 26, 59, 89, 116, 143, 173, 206, 229], 13454),
    ({"mode": "bilinear", "size": (4, 5), "antialias": True}, [17, 63, 116, 169, 215], 7506),
    ({"mode": "bicubic", "size": (3, 9), "antialias": True}, [5, 30, 61, 90, 119, 148, 177, 208, 232], 10074),
    ({"mode": "bilinear", "scale_factor": 1.7, "align_corners": True}, [2, 24, 46, 69, 91, 113, 135, 157, 180, 202, 224], 41455),
    ({"mode": "bicubic", "scale_factor": 0.6}, [16, 80, 140, 207], 4392),
]


class SecondGenerationCase(TorchCase):
    def test_seeds_give_torchvisions_pictures(self):
        for source, of_bytes, of_floats in AUGMENTED:
            transform = eval("v2." + source)
            for picture, wanted in ((PICTURE, of_bytes), (PICTURE / 255, of_floats)):
                for seed, total in zip((0, 1, 2, 4), wanted):
                    torch.manual_seed(seed)
                    if total is not None:
                        self.assertAlmostEqual(transform(picture).sum().item(), total, delta=0.002, msg=(source, seed))

    def test_bytes_are_resized_in_whole_numbers(self):
        for options, row, total in RESIZED:
            made = F.interpolate(PICTURE[None], **options)
            self.assertEqual(made.dtype, torch.uint8)
            self.assertEqual((made[0, 0, 1].tolist(), made.sum().item()), (row, total), options)

    def test_boxes_are_cut_and_dropped(self):
        boxes = tv_tensors.BoundingBoxes(torch.tensor([[1, 1, 5, 5], [3, 2, 7, 6]]), format="XYXY", canvas_size=(6, 7))
        wanted = [[[3, 4, 4], [[0, 0, 4, 4], [0, 0, 0, 0]]], [[3, 3, 6], [[1, 0, 5, 3], [0, 0, 0, 0]]], [[3, 4, 3], [[0, 0, 3, 4], [0, 0, 0, 0]]], [[3, 5, 4], [[0, 1, 3, 5], [1, 2, 4, 5]]]]
        for seed, (shape, corners) in enumerate(wanted):
            torch.manual_seed(seed)
            picture, found = v2.RandomIoUCrop()(tv_tensors.Image(PICTURE), boxes)
            self.assertEqual((list(picture.shape), found.tolist()), (shape, corners))
        labels = torch.tensor([4, 5])
        kept = tv_tensors.wrap(found * torch.tensor([[1], [0]]), like=found)
        sample = v2.SanitizeBoundingBoxes()({"picture": picture, "boxes": kept, "labels": labels})
        self.assertEqual((sample["boxes"].tolist(), sample["labels"].tolist()), ([corners[0]], [4]))
        with self.assertRaisesRegex(TypeError, r"RandomIoUCrop\(\) requires input sample to contain tensor or PIL images"):
            v2.RandomIoUCrop()(PICTURE)
        with self.assertRaisesRegex(ValueError, "No bounding boxes were found in the sample"):
            v2.SanitizeBoundingBoxes()(PICTURE, labels)

    def test_pictures_are_mixed_in_torchvisions_shares(self):
        torch.manual_seed(5)
        _, labels = v2.MixUp(num_classes=3)(torch.zeros(2, 3, 4, 4), torch.tensor([0, 2]))
        self.assert_close(labels, [[0.546, 0.0, 0.454], [0.454, 0.0, 0.546]], places=4)

    def test_transforms_are_printed_as_they_were_made(self):
        wanted = {
            "Resize(4)": "Resize(size=[4], interpolation=bilinear, antialias=True)",
            "Resize(4, v2.InterpolationMode.NEAREST)": "Resize(size=[4], interpolation=InterpolationMode.NEAREST, antialias=True)",
            "Pad((1, 2))": "Pad(padding=[1, 2], fill=0, padding_mode=constant)",
            "RandomCrop(3, padding=(1, 2))": "RandomCrop(size=(3, 3), padding=[1, 1, 2, 2], pad_if_needed=False, fill=0, padding_mode=constant)",
            "GaussianBlur(3)": "GaussianBlur(kernel_size=(3, 3), sigma=[0.1, 2.0])",
            "RandAugment()": "RandAugment(interpolation=nearest, num_ops=2, magnitude=9, num_magnitude_bins=31)",
            "AutoAugment()": "AutoAugment(interpolation=nearest, policy=AutoAugmentPolicy.IMAGENET)",
            "JPEG(60)": "JPEG(quality=[60, 60])",
            "RandomShortestSize(5)": "RandomShortestSize(min_size=[5], interpolation=bilinear, antialias=True)",
        }
        for source, text in wanted.items():
            self.assertEqual(repr(eval("v2." + source)), text)
        with self.assertRaisesRegex(ValueError, "Invalid interpolation mode: 'smooth'"):
            v2.Resize(4, interpolation="smooth")(PICTURE)


if __name__ == "__main__":
    unittest.main()
