"""Random numbers by seed, datasets, samplers and the data loader."""

import unittest

import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, TensorDataset, WeightedRandomSampler, random_split
from torch_case import TorchCase


class Random(TorchCase):
    def test_a_seed_gives_pytorchs_numbers(self):
        torch.manual_seed(42)
        self.assert_close(torch.rand(3), [0.8823, 0.9150, 0.3829], 4)
        torch.manual_seed(0)
        self.assert_close(torch.randn(3), [1.5410, -0.2934, -2.1788], 4)

    def test_generators_are_apart(self):
        own = torch.Generator().manual_seed(42)
        torch.manual_seed(1)
        expected = torch.rand(2).tolist()
        torch.manual_seed(1)
        self.assert_close(torch.rand(1, generator=own), [0.8823], 4)
        self.assertEqual(torch.rand(2).tolist(), expected)
        self.assert_close(torch.rand(1, generator=own), [0.9150], 4)
        self.assertEqual(own.initial_seed(), 42)

    def test_state(self):
        state = torch.get_rng_state()
        first = torch.rand(3).tolist()
        torch.set_rng_state(state)
        self.assertEqual(torch.rand(3).tolist(), first)

    def test_permutations_and_integers(self):
        self.assertEqual(sorted(torch.randperm(100).tolist()), list(range(100)))
        drawn = torch.randint(3, 7, (1000,))
        self.assertEqual((drawn.min().item(), drawn.max().item()), (3, 6))
        self.assertEqual(torch.multinomial(torch.tensor([0.0, 1.0]), 1).tolist(), [1])


class Squares(Dataset):
    def __len__(self):
        return 10

    def __getitem__(self, index):
        if index >= 10:
            raise IndexError
        return {"x": torch.tensor([float(index)]), "y": index * index}


class Loading(TorchCase):
    def test_batches(self):
        batches = list(DataLoader(Squares(), batch_size=4))
        self.assertEqual([batch["y"].tolist() for batch in batches], [[0, 1, 4, 9], [16, 25, 36, 49], [64, 81]])
        self.assertEqual(batches[0]["x"].shape, (4, 1))
        self.assertEqual(len(DataLoader(Squares(), batch_size=4, drop_last=True)), 2)

    def test_tensor_datasets_give_the_same_rows(self):
        x = torch.arange(10.0)
        data = TensorDataset(x, x * 2)
        quick = [batch[1].tolist() for batch in DataLoader(data, batch_size=3)]
        slow = [batch[1].tolist() for batch in DataLoader(data, batch_size=3, collate_fn=lambda rows: torch.utils.data.default_collate(rows))]
        self.assertEqual(quick, slow)

    def test_shuffling_is_by_seed_and_complete(self):
        def order():
            torch.manual_seed(3)
            return [n for batch in DataLoader(torch.arange(10), batch_size=3, shuffle=True) for n in batch.tolist()]

        self.assertEqual(order(), order())
        self.assertEqual(sorted(order()), list(range(10)))

    def test_splits_and_joins(self):
        first, second = random_split(Squares(), [7, 3])
        self.assertEqual((len(first), len(second)), (7, 3))
        self.assertEqual([len(part) for part in random_split(Squares(), [0.5, 0.5])], [5, 5])
        self.assertEqual(ConcatDataset([first, second])[9]["x"].shape, (1,))
        self.assert_error(ValueError, "Sum of input lengths does not equal", random_split, Squares(), [1, 2])

    def test_weights(self):
        sampler = WeightedRandomSampler([0.0, 1.0], 5)
        self.assertEqual(list(sampler), [1] * 5)


if __name__ == "__main__":
    unittest.main()
