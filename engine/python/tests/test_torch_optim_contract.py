"""What all optimisers share: groups, saved state, hooks, `zero_grad`, checks of options. Read next: `test_torch_optim`."""

import copy
import io
import pickle
import unittest
import warnings

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook
from torch_case import TorchCase


def parameter(*values):
    made = nn.Parameter(torch.tensor(values))
    made.grad = torch.ones(len(values))
    return made


class Groups(TorchCase):
    def test_named_parameters(self):
        model = nn.Linear(2, 1)
        optimizer = torch.optim.SGD(model.named_parameters(), lr=0.1)
        self.assertEqual(optimizer.param_groups[0]["param_names"], ["weight", "bias"])
        self.assertEqual(optimizer.state_dict()["param_groups"][0]["param_names"], ["weight", "bias"])
        text = "all optimizer params should be with/without names. Some param names are missing"
        self.assert_error(ValueError, text, torch.optim.SGD, [("weight", model.weight), model.bias])
        text = "all optimizer param groups should be with/without names. cannot add param group without names"
        self.assert_error(ValueError, text, optimizer.add_param_group, {"params": [parameter(1.0)]})

    def test_adding_groups(self):
        a, b = parameter(1.0), parameter(1.0)
        optimizer = torch.optim.Adagrad([a], lr=0.5, eps=0)
        optimizer.add_param_group({"params": b, "lr": 0.25})
        optimizer.step()
        self.assert_close(torch.cat([a, b]), [0.5, 0.75])
        self.assertEqual(optimizer.param_groups[1]["lr_decay"], 0)
        add = optimizer.add_param_group
        self.assert_error(TypeError, "param_group must be a dict, but got <class 'list'>", add, [b])
        self.assert_error(TypeError, "optimizer parameters need to be organized in ordered collections", add, {"params": {b}})
        self.assert_error(TypeError, "optimizer can only optimize Tensors, but one of the params is int", add, {"params": [1]})
        self.assert_error(ValueError, "some parameters appear in more than one parameter group", add, {"params": [a]})
        with self.assertWarnsRegex(UserWarning, "optimizer contains a parameter group with duplicate parameters"):
            c = parameter(1.0)
            add({"params": [c, c]})

    def test_bad_parameters(self):
        text = "params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.FloatTensor"
        self.assert_error(TypeError, text, torch.optim.SGD, torch.ones(2))
        self.assert_error(ValueError, "optimizer got an empty parameter list", torch.optim.Adam, [])
        self.assert_error(ValueError, "can't optimize a non-leaf Tensor", torch.optim.SGD, [parameter(1.0) * 2])

    def test_required_options(self):
        class Custom(torch.optim.Optimizer):
            def __init__(self, params):
                super().__init__(params, {"lr": torch.optim.optimizer.required})

        text = "parameter group didn't specify a value of required optimization parameter lr"
        self.assert_error(ValueError, text, Custom, [parameter(1.0)])
        self.assertEqual(Custom([{"params": [parameter(1.0)], "lr": 2}]).param_groups[0]["lr"], 2)

    def test_zero_grad(self):
        p = parameter(1.0)
        optimizer = torch.optim.SGD([p], lr=0.1)
        gradient = p.grad
        optimizer.zero_grad(set_to_none=False)
        self.assert_tensor(gradient, [0.0])
        self.assertEqual(p.grad.data_ptr(), gradient.data_ptr())
        optimizer.zero_grad()
        self.assertIsNone(p.grad)


