"""`torchvision.transforms.functional`: values worked out by hand or by definitions, on tensors and on pictures without Pillow."""

import colorsys
import math
import unittest

import torch
from torch_case import TorchCase
from torchvision import _image
from torchvision.transforms import functional as F
from torchvision.transforms import InterpolationMode


def ramp(height, width, across=1.0, down=0.0):
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing="ij")
    return (across * x + down * y).unsqueeze(0)


def bytes_of(*rows):
    return torch.tensor([rows], dtype=torch.uint8)


class ConversionCase(TorchCase):
    def test_dtypes_go_from_white_to_white(self):
        values = torch.tensor([0, 1, 128, 255], dtype=torch.uint8)
        self.assert_close(F.convert_image_dtype(values), [0, 1 / 255, 128 / 255, 1])
        self.assert_tensor(F.convert_image_dtype(F.convert_image_dtype(values), torch.uint8), values.tolist(), torch.uint8)
        self.assert_tensor(F.convert_image_dtype(values, torch.int16), [0, 128, 16384, 32640], torch.int16)
        self.assert_tensor(F.convert_image_dtype(torch.tensor([32767], dtype=torch.int16), torch.uint8), [255])
        error = "The cast from torch.float32 to torch.int32 cannot be performed safely."
        self.assert_error(RuntimeError, error, F.convert_image_dtype, torch.rand(2), torch.int32)

    def test_pictures_and_tensors(self):
        for channels, mode in ((1, "L"), (2, "LA"), (3, "RGB"), (4, "RGBA")):
            values = torch.randint(0, 256, (channels, 4, 5), dtype=torch.uint8)
            picture = F.to_pil_image(values)
            self.assertEqual((picture.mode, picture.size), (mode, (5, 4)))
            self.assertTrue(torch.equal(F.pil_to_tensor(picture), values))
            self.assertTrue(torch.equal(F.to_tensor(picture), values / 255))
        self.assertEqual(F.get_dimensions(picture), [4, 4, 5])
        self.assertEqual(F.to_pil_image(torch.full((1, 2, 2), 0.5)).getpixel((0, 0)), 127)
        self.assert_error(TypeError, "pic should be PIL Image or ndarray. Got <class 'torch.Tensor'>", F.to_tensor, values)
        self.assert_error(ValueError, "pic should not have > 4 channels. Got 5 channels.", F.to_pil_image, torch.rand(5, 2, 2))
        self.assert_error(ValueError, "Only modes ['RGB', 'YCbCr', 'HSV']", F.to_pil_image, torch.rand(3, 2, 2), "L")

    def test_normalize(self):
        x = torch.rand(3, 2, 2)
        found = F.normalize(x, [0.1, 0.2, 0.3], [1.0, 2.0, 4.0])
        self.assert_close(found[2], ((x[2] - 0.3) / 4).tolist())
        self.assertIs(F.normalize(x, [0.0], [1.0], inplace=True), x)
        self.assert_error(ValueError, "std evaluated to zero after conversion to torch.float32", F.normalize, x, [0], [0])
        self.assert_error(TypeError, "Input tensor should be a float tensor. Got torch.uint8.", F.normalize, x.byte(), [0], [1])


