"""`torch.utils.data`: datasets, samplers and the data loader.

Read next: `utils.data.dataset`, `utils.data.dataloader`.
"""

from .collate import default_collate, default_convert
from .dataloader import DataLoader
from .dataset import ChainDataset, ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset, random_split
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)


def get_worker_info():
    """`None`: items are made in this process."""
    return None


def __getattr__(name):
    raise AttributeError(f"torch.utils.data.{name} is not in Carrel yet")
