"""`DataLoader`: workers that take turns, arguments that exclude each other, iterable datasets, pinning.

Read next: `torch/utils/data/dataloader.py`, `test_torch_data`.
"""

import random
import unittest
import warnings

import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset, get_worker_info
from torch_case import TorchCase


class Numbers(Dataset):
    """Says which worker made an item."""

    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        info = get_worker_info()
        return index, -1 if info is None else info.id


class Draws(Dataset):
    """Random items."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return torch.rand(()).item(), random.random()


class Range(IterableDataset):
    """Numbers, all of them in every worker."""

    def __init__(self, start, end):
        self.start, self.end = start, end

    def __iter__(self):
        return iter(range(self.start, self.end))


class Split(Range):
    """Numbers, a part of them in each worker."""

    def __iter__(self):
        info = get_worker_info()
        if info is None:
            return super().__iter__()
        return iter(range(self.start + info.id, self.end, info.num_workers))


class Workers(TorchCase):
    def test_they_take_turns(self):
        batches = list(DataLoader(Numbers(7), batch_size=2, num_workers=2))
        self.assertEqual([batch[0].tolist() for batch in batches], [[0, 1], [2, 3], [4, 5], [6]])
        self.assertEqual([batch[1].tolist() for batch in batches], [[0, 0], [1, 1], [0, 0], [1]])
        self.assertIsNone(get_worker_info())

    def test_iterable_datasets_are_repeated_or_split(self):
        self.assertEqual([n.item() for n in DataLoader(Range(0, 3), batch_size=None, num_workers=2, collate_fn=torch.tensor)], [0, 0, 1, 1, 2, 2])
        batches = [batch.tolist() for batch in DataLoader(Split(3, 8), batch_size=2, num_workers=2)]
        self.assertEqual(batches, [[3, 5], [4, 6], [7]])

    def test_init_functions_change_the_workers_copy(self):
        def cut(number):
            info = get_worker_info()
            info.dataset.start, info.dataset.end = 3 + 2 * number, 5 + 2 * number

        data = Range(3, 7)
        loader = DataLoader(data, num_workers=2, worker_init_fn=cut)
        self.assertEqual([batch.tolist() for batch in loader], [[3], [5], [4], [6]])
        self.assertEqual((data.start, data.end), (3, 7))

    def test_what_workers_know(self):
        known = []
        list(DataLoader(Numbers(1), num_workers=2, worker_init_fn=lambda number: known.append((get_worker_info(), torch.initial_seed()))))
        (first, first_seed), (second, second_seed) = known
        self.assertEqual((first.id, first.num_workers, second.seed - first.seed), (0, 2, 1))
        self.assertEqual((first_seed, second_seed), (first.seed, second.seed))
        self.assertTrue(repr(first).startswith("WorkerInfo(id=0, num_workers=2, seed="))
        with self.assertRaisesRegex(RuntimeError, "Cannot assign attributes to WorkerInfo objects"):
            first.id = 3

    def test_their_draws_are_their_own(self):
        def epoch():
            torch.manual_seed(5)
            random.seed(5)
            found = list(DataLoader(Draws(), num_workers=2, batch_size=None))
            return found, torch.rand(()).item(), random.random()

        found, after, python_after = epoch()
        self.assertEqual(epoch(), (found, after, python_after))
        torch.manual_seed(5)
        seed = torch.empty((), dtype=torch.int64).random_().item()
        # The main process drew the base seed alone.
        self.assertEqual(torch.rand(()).item(), after)
        random.seed(5)
        self.assertEqual(random.random(), python_after)
        torch.manual_seed(seed + 1)
        self.assertEqual([torch.rand(()).item() for _ in range(2)], [found[1][0], found[3][0]])
        self.assertEqual(found[1][1], random.Random(seed + 1).random())

    def test_persistent_workers_keep_their_states(self):
        made = []
        loader = DataLoader(Numbers(3), num_workers=1, persistent_workers=True, worker_init_fn=made.append)
        self.assertEqual([len(list(loader)) for _ in range(2)], [3, 3])
        self.assertEqual(made, [0])
        self.assertIs(iter(loader), iter(loader))

    def test_errors_come_through(self):
        class Bad(Numbers):
            def __getitem__(self, index):
                raise ValueError("no such item")

        self.assert_error(ValueError, "no such item", list, DataLoader(Bad(2), num_workers=1))
        self.assertIsNone(get_worker_info())


class Order(TorchCase):
    def test_shuffling_draws_a_base_seed_then_the_samplers(self):
        torch.manual_seed(1)
        order = [n.item() for n in DataLoader(range(10), shuffle=True)]
        torch.manual_seed(1)
        torch.empty((), dtype=torch.int64).random_()
        seed = torch.empty((), dtype=torch.int64).random_().item()
        self.assertEqual(order, torch.randperm(10, generator=torch.Generator().manual_seed(seed)).tolist())

    def test_a_generator_gives_seed_and_order(self):
        def order(**options):
            return [n.item() for n in DataLoader(range(10), shuffle=True, generator=torch.Generator().manual_seed(7), **options)]

        generator = torch.Generator().manual_seed(7)
        torch.empty((), dtype=torch.int64).random_(generator=generator)
        self.assertEqual(order(), torch.randperm(10, generator=generator).tolist())
        self.assertEqual(order(num_workers=3), order())


class Arguments(TorchCase):
    def refused(self, text, **options):
        kind = options.pop("kind", ValueError)
        self.assert_error(kind, text, DataLoader, options.pop("dataset", range(4)), **options)

    def test_what_is_refused(self):
        self.refused("num_workers option should be non-negative; use num_workers=0", num_workers=-1)
        self.refused("timeout option should be non-negative", timeout=-1)
        self.refused("prefetch_factor option could only be specified in multiprocessing.let num_workers > 0", prefetch_factor=2)
        self.refused("prefetch_factor option should be non-negative", prefetch_factor=-2, num_workers=1)
        self.refused("persistent_workers option needs num_workers > 0", persistent_workers=True)
        self.refused("sampler option is mutually exclusive with shuffle", sampler=[1], shuffle=True)
        self.refused("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last", batch_sampler=[[1]], batch_size=2)
        self.refused("batch_size=None option disables auto-batching and is mutually exclusive with drop_last", batch_size=None, drop_last=True)
        self.refused("batch_size should be a positive integer value, but got batch_size=0", batch_size=0)
        self.refused("drop_last should be a boolean value, but got drop_last=1", drop_last=1)
        self.refused("multiprocessing_context can only be used with multi-process loading (num_workers > 0)", multiprocessing_context="fork")
        self.refused("multiprocessing_context option should specify a valid start method in", multiprocessing_context="x", num_workers=1)
        self.refused("multiprocessing_context option should be a valid context object", kind=TypeError, multiprocessing_context=3, num_workers=1)
        self.refused("num_samples should be a positive integer value, but got num_samples=0", dataset=[], shuffle=True)
        head = "DataLoader with IterableDataset: expected unspecified "
        self.refused(head + "shuffle option, but got shuffle=True", dataset=Range(0, 2), shuffle=True)
        self.refused(head + "sampler option, but got sampler=[1]", dataset=Range(0, 2), sampler=[1])
        self.refused(head + "batch_sampler option, but got batch_sampler=[[1]]", dataset=Range(0, 2), batch_sampler=[[1]])

    def test_what_is_fixed(self):
        loader = DataLoader(range(4), num_workers=1, multiprocessing_context="spawn")
        self.assertEqual((loader.prefetch_factor, loader.batch_size, loader.drop_last), (2, 1, False))
        for name in ("batch_size", "sampler", "dataset", "drop_last"):
            with self.assertRaisesRegex(ValueError, f"{name} attribute should not be set after DataLoader is initialized"):
                setattr(loader, name, 3)

    def test_lengths(self):
        self.assertEqual([len(DataLoader(range(10), batch_size=4, drop_last=last)) for last in (False, True)], [3, 2])
        self.assertEqual(len(DataLoader(range(10), batch_size=None)), 10)
        self.assertEqual(len(DataLoader(range(10), batch_sampler=[[1, 2], [3]])), 2)
        with self.assertRaises(TypeError):
            len(DataLoader(Range(0, 3)))

    def test_datasets_longer_than_they_said(self):
        class Liar(Range):
            def __len__(self):
                return 2

        loader = DataLoader(Liar(0, 3))
        self.assertEqual(len(loader), 2)
        with self.assertWarnsRegex(UserWarning, r"Length of IterableDataset .* was reported to be 2 \(when accessing len\(dataloader\)\), but 3 samples"):
            self.assertEqual(len(list(loader)), 3)

    def test_pinning(self):
        class Batch:
            def __init__(self, items):
                self.items, self.is_pinned = items, False

            def pin_memory(self):
                self.is_pinned = True
                return self

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            (found,) = DataLoader([1], collate_fn=Batch, pin_memory=True)
        self.assertEqual(found.is_pinned, torch.accelerator.is_available())
        if not found.is_pinned:
            self.assertIn("'pin_memory' argument is set as true but no accelerator is found", str(caught[0].message))
        from torch.utils.data._utils.pin_memory import pin_memory

        self.assertEqual(pin_memory({"a": (torch.ones(1), "b")}), {"a": [torch.ones(1), "b"]})


class Rows(TorchCase):
    def test_rows_of_tensors_are_gathered(self):
        x = torch.arange(12.0).reshape(6, 2)
        y = torch.arange(6)
        data = TensorDataset(x, y)
        for dataset in (data, Subset(data, [5, 3, 1, 0]), Subset(Subset(data, torch.arange(6)), [2, 2])):
            for sampler in (range(len(dataset)), [-1, 0], [1]):
                quick = list(DataLoader(dataset, batch_size=2, sampler=sampler))
                slow = list(DataLoader(dataset, batch_size=2, sampler=sampler, collate_fn=lambda rows: torch.utils.data.default_collate(rows)))
                self.assertEqual([[part.tolist() for part in batch] for batch in quick], [[part.tolist() for part in batch] for batch in slow])
                self.assertEqual(type(quick[0]), list)
        self.assertEqual([batch.tolist() for batch in DataLoader(x, batch_size=4)], [x[:4].tolist(), x[4:].tolist()])
        with self.assertRaises(IndexError):
            list(DataLoader(data, sampler=[6]))

    def test_batches_are_copies(self):
        x = torch.zeros(4)
        for (batch,) in DataLoader(TensorDataset(x), batch_size=2):
            batch += 1
        self.assertEqual(x.tolist(), [0.0] * 4)

    def test_items_of_ones_own(self):
        class Doubled(TensorDataset):
            def __getitem__(self, index):
                return super().__getitem__(index)[0] * 2

        data = Doubled(torch.arange(4))
        self.assertEqual(next(iter(DataLoader(data, batch_size=3))).tolist(), [0, 2, 4])
        self.assertEqual([item.item() for item in data.__getitems__([1, 2])], [2, 4])
        rows = TensorDataset(torch.arange(4), torch.arange(4) * 2).__getitems__([3, 1])
        self.assertEqual([tuple(part.item() for part in row) for row in rows], [(3, 6), (1, 2)])
        seen = []
        list(DataLoader(TensorDataset(torch.arange(3)), batch_size=2, collate_fn=lambda rows: seen.append(type(rows))))
        self.assertEqual(seen, [list, list])


if __name__ == "__main__":
    unittest.main()
