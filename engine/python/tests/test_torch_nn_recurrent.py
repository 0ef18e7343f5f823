"""Recurrent layers and cells against their formulas step by step, packed sequences, and their errors."""

import unittest
import warnings

import torch
from torch import nn
from torch.nn.utils import rnn
from torch_case import TorchCase


def steps(layer, x, hx, reverse=False):
    """A layer of one direction by its formulas, one step at a time. x is (T, N, I)."""
    suffix = "_l0_reverse" if reverse else "_l0"
    weight = {name: getattr(layer, name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    h, c = hx if isinstance(hx, tuple) else (hx, None)
    outputs = []
    for step in reversed(x) if reverse else x:
        a = step @ weight["weight_ih"].T + weight["bias_ih"]
        b = h @ weight["weight_hh"].T + weight["bias_hh"]
        if layer.mode == "GRU":
            (ar, az, an), (br, bz, bn) = a.chunk(3, 1), b.chunk(3, 1)
            r, z = torch.sigmoid(ar + br), torch.sigmoid(az + bz)
            h = (1 - z) * torch.tanh(an + r * bn) + z * h
        elif layer.mode == "LSTM":
            i, f, g, o = (a + b).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            if layer.proj_size:
                h = h @ getattr(layer, "weight_hr" + suffix).T
        else:
            h = torch.tanh(a + b) if layer.mode == "RNN_TANH" else torch.relu(a + b)
        outputs.append(h)
    return torch.stack(outputs[::-1] if reverse else outputs), (h if c is None else (h, c))


class Layers(TorchCase):
    def near(self, a, b):
        self.assertEqual(a.shape, b.shape)
        self.assertLess((a - b).abs().max().item(), 1e-5)

    def test_seeds_give_known_weights(self):
        torch.manual_seed(0)
        self.assert_close(nn.Linear(2, 2).weight, [[-0.0053, 0.3793], [-0.5820, -0.5204]], 4)
        torch.manual_seed(0)
        bound = torch.empty(4, 1).uniform_(-1, 1)
        torch.manual_seed(0)
        self.assert_tensor(nn.LSTM(1, 1).weight_ih_l0, bound.tolist())

    def test_formulas_and_gradients(self):
        for make in (nn.RNN, nn.GRU, nn.LSTM, lambda *a, **k: nn.RNN(*a, nonlinearity="relu", **k)):
            torch.manual_seed(1)
            layer = make(3, 4, bidirectional=True)
            x = torch.randn(5, 2, 3, requires_grad=True)
            zeros = torch.zeros(2, 4)
            start = (zeros, zeros) if layer.mode == "LSTM" else zeros
            output, state = layer(x)
            forward, forward_last = steps(layer, x, start)
            backward, backward_last = steps(layer, x, start, True)
            self.near(output, torch.cat([forward, backward], -1))
            last = state[1] if layer.mode == "LSTM" else state
            pick = (lambda s: s[1]) if layer.mode == "LSTM" else (lambda s: s)
            self.near(last, torch.stack([pick(forward_last), pick(backward_last)]))
            inputs = [x, *layer.parameters()]
            found = torch.autograd.grad((output**2).sum(), inputs)
            wanted = torch.autograd.grad((torch.cat([forward, backward], -1) ** 2).sum(), inputs)
            for a, b in zip(found, wanted):
                self.near(a, b)

    def test_second_derivatives(self):
        layer = nn.LSTM(2, 3, proj_size=2).double()
        x = torch.randn(3, 1, 2, dtype=torch.float64, requires_grad=True)
        self.assertTrue(torch.autograd.gradcheck(lambda x: layer(x)[0], (x,)))
        self.assertTrue(torch.autograd.gradgradcheck(lambda x: layer(x)[0], (x,)))

    def test_gradients_at_once_and_by_steps_are_equal(self):
        # With create_graph the steps are walked again as ordinary operators; without, one primitive gives all gradients.
        torch.manual_seed(0)
        for kind in ("RNN", "GRU", "LSTM"):
            for bias in (True, False):
                layer = getattr(nn, kind)(3, 4, bidirectional=True, bias=bias, dtype=torch.float64)
                states = [torch.randn(2, 2, 4, dtype=torch.float64, requires_grad=True) for _ in range(2)]
                x = torch.randn(5, 2, 3, dtype=torch.float64, requires_grad=True)
                wanted = [x, *states[: 2 if kind == "LSTM" else 1], *layer.parameters()]

                def gradients(which, **options):
                    output, last = layer(x, tuple(states) if kind == "LSTM" else states[0])
                    parts = [output, *(last if kind == "LSTM" else [last])]
                    chosen = [parts[number].square().sum() for number in which]
                    return torch.autograd.grad(sum(chosen), wanted, allow_unused=True, **options)

                for which in ([0], [1], [0, 1] + [2] * (kind == "LSTM")):
                    for at_once, by_steps in zip(gradients(which), gradients(which, create_graph=True)):
                        self.assertTrue(by_steps.requires_grad)
                        self.near(at_once, by_steps)

    def test_outputs_may_be_written_and_weights_not(self):
        for kind in ("RNN", "GRU", "LSTM"):
            layer, x = getattr(nn, kind)(2, 3), torch.randn(4, 1, 2)
            plain = layer(x)[0]
            plain.relu().sum().backward()
            wanted, layer.weight_hh_l0.grad = layer.weight_hh_l0.grad, None
            output = layer(x)[0]
            self.assertTrue(output.is_contiguous())
            output.relu_().sum().backward()
            self.near(layer.weight_hh_l0.grad, wanted)
            output = layer(x)[0]
            with torch.no_grad():
                layer.weight_hh_l0.mul_(2)
            self.assert_error(
                RuntimeError,
                "one of the variables needed for gradient computation has been modified by an inplace operation",
                output.sum().backward,
            )

    def test_nan_stays_in_its_sequence(self):
        for kind in ("RNN", "GRU", "LSTM"):
            layer, x = getattr(nn, kind)(2, 3), torch.zeros(4, 2, 2)
            x[1, 0, 0] = float("nan")
            output = layer(x)[0]
            self.assertEqual(output.isnan().any(-1).tolist(), [[False, False], [True, False], [True, False], [True, False]])

    def test_layers_feed_each_other(self):
        torch.manual_seed(2)
        both = nn.GRU(3, 4, num_layers=2)
        first, second = nn.GRU(3, 4), nn.GRU(4, 4)
        for layer, one in enumerate((first, second)):
            one.load_state_dict({name: getattr(both, name.replace("_l0", f"_l{layer}")) for name in one.state_dict()})
        x = torch.randn(5, 2, 3)
        output, state = both(x)
        inner, inner_state = first(x)
        outer, outer_state = second(inner)
        self.near(output, outer)
        self.near(state, torch.cat([inner_state, outer_state]))

    def test_batch_first_unbatched_and_empty_batches(self):
        layer = nn.LSTM(3, 4)
        turned = nn.LSTM(3, 4, batch_first=True)
        turned.load_state_dict(layer.state_dict())
        x = torch.randn(5, 2, 3)
        self.near(layer(x)[0], turned(x.transpose(0, 1))[0].transpose(0, 1))
        output, (h, c) = layer(x[:, 0])
        self.assertEqual((output.shape, h.shape, c.shape), ((5, 4), (1, 4), (1, 4)))
        self.near(output, layer(x)[0][:, 0])
        self.assertEqual(layer(x[:, :0])[0].shape, (5, 0, 4))

    def test_packed_is_each_sequence_by_itself(self):
        torch.manual_seed(3)
        layer = nn.LSTM(3, 4, num_layers=2, bidirectional=True)
        sequences = [torch.randn(length, 3) for length in (2, 5, 3)]
        packed = rnn.pack_sequence(sequences, enforce_sorted=False)
        output, (h, c) = layer(packed)
        padded, lengths = rnn.pad_packed_sequence(output)
        self.assertEqual(lengths.tolist(), [2, 5, 3])
        for place, sequence in enumerate(sequences):
            alone, (alone_h, alone_c) = layer(sequence)
            self.near(padded[: len(sequence), place], alone)
            self.near(h[:, place], alone_h)
            self.near(c[:, place], alone_c)
        self.assertTrue((padded[2:, 0] == 0).all())

    def test_dropout_between_layers_only_in_training(self):
        layer = nn.RNN(2, 3, num_layers=2, dropout=1.0)
        x = torch.randn(4, 1, 2)
        still = layer(torch.zeros(4, 1, 2))[0]
        self.near(layer(x)[0][:, :, :], still)
        layer.eval()
        self.assertGreater((layer(x)[0] - still).abs().max().item(), 1e-4)

    def test_cells_are_one_step(self):
        torch.manual_seed(4)
        for make, make_cell in ((nn.RNN, nn.RNNCell), (nn.GRU, nn.GRUCell), (nn.LSTM, nn.LSTMCell)):
            layer, cell = make(3, 4), make_cell(3, 4)
            cell.load_state_dict({name: getattr(layer, name + "_l0") for name in cell.state_dict()})
            x = torch.randn(2, 3)
            found, wanted = cell(x), layer(x.unsqueeze(0))[1]
            if make is nn.LSTM:
                found, wanted = found[1], wanted[1]
            self.near(found, wanted[0])
        self.assertEqual(nn.GRUCell(3, 4)(torch.randn(3)).shape, (4,))

    def test_repr(self):
        self.assert_prints(nn.LSTM(3, 4, 2, batch_first=True, dropout=0.5, bidirectional=True), "LSTM(3, 4, num_layers=2, batch_first=True, dropout=0.5, bidirectional=True)")
        self.assert_prints(nn.LSTM(3, 4, bias=False, proj_size=2), "LSTM(3, 4, proj_size=2, bias=False)")
        self.assert_prints(nn.RNNCell(3, 4, nonlinearity="relu"), "RNNCell(3, 4, nonlinearity=relu)")

    def test_errors(self):
        x = torch.randn(5, 2, 3)
        self.assert_error(RuntimeError, "input.size(-1) must be equal to input_size. Expected 7, got 3", nn.GRU(7, 4), x)
        self.assert_error(RuntimeError, "Expected hidden size (1, 2, 4), got [1, 3, 4]", nn.GRU(3, 4), x, torch.zeros(1, 3, 4))
        self.assert_error(RuntimeError, "Expected hidden[1] size (1, 2, 4), got [1, 2, 5]", nn.LSTM(3, 4), x, (torch.zeros(1, 2, 4), torch.zeros(1, 2, 5)))
        self.assert_error(RuntimeError, "For batched 3-D input, hx should also be 3-D but got 2-D tensor", nn.RNN(3, 4), x, torch.zeros(2, 4))
        self.assert_error(ValueError, "LSTM: Expected input to be 2D or 3D, got 1D instead", nn.LSTM(3, 4), torch.zeros(3))
        self.assert_error(ValueError, "proj_size has to be smaller than hidden_size", nn.LSTM, 3, 4, proj_size=4)
        self.assert_error(ValueError, "proj_size argument is only supported for LSTM, not RNN or GRU", nn.GRU, 3, 4, proj_size=1)
        self.assert_error(ValueError, "RNN input dtype (torch.float64) does not match weight dtype (torch.float32).", nn.RNN(3, 4), x.double())
        self.assert_error(RuntimeError, "Input batch size 2 doesn't match hidden0 batch size 3", nn.GRUCell(3, 4), x[0], torch.zeros(3, 4))
        self.assert_error(RuntimeError, "Expected sequence length to be larger than 0 in RNN", nn.RNN(3, 4), x[:0])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            nn.GRU(3, 4, dropout=0.5)
        self.assertIn("dropout option adds dropout after all but last recurrent layer", str(caught[0].message))


class Sequences(TorchCase):
    def test_packing_as_documented(self):
        seq = torch.tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]])
        packed = rnn.pack_padded_sequence(seq, [2, 1, 3], batch_first=True, enforce_sorted=False)
        self.assert_tensor(packed.data, [4, 1, 3, 5, 2, 6])
        self.assert_tensor(packed.batch_sizes, [3, 2, 1])
        self.assert_tensor(packed.sorted_indices, [2, 0, 1])
        self.assert_tensor(packed.unsorted_indices, [1, 2, 0])
        padded, lengths = rnn.pad_packed_sequence(packed, batch_first=True)
        self.assert_tensor(padded, seq.tolist())
        self.assert_tensor(lengths, [2, 1, 3])
        self.assertEqual([part.tolist() for part in rnn.unpack_sequence(packed)], [[1, 2], [3], [4, 5, 6]])

    def test_pad_sequence(self):
        parts = [torch.tensor([1.0]), torch.tensor([2.0, 3.0])]
        self.assert_tensor(rnn.pad_sequence(parts), [[1, 2], [0, 3]])
        self.assert_tensor(rnn.pad_sequence(parts, True, -1.0), [[1, -1], [2, 3]])
        self.assert_tensor(rnn.pad_sequence(parts, True, padding_side="left"), [[0, 1], [2, 3]])
        self.assert_tensor(rnn.pad_packed_sequence(rnn.pack_sequence(parts[::-1]), total_length=3)[0], [[2, 1], [3, 0], [0, 0]])

    def test_errors(self):
        x = torch.zeros(3, 2)
        self.assert_error(RuntimeError, "`lengths` array must be sorted in decreasing order", rnn.pack_padded_sequence, x, [1, 2])
        self.assert_error(RuntimeError, "Length of all samples has to be greater than 0", rnn.pack_padded_sequence, x, [1, 0])
        self.assert_error(RuntimeError, "Expected `len(lengths)` to be equal to batch_size, but got 1 (batch_size=2)", rnn.pack_padded_sequence, x, [1])
        self.assert_error(RuntimeError, "received an empty list of sequences", rnn.pad_sequence, [])


if __name__ == "__main__":
    unittest.main()
