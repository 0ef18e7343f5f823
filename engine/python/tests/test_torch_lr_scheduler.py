"""Schedules of learning rates against their closed forms, and what they save and warn of. Read next: `test_torch_optim`."""

import copy
import math
import unittest
import warnings

import torch
from torch import nn
from torch.optim import lr_scheduler
from torch_case import TorchCase


def sgd(lr=1.0, groups=1, **options):
    params = [{"params": [nn.Parameter(torch.ones(1))], "lr": lr * 10**-number} for number in range(groups)]
    return torch.optim.SGD(params, lr=lr, **({"momentum": 0.9} | options))


def rates_of(scheduler, count, look=None):
    """The first rate and those after `count` steps, or what `look` sees."""
    look = look or (lambda: scheduler.get_last_lr()[0])
    found = [look()]
    for _ in range(count):
        scheduler.optimizer.step()
        scheduler.step()
        found.append(look())
    return found


class Schedules(TorchCase):
    def assert_rates(self, found, wanted):
        self.assertEqual(len(found), len(wanted))
        for x, y in zip(found, wanted):
            self.assertAlmostEqual(x, y, 12)

    def check(self, make, wanted, **options):
        self.assert_rates(rates_of(make(sgd(), **options), len(wanted) - 1), wanted)

    def test_by_functions(self):
        self.check(lr_scheduler.LambdaLR, [1, 1 / 2, 1 / 3], lr_lambda=lambda epoch: 1 / (epoch + 1))
        self.check(lr_scheduler.MultiplicativeLR, [1, 0.5, 0.25], lr_lambda=lambda epoch: 0.5)
        scheduler = lr_scheduler.LambdaLR(sgd(groups=2), [lambda epoch: 2.0**epoch, lambda epoch: 1.0])
        rates_of(scheduler, 2)
        self.assertEqual(scheduler.get_last_lr(), [4.0, 0.1])
        self.assert_error(ValueError, "Expected 2 lr_lambdas, but got 1", lr_scheduler.LambdaLR, sgd(groups=2), [abs])
        text = "lr_lambda should be a function, but got int"
        self.assert_error(TypeError, text, lr_scheduler.MultiplicativeLR, sgd(), 3)

    def test_by_factors(self):
        self.check(lr_scheduler.StepLR, [1, 1, 0.5, 0.5, 0.25], step_size=2, gamma=0.5)
        self.check(lr_scheduler.ExponentialLR, [1, 0.5, 0.25], gamma=0.5)
        self.check(lr_scheduler.MultiStepLR, [1, 0.5, 0.5, 0.125], milestones=[1, 3, 3], gamma=0.5)
        self.check(lr_scheduler.ConstantLR, [0.25, 0.25, 0.25, 1, 1], factor=0.25, total_iters=3)
        self.check(lr_scheduler.LinearLR, [0.5, 0.625, 0.75, 0.875, 1, 1], start_factor=0.5, total_iters=4)
        self.check(lr_scheduler.PolynomialLR, [1, 0.5625, 0.25, 0.0625, 0, 0], total_iters=4, power=2.0)

    def test_cosines(self):
        wave = [(1 + math.cos(math.pi * epoch / 4)) / 2 for epoch in range(12)]
        self.check(lr_scheduler.CosineAnnealingLR, wave, T_max=4)
        self.check(lr_scheduler.CosineAnnealingLR, [0.5 + rate / 2 for rate in wave], T_max=4, eta_min=0.5)
        self.check(lr_scheduler.CosineAnnealingWarmRestarts, wave[:4] * 3, T_0=4)
        slow = [(1 + math.cos(math.pi * epoch / 8)) / 2 for epoch in range(8)]
        self.check(lr_scheduler.CosineAnnealingWarmRestarts, wave[:4] + slow + [1], T_0=4, T_mult=2)
        scheduler = lr_scheduler.CosineAnnealingWarmRestarts(sgd(), T_0=4, T_mult=2)
        for epoch, wanted in ((2.5, (1 + math.cos(math.pi * 2.5 / 4)) / 2), (6, slow[2]), (12, 1.0), (13, None)):
            scheduler.step(epoch)
            if wanted is not None:
                self.assert_rates(scheduler.get_last_lr(), [wanted])
        self.assertEqual((scheduler.T_i, scheduler.T_cur), (16, 1))
        self.assert_error(ValueError, "Expected non-negative epoch, but got -2", scheduler.step, -2)
        text = "Expected positive integer T_0, but got 0"
        self.assert_error(ValueError, text, lr_scheduler.CosineAnnealingWarmRestarts, sgd(), 0)

    def test_closed_forms(self):
        for make, options in (
            (lr_scheduler.StepLR, {"step_size": 2, "gamma": 0.5}),
            (lr_scheduler.MultiStepLR, {"milestones": [1, 3], "gamma": 0.5}),
            (lr_scheduler.ExponentialLR, {"gamma": 0.9}),
            (lr_scheduler.ConstantLR, {"total_iters": 3}),
            (lr_scheduler.LinearLR, {"total_iters": 4}),
            (lr_scheduler.PolynomialLR, {"total_iters": 4, "power": 0.5}),
            (lr_scheduler.CosineAnnealingLR, {"T_max": 5}),
        ):
            chained = rates_of(make(sgd(), **options), 4)
            direct = make(sgd(), **options)
            for epoch in (4, 1, 3):
                with self.assertWarnsRegex(UserWarning, "The epoch parameter in `scheduler.step\\(\\)` was not necessary"):
                    direct.optimizer.step()
                    direct.step(epoch)
                self.assertAlmostEqual(direct.get_last_lr()[0], chained[epoch], 12, msg=make.__name__)

    def test_cycles(self):
        options = {"base_lr": 1.0, "max_lr": 3.0, "step_size_up": 2}
        make = lambda **more: lr_scheduler.CyclicLR(sgd(), **options, **more)
        self.assert_rates(rates_of(make(), 8), [1, 2, 3, 2, 1, 2, 3, 2, 1])
        self.assert_rates(rates_of(make(mode="triangular2"), 8), [1, 2, 3, 2, 1, 1.5, 2, 1.5, 1])
        found = rates_of(make(mode="exp_range", gamma=0.5), 4)
        self.assert_rates(found, [1, 1 + 1 * 0.5, 1 + 2 * 0.25, 1 + 1 * 0.125, 1])
        self.assert_rates(rates_of(make(scale_fn=lambda x: 1 / x), 6), [1, 2, 3, 2, 1, 1.5, 2])
        self.assert_rates(rates_of(make(step_size_down=4), 6), [1, 2, 3, 2.5, 2, 1.5, 1])
        scheduler = make()
        momenta = rates_of(scheduler, 4, lambda: scheduler.optimizer.param_groups[0]["momentum"])
        self.assert_rates(momenta, [0.9, 0.85, 0.8, 0.85, 0.9])
        text = "optimizer must support momentum or beta1 with `cycle_momentum` option enabled"
        rprop = torch.optim.Rprop([nn.Parameter(torch.ones(1))])
        self.assert_error(ValueError, text, lr_scheduler.CyclicLR, rprop, 0.1, 1.0)

    def test_one_cycle(self):
        scheduler = lr_scheduler.OneCycleLR(sgd(), max_lr=0.1, total_steps=10, anneal_strategy="linear", pct_start=0.4)
        look = lambda: (scheduler.get_last_lr()[0], scheduler.optimizer.param_groups[0]["momentum"])
        found = rates_of(scheduler, 9, look)
        low, lowest = 0.004, 0.004 / 1e4
        wanted = [low + (0.1 - low) * step / 3 for step in range(4)]
        wanted += [0.1 + (lowest - 0.1) * step / 6 for step in range(1, 7)]
        self.assert_rates([rate for rate, _ in found], wanted)
        momenta = [0.95 - 0.1 * step / 3 for step in range(4)] + [0.85 + 0.1 * step / 6 for step in range(1, 7)]
        self.assert_rates([momentum for _, momentum in found], momenta)
        scheduler.step()
        self.assert_error(ValueError, "Tried to step 11 times. The specified number of total steps is 10", scheduler.step)
        adam = torch.optim.Adam([nn.Parameter(torch.ones(1))])
        lr_scheduler.OneCycleLR(adam, 0.1, epochs=2, steps_per_epoch=5, three_phase=True)
        self.assertEqual(adam.param_groups[0]["betas"], (0.95, 0.999))
        text = "You must define either total_steps OR (epochs AND steps_per_epoch)"
        self.assert_error(ValueError, text, lr_scheduler.OneCycleLR, sgd(), 0.1)

    def test_sequences(self):
        optimizer = sgd()
        parts = [
            lr_scheduler.ConstantLR(optimizer, factor=0.1, total_iters=2),
            lr_scheduler.ExponentialLR(optimizer, gamma=0.5),
        ]
        scheduler = lr_scheduler.SequentialLR(optimizer, parts, milestones=[2])
        self.assert_rates(rates_of(scheduler, 5), [0.1, 0.1, 1.0, 0.5, 0.25, 0.125])
        optimizer = sgd()
        warm = lr_scheduler.LinearLR(optimizer, start_factor=0.25, total_iters=3)
        cosine = lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
        scheduler = lr_scheduler.SequentialLR(optimizer, [warm, cosine], [3])
        wave = [(1 + math.cos(math.pi * epoch / 4)) / 2 for epoch in range(5)]
        self.assert_rates(rates_of(scheduler, 7), [0.25, 0.5, 0.75] + wave)
        text = "Sequential Schedulers expects number of schedulers provided to be one more"
        self.assert_error(ValueError, text, lr_scheduler.SequentialLR, optimizer, [warm, cosine], [1, 2])
        text = "SequentialLR expects all schedulers to belong to the same optimizer"
        self.assert_error(ValueError, text, lr_scheduler.SequentialLR, sgd(), [warm, cosine], [1])

    def test_chains(self):
        optimizer = sgd()
        parts = [
            lr_scheduler.ConstantLR(optimizer, factor=0.1, total_iters=2),
            lr_scheduler.ExponentialLR(optimizer, gamma=0.5),
        ]
        scheduler = lr_scheduler.ChainedScheduler(parts, optimizer=optimizer)
        self.assert_rates(rates_of(scheduler, 3), [0.1, 0.05, 0.25, 0.125])
        text = "ChainedScheduler does not support `ReduceLROnPlateau` scheduler"
        plateau = lr_scheduler.ReduceLROnPlateau(optimizer)
        self.assert_error(ValueError, text, lr_scheduler.ChainedScheduler, [parts[0], plateau])

    def test_plateaus(self):
        make = lambda **options: lr_scheduler.ReduceLROnPlateau(sgd(), **options)

        def run(scheduler, metrics):
            found = []
            for metric in metrics:
                scheduler.step(metric)
                found.append(scheduler.get_last_lr()[0])
            return found

        self.assert_rates(run(make(patience=1), [1, 1, 1, 1, 1]), [1, 1, 0.1, 0.1, 0.01])
        self.assert_rates(run(make(patience=0, mode="max", factor=0.5), [1, 2, 1, 3]), [1, 1, 0.5, 0.5])
        self.assert_rates(run(make(patience=0, cooldown=2, factor=0.5), [1] * 6), [1, 0.5, 0.5, 0.5, 0.25, 0.25])
        self.assert_rates(run(make(patience=0, threshold=0.5, threshold_mode="abs"), [2, 1.6, 1.4]), [1, 0.1, 0.1])
        self.assert_rates(run(make(patience=0, min_lr=0.4), [torch.tensor(1.0)] * 3), [1, 0.4, 0.4])
        self.assert_rates(run(make(patience=0), [float("nan"), float("nan")]), [0.1, 0.01])
        self.assert_error(ValueError, "Factor should be < 1.0.", make, factor=1.0)
        self.assert_error(ValueError, "mode best is unknown!", make, mode="best")


