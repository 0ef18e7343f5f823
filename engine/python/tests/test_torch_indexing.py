"""`x[...]`, read and written, in every mixture."""

import unittest

import torch
from torch_case import TorchCase


class Reading(TorchCase):
    def setUp(self):
        self.m = torch.arange(12).reshape(3, 4)
        self.c = torch.arange(24).reshape(2, 3, 4)

    def test_ints_and_slices(self):
        self.assert_tensor(self.m[1], [4, 5, 6, 7])
        self.assert_tensor(self.m[-1, 1:3], [9, 10])
        self.assert_tensor(self.m[::2, ::3], [[0, 3], [8, 11]])
        self.assert_tensor(self.m[5:], [])
        self.assertEqual(self.m[..., None, 0].shape, (3, 1))
        self.assertEqual(self.c[None, ..., 1].shape, (1, 2, 3))
        self.assertEqual(self.m[True].shape, (1, 3, 4))
        self.assertEqual(self.m[False].shape, (0, 3, 4))

    def test_views_share_memory(self):
        view = self.m[:, 1:]
        view += 100
        self.assertEqual(self.m[0, 1].item(), 101)

    def test_index_tensors(self):
        rows = torch.tensor([2, 0])
        self.assert_tensor(self.m[rows], [[8, 9, 10, 11], [0, 1, 2, 3]])
        self.assert_tensor(self.m[rows, rows], [10, 0])
        self.assert_tensor(self.m[:, rows], [[2, 0], [6, 4], [10, 8]])
        self.assert_tensor(self.m[[2, -1]], [[8, 9, 10, 11], [8, 9, 10, 11]])
        self.assert_tensor(self.m[rows[:, None], rows], [[10, 8], [2, 0]])
        self.assert_tensor(self.m[torch.tensor(1)], [4, 5, 6, 7])
        self.assert_tensor(self.m[range(2), 0], [0, 4])

    def test_where_indexed_dimensions_go(self):
        rows = torch.tensor([0, 1])
        self.assertEqual(self.c[:, rows].shape, (2, 2, 4))
        self.assertEqual(self.c[:, rows, rows].shape, (2, 2))
        self.assertEqual(self.c[rows, :, rows].shape, (2, 3))
        self.assertEqual(self.c[rows, None, rows].shape, (2, 1, 4))
        self.assertEqual(self.c[0, :, rows].shape, (3, 2))

    def test_masks(self):
        self.assert_tensor(self.m[self.m > 8], [9, 10, 11])
        self.assert_tensor(self.m[torch.tensor([True, False, True])], [[0, 1, 2, 3], [8, 9, 10, 11]])
        self.assert_tensor(self.m[:, torch.tensor([True, False, False, True])], [[0, 3], [4, 7], [8, 11]])

    def test_iteration_and_membership(self):
        self.assertEqual([row.tolist() for row in self.m[:2]], [[0, 1, 2, 3], [4, 5, 6, 7]])
        self.assertIn(5, self.m)
        self.assertNotIn(50, self.m)
        self.assertEqual(len(self.m), 3)


