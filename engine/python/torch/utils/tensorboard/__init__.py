"""`torch.utils.tensorboard`: logs that TensorBoard reads, written without TensorBoard being there.

Read next: `writer`.
"""

from ._event_file import FileWriter
from .writer import SummaryWriter

__all__ = ["FileWriter", "SummaryWriter"]
