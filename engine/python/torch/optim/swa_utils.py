"""`torch.optim.swa_utils`: averages of a model's weights over time, equal (SWA) or exponential (EMA).

Read next: `optim.lr_scheduler`.
"""

import itertools
import math
from copy import deepcopy

from .._autograd_mode import no_grad
from .._from_data import tensor
from .._dtype import int64
from ..nn import Module
from ..nn.modules.batchnorm import _BatchNorm
from .lr_scheduler import LRScheduler, _format_param, _warn_get_lr_called_within_step

__all__ = [
    "AveragedModel",
    "SWALR",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]


def _check_decay(decay):
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def get_ema_multi_avg_fn(decay=0.999):
    """A function that moves a list of averages towards the current values in place, by `1 - decay`."""
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param_list, current_param_list, num_averaged):
        for average, current in zip(ema_param_list, current_param_list):
            if average.is_floating_point():
                average.lerp_(current, 1 - decay)
            else:
                average.copy_(average * decay + current * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn():
    """A function that takes a list of current values into equal averages in place; `num_averaged` went in before."""

    @no_grad()
    def swa_update(averaged_param_list, current_param_list, num_averaged):
        weight = 1 / (float(num_averaged) + 1)
        for average, current in zip(averaged_param_list, current_param_list):
            if average.is_floating_point():
                average.lerp_(current, weight)
            else:
                average.copy_(average + (current - average) * weight)

    return swa_update


def get_ema_avg_fn(decay=0.999):
    """A function that gives an average moved towards the current value by `1 - decay`."""
    _check_decay(decay)

    @no_grad()
    def ema_update(ema_param, current_param, num_averaged):
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn():
    """A function that gives the average with the current value taken in; `num_averaged` went in before."""

    @no_grad()
    def swa_update(averaged_param, current_param, num_averaged):
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


class AveragedModel(Module):
    """A copy of a model whose parameters are averages: equal ones, or what `avg_fn` or `multi_avg_fn` make of them.

    device: where the copy is to be. avg_fn: `avg_fn(average, current, num_averaged)` gives the next average. multi_avg_fn: the
    same for lists, in place. use_buffers: average the buffers too; otherwise they are copied.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.AveragedModel.html
    """

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        # On the CPU whatever the device, so that an update waits for nothing.
        self.register_buffer("n_averaged", tensor(0, dtype=int64, device="cpu"))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args, **kwargs):
        """What the averaged model gives."""
        return self.module(*args, **kwargs)

    @no_grad()
    def update_parameters(self, model):
        """Takes a model's current parameters into the averages; the first are copied."""
        averages, currents = self._averaged(self.module), self._averaged(model)
        averages = [average.detach() for average in averages]
        currents = [current.detach().to(average.device) for current, average in zip(currents, averages)]
        num_averaged = int(self.n_averaged)
        if num_averaged == 0:
            for average, current in zip(averages, currents):
                average.copy_(current)
        elif self.avg_fn is None:
            multi_avg_fn = self.multi_avg_fn or get_swa_multi_avg_fn()
            for part in _alike(averages, currents):
                multi_avg_fn(*part, self.n_averaged)
        else:
            for average, current in zip(averages, currents):
                average.copy_(self.avg_fn(average, current, self.n_averaged))
        if not self.use_buffers:
            for average, current in zip(self.module.buffers(), model.buffers()):
                average.detach().copy_(current.detach().to(average.device))
        self.n_averaged += 1

    def _averaged(self, model):
        return list(itertools.chain(model.parameters(), model.buffers() if self.use_buffers else ()))

    def _apply(self, fn, recurse=True):
        moved = super()._apply(fn, recurse)
        self._buffers["n_averaged"] = self._buffers["n_averaged"].to("cpu")
        return moved


def _alike(averages, currents):
    """The two lists, split by device and dtype."""
    parts = {}
    for average, current in zip(averages, currents):
        part = parts.setdefault((str(average.device), average.dtype), ([], []))
        part[0].append(average)
        part[1].append(current)
    return parts.values()


@no_grad()
def update_bn(loader, model, device=None):
    """Computes the running statistics of batch normalisation anew, in one pass over the batches of `loader`.

    A batch is a tensor, or a list or tuple that begins with one; it goes to `device` if one is given.
    """
    momenta = {}
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None
    for batch in loader:
        if isinstance(batch, (list, tuple)):
            batch = batch[0]
        model(batch if device is None else batch.to(device))
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Anneals the rates to `swa_lr` within `anneal_epochs` epochs, along a cosine or a line, and leaves them there.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.swa_utils.SWALR.html
    """

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        for group, rate in zip(optimizer.param_groups, _format_param("swa_lr", optimizer, swa_lr)):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _share(self, part):
        """How far along the annealing is, from how much of its time is over."""
        return (1 - math.cos(math.pi * part)) / 2 if self._anneal_strategy == "cos" else part

    def get_lr(self):
        """The rates for `last_epoch`: from those there are, the rates before annealing are found, and from them the next."""
        _warn_get_lr_called_within_step(self)
        # At the end of annealing the rates before it could not be told any more; they are not needed then.
        step = self._step_count - 1
        total = max(1, self.anneal_epochs) if self.anneal_epochs else 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before = self._share(max(0, min(1, (step - 1) / total)))
        now = self._share(max(0, min(1, step / total)))
        rates = []
        for group in self.optimizer.param_groups:
            target = group["swa_lr"]
            start = target if before == 1 else (group["lr"] - before * target) / (1 - before)
            rates.append(target * now + start * (1 - now))
        return rates
