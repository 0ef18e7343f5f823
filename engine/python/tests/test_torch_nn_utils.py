"""`nn.utils` and `nn.init`: clipping, vectors of parameters, parametrizations, old norms, pruning, fusion, initialisation."""

import copy
import math
import unittest
import warnings

import torch
from torch import nn
from torch.nn import init, utils
from torch.nn.utils import parametrizations, parametrize, prune
from torch_case import TorchCase


def _with_grads(*gradients):
    parameters = []
    for gradient in gradients:
        parameter = nn.Parameter(torch.zeros_like(torch.tensor(gradient)))
        parameter.grad = torch.tensor(gradient)
        parameters.append(parameter)
    return parameters


class Clipping(TorchCase):
    def test_norms(self):
        parameters = _with_grads([3.0, 0.0], [[4.0]])
        self.assert_close(utils.clip_grad_norm_(parameters, 1.0), 5.0)
        self.assert_close(parameters[0].grad, [0.6, 0.0])
        self.assert_close(utils.clip_grad_norm_(parameters, 10.0), 1.0)
        self.assert_close(parameters[1].grad, [[0.8]])
        gradients = [torch.tensor([-3.0, 1.0]), torch.tensor([2.0])]
        for order, norm in ((1, 6.0), (math.inf, 3.0), (-math.inf, 1.0), (3, 36 ** (1 / 3)), (0, 2**0.0 + 1)):
            with self.subTest(order=order):
                self.assert_close(utils.get_total_norm(gradients, order), norm if order else 2.0)
        self.assert_tensor(utils.get_total_norm([]), 0.0)
        self.assertEqual(utils.get_total_norm([torch.full((4,), 300.0, dtype=torch.float16)]).item(), 600.0)

    def test_nonfinite(self):
        parameters = _with_grads([math.inf])
        self.assert_error(RuntimeError, "The total norm of order 2.0 for gradients from `parameters` is non-finite, so it cannot be clipped.", utils.clip_grad_norm_, parameters, 1.0, error_if_nonfinite=True)
        self.assertTrue(utils.clip_grad_norm_(parameters, 1.0).isinf())

    def test_values_and_mixed_dtypes(self):
        parameters = [*_with_grads([3.0, -0.5]), *[parameter.double() for parameter in _with_grads([1.0])]]
        parameters[1] = nn.Parameter(torch.zeros(1, dtype=torch.float64))
        parameters[1].grad = torch.tensor([4.0], dtype=torch.float64)
        self.assert_close(utils.clip_grad_norm_(parameters, 1e9), (9 + 0.25 + 16) ** 0.5)
        utils.clip_grad_value_(parameters, 1)
        self.assert_tensor(parameters[0].grad, [1, -0.5])
        self.assert_tensor(parameters[1].grad, [1], torch.float64)

    def test_vectors(self):
        net = nn.Linear(2, 1)
        vector = utils.parameters_to_vector(net.parameters())
        self.assertEqual(vector.shape, (3,))
        utils.vector_to_parameters(torch.arange(3.0), net.parameters())
        self.assert_tensor(net.weight, [[0, 1]])
        self.assert_tensor(net.bias, [2])


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).transpose(-1, -2)

    def right_inverse(self, x):
        return x.triu()


