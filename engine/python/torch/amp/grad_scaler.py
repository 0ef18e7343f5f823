"""`torch.amp.GradScaler`: losses are scaled up so that small gradients survive float16, and the scale adapts.

All gradients of a device are unscaled by one operator, and one number is read a step.
Read next: `autocast_mode`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math
import warnings

from .. import _dtype
from .._autograd_mode import no_grad
from .._C import ops
from .._creation import full
from .._tensor import Tensor

_READY, _UNSCALED, _STEPPED = 0, 1, 2


class GradScaler:
    """Scales losses, unscales gradients before a step, leaves out steps with infinite ones, and adapts the scale."""

    def __init__(self, device="cuda", init_scale=2.0**16, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        self._device = device
        self._enabled = bool(enabled)
        if self._enabled and device != "cpu" and not ops.gpu_available():
            warnings.warn(
                "torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2
            )
            self._enabled = False
        if self._enabled:
            assert growth_factor > 1.0, "The growth factor must be > 1.0."
            assert backoff_factor < 1.0, "The backoff factor must be < 1.0."
        self._init_scale, self._growth_factor, self._backoff_factor = init_scale, growth_factor, backoff_factor
        self._growth_interval, self._init_growth_tracker = growth_interval, 0
        self._scale = self._growth_tracker = None
        self._per_optimizer_states = {}

    def _state_of(self, optimizer):
        return self._per_optimizer_states.setdefault(id(optimizer), {"stage": _READY, "found_inf": []})

    def _make_scale(self, device):
        self._scale = full((), self._init_scale, dtype=_dtype.float32, device=device)
        self._growth_tracker = full((), self._init_growth_tracker, dtype=_dtype.int32, device=device)

    def _check_scale(self, name):
        if self._scale is None:
            raise AssertionError(
                f"Attempted {name} but _scale is None.  This may indicate your script did not use scaler.scale(loss or "
                "outputs) earlier in the iteration."
            )

    def scale(self, outputs):
        """A tensor, or nested lists and tuples of tensors, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._make_scale(outputs.device)
            return outputs * self._scale.to(outputs.device)
        if isinstance(outputs, (list, tuple)):
            scaled = [self.scale(one) for one in outputs]
            return type(outputs)(*scaled) if hasattr(outputs, "_fields") else type(outputs)(scaled)
        if hasattr(outputs, "__iter__"):
            return map(self.scale, outputs)
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def unscale_(self, optimizer):
        """Divides the gradients of an optimizer's parameters by the scale, as before clipping; at most once a step."""
        if not self._enabled:
            return
        self._check_scale("unscale_")
        known = self._state_of(optimizer)
        if known["stage"] == _UNSCALED:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if known["stage"] == _STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        known["found_inf"] = self._unscaled(optimizer)
        known["stage"] = _UNSCALED

    def _unscaled(self, optimizer):
        by_device = {}
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                gradient = parameter.grad
                if gradient is None:
                    continue
                if gradient.dtype is _dtype.float16:
                    raise ValueError("Attempting to unscale FP16 gradients.")
                by_device.setdefault((gradient.device, gradient.dtype), []).append(gradient)
        found = []
        with no_grad():
            for (device, dtype), gradients in by_device.items():
                inverse = self._scale.to(_dtype.float64 if device.type == "cpu" else _dtype.float32).reciprocal()
                inverse = inverse.to(device=device, dtype=dtype)
                ops.scale_all_(gradients, inverse)
                # The largest element tells: infinity and NaN outlast all others.
                found.append(ops.logical_not(ops.total_norm(gradients, math.inf).isfinite()).to(_dtype.float32))
        return found

    def step(self, optimizer, *args, **kwargs):
        """Unscales the gradients if that was not done, and steps unless one is infinite or NaN. Reads one number."""
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._check_scale("step")
        known = self._state_of(optimizer)
        if known["stage"] == _STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if known["stage"] == _READY:
            self.unscale_(optimizer)
        assert known["found_inf"], "No inf checks were recorded for this optimizer."
        result = None
        if not any(found.item() for found in known["found_inf"]):
            result = optimizer.step(*args, **kwargs)
        known["stage"] = _STEPPED
        return result

    def update(self, new_scale=None):
        """Adapts the scale: smaller after infinite gradients, larger after many steps without; or takes a given one."""
        if not self._enabled:
            return
        self._check_scale("update")
        scale, tracker = self._scale, self._growth_tracker
        with no_grad():
            if new_scale is not None:
                if isinstance(new_scale, Tensor):
                    scale.copy_(new_scale.detach())
                else:
                    scale.fill_(new_scale)
            else:
                found = [one.to(scale.device) for known in self._per_optimizer_states.values() for one in known["found_inf"]]
                assert found, "No inf checks were recorded prior to update."
                total = found[0]
                for one in found[1:]:
                    total = total + one
                self._adapt(scale, tracker, total > 0)
        self._per_optimizer_states = {}

    def _adapt(self, scale, tracker, is_infinite):
        counted = tracker + 1
        is_due = counted == self._growth_interval
        grown = scale * self._growth_factor
        # A scale that would be infinite stays.
        larger = ops.where(ops.logical_and(is_due, grown.isfinite()), grown, scale)
        scale.copy_(ops.where(is_infinite, scale * self._backoff_factor, larger))
        none = tracker * 0
        tracker.copy_(ops.where(ops.logical_or(is_infinite, is_due), none, counted))

    def get_scale(self):
        """The scale as a number. Waits for the GPU."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else self._scale.item()

    def get_growth_factor(self):
        """By how much the scale grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor):
        """Sets by how much the scale grows."""
        self._growth_factor = new_factor

    def get_backoff_factor(self):
        """By how much the scale shrinks."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor):
        """Sets by how much the scale shrinks."""
        self._backoff_factor = new_factor

    def get_growth_interval(self):
        """After how many steps without infinite gradients the scale grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval):
        """Sets after how many steps the scale grows."""
        self._growth_interval = new_interval

    def is_enabled(self):
        """True if the scaler scales."""
        return self._enabled

    def _get_growth_tracker(self):
        if not self._enabled:
            return 0
        return self._init_growth_tracker if self._growth_tracker is None else self._growth_tracker.item()

    def state_dict(self):
        """Scale, factors and counter; empty if the scaler does nothing."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._get_growth_tracker(),
        }

    def load_state_dict(self, state_dict):
        """Takes what `state_dict` gave."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._init_scale, self._init_growth_tracker = state_dict["scale"], state_dict["_growth_tracker"]
        if self._scale is not None:
            self._scale.fill_(self._init_scale)
            self._growth_tracker.fill_(self._init_growth_tracker)
        self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
