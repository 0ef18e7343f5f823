"""`torch.utils.data`: datasets, samplers and the data loader.

Read next: `utils.data.dataset`, `utils.data.dataloader`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _utils
from ._utils.collate import default_collate, default_convert
from ._utils.worker import get_worker_info
from .dataloader import DataLoader
from .dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from .distributed import DistributedSampler
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)

__all__ = [name for name in dir() if not name.startswith("_") and name[0].isupper()]
__all__ += ["default_collate", "default_convert", "get_worker_info", "random_split"]

# Names of data pipes, which are refused.
_PIPES = """
    DataChunk DFIterDataPipe IterDataPipe MapDataPipe argument_validation functional_datapipe guaranteed_datapipes_determinism
    non_deterministic runtime_validation runtime_validation_disabled
    """.split()


def __getattr__(name):
    from ..._out_of_scope import refused

    if name in _PIPES:
        return getattr(refused("torch.utils.data", "datapipes"), name)
    return refused("torch.utils.data", name)
