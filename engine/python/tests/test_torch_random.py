"""Random draws: each distribution against its formula of the generator's own numbers, generators, states, errors.

What PyTorch drew is replayed by `conformance.py rng`. Read next: `test_torch_distributions`.
"""

import math

import torch
from torch_case import TorchCase


def redrawn(draw, seed=3):
    """What a call draws after seeding."""
    torch.manual_seed(seed)
    return draw()


class FillTests(TorchCase):
    def test_draws_are_formulas_of_one_number_each(self):
        uniform = redrawn(lambda: torch.rand(9, dtype=torch.float64)).tolist()
        normal = redrawn(lambda: torch.randn(9, dtype=torch.float64)).tolist()
        cauchy = redrawn(lambda: torch.empty(9).cauchy_(1.0, 2.0))
        self.assert_close(cauchy, [1 + 2 * math.tan(math.pi * (u - 0.5)) for u in uniform], 3)
        trials = redrawn(lambda: torch.empty(9, dtype=torch.int64).geometric_(0.2))
        self.assert_tensor(trials, [math.ceil(math.log(u) / math.log(0.8)) for u in uniform], torch.int64)
        waits = redrawn(lambda: torch.empty(9).exponential_(3.0))
        self.assert_close(waits, [-math.log1p(-u) / 3 for u in uniform])
        logs = redrawn(lambda: torch.empty(9).log_normal_(0.5, 0.25))
        self.assert_close(logs, [math.exp(0.5 + 0.25 * z) for z in normal])
        hits = redrawn(lambda: torch.empty(9).bernoulli_(0.4))
        self.assert_tensor(hits, [float(u < 0.4) for u in uniform])

    def test_random_without_bounds_covers_the_dtype(self):
        for dtype, most in ((torch.uint8, 255), (torch.int8, 127), (torch.int16, 2**15 - 1), (torch.float32, 2**24)):
            drawn = torch.empty(4000, dtype=dtype).random_().double()
            self.assertGreaterEqual(drawn.min().item(), 0)
            self.assertLessEqual(drawn.max().item(), most)
            self.assertGreater(drawn.max().item(), 0.98 * most)
        self.assertEqual(set(torch.empty(50, dtype=torch.bool).random_().tolist()), {True, False})

    def test_views_are_filled_in_the_order_of_memory(self):
        whole = torch.zeros(4, 3)
        redrawn(lambda: whole.t().uniform_())
        self.assert_tensor(whole.reshape(-1), redrawn(lambda: torch.rand(12)).tolist())
        for draw in (
            lambda x: x.random_(10),
            lambda x: x.bernoulli_(torch.full(x.shape, 0.5)),
            lambda x: x.exponential_(),
            lambda x: torch.randint_like(x, 9),
            lambda x: torch.rand_like(x),
            lambda x: torch.nn.functional.dropout(x + 1, 0.5),
            lambda x: torch.nn.functional.alpha_dropout(x + 1, 0.5, True),
        ):
            transposed = redrawn(lambda: draw(torch.zeros(4, 3).t()))
            self.assert_tensor(transposed.t().reshape(-1), redrawn(lambda: draw(torch.zeros(12))).tolist())
        one_by_one = redrawn(lambda: torch.empty(4, 5).t().normal_(), seed=0)
        self.assert_close(one_by_one[0], [1.5409960746765137, -1.3985954523086548, -0.5966353416442871, 0.1227012425661087])
        self.assertEqual(torch.empty(0).cauchy_().tolist(), [])
        self.assertEqual(torch.empty(()).log_normal_().shape, ())

    def test_halves_are_drawn_in_single_precision(self):
        torch.manual_seed(0)
        self.assertEqual(torch.rand(4, dtype=torch.float16).tolist(), [0.496337890625, 0.76806640625, 0.0885009765625, 0.132080078125])
        self.assertEqual(torch.rand(3, dtype=torch.bfloat16).tolist(), [0.306640625, 0.6328125, 0.490234375])
        torch.manual_seed(0)
        rest = torch.randn(20, dtype=torch.float16)[-6:].tolist()
        self.assertEqual(rest, [-0.17333984375, 0.1834716796875, 1.3896484375, 1.5859375, 0.9462890625, -0.84375])
        self.assertLess(torch.rand(100_000, dtype=torch.bfloat16).max().item(), 1.0)

    def test_normal_of_tensors(self):
        drawn = redrawn(lambda: torch.normal(torch.tensor([1.0, 2.0]), torch.tensor([[3.0], [4.0]])))
        standard = redrawn(lambda: torch.randn(2, 2))
        self.assert_close(drawn, (standard * torch.tensor([[3.0], [4.0]]) + torch.tensor([1.0, 2.0])).tolist())
        self.assertEqual(torch.normal(2.0, torch.ones(3, dtype=torch.float64)).dtype, torch.float64)
        mean = torch.zeros(3, requires_grad=True)
        torch.normal(mean, 1.0).sum().backward()
        self.assert_tensor(mean.grad, [0.0, 0.0, 0.0])

    def test_errors(self):
        small = torch.empty(2, dtype=torch.uint8)
        error = RuntimeError
        self.assert_error(error, "random_ expects 'from' to be less than 'to', but got from=5 >= to=2", small.random_, 5, 2)
        self.assert_error(error, "to - 1 is out of bounds for unsigned char", small.random_, 0, 300)
        self.assert_error(error, "from is out of bounds for unsigned char", small.random_, -1, 3)
        self.assert_error(error, "cauchy_ expects sigma > 0.0, but found sigma=-1", torch.empty(2).cauchy_, 0, -1)
        self.assert_error(error, "log_normal_ expects std > 0.0, but found std=0", torch.empty(2).log_normal_, 0, 0)
        self.assert_error(error, "geometric_ expects p to be in (0, 1), but got p=2", torch.empty(2).geometric_, 2)
        self.assert_error(error, "normal expects all elements of std >= 0.0", torch.normal, 0.0, -torch.ones(2))
        self.assert_error(error, "n is too large for result tensor type", torch.randperm, 300, dtype=torch.uint8)
        whole = torch.empty(2, dtype=torch.int64)
        text = "distribution is a continuous probability distribution. dtype must be a floating point but you specified Long"
        self.assert_error(error, "Exponential " + text, whole.exponential_)
        self.assert_error(error, "Cauchy " + text, whole.cauchy_)
        self.assert_error(TypeError, "random_() got an unexpected keyword argument 'upto'", whole.random_, upto=3)
        self.assertGreaterEqual(whole.random_(**{"from": 2**62}).min().item(), 2**62)
        self.assert_error(error, "multinomial only supports floating-point", torch.multinomial, torch.ones(2).long(), 1)