class Parametrizations(TorchCase):
    def near(self, a, b):
        self.assertLess((a - b).abs().max().item(), 1e-5)

    def test_register_assign_and_remove(self):
        layer = nn.Linear(3, 3)
        original = layer.weight
        parametrize.register_parametrization(layer, "weight", Symmetric())
        self.assertTrue(torch.equal(layer.weight, layer.weight.T))
        self.assertEqual([name for name, _ in layer.named_parameters()], ["bias", "parametrizations.weight.original"])
        self.assertTrue(parametrize.is_parametrized(layer, "weight") and parametrize.type_before_parametrizations(layer) is nn.Linear)
        layer.weight = torch.eye(3)
        self.assert_tensor(layer.weight, torch.eye(3).tolist())
        layer(torch.ones(1, 3)).sum().backward()
        self.assertIsNotNone(layer.parametrizations.weight.original.grad)
        parametrize.remove_parametrizations(layer, "weight")
        self.assertTrue(type(layer) is nn.Linear and layer.weight is original)
        self.assert_tensor(layer.weight, torch.eye(3).tolist())

    def test_cached_and_copied(self):
        layer = parametrize.register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
        self.assertIsNot(layer.weight, layer.weight)
        with parametrize.cached():
            self.assertIs(layer.weight, layer.weight)
        other = copy.deepcopy(layer)
        parametrize.remove_parametrizations(other, "weight", leave_parametrized=False)
        self.assertFalse(parametrize.is_parametrized(other))
        self.assertTrue(parametrize.is_parametrized(layer) and layer.weight.shape == (3, 3))

    def test_errors(self):
        class Wider(nn.Module):
            def forward(self, x):
                return torch.cat([x, x])

        layer = nn.Linear(3, 3)
        self.assert_error(ValueError, "Registering a parametrization may not change the shape of the tensor", parametrize.register_parametrization, layer, "weight", Wider())
        self.assertTrue(type(layer) is nn.Linear and "weight" in layer._parameters)
        self.assert_error(ValueError, "Module 'Linear(in_features=3, out_features=3, bias=True)' does not have a parameter", parametrize.register_parametrization, layer, "other", Wider())

    def test_weight_norm(self):
        layer = nn.Linear(3, 2)
        weight = layer.weight.detach().clone()
        parametrizations.weight_norm(layer)
        self.near(layer.weight, weight)
        self.near(layer.parametrizations.weight.original0, weight.norm(dim=1, keepdim=True))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            old = utils.weight_norm(nn.Linear(3, 2))
        self.assertEqual(list(old.state_dict()), ["bias", "weight_g", "weight_v"])
        layer.load_state_dict(old.state_dict())
        x = torch.randn(2, 3)
        self.near(layer(x), old(x))
        utils.remove_weight_norm(old)
        self.near(layer(x), old(x))
        self.assert_error(ValueError, "weight_norm of 'weight' not found in", utils.remove_weight_norm, old)

    def test_spectral_norm(self):
        torch.manual_seed(0)
        for make in (parametrizations.spectral_norm, utils.spectral_norm):
            layer = make(nn.Conv2d(2, 3, 2), n_power_iterations=20)
            layer(torch.randn(1, 2, 4, 4)).sum().backward()
            self.assertAlmostEqual(torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2).item(), 1.0, 3)
        utils.remove_spectral_norm(layer)
        self.assertEqual(list(layer.state_dict()), ["bias", "weight"])

    def test_orthogonal(self):
        for orthogonal_map in ("matrix_exp", "cayley", "householder"):
            for shape in ((3, 3), (2, 4), (4, 2)):
                with self.subTest(map=orthogonal_map, shape=shape):
                    layer = parametrizations.orthogonal(nn.Linear(*shape), orthogonal_map=orthogonal_map)
                    Q = layer.weight.detach()
                    Q = Q if Q.shape[0] >= Q.shape[1] else Q.T
                    self.near(Q.T @ Q, torch.eye(Q.shape[1]))
                    layer.weight = nn.init.orthogonal_(torch.empty(layer.weight.shape))
                    self.near(layer.weight.detach().pow(2).sum(), torch.tensor(float(min(shape))))


