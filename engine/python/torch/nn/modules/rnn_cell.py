"""One step of a recurrent network: `RNNCell`, `GRUCell`, `LSTMCell`.

Read next: `nn.modules.rnn`, `engine/src/ops/recurrent.rs`.
"""

import math

from ..._C import ops
from ..._creation import empty, zeros
from .. import init
from .._recurrent import CELL_CODES
from ..parameter import Parameter
from .module import Module


class RNNCellBase(Module):
    """What the cells share: the weights of `num_chunks` gates, and how they are drawn."""

    def __init__(self, input_size, hidden_size, bias, num_chunks, device=None, dtype=None):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(empty((rows, hidden_size), device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            made = Parameter(empty(rows, device=device, dtype=dtype)) if bias else None
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self):
        """Draws all weights and biases anew, uniform in ±1/sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text

    def _step(self, code, input, states):
        """The states after one step of `(N, I)` or `(I)`; absent ones are zeros."""
        name = type(self).__name__
        if input.dim() not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        for position, state in enumerate(states):
            if state is not None and state.dim() not in (1, 2):
                what = f"hx[{position}]" if code == CELL_CODES["LSTM"] else "hidden"
                raise ValueError(f"{name}: Expected {what} to be 1D or 2D, got {state.dim()}D instead")
        is_batched = input.dim() == 2
        input = input if is_batched else input.unsqueeze(0)
        ready = []
        for position, state in enumerate(states):
            if state is None:
                state = zeros((input.shape[0], self.hidden_size), dtype=input.dtype, device=input.device)
            elif not is_batched:
                state = state.unsqueeze(0)
            if state.shape[0] != input.shape[0]:
                raise RuntimeError(
                    f"Input batch size {input.shape[0]} doesn't match hidden{position} batch size {state.shape[0]}"
                )
            ready.append(state)
        hidden, cell = (*ready, None)[:2]
        found = ops.recurrent_step(code, input, hidden, cell, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh, None)
        return [state if is_batched or state is None else state.squeeze(0) for state in found]


class RNNCell(RNNCellBase):
    """`h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or `relu` of it: one step of `RNN`.

    input_size, hidden_size: features of input and state. bias: whether there are b_ih and b_hh.
    nonlinearity: "tanh" or "relu".

    Shape: input (N, I) or (I), state (N, H) or (H), zeros if absent. Gives a state. Raises ValueError for other ranks.

    >>> h = torch.nn.RNNCell(10, 20)(torch.randn(3, 10))
    """

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return self._step(CELL_CODES["RNN_" + self.nonlinearity.upper()], input, [hx])[0]


class LSTMCell(RNNCellBase):
    """One step of `LSTM`.

    Shape: input (N, I) or (I), states (h, c) of (N, H) or (H) each, zeros if absent. Gives a pair (h', c').
    Raises ValueError for other ranks.

    >>> h, c = torch.nn.LSTMCell(10, 20)(torch.randn(3, 10))
    """

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input, hx=None):
        return tuple(self._step(CELL_CODES["LSTM"], input, (None, None) if hx is None else hx))


class GRUCell(RNNCellBase):
    """One step of `GRU`.

    Shape: input (N, I) or (I), state (N, H) or (H), zeros if absent. Gives a state. Raises ValueError for other ranks.

    >>> h = torch.nn.GRUCell(10, 20)(torch.randn(3, 10))
    """

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input, hx=None):
        return self._step(CELL_CODES["GRU"], input, [hx])[0]
