"""`torchvision.transforms` and `.v2`: chance drawn in torchvision's order, reprs, and inputs of several kinds."""

import math
import unittest

import torch
from torch_case import TorchCase
from torchvision import transforms, tv_tensors
from torchvision.transforms import functional as F
from torchvision.transforms import v2


def drawn_uniform(low, high):
    return torch.empty(1).uniform_(low, high).item()


class DrawsCase(TorchCase):
    """Each transform uses the generator exactly as torchvision does, so that a seed gives what it gives there."""

    def setUp(self):
        super().setUp()
        self.picture = torch.randint(0, 256, (3, 24, 32), dtype=torch.uint8)

    def assert_drawn(self, transform, by_hand):
        for seed in range(4):
            torch.manual_seed(seed)
            found, after = transform(self.picture), torch.rand(1)
            torch.manual_seed(seed)
            wanted = by_hand()
            self.assertTrue(torch.equal(found, wanted), transform)
            self.assertTrue(torch.equal(torch.rand(1), after), "other numbers were drawn")

    def test_flips_and_crops(self):
        def flipped():
            return self.picture.flip(2) if torch.rand(1) < 0.5 else self.picture

        self.assert_drawn(transforms.RandomHorizontalFlip(), flipped)
        self.assert_drawn(v2.RandomHorizontalFlip(), flipped)

        def cropped():
            top = int(torch.randint(0, 24 - 10 + 1, (1,)))
            left = int(torch.randint(0, 32 - 12 + 1, (1,)))
            return self.picture[:, top : top + 10, left : left + 12]

        self.assert_drawn(transforms.RandomCrop((10, 12)), cropped)
        self.assert_drawn(v2.RandomCrop((10, 12)), cropped)
        self.assert_drawn(transforms.RandomCrop((24, 32)), lambda: self.picture)

    def test_resized_crops(self):
        def by_hand(functions=F):
            while True:
                area = 24 * 32 * drawn_uniform(0.08, 1.0)
                low, high = torch.log(torch.tensor((3 / 4, 4 / 3))).tolist()
                ratio = torch.exp(torch.empty(1).uniform_(low, high)).item()
                width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
                if 0 < width <= 32 and 0 < height <= 24:
                    top = int(torch.randint(0, 24 - height + 1, (1,)))
                    left = int(torch.randint(0, 32 - width + 1, (1,)))
                    return functions.resized_crop(self.picture, top, left, height, width, (8, 8))

        self.assert_drawn(transforms.RandomResizedCrop(8), by_hand)
        self.assert_drawn(v2.RandomResizedCrop(8), lambda: by_hand(v2.functional))

    def test_maps(self):
        self.assert_drawn(transforms.RandomRotation(30), lambda: F.rotate(self.picture, drawn_uniform(-30, 30), fill=[0.0] * 3))

        def affine():
            angle = drawn_uniform(-10, 10)
            move = (round(drawn_uniform(-3.2, 3.2)), round(drawn_uniform(-4.8, 4.8)))
            scale = drawn_uniform(0.5, 1.5)
            shear = (drawn_uniform(-5, 5), 0.0)
            return F.affine(self.picture, angle, move, scale, shear, fill=[0.0] * 3)

        self.assert_drawn(transforms.RandomAffine(10, (0.1, 0.2), (0.5, 1.5), 5), affine)

        def tilted():
            if not torch.rand(1) < 0.9:
                return self.picture
            draws = [(0, 9), (0, 7), (32 - 9, 32), (0, 7), (32 - 9, 32), (24 - 7, 24), (0, 9), (24 - 7, 24)]
            numbers = [int(torch.randint(low, high, (1,))) for low, high in draws]
            corners = [[0, 0], [31, 0], [31, 23], [0, 23]]
            return F.perspective(self.picture, corners, [numbers[at : at + 2] for at in range(0, 8, 2)], fill=[0.0] * 3)

        self.assert_drawn(transforms.RandomPerspective(p=0.9), tilted)

    def test_colors(self):
        def jittered():
            order = torch.randperm(4).tolist()
            amounts = [drawn_uniform(0.9, 1.1), drawn_uniform(0.8, 1.2), drawn_uniform(0.7, 1.3), drawn_uniform(-0.1, 0.1)]
            changes = (F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue)
            picture = self.picture
            for number in order:
                picture = changes[number](picture, amounts[number])
            return picture

        self.assert_drawn(transforms.ColorJitter(0.1, 0.2, 0.3, 0.1), jittered)
        self.assert_drawn(v2.ColorJitter(0.1, 0.2, 0.3, 0.1), jittered)
        self.assert_drawn(transforms.GaussianBlur(3), lambda: F.gaussian_blur(self.picture, 3, drawn_uniform(0.1, 2.0)))
        self.assert_drawn(
            transforms.RandomInvert(0.3), lambda: 255 - self.picture if torch.rand(1).item() < 0.3 else self.picture
        )

    def test_erasing(self):
        def erased():
            if not torch.rand(1) < 0.8:
                return self.picture
            while True:
                area = 24 * 32 * drawn_uniform(0.02, 0.33)
                low, high = torch.log(torch.tensor((0.3, 3.3))).tolist()
                ratio = torch.exp(torch.empty(1).uniform_(low, high)).item()
                height, width = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
                if height < 24 and width < 32:
                    top = int(torch.randint(0, 24 - height + 1, (1,)))
                    left = int(torch.randint(0, 32 - width + 1, (1,)))
                    return F.erase(self.picture, top, left, height, width, 7)

        self.assert_drawn(transforms.RandomErasing(0.8, value=7), erased)
        self.assert_drawn(v2.RandomErasing(0.8, value=7), erased)

    def test_policies(self):
        def trivial():
            names = ["Identity", "ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast",
                     "Sharpness", "Posterize", "Solarize", "AutoContrast", "Equalize"]
            name = names[int(torch.randint(14, (1,)))]
            if name in ("Identity", "AutoContrast", "Equalize"):
                return {"Identity": lambda x: x, "AutoContrast": F.autocontrast, "Equalize": F.equalize}[name](self.picture)
            step = int(torch.randint(31, (1,)))
            if name == "Posterize":
                return F.posterize(self.picture, 8 - round(step / 5))
            if name == "Solarize":
                return F.solarize(self.picture, torch.linspace(255.0, 0.0, 31)[step].item())
            most = {"Shear": 0.99, "Trans": 32.0, "Rotat": 135.0}.get(name[:5], 0.99)
            amount = torch.linspace(0.0, most, 31)[step].item() * (-1 if torch.randint(2, (1,)) else 1)
            if name.startswith("Shear"):
                angle = math.degrees(math.atan(amount))
                shear = [angle, 0.0] if name == "ShearX" else [0.0, angle]
                return F.affine(self.picture, 0.0, [0, 0], 1.0, shear, center=[0, 0])
            if name.startswith("Trans"):
                move = [int(amount), 0] if name == "TranslateX" else [0, int(amount)]
                return F.affine(self.picture, 0.0, move, 1.0, 0.0)
            if name == "Rotate":
                return F.rotate(self.picture, amount)
            change = {"Brightness": F.adjust_brightness, "Color": F.adjust_saturation, "Contrast": F.adjust_contrast,
                      "Sharpness": F.adjust_sharpness}[name]
            return change(self.picture, 1 + amount)

        self.assert_drawn(transforms.TrivialAugmentWide(), trivial)
        for policy in transforms.AutoAugmentPolicy:
            self.assertEqual(len(transforms.AutoAugment(policy).policies), 25)
        for augment in (transforms.AutoAugment(), transforms.RandAugment(3), transforms.AugMix()):
            for _ in range(20):
                found = augment(self.picture)
                self.assertEqual((found.shape, found.dtype), (self.picture.shape, torch.uint8))
                self.assertEqual(augment(F.to_pil_image(self.picture)).size, (32, 24))


