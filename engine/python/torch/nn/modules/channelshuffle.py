"""`ChannelShuffle`.

Read next: `nn._arrangement`.
"""

from .. import functional as F
from .module import Module


class ChannelShuffle(Module):
    """Channels of (N, C, *) dealt out again, one of each of `groups` groups in turn. Source: https://arxiv.org/abs/1707.01083"""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, input):
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self):
        return f"groups={self.groups}"