class State(TorchCase):
    MAKERS = (
        lambda optimizer: lr_scheduler.StepLR(optimizer, 2),
        lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [2, 4]),
        lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 7),
        lambda optimizer: lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 3, 2),
        lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.9**epoch),
        lambda optimizer: lr_scheduler.CyclicLR(optimizer, 0.1, 1.0, step_size_up=3, mode="exp_range", gamma=0.9),
        lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=20),
        lambda optimizer: lr_scheduler.SequentialLR(
            optimizer, [lr_scheduler.ConstantLR(optimizer), lr_scheduler.ExponentialLR(optimizer, 0.9)], [4]
        ),
        lambda optimizer: lr_scheduler.ChainedScheduler(
            [lr_scheduler.ConstantLR(optimizer), lr_scheduler.ExponentialLR(optimizer, 0.9)]
        ),
        lambda optimizer: torch.optim.swa_utils.SWALR(optimizer, 0.05, anneal_epochs=6),
    )

    def test_schedules_go_on(self):
        for make in self.MAKERS:
            first = make(sgd())
            rates_of(first, 3)
            second = make(sgd())
            second.optimizer.load_state_dict(copy.deepcopy(first.optimizer.state_dict()))
            second.load_state_dict(copy.deepcopy(first.state_dict()))
            self.assertNotIn("optimizer", first.state_dict())
            self.assertEqual(rates_of(first, 5), rates_of(second, 5), type(first).__name__)

    def test_callable_objects_are_saved(self):
        class Decay:
            factor = 0.5

            def __call__(self, epoch):
                return self.factor**epoch

        decay = Decay()
        decay.factor = 0.25
        saved = lr_scheduler.LambdaLR(sgd(), decay).state_dict()
        self.assertEqual(saved["lr_lambdas"], [{"factor": 0.25}])
        other = Decay()
        lr_scheduler.LambdaLR(sgd(), other).load_state_dict(saved)
        self.assertEqual(other.factor, 0.25)

    def test_resuming_by_an_epoch(self):
        optimizer = sgd()
        text = "\"param 'initial_lr' is not specified in param_groups[0] when resuming scheduler with last_epoch >= 0"
        self.assert_error(KeyError, text, lr_scheduler.StepLR, optimizer, 2, last_epoch=3)
        optimizer.param_groups[0].update(initial_lr=1.0, lr=0.1)
        scheduler = lr_scheduler.StepLR(optimizer, 2, last_epoch=2)
        self.assertEqual((scheduler.last_epoch, scheduler.get_last_lr()), (3, [0.1]))

    def test_rates_that_are_tensors(self):
        rate = torch.tensor(1.0)
        optimizer = sgd(lr=1.0)
        optimizer.param_groups[0]["lr"] = rate
        scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
        rates_of(scheduler, 2)
        self.assertIs(optimizer.param_groups[0]["lr"], rate)
        self.assertEqual(rate.item(), 0.25)
        self.assertEqual(scheduler.base_lrs[0].item(), 1.0)
        self.assertEqual(scheduler.get_last_lr()[0].item(), 0.25)


class Warnings(TorchCase):
    def test_order_of_steps(self):
        scheduler = lr_scheduler.StepLR(sgd(), 2)
        with self.assertWarnsRegex(UserWarning, r"Detected call of `lr_scheduler.step\(\)` before `optimizer.step\(\)`"):
            scheduler.step()
        scheduler = lr_scheduler.StepLR(sgd(), 2)
        scheduler.optimizer.step()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            scheduler.step()
        scheduler = lr_scheduler.StepLR(sgd(), 2)
        scheduler.optimizer.step = lambda: None
        with self.assertWarnsRegex(UserWarning, "has been overridden after learning rate scheduler initialization"):
            scheduler.step()

    def test_rates_outside_of_a_step(self):
        scheduler = lr_scheduler.StepLR(sgd(), 2)
        with self.assertWarnsRegex(UserWarning, "please use `get_last_lr"):
            scheduler.get_lr()

    def test_only_optimizers(self):
        self.assert_error(TypeError, "int is not an Optimizer", lr_scheduler.StepLR, 3, 2)


if __name__ == "__main__":
    unittest.main()