class State(TorchCase):
    def test_format(self):
        p = parameter(1.0, 2.0)
        optimizer = torch.optim.Adam([p], lr=0.1)
        optimizer.step()
        saved = optimizer.state_dict()
        self.assertEqual(list(saved), ["state", "param_groups"])
        self.assertEqual(list(saved["state"][0]), ["step", "exp_avg", "exp_avg_sq"])
        step = saved["state"][0]["step"]
        self.assertEqual((step.dtype, step.shape, step.device.type, step.item()), (torch.float32, (), "cpu", 1.0))
        self.assertIs(saved["state"][0]["exp_avg"], optimizer.state[p]["exp_avg"])
        options = "lr betas eps weight_decay amsgrad maximize foreach capturable differentiable fused decoupled_weight_decay params"
        self.assertEqual(list(saved["param_groups"][0]), options.split())

    def test_names_of_state(self):
        wanted = {
            "SGD": "momentum_buffer",
            "Adadelta": "step square_avg acc_delta",
            "Adagrad": "step sum",
            "Adamax": "step exp_avg exp_inf",
            "NAdam": "step mu_product exp_avg exp_avg_sq",
            "RAdam": "step exp_avg exp_avg_sq",
            "RMSprop": "step square_avg momentum_buffer grad_avg",
            "Rprop": "step prev step_size",
            "ASGD": "step eta mu ax",
            "Adafactor": "step variance",
        }
        for name, names in wanted.items():
            options = {"momentum": 0.5} if name in ("SGD", "RMSprop") else {}
            if name == "RMSprop":
                options["centered"] = True
            p = parameter(1.0)
            optimizer = getattr(torch.optim, name)([p], **options)
            optimizer.step()
            self.assertEqual(set(optimizer.state[p]), set(names.split()), name)

    def test_every_optimizer_goes_on_from_a_file(self):
        for name in "SGD Adam AdamW Adamax NAdam RAdam Adadelta Adagrad RMSprop Rprop ASGD Adafactor".split():
            make = getattr(torch.optim, name)
            p = nn.Parameter(torch.arange(6.0).reshape(2, 3))
            optimizer = make([p], lr=0.1)
            for count in range(3):
                p.grad = torch.ones(2, 3) * (count - 0.5)
                optimizer.step()
            file = io.BytesIO()
            torch.save(optimizer.state_dict(), file)
            file.seek(0)
            q = nn.Parameter(p.detach().clone())
            other = make([q], lr=0.5)
            other.load_state_dict(torch.load(file))
            for one, its in ((optimizer, p), (other, q)):
                its.grad = torch.full((2, 3), 0.25)
                one.step()
            self.assertEqual(p.tolist(), q.tolist(), name)

    def test_lbfgs_goes_on(self):
        def run(num_steps, saved_at=None):
            p = nn.Parameter(torch.tensor([2.0, -1.0]))
            optimizer = torch.optim.LBFGS([p], lr=0.5, max_iter=2)

            def closure():
                optimizer.zero_grad()
                loss = (p**4).sum() + p.prod()
                loss.backward()
                return loss

            for step in range(num_steps):
                if step == saved_at:
                    state = copy.deepcopy(optimizer.state_dict())
                    optimizer = torch.optim.LBFGS([p], lr=0.5, max_iter=2)
                    optimizer.load_state_dict(state)
                optimizer.step(closure)
            return p.tolist()

        self.assertEqual(run(4), run(4, saved_at=2))

    def test_older_checkpoints(self):
        p = parameter(1.0)
        optimizer = torch.optim.Adam([p], lr=0.1)
        state = {"step": 3, "exp_avg": torch.ones(1, dtype=torch.float64), "exp_avg_sq": torch.ones(1)}
        group = {"lr": 0.5, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "params": [7]}
        optimizer.load_state_dict({"state": {7: state}, "param_groups": [group]})
        self.assertEqual(optimizer.state[p]["step"].item(), 3.0)
        self.assertIs(optimizer.state[p]["exp_avg"].dtype, torch.float32)
        self.assertEqual(optimizer.param_groups[0]["amsgrad"], False)
        optimizer.step()
        self.assertEqual(optimizer.state[p]["step"].item(), 4.0)

    def test_sizes_must_fit(self):
        saved = torch.optim.SGD([parameter(1.0), parameter(1.0)]).state_dict()
        optimizer = torch.optim.SGD([parameter(1.0)])
        text = "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
        self.assert_error(ValueError, text, optimizer.load_state_dict, saved)
        optimizer.add_param_group({"params": [parameter(1.0)]})
        text = "loaded state dict has a different number of parameter groups"
        self.assert_error(ValueError, text, optimizer.load_state_dict, saved)

    def test_copies_and_pickles(self):
        p = parameter(1.0)
        optimizer = torch.optim.Adam([p], lr=0.1)
        optimizer.step()
        for made in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
            (q,) = made.param_groups[0]["params"]
            self.assertIsNot(q, p)
            q.grad = torch.ones(1)
            made.step()
            self.assert_close(q, [0.8])
        self.assert_close(p, [0.9])


class Hooks(TorchCase):
    def test_steps(self):
        seen = []
        p = parameter(1.0)
        optimizer = torch.optim.SGD([p], lr=0.1)
        handles = [
            register_optimizer_step_pre_hook(lambda o, args, kwargs: seen.append("global before")),
            register_optimizer_step_post_hook(lambda o, args, kwargs: seen.append("global after")),
            optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append((o is optimizer, args[1:], kwargs))),
            optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(round(p.item(), 3))),
        ]
        optimizer.step()
        self.assertEqual(seen, ["global before", (True, (), {}), 0.9, "global after"])
        for handle in handles:
            handle.remove()
        optimizer.step()
        self.assertEqual(len(seen), 4)

    def test_a_pre_hook_changes_arguments(self):
        optimizer = torch.optim.SGD([parameter(1.0)], lr=0.1)
        handle = optimizer.register_step_pre_hook(lambda o, args, kwargs: (args, {"closure": lambda: 7}))
        self.assertEqual(optimizer.step(), 7)
        handle.remove()
        optimizer.register_step_pre_hook(lambda o, args, kwargs: 1)
        with self.assertRaisesRegex(RuntimeError, "must return None or a tuple of"):
            optimizer.step()

    def test_own_optimizers(self):
        class Sign(torch.optim.Optimizer):
            def __init__(self, params, lr):
                super().__init__(params, {"lr": lr})

            @torch.no_grad()
            def step(self, closure=None):
                for group in self.param_groups:
                    for p in group["params"]:
                        p.sub_(p.grad.sign() * group["lr"])

        class Louder(Sign):
            def step(self, closure=None):
                super().step(closure)

        p = parameter(1.0)
        optimizer, seen = Louder([p], lr=0.5), []
        optimizer.register_step_post_hook(lambda *_: seen.append(p.item()))
        optimizer.step()
        self.assertEqual(seen, [0.5])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            torch.optim.lr_scheduler.StepLR(optimizer, 1).step()

    def test_state_dicts(self):
        optimizer, seen = torch.optim.SGD([parameter(1.0)], lr=0.1), []
        optimizer.register_state_dict_pre_hook(lambda o: seen.append("before saving"))
        optimizer.register_state_dict_post_hook(lambda o, saved: saved | {"epoch": 3})
        optimizer.register_load_state_dict_pre_hook(lambda o, saved: seen.append(saved.pop("epoch")))
        optimizer.register_load_state_dict_post_hook(lambda o: seen.append("loaded"))
        optimizer.load_state_dict(optimizer.state_dict())
        self.assertEqual(seen, ["before saving", 3, "loaded"])