class GeometryCase(TorchCase):
    def test_resizing_keeps_ramps(self):
        # Halving by bilinear with antialias is a mean over a tent: exact on a ramp but at the edges.
        found = F.resize(ramp(8, 8), 4)
        self.assert_close(found[0, 1, 1:3], [2.5, 4.5])
        self.assert_close(F.resize(ramp(4, 4), [4, 8], antialias=False)[0, 0], [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])
        self.assert_close(F.resize(ramp(4, 4), [2, 2], InterpolationMode.NEAREST)[0], [[0, 2], [0, 2]])
        rounded = F.resize(bytes_of([0, 1], [0, 1]), [2, 4], antialias=False)
        self.assert_tensor(rounded, [[[0, 0, 1, 1]] * 2], torch.uint8)

    def test_sizes_of_results(self):
        tall = torch.rand(3, 40, 20)
        for size, longest, wanted in ((10, None, (20, 10)), ([10], None, (20, 10)), ([7, 9], None, (7, 9)), (20, None, (40, 20)),
                                      (10, 15, (15, 7)), (None, 10, (10, 5))):
            self.assertEqual(F.resize(tall, size, max_size=longest).shape[1:], wanted)
        self.assertEqual(F.resize(torch.rand(2, 3, 40, 20), 10).shape, (2, 3, 20, 10))
        self.assert_error(ValueError, "max_size = 5 must be strictly greater", F.resize, tall, 10, max_size=5)
        self.assert_error(TypeError, "Argument interpolation should be", F.resize, tall, 10, "bilinear")
        self.assert_error(ValueError, "InterpolationMode.LANCZOS is Pillow's alone", F.resize, tall, 10, InterpolationMode.LANCZOS)

    def test_cropping_beyond_the_edge_is_black(self):
        x = torch.arange(1.0, 13).reshape(1, 3, 4)
        self.assert_tensor(F.crop(x, 1, 2, 2, 2), [[[7, 8], [11, 12]]])
        self.assert_tensor(F.crop(x, -1, 3, 2, 2), [[[0, 0], [4, 0]]])
        self.assert_tensor(F.center_crop(x, [1, 2]), [[[6, 7]]])
        self.assert_tensor(F.center_crop(x, [5, 2])[0, :, 0], [0, 2, 6, 10, 0])
        parts = F.five_crop(x, 2)
        self.assertEqual([part[0, 0, 0].item() for part in parts], [1, 3, 5, 7, 2])
        self.assertEqual(len(F.ten_crop(x, 2)), 10)

    def test_borders(self):
        x = torch.tensor([[[1, 2, 3]]], dtype=torch.uint8)
        self.assert_tensor(F.pad(x, [2, 0], fill=9), [[[9, 9, 1, 2, 3, 9, 9]]], torch.uint8)
        self.assert_tensor(F.pad(x, [2, 0, 1, 0], padding_mode="edge"), [[[1, 1, 1, 2, 3, 3]]])
        self.assert_tensor(F.pad(x, [2, 0, 1, 0], padding_mode="reflect"), [[[3, 2, 1, 2, 3, 2]]])
        self.assert_tensor(F.pad(x, [2, 0, 4, 0], padding_mode="symmetric"), [[[2, 1, 1, 2, 3, 3, 2, 1, 1]]])
        colored = F.pad(x.repeat(3, 1, 1), 1, fill=(4, 5, 6))
        self.assert_tensor(colored[:, 0, 0], [4, 5, 6])
        self.assert_error(ValueError, "Padding mode should be either constant", F.pad, x, 1, padding_mode="wrap")

    def test_rotation_by_right_angles_is_exact(self):
        x = torch.randint(0, 256, (3, 6, 6), dtype=torch.uint8)
        for quarter in range(5):
            self.assertTrue(torch.equal(F.rotate(x, 90 * quarter), x.rot90(quarter, (1, 2))))
        wide = torch.rand(1, 4, 8)
        self.assertTrue(torch.equal(F.rotate(wide, 90, expand=True), wide.rot90(1, (1, 2))))
        odd = torch.randint(0, 256, (1, 4, 7), dtype=torch.uint8)
        self.assertTrue(torch.equal(F.pil_to_tensor(F.rotate(F.to_pil_image(odd), -90, expand=True)), odd.rot90(-1, (1, 2))))
        self.assertEqual(F.rotate(wide, 45, expand=True).shape, (1, 10, 10))

    def test_affine_maps(self):
        x = ramp(9, 11, 1.0, 20.0)
        moved = F.affine(x, 0, [2, 1], 1.0, 0)
        self.assertTrue(torch.equal(moved[:, 1:, 2:], x[:, :-1, :-2]))
        self.assert_tensor(moved[:, 0], [[0] * 11])
        half = F.affine(x, 0, [0, 0], 0.5, 0, InterpolationMode.BILINEAR)
        self.assert_close(half[0, 4, 4:7], [x[0, 4, 5].item() + 2 * step for step in (-1, 0, 1)])
        # A shear along x moves a row by the tangent times its distance from the middle.
        sheared = F.affine(x, 0, [0, 0], 1.0, [45, 0], InterpolationMode.BILINEAR)
        self.assert_close(sheared[0, 3, 4:7], x[0, 3, 3:6].tolist(), 4)
        filled = F.affine(torch.ones(3, 4, 4), 0, [2, 0], 1.0, 0, fill=(5.0, 6.0, 7.0))
        self.assert_tensor(filled[:, 0, 0], [5, 6, 7])

    def test_perspective_puts_corners_where_they_are_told(self):
        x = torch.rand(1, 12, 16)
        corners = [[0, 0], [15, 0], [15, 11], [0, 11]]
        self.assertTrue(torch.allclose(F.perspective(x, corners, corners), x, atol=1e-4))
        mirrored = F.perspective(x, corners, [[15, 0], [0, 0], [0, 11], [15, 11]])
        self.assertTrue(torch.allclose(mirrored[..., :-1], x.flip(2)[..., 1:], atol=1e-4))

    def test_displacement(self):
        x = torch.rand(1, 6, 8)
        self.assertTrue(torch.allclose(F.elastic_transform(x, torch.zeros(1, 6, 8, 2)), x, atol=1e-6))
        right = torch.zeros(1, 6, 8, 2)
        right[..., 0] = 2 / 8
        self.assertTrue(torch.allclose(F.elastic_transform(x, right)[..., :-1], x[..., 1:], atol=1e-6))