class Writing(TorchCase):
    def setUp(self):
        self.m = torch.zeros(2, 3, dtype=torch.int64)

    def test_ints_and_slices(self):
        self.m[0, 1] = 5
        self.m[1] = torch.tensor([1, 2, 3])
        self.m[:, 0] += 10
        self.assert_tensor(self.m, [[10, 5, 0], [11, 2, 3]])
        self.m[:] = torch.tensor([[7, 8, 9]])
        self.assert_tensor(self.m, [[7, 8, 9], [7, 8, 9]])

    def test_tensors_and_masks(self):
        self.m[torch.tensor([0, 1]), torch.tensor([2, 0])] = torch.tensor([3, 4])
        self.assert_tensor(self.m, [[0, 0, 3], [4, 0, 0]])
        self.m[self.m > 0] = -1
        self.assert_tensor(self.m, [[0, 0, -1], [-1, 0, 0]])
        self.m[:, [0, 1]] = 9
        self.assert_tensor(self.m, [[9, 9, -1], [9, 9, 0]])
        self.m[self.m == 9] = torch.tensor([1, 2, 3, 4])
        self.assert_tensor(self.m, [[1, 2, -1], [3, 4, 0]])

    def test_values_are_broadcast(self):
        x = torch.zeros(2, 3)
        x[[0, 1]] = torch.tensor([[[1.0, 2.0, 3.0]]])
        self.assert_tensor(x, [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
        x[...] = 4
        x[..., 0] = torch.tensor([[7.0]])
        self.assert_tensor(x, [[7.0, 4.0, 4.0], [7.0, 4.0, 4.0]])
        x[torch.tensor(True)] = 0
        x[torch.tensor(False)] = 9
        self.assert_tensor(x, [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
        x[:, None, 1] += 1
        self.assert_tensor(x, [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])

    def test_none_takes_a_whole_dimension_in_put(self):
        x = torch.zeros(2, 3)
        x.index_put_((None, torch.tensor([0, 2])), torch.tensor(5.0))
        self.assert_tensor(x, [[5.0, 0.0, 5.0], [5.0, 0.0, 5.0]])

    def test_put_accumulates(self):
        x = torch.zeros(3)
        x.index_put_((torch.tensor([0, 0, 2]),), torch.tensor([1.0, 2.0, 3.0]), accumulate=True)
        self.assert_tensor(x, [3.0, 0.0, 3.0])


class Errors(TorchCase):
    def test_texts(self):
        m = torch.zeros(3, 4)
        self.assert_error(IndexError, "index 3 is out of bounds for dimension 0 with size 3", lambda: m[3])
        self.assert_error(IndexError, "index 4 is out of bounds for dimension 1 with size 4", lambda: m[0, 4])
        self.assert_error(IndexError, "too many indices for tensor of dimension 2", lambda: m[0, 0, 0])
        self.assert_error(ValueError, "step must be greater than zero", lambda: m[::-1])
        self.assert_error(IndexError, "invalid index of a 0-dim tensor", lambda: torch.tensor(1)[0])
        self.assert_error(IndexError, "only integers, slices", lambda: m["a"])
        self.assert_error(
            IndexError,
            "The shape of the mask [2] at index 0 does not match the shape of the indexed tensor [3, 4] at index 0",
            lambda: m[torch.tensor([True, False])],
        )
        self.assert_error(
            IndexError,
            "tensors used as indices must be long, int, byte or bool tensors",
            lambda: m[torch.tensor([1.0])],
        )

    def test_writing_texts(self):
        m = torch.zeros(3, 4)
        self.assert_error(
            RuntimeError,
            "shape mismatch: value tensor of shape [3] cannot be broadcast to indexing result of shape [2, 4]",
            m.__setitem__,
            [0, 1],
            torch.zeros(3),
        )
        self.assert_error(
            RuntimeError,
            "The expanded size of the tensor (4) must match the existing size (3) at non-singleton dimension 0.  Target sizes: [4].  Tensor sizes: [3]",
            m.__setitem__,
            0,
            torch.zeros(3),
        )
        self.assert_error(
            RuntimeError,
            "Index put requires the source and destination dtypes match, got Float for the destination and Long for the source.",
            m.__setitem__,
            [0, 1],
            torch.zeros(2, 4, dtype=torch.int64),
        )
        self.assert_error(
            IndexError,
            "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]",
            lambda: m[[0, 1], [0, 1, 2]],
        )

    def test_gradients_flow(self):
        x = torch.arange(4.0, requires_grad=True)
        (x[torch.tensor([0, 0, 3])] * torch.tensor([1.0, 2.0, 5.0])).sum().backward()
        self.assert_tensor(x.grad, [3.0, 0.0, 0.0, 5.0])


if __name__ == "__main__":
    unittest.main()
