"""Recurrent layers: `RNN`, `GRU` and `LSTM`.

Read next: `nn.modules.rnn_base`, `nn.modules.rnn_cell`.
"""

from .rnn_base import RNNBase
from .rnn_cell import GRUCell, LSTMCell, RNNCell, RNNCellBase

__all__ = ["RNNBase", "RNN", "LSTM", "GRU", "RNNCellBase", "RNNCell", "LSTMCell", "GRUCell"]


class RNN(RNNBase):
    """Elman's recurrent network: `h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)`, or `relu` of it.

    input_size: features of the input. hidden_size: features of the state. num_layers: layers, each fed by the one
    before. nonlinearity: "tanh" or "relu". bias: whether there are b_ih and b_hh. batch_first: (N, T, ...) instead of
    (T, N, ...). dropout: probability of dropping elements between layers in training. bidirectional: a second
    network reads from the end.

    Shape: input (T, N, I), (N, T, I) with batch_first, (T, I) unbatched, or a PackedSequence; h_0 (D*num_layers, N, H),
    zeros if absent, where D is 2 if bidirectional, else 1. Gives output (T, N, D*H) and h_n (D*num_layers, N, H).
    Raises ValueError or RuntimeError for inputs and states of other ranks and sizes.

    Source: Elman, "Finding structure in time", 1990; weights as in
    https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html

    >>> output, h_n = torch.nn.RNN(10, 20, 2)(torch.randn(5, 3, 10))
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        device=None,
        dtype=None,
        **kwargs,
    ):
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        mode = "RNN_TANH" if nonlinearity == "tanh" else "RNN_RELU"
        super().__init__(
            mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype, **kwargs
        )
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Long short-term memory: gates i, f, o and a candidate g from the input and the state decide what cells keep.

    `c_t = f * c_(t-1) + i * g` and `h_t = o * tanh(c_t)`. Rows of the weights are in the order i, f, g, o.
    Arguments are those of `RNN` without nonlinearity; proj_size: if not 0, `h_t` is multiplied by W_hr (proj_size, H).

    Shape: as `RNN`, with a pair of states (h_0, c_0) of (D*num_layers, N, H) each (h: proj_size wide if not 0).
    Gives output (T, N, D*H) and (h_n, c_n). Raises ValueError or RuntimeError for other ranks and sizes.

    Source: Hochreiter and Schmidhuber, "Long short-term memory", 1997; projections of https://arxiv.org/abs/1402.1128

    >>> output, (h_n, c_n) = torch.nn.LSTM(10, 20, batch_first=True)(torch.randn(3, 5, 10))
    """

    def __init__(
        self,
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
        super().__init__(
            "LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, device, dtype
        )


class GRU(RNNBase):
    """Gated recurrent unit: a reset gate r and an update gate z decide between the old state and a new one.

    `n = tanh(W_in x + b_in + r * (W_hn h + b_hn))` and `h_t = (1 - z) * n + z * h_(t-1)`. Rows of the weights are in
    the order r, z, n. Arguments and shapes are those of `RNN` without nonlinearity.

    Source: Cho et al., https://arxiv.org/abs/1406.1078, with the reset gate after the product as in
    https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html

    >>> output, h_n = torch.nn.GRU(10, 20, bidirectional=True)(torch.randn(5, 3, 10))
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
        device=None,
        dtype=None,
        **kwargs,
    ):
        if "proj_size" in kwargs:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        super().__init__(
            "GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype, **kwargs
        )
