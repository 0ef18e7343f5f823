"""The contract of `nn.Module`: hooks of every kind, state dicts, members and their errors, lazy modules, containers."""

import copy
import pickle
import unittest
import warnings
from collections import OrderedDict

import torch
from torch import nn
from torch.nn.modules import hook_methods
from torch_case import TorchCase


class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([2.0, 3.0]))

    def forward(self, x, shift=0.0):
        return x * self.weight + shift


class ForwardHooks(TorchCase):
    def test_order_arguments_and_results(self):
        seen = []
        net = Scale()
        net.register_forward_pre_hook(lambda m, args: seen.append("first") or (args[0] + 1,))
        net.register_forward_pre_hook(lambda m, args: seen.append("before first"), prepend=True)
        net.register_forward_pre_hook(lambda m, args, kwargs: (args, {"shift": 10.0}), with_kwargs=True)
        net.register_forward_hook(lambda m, args, output: output * 2)
        net.register_forward_hook(lambda m, args, kwargs, output: seen.append((kwargs["shift"], output.tolist())), with_kwargs=True)
        self.assert_tensor(net(torch.zeros(2)), [24, 26])
        self.assertEqual(seen, ["before first", "first", (10.0, [24.0, 26.0])])

    def test_removal_and_always_call(self):
        net, seen = Scale(), []
        handle = net.register_forward_hook(lambda *args: seen.append(args[-1]), always_call=True)
        with self.assertRaises(TypeError):
            net("no tensor", shift=None)
        self.assertEqual(seen, [None])
        handle.remove()
        self.assertFalse(net._forward_hooks or net._forward_hooks_always_called)

    def test_bad_results(self):
        net = Scale()
        net.register_forward_pre_hook(lambda m, args, kwargs: args, with_kwargs=True)
        self.assert_error(RuntimeError, "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got", net, torch.ones(2))

    def test_of_all_modules(self):
        seen = []
        handle = hook_methods.register_module_forward_hook(lambda m, args, output: seen.append(type(m).__name__))
        with handle:
            nn.Sequential(Scale(), nn.ReLU())(torch.ones(2))
        Scale()(torch.ones(2))
        self.assertEqual(seen, ["Scale", "ReLU", "Sequential"])
        with hook_methods.register_module_parameter_registration_hook(lambda m, name, value: seen.append(name)):
            Scale()
        self.assertEqual(seen[3:], ["weight"])

    def test_copies_have_their_own(self):
        net, seen = Scale(), []
        net.register_forward_hook(lambda m, args, output: seen.append(m))
        other = copy.deepcopy(net)
        other(torch.ones(2))
        self.assertEqual(seen, [other])


class BackwardHooks(TorchCase):
    def test_full(self):
        net, seen = Scale(), []
        net.register_full_backward_hook(lambda m, inputs, outputs: seen.append((inputs[0].tolist(), outputs[0].tolist())))
        x = torch.ones(2, requires_grad=True)
        net(x).sum().backward()
        self.assertEqual(seen, [([2.0, 3.0], [1.0, 1.0])])
        self.assert_tensor(x.grad, [2, 3])

    def test_may_change_gradients(self):
        net = Scale()
        net.register_full_backward_pre_hook(lambda m, outputs: (outputs[0] * 10,))
        net.register_full_backward_hook(lambda m, inputs, outputs: (inputs[0] + 1,))
        x = torch.ones(2, requires_grad=True)
        net(x).sum().backward()
        self.assert_tensor(x.grad, [21, 31])
        self.assert_tensor(net.weight.grad, [10, 10])

    def test_without_inputs_that_need_gradients(self):
        net, seen = Scale(), []
        net.register_full_backward_hook(lambda m, inputs, outputs: seen.append((inputs, outputs[0].tolist())))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            net(torch.ones(2)).sum().backward()
        self.assertEqual(seen, [((None,), [1.0, 1.0])])
        self.assertIn("Full backward hook is firing when gradients are computed with respect to module outputs", str(caught[0].message))

    def test_kinds_do_not_mix(self):
        net = Scale()
        net.register_backward_hook(lambda m, inputs, outputs: None)
        self.assert_error(RuntimeError, "Cannot use both regular backward hooks and full backward hooks on a single Module.", net.register_full_backward_hook, print)