class FirstGenerationCase(TorchCase):
    def test_pipelines(self):
        picture = F.to_pil_image(torch.full((3, 9, 7), 102, dtype=torch.uint8))
        pipeline = transforms.Compose([transforms.Resize(8), transforms.CenterCrop(4), transforms.ToTensor(),
                                       transforms.Normalize((0.5,) * 3, (0.5,) * 3)])
        self.assert_close(pipeline(picture), torch.full((3, 4, 4), -0.2).tolist())
        self.assertTrue(torch.equal(transforms.Lambda(lambda x: x + 1)(torch.zeros(2)), torch.ones(2)))
        whitening = transforms.LinearTransformation(2 * torch.eye(4), torch.ones(4))
        self.assert_tensor(whitening(torch.ones(1, 2, 2) * 3), [[[4, 4], [4, 4]]])

    def test_reprs(self):
        for transform, text in (
            (transforms.Resize(5), "Resize(size=5, interpolation=bilinear, max_size=None, antialias=True)"),
            (transforms.RandomCrop(5, padding=4), "RandomCrop(size=(5, 5), padding=4)"),
            (transforms.RandomHorizontalFlip(), "RandomHorizontalFlip(p=0.5)"),
            (transforms.RandomRotation(30), "RandomRotation(degrees=[-30.0, 30.0], interpolation=nearest, expand=False, fill=0)"),
            (transforms.Normalize((0.5,), (0.5,)), "Normalize(mean=(0.5,), std=(0.5,))"),
            (transforms.Compose([transforms.ToTensor()]), "Compose(\n    ToTensor()\n)"),
            (transforms.RandomApply([transforms.Pad(1)], 0.3),
             "RandomApply(\n    p=0.3\n    Pad(padding=1, fill=0, padding_mode=constant)\n)"),
        ):
            self.assertEqual(repr(transform), text)

    def test_what_cannot_be(self):
        self.assert_error(ValueError, "Required crop size (9, 9) is larger than input image size (4, 4)",
                          transforms.RandomCrop(9), torch.rand(3, 4, 4))
        self.assert_error(ValueError, "If degrees is a single number, it must be positive.", transforms.RandomRotation, -1)
        self.assert_error(ValueError, "brightness values should be between", transforms.ColorJitter, (0.5, 0.2))
        self.assert_error(TypeError, "Argument lambd should be callable, got 'int'", transforms.Lambda, 3)


