"""`RNNBase`: what the recurrent layers share, of several layers, in one or two directions, over padded or packed sequences.

One call of the engine runs a layer in one direction over all steps. The order of weights and of random draws is
PyTorch's, so that seeds give the same networks and state dicts fit.
Read next: `nn.modules.rnn`, `nn.utils.rnn`, `engine/src/ops/recurrent.rs`.
"""

import math
import numbers
import warnings

from ..._creation import empty, zeros
from .. import init
from .._recurrent import runs_of, stacked
from ..parameter import Parameter
from ..utils.rnn import PackedSequence
from .module import Module

_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "GRU": 3, "LSTM": 4}


def _check_types(input_size, bias, batch_first):
    """Refuses what a recurrent layer cannot be made of: arguments of other types, often given in a wrong order."""
    if not isinstance(input_size, int):
        raise TypeError(f"input_size should be of type int, got: {type(input_size).__name__}")
    if input_size <= 0:
        raise ValueError("input_size must be greater than zero")
    for name, flag in (("bias", bias), ("batch_first", batch_first)):
        if not isinstance(flag, bool):
            raise TypeError(f"{name} should be of type bool, got: {type(flag).__name__}")


def _check_options(hidden_size, num_layers, dropout, proj_size):
    if not isinstance(dropout, numbers.Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
        raise ValueError("dropout should be a number in range [0, 1] representing the probability of an element being zeroed")
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater "
            f"than 1, but got dropout={dropout} and num_layers={num_layers}",
            stacklevel=4,
        )
    if not isinstance(hidden_size, int):
        raise TypeError(f"hidden_size should be of type int, got: {type(hidden_size).__name__}")
    if hidden_size <= 0:
        raise ValueError("hidden_size must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= hidden_size:
        raise ValueError("proj_size has to be smaller than hidden_size")


class RNNBase(Module):
    """What the recurrent layers share: weights, stacking of layers and directions, checks of inputs.

    mode: "RNN_TANH", "RNN_RELU", "GRU" or "LSTM"; the other arguments are those of the layers.
    """

    def __init__(
        self,
        mode,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        proj_size=0,
        device=None,
        dtype=None,
    ):
        super().__init__()
        _check_options(hidden_size, num_layers, dropout, proj_size)
        _check_types(input_size, bias, batch_first)
        if mode not in _GATES:
            raise ValueError("Unrecognized RNN mode: " + mode)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        rows = _GATES[mode] * hidden_size
        output_size = proj_size or hidden_size
        directions = 2 if bidirectional else 1
        self._all_weights = []
        for layer in range(num_layers):
            for direction in range(directions):
                width = input_size if layer == 0 else output_size * directions
                shapes = {"weight_ih": (rows, width), "weight_hh": (rows, output_size)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if proj_size:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                suffix = f"_l{layer}" + ("_reverse" if direction else "")
                for name, shape in shapes.items():
                    setattr(self, name + suffix, Parameter(empty(shape, device=device, dtype=dtype)))
                self._all_weights.append([name + suffix for name in shapes])
        self.reset_parameters()

    def reset_parameters(self):
        """Draws all weights and biases anew, uniform in ±1/sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self):
        """Accepted: the engine has no use for weights in one piece of memory."""

    @property
    def all_weights(self):
        """The parameters of every layer and direction: a list of lists."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights(self):
        return [weight for weights in self.all_weights for weight in weights]

    def __getstate__(self):
        # PyTorch keeps the weights in a list beside the parameters as well, and its reader asks for it.
        names = [name for names in self._all_weights for name in names]
        return {**super().__getstate__(), "_flat_weights_names": names, "_flat_weights": self._flat_weights}

    def __setstate__(self, state):
        super().__setstate__({name: value for name, value in state.items() if not name.startswith("_flat_weight")})

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        if self.proj_size != 0:
            text += f", proj_size={self.proj_size}"
        if self.num_layers != 1:
            text += f", num_layers={self.num_layers}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if self.batch_first is not False:
            text += f", batch_first={self.batch_first}"
        if self.dropout != 0:
            text += f", dropout={self.dropout}"
        if self.bidirectional is not False:
            text += f", bidirectional={self.bidirectional}"
        return text

    # Checks

    def check_input(self, input, batch_sizes):
        """Raises unless the input has the rank, width and dtype of the layer."""
        wanted = getattr(self, self._all_weights[0][0]).dtype
        if input.dtype is not wanted and not _autocast_is_on():
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({wanted}). Convert input: input.to({wanted}), or "
                f"convert model: model.to({input.dtype})"
            )
        rank = 3 if batch_sizes is None else 2
        if input.dim() != rank:
            raise RuntimeError(f"input must have {rank} dimensions, got {input.dim()}")
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )

    def _state_shape(self, batch, width):
        return (self.num_layers * (2 if self.bidirectional else 1), batch, width)

    def check_hidden_size(self, hx, expected_hidden_size, msg="Expected hidden size {}, got {}"):
        """Raises unless a state has the expected size."""
        if tuple(hx.shape) != tuple(expected_hidden_size):
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.shape)))

    # Running

    def _layers(self, data, runs, hidden, cells):
        """All layers over rows of steps. Gives the rows of the last layer and the last states of all."""
        return stacked(
            self.mode,
            data,
            runs,
            hidden,
            cells,
            self.all_weights,
            self.bias,
            self.dropout,
            self.training,
            self.bidirectional,
        )

    def _zeros(self, input, batch, width):
        return zeros(self._state_shape(batch, width), dtype=input.dtype, device=input.device)

    def _check_states(self, hidden, cells, batch):
        width = self.proj_size or self.hidden_size
        if cells is None:
            self.check_hidden_size(hidden, self._state_shape(batch, width))
        else:
            self.check_hidden_size(hidden, self._state_shape(batch, width), "Expected hidden[0] size {}, got {}")
            self.check_hidden_size(cells, self._state_shape(batch, self.hidden_size), "Expected hidden[1] size {}, got {}")

    def _states(self, hx):
        """Hidden and cell states that were given: the latter only of an LSTM."""
        return (hx, None) if self.mode != "LSTM" else (None, None) if hx is None else hx

    def _start(self, input, hx, batch):
        hidden, cells = self._states(hx)
        if hidden is None:
            hidden = self._zeros(input, batch, self.proj_size or self.hidden_size)
            cells = self._zeros(input, batch, self.hidden_size) if self.mode == "LSTM" else None
        self._check_states(hidden, cells, batch)
        return hidden, cells

    def _joined(self, hidden, cells):
        return hidden if cells is None else (hidden, cells)

    def _forward_packed(self, input, hx):
        data, batch_sizes, order, back = input
        self.check_input(data, batch_sizes)
        sizes = batch_sizes.tolist()
        if hx is not None and order is not None:
            hx = self.permute_hidden(hx, order)
        hidden, cells = self._start(data, hx, sizes[0])
        output, hidden, cells = self._layers(data, runs_of(sizes), hidden, cells)
        states = self._joined(hidden, cells)
        return PackedSequence(output, batch_sizes, order, back), self.permute_hidden(states, back)

    def permute_hidden(self, hx, permutation):
        """States with their sequences in another order."""
        if permutation is None:
            return hx
        if isinstance(hx, tuple):
            return tuple(state.index_select(1, permutation) for state in hx)
        return hx.index_select(1, permutation)

    def forward(self, input, hx=None):
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        name = type(self).__name__
        if input.dim() not in (2, 3):
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {input.dim()}D instead")
        is_batched = input.dim() == 3
        if hx is not None:
            self._check_ranks(hx, is_batched)
        if not is_batched:
            input = input.unsqueeze(1)
            if hx is not None:
                hx = tuple(state.unsqueeze(1) for state in hx) if self.mode == "LSTM" else hx.unsqueeze(1)
        elif self.batch_first:
            input = input.transpose(0, 1)
        self.check_input(input, None)
        steps, batch = input.shape[:2]
        hidden, cells = self._start(input, hx, batch)
        output, hidden, cells = self._layers(input.reshape(steps * batch, self.input_size), [batch, steps], hidden, cells)
        output = output.view(steps, batch, output.shape[-1])
        if not is_batched:
            states = (hidden.squeeze(1), None if cells is None else cells.squeeze(1))
            return output.squeeze(1), self._joined(*states)
        return output.transpose(0, 1) if self.batch_first else output, self._joined(hidden, cells)

    def _check_ranks(self, hx, is_batched):
        rank = 3 if is_batched else 2
        what = f"For {'batched 3-D' if is_batched else 'unbatched 2-D'} input, "
        if self.mode == "LSTM":
            if any(state.dim() != rank for state in hx):
                raise RuntimeError(
                    f"{what}hx and cx should also be {rank}-D but got ({hx[0].dim()}-D, {hx[1].dim()}-D) tensors"
                )
        elif hx.dim() != rank:
            raise RuntimeError(f"{what}hx should also be {rank}-D but got {hx.dim()}-D tensor")


def _autocast_is_on():
    import sys

    module = sys.modules.get("torch.amp")
    return module is not None and getattr(sys.modules["torch"], "is_autocast_enabled", lambda: False)()