class StateDicts(TorchCase):
    def test_hooks(self):
        net, seen = nn.Sequential(Scale()), []
        net[0].register_state_dict_pre_hook(lambda m, prefix, keep: seen.append(prefix))
        net[0].register_state_dict_post_hook(lambda m, state, prefix, meta: state.update({prefix + "more": meta["version"]}))
        state = net.state_dict()
        self.assertEqual((list(state), seen, state["0.more"]), (["0.weight", "0.more"], ["0."], 1))
        net[0].register_load_state_dict_pre_hook(lambda m, state, prefix, *rest: state.pop(prefix + "more"))
        net.register_load_state_dict_post_hook(lambda m, keys: seen.append(keys.unexpected_keys))
        del state["0.more"]
        other = nn.Sequential(Scale())
        other[0].register_load_state_dict_pre_hook(lambda m, state, prefix, *rest: state.__setitem__(prefix + "weight", torch.zeros(2)))
        other.load_state_dict(state)
        self.assert_tensor(other[0].weight, [0, 0])

    def test_prefix_keep_vars_destination_and_metadata(self):
        net = Scale()
        given = OrderedDict()
        self.assertIs(net.state_dict(destination=given, prefix="a.", keep_vars=True), given)
        self.assertIs(given["a.weight"], net.weight)
        self.assertFalse(net.state_dict()["weight"].requires_grad)
        self.assertEqual(nn.BatchNorm1d(1).state_dict()._metadata[""], {"version": 2})

    def test_assign(self):
        net, value = Scale(), torch.zeros(2)
        net.weight.requires_grad_(False)
        net.load_state_dict({"weight": value}, assign=True)
        self.assertTrue(isinstance(net.weight, nn.Parameter) and not net.weight.requires_grad)
        value[0] = 5
        self.assert_tensor(net.weight, [5, 0])

    def test_all_errors_are_told_at_once(self):
        net = nn.Sequential(Scale(), nn.Linear(1, 1))
        state = {"0.weight": torch.ones(3), "1.bias": torch.ones(1), "2.weight": torch.ones(1), "1.weight": 3}
        self.assert_error(
            RuntimeError,
            'Error(s) in loading state_dict for Sequential:\n\tUnexpected key(s) in state_dict: "2.weight". \n\t'
            "size mismatch for 0.weight: copying a param with shape torch.Size([3]) from checkpoint, the shape in current model is "
            'torch.Size([2]).\n\tWhile copying the parameter named "1.weight", expected torch.Tensor or Tensor-like object from '
            "checkpoint but received <class 'int'>",
            net.load_state_dict,
            state,
        )
        self.assert_error(TypeError, "Expected state_dict to be dict-like, got <class 'list'>.", net.load_state_dict, [])

    def test_extra_state(self):
        class Counting(Scale):
            count = 0

            def get_extra_state(self):
                return {"count": self.count}

            def set_extra_state(self, state):
                self.count = state["count"]

        net, other = Counting(), Counting()
        net.count = 3
        other.load_state_dict(net.state_dict())
        self.assertEqual(other.count, 3)
        self.assertEqual(other.load_state_dict({"weight": torch.ones(2)}, strict=False).missing_keys, ["_extra_state"])

    def test_pickle(self):
        net = pickle.loads(pickle.dumps(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))))
        self.assertEqual(net(torch.ones(3, 2)).shape, (3, 2))


class Members(TorchCase):
    def test_rules_of_assignment(self):
        net = nn.Module()
        net.a = nn.Parameter(torch.ones(1))
        net.register_buffer("b", torch.ones(1), persistent=False)
        net.c = nn.Buffer(torch.zeros(1))
        net.d = nn.Linear(1, 1)
        self.assertEqual(list(net.state_dict()), ["a", "c", "d.weight", "d.bias"])
        self.assertEqual([name for name, _ in net.named_buffers()], ["b", "c"])
        self.assert_error(TypeError, "cannot assign 'float' as parameter 'a' (torch.nn.Parameter or None expected)", setattr, net, "a", 1.0)
        self.assert_error(TypeError, "cannot assign 'int' as buffer 'b' (torch.nn.Buffer, torch.Tensor or None expected)", setattr, net, "b", 1)
        self.assert_error(TypeError, "cannot assign 'int' as child module 'd' (torch.nn.Module or None expected)", setattr, net, "d", 1)
        self.assert_error(KeyError, "\"attribute 'a' already exists\"", net.register_buffer, "a", torch.ones(1))
        self.assert_error(KeyError, "'parameter name can\\'t contain \".\"'", net.register_parameter, "x.y", None)
        self.assert_error(ValueError, "Cannot assign non-leaf Tensor to parameter 'e'.", net.register_parameter, "e", _non_leaf())
        net.a = None
        del net.b
        self.assertEqual((list(net.parameters())[0] is net.d.weight, hasattr(net, "b"), net.a), (True, False, None))

        class Early(nn.Module):
            def __init__(self):
                self.layer = nn.Linear(1, 1)

        self.assert_error(AttributeError, "cannot assign module before Module.__init__() call", Early)

    def test_paths(self):
        net = nn.Sequential(OrderedDict(a=nn.Sequential(nn.Linear(1, 2)), b=nn.BatchNorm1d(2)))
        self.assertIs(net.get_submodule("a.0"), net.a[0])
        self.assertIs(net.get_parameter("a.0.bias"), net.a[0].bias)
        self.assertIs(net.get_buffer("b.running_mean"), net.b.running_mean)
        self.assert_error(AttributeError, "Sequential has no attribute `c`", net.get_submodule, "c.d")
        self.assert_error(AttributeError, "`bias` is not a buffer", net.get_buffer, "b.bias")
        net.set_submodule("a.0", nn.Identity())
        self.assertIsInstance(net.a[0], nn.Identity)

    def test_shared_members_count_once(self):
        layer = nn.Linear(1, 1)
        net = nn.ModuleList([layer, layer])
        self.assertEqual(len(list(net.parameters())), 2)
        self.assertEqual([name for name, _ in net.named_parameters(remove_duplicate=False)], ["0.weight", "0.bias", "1.weight", "1.bias"])
        self.assertEqual([name for name, _ in net.named_modules(remove_duplicate=False)], ["", "0", "1"])

    def test_conversion_keeps_parameters(self):
        net = nn.BatchNorm1d(2)
        weight = net.weight
        self.assertIs(net.half().weight, weight)
        self.assertEqual((weight.dtype, net.num_batches_tracked.dtype), (torch.float16, torch.int64))
        self.assert_error(TypeError, "nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.int32", net.to, torch.int32)
        self.assert_error(ValueError, "training mode is expected to be boolean", net.train, 1)
        self.assertEqual(net.to_empty(device="cpu").weight.shape, (2,))


