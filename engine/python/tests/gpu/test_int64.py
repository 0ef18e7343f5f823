"""int64 on the GPU, which holds it in 32 bits: results are right or raise, also later and also where nobody reads them.

Read next: `shaders/lib/range.wgsl`, `executor/range.rs`.
"""

import unittest

import torch
from gpu_case import GpuCase

DEVICE = "webgpu"
LARGEST = 2**31 - 1
SMALLEST = -(2**31)


def one(value):
    return torch.tensor([value], device=DEVICE)


class Int64Test(GpuCase):
    def refuses(self, work):
        with self.assertRaisesRegex(RuntimeError, "does not fit the 32 bits"):
            work().tolist()

    def test_results_at_the_bounds_are_right(self):
        self.assertEqual((one(LARGEST - 1) + 1).item(), LARGEST)
        self.assertEqual((one(SMALLEST + 1) - 1).item(), SMALLEST)
        self.assertEqual((one(46340) * 46341).item(), 46340 * 46341)
        self.assertEqual((one(65536) * -32768).item(), SMALLEST)
        self.assertEqual((one(-2) ** 31).item(), SMALLEST)
        self.assertEqual((-one(LARGEST)).item(), -LARGEST)
        self.assertEqual((one(1) << 30).item(), 2**30)
        self.assertEqual(torch.tensor([float(SMALLEST)], device=DEVICE).long().item(), SMALLEST)

    def test_results_beyond_them_raise(self):
        self.refuses(lambda: one(LARGEST) + 1)
        self.refuses(lambda: one(SMALLEST) - 1)
        self.refuses(lambda: one(46341) * 46341)
        self.refuses(lambda: one(65536) * -32769)
        self.refuses(lambda: one(65536).square())
        self.refuses(lambda: one(2) ** 31)
        self.refuses(lambda: -one(SMALLEST))
        self.refuses(lambda: one(SMALLEST).abs())
        self.refuses(lambda: one(SMALLEST) // -1)
        self.refuses(lambda: one(1) << 31)
        self.refuses(lambda: one(1) << 40)
        self.refuses(lambda: one(65536).lcm(one(65537)))
        self.refuses(lambda: torch.tensor([3e9], device=DEVICE).long())

    def test_folds_raise(self):
        large = torch.full((40, 50), 2**28, device=DEVICE)
        self.refuses(lambda: large.sum())
        self.refuses(lambda: large.sum(0))
        self.refuses(lambda: large.cumsum(1))
        self.refuses(lambda: large.prod(1))
        self.refuses(lambda: torch.zeros(3, dtype=torch.int64, device=DEVICE).index_add(0, one(1).expand(8), large[0, :8]))
        self.assertEqual(large[:1, :7].sum().item(), 7 * 2**28)

    def test_narrower_integers_wrap_as_ever(self):
        self.assertEqual((one(LARGEST).int() + 1).item(), SMALLEST)
        self.assertEqual((one(200).to(torch.uint8) + 100).item(), 44)

    def test_numbers_from_outside_are_looked_at_at_once(self):
        for make in (
            lambda: one(2**31),
            lambda: torch.full((2,), 2**40, device=DEVICE),
            lambda: one(1) + 2**40,
            lambda: one(1) == 2**32 + 1,
        ):
            with self.assertRaisesRegex(RuntimeError, "does not fit the 32 bits"):
                make()

    def test_an_unread_result_is_told_of_at_the_next_read_and_stays_refused(self):
        bystander = torch.ones(2, device=DEVICE)
        product = one(2**20) * 2**20
        with self.assertRaisesRegex(RuntimeError, "does not fit"):
            (bystander + 1).tolist()
        self.assertEqual(bystander.tolist(), [1.0, 1.0])
        self.refuses(lambda: product)
        self.refuses(lambda: product.float() * 0)
        self.assertEqual((one(2) + 1).item(), 3)

    def test_rows_beyond_the_last_say_nothing(self):
        # The largest of no row is the smallest number, whose negative would not fit.
        x = torch.arange(3 * 40, device=DEVICE).reshape(3, 40)
        found = -x.amax(1, keepdim=True) + x
        self.assertEqual(found[:, 0].tolist(), [-39, -39, -39])

    def test_infinities_and_nan_have_no_integer_and_raise_nothing(self):
        self.assertEqual(torch.tensor([float("inf"), float("nan")], device=DEVICE).long().shape, (2,))
        self.assertEqual((one(1) + 1).item(), 2)

    def test_products_of_matrices_are_exact(self):
        A = torch.tensor([[2**20, 1], [0, 3]])
        # Two-word sums are the CPU's; what does not fit afterwards is refused.
        self.assertEqual((A.to(DEVICE) @ torch.tensor([[2], [5]], device=DEVICE)).tolist(), [[2**21 + 5], [15]])
        self.refuses(lambda: A.to(DEVICE) @ A.to(DEVICE))


if __name__ == "__main__":
    unittest.main()
