"""Loading from, measuring, logging and checkpointing tensors on the GPU.

Read next: `test_training`, `torch/utils/data/_utils/fetch.py`.
"""

import tempfile
import unittest

from gpu_case import GpuCase

import torch
from torch.profiler import ProfilerActivity, profile, record_function
from torch.testing import assert_close
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader, Subset, TensorDataset
from torch.utils.tensorboard import SummaryWriter


class Data(GpuCase):
    def test_batches_are_gathered_where_the_rows_are(self):
        x = torch.arange(20.0).reshape(10, 2)
        data = TensorDataset(x.to("webgpu"), torch.arange(10))
        for dataset in (data, Subset(data, [9, 4, 2])):
            for rows, labels in DataLoader(dataset, batch_size=4, shuffle=True):
                self.assertEqual((rows.device.type, labels.device.type), ("webgpu", "cpu"))
                self.assertEqual(rows.cpu().tolist(), x[labels].tolist())

    def test_order_is_that_of_the_processor(self):
        def order(device):
            torch.manual_seed(3)
            loader = DataLoader(TensorDataset(torch.arange(10, device=device)), batch_size=3, shuffle=True)
            return [rows.tolist() for (rows,) in loader]

        self.assertEqual(order("webgpu"), order("cpu"))

    def test_items_are_stacked(self):
        batch = next(iter(DataLoader([(torch.ones(2, device="webgpu"), n) for n in range(3)], batch_size=3, pin_memory=True)))
        self.assertEqual((batch[0].device.type, batch[0].shape), ("webgpu", (3, 2)))

    def test_workers_draw_on_both_devices_apart(self):
        class Noise(torch.utils.data.Dataset):
            def __len__(self):
                return 4

            def __getitem__(self, index):
                return torch.rand(1, device="webgpu").item()

        def epoch():
            torch.manual_seed(1)
            return [item for item in DataLoader(Noise(), batch_size=None, num_workers=2)], torch.rand(1, device="webgpu").item()

        drawn, after = epoch()
        self.assertEqual(epoch(), (drawn, after))
        self.assertEqual(len(set(drawn)), 4)
        torch.manual_seed(1)
        self.assertEqual(torch.rand(1, device="webgpu").item(), after)


class Measuring(GpuCase):
    def test_waits_and_dispatches_show(self):
        x = torch.ones(64, 64, device="webgpu")
        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA], record_shapes=True, profile_memory=True) as found:
            with record_function("product"):
                (x @ x).sum().item()
        names = [event.name for event in found.events()]
        self.assertIn("carrel::wait_for_gpu", names)
        matmul = next(event for event in found.events() if event.name == "aten::matmul")
        self.assertEqual((matmul.input_shapes, matmul.cpu_parent.name), ([[64, 64], [64, 64]], "product"))
        self.assertRegex(found.key_averages().table(sort_by="cuda_time_total"), r"\nWebGPU: [1-9]\d* dispatches in [1-9]\d* submits\n$")
        self.assertIn(ProfilerActivity.CUDA, torch.profiler.supported_activities())


class Checkpoints(GpuCase):
    def test_dropout_is_the_same_the_second_time(self):
        net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.Dropout(0.5), torch.nn.Tanh(), torch.nn.Linear(16, 2)).to("webgpu")
        x = torch.randn(4, 8, device="webgpu", requires_grad=True)

        def gradients(run):
            torch.manual_seed(7)
            net.zero_grad()
            x.grad = None
            run(x).square().sum().backward()
            return [x.grad.cpu(), *(parameter.grad.cpu() for parameter in net.parameters()), torch.rand(2, device="webgpu").cpu()]

        plain = gradients(net)
        for use_reentrant in (False, True):
            assert_close(gradients(lambda value: checkpoint(net, value, use_reentrant=use_reentrant)), plain)


class Comparing(GpuCase):
    def test_texts_and_devices(self):
        x = torch.tensor([1.0, 2.0], device="webgpu")
        assert_close(x, x + 1e-7)
        self.assert_error(AssertionError, "The values for attribute 'device' do not match: webgpu:0 != cpu.", assert_close, x, x.cpu())
        assert_close(x, x.cpu(), check_device=False)
        self.assert_error(
            AssertionError,
            "Tensor-likes are not close!\n\nMismatched elements: 1 / 2 (50.0%)\nGreatest absolute difference: 1.0 at index (1,)",
            assert_close,
            x,
            torch.tensor([1.0, 3.0], device="webgpu"),
        )
        made = torch.testing.make_tensor(5, dtype=torch.float32, device="webgpu", low=1, high=2)
        self.assertTrue(((made >= 1) & (made < 2)).all().item())


class Logging(GpuCase):
    def test_tensors_are_brought(self):
        x = torch.rand(3, 4, 4, device="webgpu")
        with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
            writer.add_scalar("a", x.mean())
            writer.add_histogram("h", x)
            writer.add_image("i", x)
            writer.add_pr_curve("p", x > 0.5, x)


if __name__ == "__main__":
    unittest.main()
