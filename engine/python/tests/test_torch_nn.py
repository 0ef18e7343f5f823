"""Modules, their contract and printing; layers, losses and initialisers."""

import copy
import unittest

import torch
import torch.nn.functional as F
from torch import nn
from torch_case import TorchCase


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Dropout(0.5))
        self.heads = nn.ModuleList([nn.Linear(3, 1, bias=False) for _ in range(3)])
        self.register_buffer("scale", torch.tensor(2.0))
        self.register_buffer("scratch", torch.zeros(1), persistent=False)

    def forward(self, x):
        return sum(head(self.body(x)) for head in self.heads) * self.scale


class Contract(TorchCase):
    def test_names(self):
        net = Net()
        names = [name for name, _ in net.named_parameters()]
        self.assertEqual(
            names, ["body.0.weight", "body.0.bias", "heads.0.weight", "heads.1.weight", "heads.2.weight"]
        )
        self.assertEqual(list(net.state_dict()), ["scale", *names])
        self.assertEqual([name for name, _ in net.named_children()], ["body", "heads"])
        self.assertEqual(len(list(net.modules())), 9)
        self.assertIs(net.get_submodule("body.0"), net.body[0])

    def test_printing(self):
        self.assert_prints(
            Net(),
            """
            Net(
              (body): Sequential(
                (0): Linear(in_features=2, out_features=3, bias=True)
                (1): ReLU()
                (2): Dropout(p=0.5, inplace=False)
              )
              (heads): ModuleList(
                (0-2): 3 x Linear(in_features=3, out_features=1, bias=False)
              )
            )
            """,
        )
        self.assert_prints(nn.GELU(), "GELU(approximate='none')")
        self.assert_prints(nn.ReLU(inplace=True), "ReLU(inplace=True)")
        self.assert_prints(nn.Softmax(dim=1), "Softmax(dim=1)")
        self.assert_prints(nn.Embedding(3, 4), "Embedding(3, 4)")
        self.assert_prints(nn.LayerNorm(4), "LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)")
        self.assert_prints(nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)")
        self.assert_prints(nn.CrossEntropyLoss(), "CrossEntropyLoss()")
        self.assert_prints(nn.LeakyReLU(), "LeakyReLU(negative_slope=0.01)")

    def test_state_dict_round_trip(self):
        first, second = Net(), Net()
        self.assert_prints(second.load_state_dict(first.state_dict()), "<All keys matched successfully>")
        self.assertTrue(torch.equal(first.body[0].weight, second.body[0].weight))
        state = first.state_dict()
        del state["scale"]
        state["extra"] = torch.ones(1)
        result = second.load_state_dict(state, strict=False)
        self.assertEqual((result.missing_keys, result.unexpected_keys), (["scale"], ["extra"]))
        self.assert_error(
            RuntimeError,
            'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "scale". \n\tUnexpected key(s) in state_dict: "extra". ',
            second.load_state_dict,
            state,
        )
        state = {**first.state_dict(), "scale": torch.ones(2, 1)}
        self.assert_error(
            RuntimeError,
            "Error(s) in loading state_dict for Net:\n\tsize mismatch for scale: copying a param with shape torch.Size([2, 1]) "
            "from checkpoint, the shape in current model is torch.Size([]).",
            second.load_state_dict,
            state,
        )

    def test_modes_and_apply(self):
        net = Net()
        self.assertFalse(net.eval().body[2].training)
        self.assertTrue(net.train().heads[0].training)
        seen = []
        net.apply(lambda module: seen.append(type(module).__name__))
        self.assertEqual(seen[-1], "Net")
        self.assertIs(net.double().body[0].weight.dtype, torch.float64)

    def test_parameters_keep_their_identity(self):
        net = Net()
        before = list(net.parameters())
        net.to(torch.float64)
        self.assertTrue(all(a is b for a, b in zip(before, net.parameters())))

    def test_hooks(self):
        layer = nn.Linear(2, 2)
        calls = []
        before = layer.register_forward_pre_hook(lambda module, args: calls.append("before"))
        after = layer.register_forward_hook(lambda module, args, output: output * 0)
        self.assertEqual(layer(torch.ones(1, 2)).abs().sum().item(), 0)
        before.remove()
        after.remove()
        self.assertNotEqual(layer(torch.ones(1, 2)).abs().sum().item(), 0)
        self.assertEqual(calls, ["before"])

    def test_errors(self):
        class Forgetful(nn.Module):
            def __init__(self):
                self.layer = nn.Linear(1, 1)

        self.assert_error(AttributeError, "cannot assign module before Module.__init__() call", Forgetful)
        self.assert_error(AttributeError, "'Net' object has no attribute 'missing'", lambda: Net().missing)
        self.assert_error(TypeError, "cannot assign 'torch.FloatTensor' as parameter 'weight'", setattr, nn.Linear(1, 1), "weight", torch.ones(1))
        self.assert_error(NotImplementedError, 'Module [Module] is missing the required "forward" function', nn.Module(), 1)

    def test_deepcopy(self):
        net = Net()
        twin = copy.deepcopy(net)
        with torch.no_grad():
            twin.body[0].weight.zero_()
        self.assertNotEqual(net.body[0].weight.abs().sum().item(), 0)