class SamplingTests(TorchCase):
    def test_moments(self):
        rates = torch.tensor([0.5, 3.0, 40.0], dtype=torch.float64).expand(20000, 3)
        counts = torch.poisson(rates)
        self.assert_close(counts.mean(0) / rates[0], [1, 1, 1], 1)
        self.assert_close(counts.var(0) / rates[0], [1, 1, 1], 1)
        hits = torch.binomial(torch.full((20000, 2), 50.0), torch.tensor([0.1, 0.6]))
        self.assert_close(hits.mean(0) / torch.tensor([5.0, 30.0]), [1, 1], 1)
        self.assert_close(hits.var(0) / torch.tensor([4.5, 12.0]), [1, 1], 1)
        rows = torch._sample_dirichlet(torch.tensor([1.0, 2.0, 5.0]).expand(20000, 3))
        self.assert_close(rows.sum(-1)[:4], [1, 1, 1, 1])
        self.assert_close(rows.mean(0), [0.125, 0.25, 0.625], 2)

    def test_gradients_move_the_mean(self):
        # The mean of gamma draws is their shape, so that the slopes' mean is 1.
        shapes = torch.full((20000,), 1.7, dtype=torch.float64, requires_grad=True)
        torch._standard_gamma(shapes).sum().backward()
        self.assertAlmostEqual(shapes.grad.mean().item(), 1.0, 1)
        # d/da a / (a + b) = b / (a + b)^2
        alpha = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
        torch._sample_dirichlet(alpha.expand(20000, 2))[:, 0].mean().backward()
        self.assert_close(alpha.grad, [3 / 25, -2 / 25], 2)

    def test_errors(self):
        self.assert_error(RuntimeError, "invalid Poisson rate, expected rate to be non-negative", torch.poisson, -torch.ones(1))
        self.assertRaises(NotImplementedError, torch.poisson, torch.tensor([1]))


