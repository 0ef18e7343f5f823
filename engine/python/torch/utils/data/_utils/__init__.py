"""The parts of the data loader: collating, pinning, workers, fetching.

Read next: `collate`, `worker`, `fetch`.
"""

from . import collate, fetch, pin_memory, worker