class SecondGenerationCase(TorchCase):
    def test_pictures_masks_and_boxes_move_together(self):
        picture = torch.zeros(3, 10, 16)
        picture[:, 2:5, 4:9] = 1
        sample = {
            "picture": tv_tensors.Image(picture),
            "others": [tv_tensors.Mask(picture[0].to(torch.uint8)), 7],
            "boxes": tv_tensors.BoundingBoxes([[4.0, 2, 9, 5]], format="XYXY", canvas_size=(10, 16)),
        }
        moves = (v2.RandomHorizontalFlip(1), v2.RandomVerticalFlip(1), v2.Pad([1, 2]), v2.RandomCrop((9, 14)), v2.Resize((20, 32)),
                 v2.RandomRotation((90, 90), expand=True), v2.RandomAffine(0, (0.1, 0.1)), v2.CenterCrop((8, 13)))
        for move in moves:
            found = move(sample)
            self.assertIs(type(found["picture"]), tv_tensors.Image)
            self.assertEqual(found["others"][1], 7)
            mask = found["others"][0]
            y, x = torch.where(tv_tensors.plain(mask) > 0)
            around = [x.min().item(), y.min().item(), x.max().item() + 1, y.max().item() + 1]
            self.assert_close(found["boxes"][0], around, 3)
            self.assertEqual(found["boxes"].canvas_size, tuple(mask.shape[-2:]))
            self.assertTrue(torch.allclose(found["picture"][0].round(), mask.to(torch.float32), atol=1e-4), move)

    def test_which_inputs_are_pictures(self):
        x, label = torch.rand(3, 4, 4), torch.tensor([1.0, 2.0])
        found, same = v2.RandomHorizontalFlip(1)(x, label)
        self.assertTrue(torch.equal(found, x.flip(2)))
        self.assertIs(same, label)
        found, same = v2.RandomHorizontalFlip(1)((tv_tensors.Image(x), x))
        self.assertIs(same, x)

    def test_kinds_and_dtypes(self):
        pipeline = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.ToPureTensor()])
        found = pipeline(torch.full((3, 2, 2), 51, dtype=torch.uint8))
        self.assertIs(type(found), torch.Tensor)
        self.assert_close(found[0], [[0.2] * 2] * 2)
        mask = tv_tensors.Mask(torch.ones(2, 2, dtype=torch.int64))
        by_kind = v2.ToDtype({tv_tensors.Image: torch.float64, "others": None}, scale=True)
        image, same = by_kind(tv_tensors.Image(torch.zeros(3, 2, 2, dtype=torch.uint8)), mask)
        self.assertEqual((image.dtype, same.dtype), (torch.float64, torch.int64))
        self.assertIs(type(image + 1), torch.Tensor)
        self.assertIs(type(image.clone()), tv_tensors.Image)
        self.assertIs(type(tv_tensors.wrap(image + 1, like=image)), tv_tensors.Image)
        boxes = tv_tensors.BoundingBoxes([1, 2, 3, 4], format="XYWH", canvas_size=(9, 9))
        corners = v2.ConvertBoundingBoxFormat("XYXY")(boxes)
        self.assert_tensor(corners, [[1, 2, 4, 6]])
        self.assertIs(corners.format, tv_tensors.BoundingBoxFormat.XYXY)
        self.assertEqual(v2.functional.get_size(boxes), [9, 9])

    def test_mixing_batches(self):
        pictures = torch.arange(4.0).reshape(4, 1, 1, 1).expand(4, 3, 8, 8)
        labels = torch.tensor([0, 1, 2, 3])
        for mix in (v2.MixUp(num_classes=4), v2.CutMix(num_classes=4)):
            for _ in range(5):
                found, shares = mix(pictures, labels)
                self.assertEqual(shares.shape, (4, 4))
                # What the pictures became on average is what the labels say.
                self.assert_close(found.mean((1, 2, 3)), (shares @ torch.arange(4.0)).tolist(), 4)
        self.assert_error(ValueError, "num_classes must be passed", v2.MixUp(), pictures, labels)

    def test_reprs(self):
        self.assertEqual(repr(v2.RandomHorizontalFlip()), "RandomHorizontalFlip(p=0.5)")
        self.assertEqual(repr(v2.ToDtype(torch.float32, scale=True)), "ToDtype(scale=True)")
        self.assertEqual(repr(v2.Compose([v2.ToImage()])), "Compose(\n      ToImage()\n)")


if __name__ == "__main__":
    unittest.main()
