"""Datasets, samplers, splitting and collating.

Read next: `torch/utils/data/dataset.py`, `torch/utils/data/sampler.py`, `test_torch_data_loader`.
"""

import collections
import unittest
import warnings

import torch
from torch.utils.data import (
    BatchSampler,
    ChainDataset,
    ConcatDataset,
    Dataset,
    DistributedSampler,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    StackDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    default_convert,
    random_split,
)
from torch_case import TorchCase


class Count(IterableDataset):
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return iter(range(self.count))

    def __len__(self):
        return self.count


class Datasets(TorchCase):
    def test_base_classes_say_what_to_define(self):
        self.assert_error(NotImplementedError, "Subclasses of Dataset should implement __getitem__.", lambda: Dataset()[0])
        self.assert_error(TypeError, "Can't instantiate abstract class IterableDataset", IterableDataset)
        self.assertIs(Dataset[int].__origin__, Dataset)

    def test_rows(self):
        data = TensorDataset(torch.arange(3), torch.ones(3, 2))
        self.assertEqual(len(data), 3)
        self.assertEqual([part.tolist() for part in data[-1]], [2, [1.0, 1.0]])
        self.assert_error(AssertionError, "Size mismatch between tensors", TensorDataset, torch.ones(2), torch.ones(3))

    def test_side_by_side(self):
        both = StackDataset([1, 2], TensorDataset(torch.tensor([3, 4])))
        self.assertEqual(both[1], (2, (torch.tensor(4),)))
        self.assertEqual(both.__getitems__([1, 0]), [(2, (torch.tensor(4),)), (1, (torch.tensor(3),))])
        self.assertEqual(StackDataset(a=[1, 2], b="xy")[0], {"a": 1, "b": "x"})
        self.assertEqual(len(both), 2)
        self.assert_error(ValueError, "Size mismatch between datasets", StackDataset, [1], [1, 2])
        self.assert_error(ValueError, "At least one dataset should be passed", StackDataset)
        self.assert_error(ValueError, "Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``)", StackDataset, [1], a=[1])

    def test_one_after_another(self):
        joined = ConcatDataset([[1, 2], [], [3]])
        self.assertEqual(([joined[i] for i in range(-3, 3)], joined.cumulative_sizes), ([1, 2, 3] * 2, [2, 2, 3]))
        self.assert_error(ValueError, "absolute value of index should not exceed dataset length", lambda: joined[-4])
        self.assert_error(AssertionError, "datasets should not be an empty iterable", ConcatDataset, [])
        self.assert_error(AssertionError, "ConcatDataset does not support IterableDataset", ConcatDataset, [Count(1)])
        chained = Count(2) + Count(3)
        self.assertIsInstance(chained, ChainDataset)
        self.assertEqual((list(chained), len(chained)), ([0, 1, 0, 1, 2], 5))
        self.assert_error(AssertionError, "ChainDataset only supports IterableDataset", list, ChainDataset([[1]]))
        self.assertIsInstance(TensorDataset(torch.ones(1)) + [1], ConcatDataset)

    def test_parts(self):
        part = Subset([10, 11, 12], [2, 0])
        self.assertEqual(([part[0], part[-1]], len(part), part.__getitems__([1, 1])), ([12, 10], 2, [10, 10]))

    def test_splits(self):
        torch.manual_seed(42)
        first, second = random_split(range(20), [15, 5])
        self.assertEqual(second.indices, [12, 19, 5, 16, 9])
        generator = torch.Generator().manual_seed(42)
        self.assertEqual(random_split(range(20), [0.75, 0.25], generator=generator)[1].indices, second.indices)
        self.assertEqual([len(part) for part in random_split(range(10), [0.33, 0.33, 0.34])], [4, 3, 3])
        with self.assertWarnsRegex(UserWarning, "Length of split at index 1 is 0. This might result in an empty dataset."):
            random_split(range(1), [0.5, 0.5])
        self.assert_error(ValueError, "Sum of input lengths does not equal the length of the input dataset!", random_split, range(3), [1, 1])
        self.assert_error(ValueError, "Fraction at index 1 is not between 0 and 1", random_split, range(3), [0.5, -0.5, 1.0])