class Layers(TorchCase):
    def test_a_seed_gives_pytorchs_weights(self):
        self.assert_close(nn.Linear(3, 1).weight, [[-0.00432, 0.30971, -0.47519]], 4)

    def test_containers(self):
        layers = nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 3))
        self.assertEqual(layers[-1].out_features, 3)
        layers.append(nn.ReLU())
        self.assertEqual(len(layers[1:]), 2)
        table = nn.ModuleDict({"a": nn.Linear(1, 1)})
        self.assertIn("a", table)
        numbers = nn.ParameterList([torch.ones(1), torch.ones(2)])
        self.assertEqual(len(list(numbers.parameters())), 2)

    def test_dropout(self):
        x = torch.ones(1000)
        y = nn.Dropout(0.25)(x)
        self.assertAlmostEqual(y.mean().item(), 1.0, 1)
        self.assertTrue(torch.equal(nn.Dropout(0.25).eval()(x), x))

    def test_embedding(self):
        layer = nn.Embedding(4, 2, padding_idx=0)
        self.assertEqual(layer(torch.tensor([[1, 0]])).shape, (1, 2, 2))
        layer(torch.tensor([0, 1])).sum().backward()
        self.assert_tensor(layer.weight.grad[:2], [[0.0, 0.0], [1.0, 1.0]])

    def test_activations_in_place_have_gradients(self):
        for function in (F.relu, F.relu6, F.hardswish, F.mish, F.silu, F.hardsigmoid, F.elu, F.celu, F.selu, F.leaky_relu):
            with self.subTest(function.__name__):
                x = torch.tensor([-4.0, -1.0, 0.5, 4.0], requires_grad=True)
                function(x).sum().backward()
                wanted, x.grad = x.grad, None
                function(x * 1.0, inplace=True).sum().backward()
                self.assertTrue(torch.equal(x.grad, wanted))

    def test_losses(self):
        logits, target = torch.tensor([[1.0, 2.0], [0.5, 0.0]]), torch.tensor([1, 0])
        self.assert_close(F.cross_entropy(logits, target), 0.39367, 4)
        self.assert_close(F.nll_loss(F.log_softmax(logits, 1), target), F.cross_entropy(logits, target).item())
        self.assert_close(nn.MSELoss()(torch.ones(2), torch.zeros(2)), 1.0)
        self.assert_close(nn.L1Loss(reduction="sum")(torch.ones(2), torch.zeros(2)), 2.0)
        self.assert_close(F.binary_cross_entropy_with_logits(torch.zeros(1), torch.ones(1)), 0.693147)

    def test_attention(self):
        q = torch.randn(1, 2, 3, 4)
        weights = torch.softmax((q @ q.transpose(-1, -2) / 2).masked_fill(torch.ones(3, 3).tril() == 0, -torch.inf), -1)
        found = F.scaled_dot_product_attention(q, q, q, is_causal=True)
        self.assertTrue(torch.allclose(found, weights @ q, atol=1e-5))

    def test_clipping(self):
        p = nn.Parameter(torch.ones(2))
        p.grad = torch.tensor([3.0, 4.0])
        self.assertAlmostEqual(nn.utils.clip_grad_norm_([p], 1.0).item(), 5.0)
        self.assert_close(p.grad, [0.6, 0.8])


if __name__ == "__main__":
    unittest.main()
