"""Files, pickles and deep copies of tensors on the GPU: kept as `cuda:0`, and where `map_location` puts them."""

import copy
import io
import pickle
import sys
import types
import unittest
from unittest import mock

import torch
from gpu_case import GpuCase
from torch import nn


def saved(obj):
    """A file that holds an object."""
    file = io.BytesIO()
    torch.save(obj, file)
    file.seek(0)
    return file


class FilesTest(GpuCase):
    def test_back_to_the_gpu_and_to_the_cpu(self):
        base = torch.arange(6, device="webgpu").reshape(2, 3)
        found = torch.load(saved([base.t(), base[1], torch.ones(2)]))
        self.assertEqual([tensor.device.type for tensor in found], ["webgpu", "webgpu", "cpu"])
        self.assertEqual([tensor.tolist() for tensor in found], [[[0, 3], [1, 4], [2, 5]], [3, 4, 5], [1.0, 1.0]])
        self.assertIs(found[0].dtype, torch.int64)
        found[1][0] = 9
        self.assertEqual(found[0][0, 1].item(), 9)
        for where in ("cpu", torch.device("cpu"), {"cuda:0": "cpu"}, lambda storage, location: storage):
            self.assertEqual(torch.load(saved(base), map_location=where).device.type, "cpu")

    def test_onto_the_gpu(self):
        for where in ("cuda", "cuda:0", "webgpu", torch.device("cuda"), {"cpu": "cuda:0"}, lambda storage, location: storage.cuda(0)):
            found = torch.load(saved({"w": nn.Parameter(torch.ones(2, 2))}), map_location=where)["w"]
            self.assertEqual((found.device.type, found.tolist(), type(found)), ("webgpu", [[1.0, 1.0]] * 2, nn.Parameter))

    def test_modules_and_many_tensors(self):
        net = nn.Sequential(*(nn.Linear(2, 2) for _ in range(5))).to("webgpu")
        state = torch.load(saved(net.state_dict()), map_location="cpu")
        for name, tensor in net.state_dict().items():
            self.assertTrue(torch.equal(tensor.cpu(), state[name]))

    def test_pickles_and_copies(self):
        tensor = torch.arange(3.0, device="webgpu", requires_grad=True)
        for found in (pickle.loads(pickle.dumps(tensor)), copy.deepcopy(tensor)):
            self.assertEqual((found.device.type, found.tolist(), found.requires_grad), ("webgpu", [0.0, 1.0, 2.0], True))
        self.assertEqual(pickle.loads(pickle.dumps(tensor.device)), tensor.device)

    def test_what_needs_the_cpu(self):
        tensor = torch.ones(2, device="webgpu")
        with self.assertRaisesRegex(TypeError, "can't convert webgpu:0 device type tensor to numpy. Use Tensor.cpu\\(\\)"):
            self.numpy_of(tensor)
        with self.assertRaisesRegex(BufferError, "use Tensor.cpu\\(\\)"):
            tensor.__buffer__(0)
        self.assertEqual(tensor.__dlpack_device__(), (15, 0))
        with self.assertRaisesRegex(BufferError, "only tensors on the CPU can be exported"):
            tensor.__dlpack__()

    def numpy_of(self, tensor):
        """`tensor.numpy()`, whether there is a NumPy or not: the device is asked first."""
        with mock.patch.dict(sys.modules, {"numpy": types.ModuleType("numpy")}):
            return tensor.numpy()


if __name__ == "__main__":
    unittest.main()