class Lazy(TorchCase):
    def setUp(self):
        warnings.simplefilter("ignore")
        self.addCleanup(warnings.resetwarnings)

    def test_becomes_what_it_stands_for(self):
        torch.manual_seed(0)
        net = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(2))
        self.assert_prints(net[3], "LazyLinear(in_features=0, out_features=2, bias=True)")
        self.assert_error(RuntimeError, "Can't access the shape of an uninitialized parameter or buffer.", lambda: net[3].weight.shape)
        net(torch.zeros(1, 3, 4, 4))
        self.assertEqual([type(part) for part in net], [nn.Conv2d, nn.BatchNorm2d, nn.Flatten, nn.Linear])
        torch.manual_seed(0)
        plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(16, 2))
        self.assertTrue(torch.equal(net[0].weight, plain[0].weight) and torch.equal(net[3].bias, plain[1].bias))

    def test_state_gives_sizes(self):
        net = nn.LazyLinear(2)
        self.assertTrue(nn.parameter.is_lazy(copy.deepcopy(net).weight))
        net.load_state_dict(nn.Linear(3, 2).state_dict())
        self.assertEqual(net.weight.shape, (2, 3))
        self.assertEqual(net(torch.ones(1, 3)).shape, (1, 2))
        self.assertEqual(nn.LazyLinear(2).double()(torch.ones(1, 3, dtype=torch.float64)).dtype, torch.float64)


class Containers(TorchCase):
    def test_sequential_is_a_list(self):
        net = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.Sigmoid())
        self.assertEqual([type(part).__name__ for part in net[1:]], ["Tanh", "Sigmoid"])
        net[-1] = nn.GELU()
        del net[0]
        net.insert(1, nn.SiLU())
        net += nn.Sequential(nn.ELU())
        self.assertEqual([name + type(part).__name__ for name, part in net.named_children()], ["0Tanh", "1SiLU", "2GELU", "3ELU"])
        self.assertEqual(len(net * 2), 8)
        self.assertEqual(type(net.pop(-1)), nn.ELU)
        self.assert_error(IndexError, "index 5 is out of range", lambda: net[5])

    def test_parameter_containers_print(self):
        self.assert_prints(
            nn.ParameterList([torch.zeros(2, 3), nn.Parameter(torch.ones(1)), 5]),
            """
            ParameterList(
                (0): Parameter containing: [torch.float32 of size 2x3]
                (1): Parameter containing: [torch.float32 of size 1]
                (2): Object of type: int
            )
            """,
        )
        values = nn.ParameterDict({"a": torch.ones(1)})
        values.update({"b": torch.zeros(1)})
        self.assertEqual((list(values), "b" in values, len(list(values.parameters()))), (["a", "b"], True, 2))
        self.assertEqual(list((values | {"c": torch.ones(1)}).keys()), ["a", "b", "c"])
        values.pop("a")
        self.assertEqual(list(values.state_dict()), ["b"])


def _non_leaf():
    value = nn.Parameter(torch.ones(1))
    return value._turn_into(value * 2)


if __name__ == "__main__":
    unittest.main()
