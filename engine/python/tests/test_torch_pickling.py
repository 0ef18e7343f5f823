"""`copy.deepcopy` and `pickle` of tensors, parameters, modules, storages and generators."""

import copy
import pickle
import pickletools
import unittest

import torch
from torch import nn
from torch_case import TorchCase


class Named(torch.Tensor):
    """A class of the user's."""


class DeepCopies(TorchCase):
    def test_values_strides_and_flags(self):
        source = torch.arange(6.0).reshape(2, 3).t().requires_grad_()
        source.grad = torch.ones(3, 2)
        source.note = ["mine"]
        found = copy.deepcopy(source)
        self.assertEqual((found.tolist(), found.stride(), found.requires_grad), (source.tolist(), (1, 3), True))
        self.assertEqual(found.grad.tolist(), [[1.0, 1.0]] * 3)
        self.assertIsNot(found.grad, source.grad)
        self.assertEqual(found.note, ["mine"])
        self.assertIsNot(found.note, source.note)
        with torch.no_grad():
            found[0, 0] = 50
        self.assertEqual(source[0, 0].item(), 0)

    def test_shared_memory_stays_shared(self):
        base = torch.zeros(4)
        first, second = copy.deepcopy([base, base[1:]])
        first[1] = 5
        self.assert_tensor(second, [5.0, 0.0, 0.0])
        self.assert_tensor(base, [0.0] * 4)

    def test_parameters_lose_their_gradient(self):
        parameter = nn.Parameter(torch.ones(2))
        parameter.grad = torch.ones(2)
        found = copy.deepcopy(parameter)
        self.assertIs(type(found), nn.Parameter)
        self.assertIsNone(found.grad)

    def test_results_are_refused(self):
        self.assert_error(
            RuntimeError, "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol",
            copy.deepcopy, torch.ones(2, requires_grad=True) * 2,
        )

    def test_modules_tie_what_was_tied(self):
        net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        net[1].weight = net[0].weight
        found = copy.deepcopy(net)
        self.assertIs(found[0].weight, found[1].weight)
        self.assertIsNot(found[0].weight, net[0].weight)

    def test_flat_copies_share_memory(self):
        parameter = nn.Parameter(torch.zeros(2))
        found = copy.copy(parameter)
        self.assertIs(type(found), nn.Parameter)
        with torch.no_grad():
            found[0] = 5
        self.assert_tensor(parameter, [5.0, 0.0])
        self.assertTrue(copy.copy(torch.ones(1, requires_grad=True)).requires_grad)

    def test_hooks_go_along(self):
        net = nn.Linear(2, 2)
        calls = []
        net.register_forward_hook(lambda module, args, output: calls.append(1))
        copied = copy.deepcopy(net)
        copied(torch.ones(2))
        self.assertEqual(calls, [1])

    def test_classes(self):
        self.assertIs(type(copy.deepcopy(Named([1.0, 2.0]))), Named)
        self.assertIs(copy.deepcopy(torch.float16), torch.float16)
        self.assertEqual(copy.deepcopy(torch.device("cpu")), torch.device("cpu"))
        self.assertEqual(copy.copy(torch.Size([1, 2])), torch.Size([1, 2]))


class Pickles(TorchCase):
    def test_tensors(self):
        for protocol in range(2, 6):
            base = torch.arange(6, dtype=torch.int16).reshape(2, 3)
            found = pickle.loads(pickle.dumps(base.t(), protocol))
            self.assertEqual((found.tolist(), found.dtype, found.stride()), (base.t().tolist(), torch.int16, (1, 3)))
        self.assertTrue(pickle.loads(pickle.dumps(torch.ones(1, requires_grad=True))).requires_grad)

    def test_parameters_modules_and_classes(self):
        found = pickle.loads(pickle.dumps(nn.Parameter(torch.ones(2), requires_grad=False)))
        self.assertEqual((type(found), found.requires_grad), (nn.Parameter, False))
        net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.BatchNorm1d(3))
        other = pickle.loads(pickle.dumps(net))
        self.assertTrue(torch.equal(other(torch.ones(2, 2)), net(torch.ones(2, 2))))
        self.assertIs(type(pickle.loads(pickle.dumps(Named([1.0])))), Named)

    def test_the_rest(self):
        generator = torch.Generator().manual_seed(3)
        found = pickle.loads(pickle.dumps(generator))
        self.assertEqual(found.initial_seed(), 3)
        self.assertTrue(torch.equal(torch.randn(4, generator=found), torch.randn(4, generator=generator)))
        for value in (torch.bfloat16, torch.device("cpu"), torch.Size([2, 3])):
            self.assertEqual(pickle.loads(pickle.dumps(value)), value)
        self.assertEqual(pickle.loads(pickle.dumps(torch.FloatStorage([1, 2]))).tolist(), [1.0, 2.0])


