"""Stacks of recurrent layers as functions: what `nn.RNN`, `nn.GRU` and `nn.LSTM` call, and `torch.lstm` and its kin.

Rows of all steps lie one after another; the engine runs a layer in one direction in one call.
Read next: `nn.modules.rnn`, `engine/src/ops/recurrent.rs`.
"""

from .._C import ops
from .._stacking import cat, stack
from ._dropout import dropout

#: Numbers of the cells in the engine's operators.
CELL_CODES = {"RNN_TANH": 0, "RNN_RELU": 1, "GRU": 2, "LSTM": 3}


def runs_of(batch_sizes):
    """Sizes of steps as pairs: a size, and how many steps in a row have it."""
    runs = []
    for size in batch_sizes:
        if runs and runs[-2] == size:
            runs[-1] += 1
        else:
            runs += [size, 1]
    return runs


def stacked(mode, data, runs, hidden, cells, weights, has_biases, dropout_p, train, bidirectional):
    """All layers over rows of steps. Gives the rows of the last layer and the last states of all.

    weights: a list for every layer and direction: of the input, of the state, their biases if has_biases, the projection if
    there is one.
    """
    code = CELL_CODES[mode]
    directions = 2 if bidirectional else 1
    count = len(weights) // directions
    last_hidden, last_cells = [], []
    for layer in range(count):
        outputs = []
        for direction in range(directions):
            position = layer * directions + direction
            of_input, of_state, *rest = weights[position]
            biases = rest[:2] if has_biases else (None, None)
            projection = rest[-1] if len(rest) == (3 if has_biases else 1) else None
            cell = None if cells is None else cells[position]
            output, state, cell = ops.recurrent_layer(
                code, data, runs, direction == 1, hidden[position], cell, of_input, of_state, *biases, projection
            )
            outputs.append(output)
            last_hidden.append(state)
            last_cells.append(cell)
        data = outputs[0] if directions == 1 else cat(outputs, -1)
        if dropout_p and train and layer + 1 < count:
            data = dropout(data, dropout_p, True)
    return data, stack(last_hidden), None if cells is None else stack(last_cells)


def _grouped(params, has_biases, num_layers, bidirectional):
    each = len(params) // (num_layers * (2 if bidirectional else 1))
    return [params[start : start + each] for start in range(0, len(params), each)]


def _function(mode, name):
    is_lstm = mode == "LSTM"

    def packed(data, batch_sizes, hx, params, has_biases, num_layers, dropout, train, bidirectional):
        hidden, cells = hx if is_lstm else (hx, None)
        weights = _grouped(params, has_biases, num_layers, bidirectional)
        runs = runs_of(batch_sizes.tolist())
        found = stacked(mode, data, runs, hidden, cells, weights, has_biases, dropout, train, bidirectional)
        return found if is_lstm else found[:2]

    def padded(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first):
        hidden, cells = hx if is_lstm else (hx, None)
        weights = _grouped(params, has_biases, num_layers, bidirectional)
        x = input.transpose(0, 1) if batch_first else input
        steps, batch = x.shape[:2]
        rows = x.reshape(steps * batch, x.shape[2])
        output, *states = stacked(
            mode, rows, [batch, steps], hidden, cells, weights, has_biases, dropout, train, bidirectional
        )
        output = output.view(steps, batch, output.shape[1])
        return (output.transpose(0, 1) if batch_first else output, *(states if is_lstm else states[:1]))

    def function(*args, **kwargs):
        second = args[1] if len(args) > 1 else None
        is_packed = "batch_sizes" in kwargs or hasattr(second, "dtype") and not second.dtype.is_floating_point
        return packed(*args, **kwargs) if is_packed else padded(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The layers of `nn.{mode.split("_")[0]}` with their weights as arguments: (input, hx, params, has_biases, num_layers,
    dropout, train, bidirectional, batch_first), or (data, batch_sizes, hx, params, …) of a packed sequence."""
    return function


rnn_tanh, rnn_relu = _function("RNN_TANH", "rnn_tanh"), _function("RNN_RELU", "rnn_relu")
gru, lstm = _function("GRU", "gru"), _function("LSTM", "lstm")


def _cell(mode, name):
    def function(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
        hidden, cell = hx if mode == "LSTM" else (hx, None)
        found = ops.recurrent_step(CELL_CODES[mode], input, hidden, cell, w_ih, w_hh, b_ih, b_hh, None)
        return tuple(found) if mode == "LSTM" else found[0]

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "One step of `(N, I)` from states `(N, H)` with the weights as arguments."
    return function


rnn_tanh_cell, rnn_relu_cell = _cell("RNN_TANH", "rnn_tanh_cell"), _cell("RNN_RELU", "rnn_relu_cell")
gru_cell, lstm_cell = _cell("GRU", "gru_cell"), _cell("LSTM", "lstm_cell")
