"""Averages of models, and the schedule that goes with them. Read next: `test_torch_lr_scheduler`."""

import math
import unittest

import torch
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_avg_fn, get_ema_multi_avg_fn, update_bn
from torch_case import TorchCase


class Averages(TorchCase):
    def averaged(self, values, **options):
        model = nn.Linear(1, 1, bias=False)
        average = AveragedModel(model, **options)
        for value in values:
            nn.init.constant_(model.weight, value)
            average.update_parameters(model)
        self.assertEqual(average.n_averaged.item(), len(values))
        return average.module.weight.item()

    def test_equal(self):
        self.assertAlmostEqual(self.averaged([1.0, 2.0, 6.0]), 3.0, 6)

    def test_exponential(self):
        wanted = 0.75 * (0.75 * 1.0 + 0.25 * 2.0) + 0.25 * 6.0
        self.assertAlmostEqual(self.averaged([1.0, 2.0, 6.0], avg_fn=get_ema_avg_fn(0.75)), wanted, 6)
        self.assertAlmostEqual(self.averaged([1.0, 2.0, 6.0], multi_avg_fn=get_ema_multi_avg_fn(0.75)), wanted, 6)
        self.assert_error(ValueError, "Invalid decay value 2 provided.", get_ema_avg_fn, 2)

    def test_buffers(self):
        model = nn.BatchNorm1d(1)
        kept, copied = AveragedModel(model, use_buffers=True), AveragedModel(model)
        for value in (1.0, 3.0):
            model.running_mean.fill_(value)
            kept.update_parameters(model)
            copied.update_parameters(model)
        self.assertEqual(kept.module.running_mean.item(), 2.0)
        self.assertEqual(copied.module.running_mean.item(), 3.0)

    def test_a_model_like_any(self):
        average = AveragedModel(nn.Linear(2, 1))
        self.assertEqual(list(average.state_dict()), ["n_averaged", "module.weight", "module.bias"])
        self.assertEqual(average(torch.ones(3, 2)).shape, (3, 1))

    def test_statistics_anew(self):
        model = nn.Sequential(nn.BatchNorm1d(1, momentum=0.3)).eval()
        batches = [[torch.tensor([[0.0], [2.0]]), None], [torch.tensor([[3.0], [5.0]]), None]]
        update_bn(batches, model)
        self.assertEqual(model[0].running_mean.item(), 2.5)
        self.assertEqual((model[0].momentum, model.training), (0.3, False))

    def test_schedule(self):
        optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0)
        for strategy, share in (("linear", lambda t: t), ("cos", lambda t: (1 - math.cos(math.pi * t)) / 2)):
            optimizer.param_groups[0]["lr"] = 1.0
            scheduler = SWALR(optimizer, 0.5, anneal_epochs=4, anneal_strategy=strategy)
            for epoch in range(1, 7):
                optimizer.step()
                scheduler.step()
                self.assertAlmostEqual(scheduler.get_last_lr()[0], 1 - 0.5 * share(min(1, epoch / 4)), 9)
        text = "anneal_strategy must be one of 'cos' or 'linear', instead got up"
        self.assert_error(ValueError, text, SWALR, optimizer, 0.5, anneal_strategy="up")


if __name__ == "__main__":
    unittest.main()