class Options(TorchCase):
    def test_ranges(self):
        optim, p = torch.optim, [parameter(1.0)]
        for text, make, options in (
            ("Invalid learning rate: -1", optim.Adadelta, {"lr": -1}),
            ("Invalid rho value: 1.5", optim.Adadelta, {"rho": 1.5}),
            ("Invalid epsilon value: -1", optim.Adam, {"eps": -1}),
            ("Invalid beta parameter at index 1: 1.0", optim.NAdam, {"betas": (0.9, 1.0)}),
            ("Invalid momentum_decay value: -1", optim.NAdam, {"momentum_decay": -1}),
            ("Invalid weight_decay value: -1", optim.RAdam, {"weight_decay": -1}),
            ("Invalid lr_decay value: -1", optim.Adagrad, {"lr_decay": -1}),
            ("Invalid initial_accumulator_value value: -1", optim.Adagrad, {"initial_accumulator_value": -1}),
            ("Invalid alpha value: -1", optim.RMSprop, {"alpha": -1}),
            ("Invalid momentum value: -1", optim.RMSprop, {"momentum": -1}),
            ("Invalid eta values: 1.0, 1.2", optim.Rprop, {"etas": (1.0, 1.2)}),
            ("Nesterov momentum requires a momentum and zero dampening", optim.SGD, {"nesterov": True}),
            ("Clipping threshold d should be >= 1 but is: 0.5", optim.Adafactor, {"d": 0.5}),
            ("betas must be either both floats or both Tensors", optim.Adam, {"betas": (0.9, torch.tensor(0.99))}),
        ):
            self.assert_error(ValueError, text, make, p, **options)
        self.assert_error(RuntimeError, "`fused` does not support `differentiable`", optim.SGD, p, fused=True, differentiable=True)
        text = "`fused` and `foreach` cannot be `True` together."
        self.assert_error(RuntimeError, text, optim.AdamW, p, fused=True, foreach=True)
        text = "LBFGS doesn't support per-parameter options (parameter groups)"
        self.assert_error(ValueError, text, optim.LBFGS, [{"params": [parameter(1.0)]}, {"params": p}])
        self.assert_error(NotImplementedError, "torch.optim.SparseAdam is not in Carrel", optim.SparseAdam, p)

    def test_hints_change_nothing(self):
        for name in ("SGD", "Adam", "AdamW", "Adagrad"):
            for option in ("foreach", "fused"):
                p, q = parameter(1.0), parameter(1.0)
                getattr(torch.optim, name)([p], lr=0.1).step()
                getattr(torch.optim, name)([q], lr=0.1, **{option: True}).step()
                self.assertEqual(p.item(), q.item())

    def test_functions(self):
        from torch.optim.adam import adam
        from torch.optim.sgd import sgd

        p, gradient, buffers = torch.ones(1), torch.ones(1), [None]
        options = {"weight_decay": 0, "momentum": 0.5, "lr": 0.1, "dampening": 0, "nesterov": False, "maximize": False}
        with torch.no_grad():
            sgd([p], [gradient], buffers, **options)
            self.assert_close(p, [0.9])
            self.assert_tensor(buffers[0], [1.0])
            state, step = [torch.zeros(1), torch.zeros(1)], torch.tensor(0.0)
            options = {"amsgrad": False, "beta1": 0.9, "beta2": 0.999, "lr": 0.1, "weight_decay": 0, "eps": 0, "maximize": False}
            adam([p], [gradient], state[:1], state[1:], [], [step], **options)
        self.assert_close(p, [0.8])
        self.assertEqual(step.item(), 1.0)


if __name__ == "__main__":
    unittest.main()