class Pruning(TorchCase):
    def test_unstructured_twice_and_removed(self):
        layer = nn.Linear(4, 1, bias=False)
        layer.weight.data = torch.tensor([[1.0, -2.0, 3.0, -4.0]])
        prune.l1_unstructured(layer, "weight", 1)
        self.assert_tensor(layer.weight, [[0, -2, 3, -4]])
        prune.l1_unstructured(layer, "weight", 1 / 3)
        self.assert_tensor(layer.weight_mask, [[0, 0, 1, 1]])
        self.assertTrue(prune.is_pruned(layer))
        layer(torch.ones(1, 4)).sum().backward()
        self.assert_tensor(layer.weight_orig.grad, [[0, 0, 1, 1]])
        prune.remove(layer, "weight")
        self.assertEqual((list(layer.state_dict()), prune.is_pruned(layer)), (["weight"], False))
        self.assert_tensor(layer.weight, [[0, 0, 3, -4]])

    def test_structured_and_global(self):
        layer = nn.Linear(2, 3, bias=False)
        layer.weight.data = torch.tensor([[1.0, 1.0], [5.0, 0.0], [3.0, 3.0]])
        prune.ln_structured(layer, "weight", 1, 2, 0)
        self.assert_tensor(layer.weight, [[0, 0], [5, 0], [3, 3]])
        one, two = nn.Linear(2, 1, bias=False), nn.Linear(2, 1, bias=False)
        one.weight.data, two.weight.data = torch.tensor([[1.0, 4.0]]), torch.tensor([[2.0, 3.0]])
        prune.global_unstructured([(one, "weight"), (two, "weight")], prune.L1Unstructured, amount=2)
        self.assert_tensor(one.weight, [[0, 4]])
        self.assert_tensor(two.weight, [[0, 3]])
        self.assert_error(ValueError, "amount=5 should be smaller than the number of parameters to prune=2", prune.random_unstructured, nn.Linear(2, 1), "weight", 5)


class Others(TorchCase):
    def test_fusion(self):
        torch.manual_seed(0)
        conv, norm = nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3)
        norm(conv(torch.randn(4, 2, 5, 5)))
        conv.eval(), norm.eval()
        x = torch.randn(1, 2, 4, 4)
        fused = utils.fuse_conv_bn_eval(conv, norm)
        self.assertLess((fused(x) - norm(conv(x))).abs().max().item(), 1e-5)

    def test_skip_init_draws_nothing(self):
        torch.manual_seed(0)
        utils.skip_init(nn.Linear, 3, 4)
        drawn = torch.rand(1)
        torch.manual_seed(0)
        self.assertTrue(torch.equal(drawn, torch.rand(1)))

    def test_init(self):
        self.assertAlmostEqual(init.calculate_gain("leaky_relu", 0.2), math.sqrt(2 / 1.04))
        self.assert_error(ValueError, "Unsupported nonlinearity cubic", init.calculate_gain, "cubic")
        kernel = init.dirac_(torch.empty(4, 2, 3), groups=2)
        self.assertEqual([kernel[place].nonzero().tolist() for place in range(4)], [[[0, 1]], [[1, 1]], [[0, 1]], [[1, 1]]])
        tall = init.orthogonal_(torch.empty(5, 2, 1), gain=2).flatten(1)
        self.assertLess((tall.T @ tall - 4 * torch.eye(2)).abs().max().item(), 1e-4)
        sparse = init.sparse_(torch.empty(10, 3), 0.25)
        self.assertEqual((sparse == 0).sum(0).tolist(), [3, 3, 3])
        self.assert_error(ValueError, "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions", init.xavier_normal_, torch.empty(3))
        cut = init.trunc_normal_(torch.empty(1000), a=-1, b=0.5)
        self.assertTrue(-1 <= cut.min().item() and cut.max().item() <= 0.5)

    def test_adaptive_softmax(self):
        torch.manual_seed(0)
        layer = nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6])
        x, target = torch.randn(5, 8), torch.tensor([0, 4, 9, 2, 7])
        output, loss = layer(x, target)
        every = layer.log_prob(x)
        self.assert_close(every.exp().sum(1), [1.0] * 5, 4)
        self.assert_close(every.gather(1, target.unsqueeze(1)).squeeze(1), output.tolist(), 4)
        self.assert_close(loss, -output.mean().item())
        self.assertTrue(torch.equal(layer.predict(x), every.argmax(1)))

    def test_help_reads_well(self):
        for name in nn.modules.__all__:
            kind = getattr(nn, name)
            self.assertTrue(kind.__doc__ and kind.__module__.startswith("torch.nn.modules."), name)


if __name__ == "__main__":
    unittest.main()