class Samplers(TorchCase):
    def test_random_orders(self):
        torch.manual_seed(3)
        found = list(RandomSampler(range(7)))
        torch.manual_seed(3)
        seed = torch.empty((), dtype=torch.int64).random_().item()
        self.assertEqual(found, torch.randperm(7, generator=torch.Generator().manual_seed(seed)).tolist())
        generator = torch.Generator().manual_seed(1)
        longer = list(RandomSampler(range(3), num_samples=7, generator=generator))
        generator.manual_seed(1)
        self.assertEqual(longer, sum((torch.randperm(3, generator=generator).tolist() for _ in range(3)), [])[:7])
        generator.manual_seed(1)
        repeated = list(RandomSampler(range(9), replacement=True, num_samples=40, generator=generator))
        generator.manual_seed(1)
        self.assertEqual(repeated, [n for count in (32, 8) for n in torch.randint(0, 9, (count,), generator=generator).tolist()])
        self.assert_error(TypeError, "replacement should be a boolean value, but got replacement=1", RandomSampler, [1], 1)
        self.assert_error(ValueError, "num_samples should be a positive integer value, but got num_samples=0", RandomSampler, [])

    def test_subsets_and_weights(self):
        torch.manual_seed(2)
        found = list(SubsetRandomSampler([5, 6, 7]))
        torch.manual_seed(2)
        self.assertEqual(found, [[5, 6, 7][n] for n in torch.randperm(3).tolist()])
        torch.manual_seed(2)
        drawn = list(WeightedRandomSampler([0.1, 0.9, 0.4], 4))
        torch.manual_seed(2)
        self.assertEqual(drawn, torch.multinomial(torch.tensor([0.1, 0.9, 0.4], dtype=torch.float64), 4, True).tolist())
        self.assertEqual(sorted(WeightedRandomSampler([1.0, 1.0], 2, replacement=False)), [0, 1])
        self.assert_error(ValueError, "weights should be a 1d sequence but given weights have shape (1, 1)", WeightedRandomSampler, [[1.0]], 1)
        self.assert_error(ValueError, "num_samples should be a positive integer value, but got num_samples=True", WeightedRandomSampler, [1.0], True)
        self.assert_error(ValueError, "replacement should be a boolean value, but got replacement=1", WeightedRandomSampler, [1.0], 1, 1)

    def test_batches(self):
        self.assertEqual(list(BatchSampler(SequentialSampler(range(5)), 2, False)), [[0, 1], [2, 3], [4]])
        dropping = BatchSampler(range(5), 2, True)
        self.assertEqual((list(dropping), len(dropping)), ([[0, 1], [2, 3]], 2))

    def test_shares(self):
        from torch.utils.data.distributed import DistributedSampler as same

        self.assertIs(same, DistributedSampler)
        shares = [list(DistributedSampler(range(7), 3, rank, shuffle=False)) for rank in range(3)]
        self.assertEqual(shares, [[0, 3, 6], [1, 4, 0], [2, 5, 1]])
        dropped = [list(DistributedSampler(range(7), 3, rank, shuffle=False, drop_last=True)) for rank in range(3)]
        self.assertEqual(dropped, [[0, 3], [1, 4], [2, 5]])
        sampler = DistributedSampler(range(9), 3, 1, seed=4)
        sampler.set_epoch(2)
        self.assertEqual(list(sampler), torch.randperm(9, generator=torch.Generator().manual_seed(6)).tolist()[1::3])
        self.assert_error(ValueError, "Invalid rank 3, rank should be in the interval [0, 2]", DistributedSampler, [1], 3, 3)


class Collating(TorchCase):
    def test_types(self):
        self.assertIs(default_collate([1.0, 2.0]).dtype, torch.float64)
        self.assert_tensor(default_collate([True, False]), [True, False], torch.bool)
        self.assert_tensor(default_collate([torch.ones(2), torch.zeros(2)]), [[1.0, 1.0], [0.0, 0.0]])
        self.assertEqual(default_collate(["a", b"b"]), ["a", b"b"])
        self.assertEqual(default_collate([(1, "a"), (2, "b")])[1], ("a", "b"))
        self.assertIsInstance(default_collate([[1], [2]]), list)
        ordered = default_collate([collections.OrderedDict(a=1), {"a": 2}])
        self.assertEqual((type(ordered), ordered["a"].tolist()), (collections.OrderedDict, [1, 2]))
        Point = collections.namedtuple("Point", "x y")
        self.assertEqual(default_collate([Point(1, 2), Point(3, 4)]).y.tolist(), [2, 4])
        self.assert_error(RuntimeError, "each element in list of batch should be of equal size", default_collate, [[1], [1, 2]])
        self.assert_error(RuntimeError, "stack expects each tensor to be equal size, but got [1] at entry 0 and [2] at entry 1", default_collate, [torch.ones(1), torch.ones(2)])
        self.assert_error(
            TypeError,
            "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class 'object'>",
            default_collate,
            [object()],
        )

    def test_conversion(self):
        x = torch.ones(1)
        self.assertIs(default_convert(x), x)
        self.assertEqual((default_convert(3), default_convert("a"), default_convert((1, 2)), default_convert({"a": 1})), (3, "a", [1, 2], {"a": 1}))

    def test_types_of_ones_own(self):
        from torch.utils.data._utils.collate import collate, default_collate_fn_map

        class Word(str):
            pass

        functions = {Word: lambda batch, *, collate_fn_map=None: "-".join(batch), **default_collate_fn_map}
        self.assertEqual(collate([(Word("a"), 1), (Word("b"), 2)], collate_fn_map=functions)[0], "a-b")
        default_collate_fn_map[object] = lambda batch, *, collate_fn_map=None: len(batch)
        try:
            self.assertEqual(default_collate([object(), object()]), 2)
        finally:
            del default_collate_fn_map[object]

    def test_data_pipes_refuse(self):
        with self.assertRaisesRegex(NotImplementedError, "it has no data pipes; use Dataset or IterableDataset with a DataLoader"):
            torch.utils.data.datapipes.iter.IterableWrapper([1])
        from torch.utils.data import IterDataPipe, MapDataPipe

        self.assertFalse(isinstance([], (IterDataPipe, MapDataPipe)))
        with warnings.catch_warnings(), self.assertRaises(NotImplementedError):

            class Pipe(IterDataPipe):
                pass

        with self.assertRaises(AttributeError):
            torch.utils.data.no_such_name


if __name__ == "__main__":
    unittest.main()