class GeneratorTests(TorchCase):
    def test_states_have_the_layout_of_5056_bytes(self):
        state = torch.manual_seed(7).get_state()
        self.assertEqual((state.dtype, state.shape), (torch.uint8, (5056,)))
        self.assertEqual(state[:8].tolist(), [7, 0, 0, 0, 0, 0, 0, 0])
        first = torch.rand(3)
        torch.set_rng_state(state)
        self.assertTrue(torch.equal(first, torch.rand(3)))

    def test_generators_are_apart(self):
        generator = torch.Generator().manual_seed(5)
        self.assertEqual((generator.initial_seed(), generator.device), (5, torch.device("cpu")))
        own = torch.rand(4, generator=generator)
        self.assertTrue(torch.equal(own, redrawn(lambda: torch.rand(4), 5)))
        twin = generator.clone_state()
        kept = generator.graphsafe_get_state()
        after = torch.randn(3, generator=generator)
        self.assertTrue(torch.equal(after, torch.randn(3, generator=twin)))
        generator.graphsafe_set_state(kept)
        self.assertTrue(torch.equal(after, torch.randn(3, generator=generator)))
        self.assertEqual(torch.Generator().initial_seed(), 67280421310721)
        self.assertEqual(torch.initial_seed(), torch.default_generator.initial_seed())

    def test_fork_rng(self):
        with torch.random.fork_rng():
            inside = torch.rand(3)
        self.assertTrue(torch.equal(inside, torch.rand(3)))

        @torch.random.fork_rng(enabled=True)
        def draw():
            return torch.rand(2)

        self.assertTrue(torch.equal(draw(), draw()))
        with torch.random.fork_rng(enabled=False):
            inside = torch.rand(3)
        self.assertFalse(torch.equal(inside, torch.rand(3)))

    def test_states_of_the_gpu(self):
        torch.manual_seed(9)
        before = torch.get_rng_state()
        self.assertEqual(torch.cuda.initial_seed(), 9)
        torch.cuda.manual_seed(300)
        self.assertTrue(torch.equal(before, torch.get_rng_state()))
        self.assertEqual(torch.cuda.get_rng_state().tolist(), [44, 1] + [0] * 14)
        generator = torch.Generator("cuda").manual_seed(4)
        self.assertEqual((generator.initial_seed(), generator.get_offset()), (4, 0))
        generator.set_offset(12)
        torch.cuda.set_rng_state(generator.get_state())
        self.assertEqual(torch.cuda.get_rng_state_all()[0].tolist()[8], 12)
        self.assertEqual(torch.cuda.default_generators[0].initial_seed(), 4)

    def test_errors(self):
        self.assert_error(TypeError, "RNG state must be a torch.ByteTensor", torch.set_rng_state, torch.ones(3))
        short = torch.zeros(3, dtype=torch.uint8)
        self.assert_error(RuntimeError, "Expected a CPUGeneratorImplState of size 5056 but found", torch.set_rng_state, short)
        self.assert_error(RuntimeError, "RNG state is wrong size", torch.Generator("cuda").set_state, short)
        self.assert_error(RuntimeError, "Overflow when unpacking long", torch.manual_seed, 2**65)