class ColorCase(TorchCase):
    def test_blends(self):
        x = torch.tensor([[[100]], [[200]], [[50]]], dtype=torch.uint8)
        gray = int(0.2989 * 100 + 0.587 * 200 + 0.114 * 50)
        self.assert_tensor(F.rgb_to_grayscale(x), [[[gray]]], torch.uint8)
        self.assert_tensor(F.rgb_to_grayscale(x, 3), [[[gray]]] * 3)
        self.assert_tensor(F.adjust_brightness(x, 1.5).flatten(), [150, 255, 75])
        self.assert_tensor(F.adjust_saturation(x, 0).flatten(), [gray] * 3)
        self.assert_tensor(F.adjust_contrast(x, 0.5).flatten(), [int((v + gray) / 2) for v in (100, 200, 50)])
        self.assert_tensor(F.invert(x).flatten(), [155, 55, 205])
        self.assert_tensor(F.posterize(x, 2).flatten(), [64, 192, 0])
        self.assert_tensor(F.solarize(x, 100).flatten(), [155, 55, 50])
        self.assert_close(F.adjust_gamma(torch.tensor([[[0.25]]]), 0.5), [[[0.5]]])
        self.assert_error(ValueError, "hue_factor (0.6) is not in [-0.5, 0.5].", F.adjust_hue, x, 0.6)
        self.assert_error(TypeError, "Input image tensor permitted channel values are [1, 3], but found 2", F.invert, x[:2])

    def test_hues_turn_as_in_the_standard_library(self):
        x = torch.rand(3, 5, 6)
        for turn in (-0.4, 0.0, 0.25, 0.5):
            found = F.adjust_hue(x, turn)
            for row in range(5):
                for column in range(6):
                    hue, saturation, value = colorsys.rgb_to_hsv(*x[:, row, column].tolist())
                    self.assert_close(found[:, row, column], colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value), 4)

    def test_histograms(self):
        x = bytes_of([50, 100], [150, 100])
        self.assert_tensor(F.autocontrast(x), [[[0, 127], [255, 127]]], torch.uint8)
        self.assert_tensor(F.autocontrast(bytes_of([7, 7])), [[[7, 7]]])
        even = torch.arange(256, dtype=torch.uint8).repeat(4, 1).unsqueeze(0)
        self.assertTrue(torch.equal(F.equalize(even), even))
        two = torch.tensor([10] * 300 + [20] * 300, dtype=torch.uint8).reshape(1, 20, 30)
        self.assertEqual(sorted(set(F.equalize(two).flatten().tolist())), [0, 255])

    def test_blurs(self):
        spot = torch.zeros(1, 7, 7)
        spot[0, 3, 3] = 1
        bell = [math.exp(-0.5 * step**2 / 0.64) for step in (-1, 0, 1)]
        self.assert_close(F.gaussian_blur(spot, 3, 0.8)[0, 3, 2:5], [w * bell[1] / sum(bell) ** 2 for w in bell])
        self.assert_close(F.gaussian_blur(torch.full((3, 6, 6), 0.7), [5, 3]), torch.full((3, 6, 6), 0.7).tolist())
        self.assert_close(F.adjust_sharpness(spot, 0.0)[0, 3, 2:5], [1 / 13, 5 / 13, 1 / 13])
        self.assertTrue(torch.equal(F.adjust_sharpness(spot, 1.0), spot))
        self.assert_error(ValueError, "kernel_size should have odd and positive integers.", F.gaussian_blur, spot, 4)


