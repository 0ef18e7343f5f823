"""`torchvision.utils`: grids, saved pictures, and what is drawn on pictures."""

import io
import pathlib
import tempfile
import unittest

import torch
from torch_case import TorchCase
from torchvision import utils
from torchvision.io import decode_image, read_image


class GridCase(TorchCase):
    def test_places_of_pictures(self):
        pictures = torch.arange(1.0, 6).reshape(5, 1, 1, 1).expand(5, 1, 2, 3)
        grid = utils.make_grid(pictures, nrow=3, padding=1, pad_value=0.5)
        self.assertEqual(grid.shape, (3, 7, 13))
        self.assert_tensor(grid[0, 1], [0.5, 1, 1, 1, 0.5, 2, 2, 2, 0.5, 3, 3, 3, 0.5])
        self.assert_tensor(grid[2, 4], [0.5, 4, 4, 4, 0.5, 5, 5, 5, 0.5, 0.5, 0.5, 0.5, 0.5])
        self.assert_tensor(grid[0, 0], [0.5] * 13)

    def test_one_picture_comes_back_and_lists_are_stacked(self):
        one = torch.rand(1, 4, 5)
        self.assertEqual(utils.make_grid(one).shape, (3, 4, 5))
        self.assertEqual(utils.make_grid(torch.rand(4, 5)).shape, (3, 4, 5))
        self.assertEqual(utils.make_grid([torch.rand(3, 4, 5)] * 3, padding=0).shape, (3, 4, 15))
        self.assert_error(TypeError, "tensor or list of tensors expected, got <class 'int'>", utils.make_grid, 3)

    def test_normalizing(self):
        x = torch.tensor([1.0, 3.0, 5.0, 9.0]).reshape(2, 1, 1, 2)
        self.assert_close(utils.make_grid(x, normalize=True, padding=0)[0], [[0, 0.25, 0.5, 1]])
        self.assert_close(utils.make_grid(x, normalize=True, scale_each=True, padding=0)[0], [[0, 1, 0, 1]])
        self.assert_close(utils.make_grid(x, normalize=True, value_range=(1, 5), padding=0)[0], [[0, 0.5, 1, 1]])
        self.assert_tensor(x.flatten(), [1, 3, 5, 9])

    def test_saving(self):
        x = torch.tensor([0.0, 0.5, 1.0, 2.0]).reshape(1, 1, 2, 2)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.png"
            utils.save_image(x, path)
            self.assert_tensor(read_image(str(path)), [[[0, 128], [255, 255]]] * 3, torch.uint8)
            self.assertEqual(decode_image(str(path), "GRAY").shape, (1, 2, 2))
        file = io.BytesIO()
        utils.save_image(x, file, format="jpeg")
        self.assertEqual(file.getvalue()[:2], b"\xff\xd8")
        self.assert_error(ValueError, "unknown file extension: .bmp", utils.save_image, x, "a.bmp")


class DrawingCase(TorchCase):
    def setUp(self):
        super().setUp()
        self.black = torch.zeros(3, 6, 8, dtype=torch.uint8)

    def test_outlines(self):
        drawn = utils.draw_bounding_boxes(self.black, torch.tensor([[1, 1, 5, 4.0]]), colors="red")
        self.assert_tensor(drawn[0, :5, :7].gt(0).int(), [
            [0, 0, 0, 0, 0, 0, 0], [0, 1, 1, 1, 1, 1, 0], [0, 1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1, 0], [0, 1, 1, 1, 1, 1, 0],
        ])
        self.assertEqual(drawn[1:].sum().item(), 0)
        self.assertEqual(self.black.sum().item(), 0)
        filled = utils.draw_bounding_boxes(self.black, torch.tensor([[1, 1, 9, 9.0]]), colors=["#0000ff"], fill=True)
        self.assert_tensor(filled[2, 2, :3], [0, 255, 100])
        floating = utils.draw_bounding_boxes(self.black / 255, torch.tensor([[0, 0, 1, 1]]), colors=[(255, 0, 0)])
        self.assertEqual(floating[0, 0, 0].item(), 1.0)
        self.assert_error(ValueError, "Pass individual images", utils.draw_bounding_boxes, self.black[None], torch.zeros(1, 4))
        self.assert_error(ValueError, "unknown color specifier", utils.draw_bounding_boxes, self.black, torch.ones(1, 4), colors="no")

    def test_masks(self):
        masks = torch.zeros(2, 6, 8, dtype=torch.bool)
        masks[0, 0], masks[1, :, 0] = True, True
        drawn = utils.draw_segmentation_masks(self.black + 100, masks, alpha=0.5, colors=["red", (0, 200, 0)])
        self.assert_tensor(drawn[:, 0, 1], [177, 50, 50])
        self.assert_tensor(drawn[:, 3, 0], [50, 150, 50])
        self.assert_tensor(drawn[:, 3, 3], [100, 100, 100])
        self.assert_error(ValueError, "The masks must be of dtype bool.", utils.draw_segmentation_masks, self.black, masks.int())

    def test_points(self):
        points = torch.tensor([[[2.0, 3.0], [6.0, 3.0]]])
        drawn = utils.draw_keypoints(self.black, points, radius=1, colors="lime", connectivity=[(0, 1)], width=1)
        self.assert_tensor(drawn[1, 3].gt(0).int(), [0, 1, 1, 1, 1, 1, 1, 1])
        self.assert_tensor(drawn[1, :, 2].gt(0).int(), [0, 0, 1, 1, 1, 0])
        hidden = utils.draw_keypoints(self.black, points, radius=1, visibility=torch.tensor([[True, False]]))
        self.assertEqual(hidden[0, 3, 6].item(), 0)

    def test_flow(self):
        flow = torch.zeros(2, 1, 3)
        flow[0, 0, 1], flow[0, 0, 2] = 1.0, -1.0
        colors = utils.flow_to_image(flow)
        self.assert_tensor(colors[:, 0, 0], [255, 255, 255], torch.uint8)
        self.assert_tensor(colors[:, 0, 1], [255, 0, 0])
        self.assertEqual(utils.flow_to_image(flow[None]).shape, (1, 3, 1, 3))
        self.assert_error(ValueError, "Flow should be of dtype torch.float", utils.flow_to_image, flow.double())


if __name__ == "__main__":
    unittest.main()