class NamesInPickles(TorchCase):
    def test_layers_are_where_pytorch_has_them(self):
        net = nn.Sequential(nn.ReLU(), nn.LSTM(1, 1), nn.TransformerEncoderLayer(2, 1), nn.ParameterList([torch.ones(1)]), nn.MSELoss())
        names = [argument for operation, argument, _ in pickletools.genops(pickle.dumps(net, 2)) if operation.name == "GLOBAL"]
        for name in ("container Sequential", "activation ReLU", "rnn LSTM", "transformer TransformerEncoderLayer", "loss MSELoss",
                     "activation MultiheadAttention", "linear NonDynamicallyQuantizableLinear", "container ParameterList"):
            self.assertIn("torch.nn.modules." + name, names)
        self.assertIn("torch.nn.functional relu", names)
        self.assertEqual(repr(nn.ReLU), "<class 'torch.nn.modules.activation.ReLU'>")

    def test_a_module_has_the_attributes_that_pytorch_expects(self):
        state = nn.Linear(1, 1).__getstate__()
        for kind in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_state_dict_hooks", "_load_state_dict_pre_hooks"):
            self.assertEqual(state[kind], {})
        self.assertIsNone(state["_is_full_backward_hook"])
        recurrent = nn.GRU(2, 3, bias=False).__getstate__()
        self.assertEqual(recurrent["_flat_weights_names"], ["weight_ih_l0", "weight_hh_l0"])
        self.assertEqual([weight.shape for weight in recurrent["_flat_weights"]], [(9, 2), (9, 3)])
        for padding, amounts in ((1, (1, 1, 1, 1)), ((1, 2), (2, 2, 1, 1)), ("same", [1, 1, 1, 1])):
            state = nn.Conv2d(1, 2, 3, padding=padding).__getstate__()
            self.assertEqual(state["_reversed_padding_repeated_twice"], amounts)

    def test_what_is_kept_for_pytorch_is_not_kept_twice(self):
        for layer in (nn.LSTM(2, 3), nn.Conv1d(1, 2, 3)):
            copied = pickle.loads(pickle.dumps(layer))
            self.assertEqual(vars(copied).keys(), vars(layer).keys())


class Storages(TorchCase):
    def test_made(self):
        self.assertEqual(torch.UntypedStorage(3).tolist(), [0, 0, 0])
        self.assertEqual(torch.UntypedStorage([1, 2]).nbytes(), 2)
        self.assertEqual(torch.TypedStorage([1, 2], dtype=torch.int8).tolist(), [1, 2])
        found = torch.LongStorage([3, 4])
        self.assertIsInstance(found, torch.LongStorage)
        self.assertNotIsInstance(found, torch.FloatStorage)
        self.assertTrue(torch.is_storage(found))

    def test_write_through(self):
        tensor = torch.zeros(2, dtype=torch.int16)
        storage = tensor.untyped_storage()
        storage[1] = 1
        self.assert_tensor(tensor, [256, 0])
        self.assertEqual(storage[0:2].tolist(), [0, 1])
        storage.fill_(0)
        self.assert_tensor(tensor, [0, 0])
        flags = torch.zeros(2, dtype=torch.bool)
        flags.untyped_storage()[0] = 7
        self.assert_tensor(flags, [True, False])
        self.assertEqual(flags.untyped_storage().tolist(), [1, 0])

    def test_compared_and_copied(self):
        tensor = torch.arange(3)
        self.assertEqual(tensor.untyped_storage(), tensor[1:].untyped_storage())
        self.assertNotEqual(tensor.untyped_storage(), tensor.clone().untyped_storage())
        self.assertEqual(copy.deepcopy(tensor.untyped_storage()).tolist(), tensor.untyped_storage().tolist())
        self.assert_tensor(torch.empty(0, dtype=torch.int64).set_(tensor.untyped_storage(), 1, (2,)), [1, 2])


if __name__ == "__main__":
    unittest.main()