class OwnPictureCase(TorchCase):
    """What pictures do where there is no Pillow."""

    def setUp(self):
        super().setUp()
        self.values = torch.randint(0, 256, (3, 4, 6), dtype=torch.uint8)
        self.picture = _image.from_tensor(self.values)

    def test_transforms_give_pictures_for_pictures(self):
        for change in (F.hflip, F.vflip, F.invert, lambda p: F.crop(p, 1, 1, 2, 3), lambda p: F.pad(p, 1), F.autocontrast):
            found = change(self.picture)
            self.assertIsInstance(found, _image.Image)
            self.assertTrue(torch.equal(found.tensor(), change(self.values)))
        self.assertEqual(F.rgb_to_grayscale(self.picture).mode, "L")
        self.assertEqual(F.resize(self.picture, 2).size, (3, 2))
        self.assertTrue(torch.equal(F.to_tensor(self.picture), self.values / 255))

    def test_pictures_answer_as_pillow_s(self):
        self.assertEqual((self.picture.size, self.picture.mode, self.picture.getbands()), ((6, 4), "RGB", ("R", "G", "B")))
        self.assertEqual(self.picture.getpixel((5, 0)), tuple(self.values[:, 0, 5].tolist()))
        self.assertEqual(self.picture.getdata()[7], tuple(self.values[:, 1, 1].tolist()))
        again = _image.frombytes("RGB", (6, 4), self.picture.tobytes())
        self.assertEqual(again, self.picture)
        red, green, blue = self.values[:, 0, 0].tolist()
        luma = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
        self.assertEqual(self.picture.convert("L").getpixel((0, 0)), luma)
        self.assertEqual(self.picture.convert("RGBA").getpixel((0, 0))[3], 255)
        self.assertEqual(_image.new("RGB", (2, 1), (1, 2, 3)).getdata(), [(1, 2, 3)] * 2)
        self.assert_error(AttributeError, "pictures have no 'filter' without Pillow", getattr, self.picture, "filter")
        self.assert_error(ValueError, "not enough image data", _image.frombytes, "RGB", (6, 4), b"123")

    def test_files(self):
        import io

        for kind in ("png", "jpeg"):
            file = io.BytesIO()
            self.picture.save(file, kind)
            file.seek(0)
            self.assertEqual(_image.open(file).size, (6, 4))
        self.assertEqual(self.picture._repr_png_()[:4], b"\x89PNG")


if __name__ == "__main__":
    unittest.main()
