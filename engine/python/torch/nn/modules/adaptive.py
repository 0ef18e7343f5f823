"""`AdaptiveLogSoftmaxWithLoss`: a softmax over very many classes, most of them rare.

Read next: `nn.modules.linear`.
"""

from collections import namedtuple

from ..._creation import empty
from .. import functional as F
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """Frequent classes (the first ones) have a softmax of their own; rare ones are clusters, each one class of it.

    in_features: width of the input. n_classes: classes, by falling frequency. cutoffs: where clusters begin: rising, unique,
    between 0 and n_classes - 1 (ValueError otherwise). div_value: how much narrower each cluster's projection is.
    head_bias: whether the first softmax has a bias.

    Shape: input (N, in_features) or (in_features), target (N) or (). Gives the log-probabilities of the targets and their
    mean loss. Source: https://arxiv.org/abs/1609.04309
    """

    def __init__(
        self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False, device=None, dtype=None
    ):
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            cutoffs != sorted(cutoffs)
            or min(cutoffs) <= 0
            or max(cutoffs) > n_classes - 1
            or len(set(cutoffs)) != len(cutoffs)
            or any(int(cutoff) != cutoff for cutoff in cutoffs)
        ):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is "
                "between 1 and n_classes-1"
            )
        made = {"device": device, "dtype": dtype}
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for cluster in range(self.n_clusters):
            width = int(in_features // (div_value ** (cluster + 1)))
            count = self.cutoffs[cluster + 1] - self.cutoffs[cluster]
            self.tail.append(
                Sequential(Linear(in_features, width, bias=False, **made), Linear(width, count, bias=False, **made))
            )

    def reset_parameters(self):
        """Draws all weights anew."""
        self.head.reset_parameters()
        for inner, outer in self.tail:
            inner.reset_parameters()
            outer.reset_parameters()

    def forward(self, input_, target_):
        is_batched = target_.dim() > 0
        if target_.dim() > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if is_batched and input_.shape[0] != target_.shape[0]:
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if not is_batched and input_.dim() != 1:
            raise RuntimeError("0D target tensor expects 1D input tensor")
        if is_batched and input_.dim() != 2:
            raise RuntimeError("1D target tensor expects 2D input tensor")
        input = input_ if is_batched else input_.unsqueeze(0)
        target = target_ if is_batched else target_.unsqueeze(0)
        output = empty(target.shape, dtype=input.dtype, device=input.device).zero_()
        places = target
        used = 0
        for cluster in range(self.n_clusters + 1):
            low = 0 if cluster == 0 else self.cutoffs[cluster - 1]
            mask = (target >= low) & (target < self.cutoffs[cluster])
            rows = mask.nonzero().squeeze(1)
            if rows.numel() == 0:
                continue
            used += rows.numel()
            if cluster == 0:
                continue
            found = F.log_softmax(self.tail[cluster - 1](input.index_select(0, rows)), dim=1)
            relative = (target.index_select(0, rows) - low).unsqueeze(1)
            places = places.index_fill(0, rows, self.shortlist_size + cluster - 1)
            output = output.index_add(0, rows, found.gather(1, relative).squeeze(1))
        if used != target.shape[0]:
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{target.min().item()}, {target.max().item()}] were found. "
            )
        head = F.log_softmax(self.head(input), dim=1)
        output = output + head.gather(1, places.unsqueeze(1)).squeeze()
        loss = (-output).mean()
        return _ASMoutput(output if is_batched else output.squeeze(0), loss)

    def _get_full_log_prob(self, input, head_output):
        from ..._stacking import cat

        head = F.log_softmax(head_output, dim=1)
        parts = [head[:, : self.shortlist_size]]
        for cluster in range(self.n_clusters):
            inside = F.log_softmax(self.tail[cluster](input), dim=1)
            parts.append(inside + head[:, self.shortlist_size + cluster].unsqueeze(1))
        return cat(parts, 1)

    def log_prob(self, input):
        """Log-probabilities of all classes: (N, in_features) to (N, n_classes)."""
        return self._get_full_log_prob(input, self.head(input))

    def predict(self, input):
        """The most probable class: (N, in_features) to (N). Clusters that cannot win are not looked into."""
        head = self.head(input)
        best = head.argmax(1)
        rare = best >= self.shortlist_size
        if not bool(rare.any()):
            return best
        if bool(rare.all()):
            return self.log_prob(input).argmax(1)
        rows = rare.nonzero().squeeze(1)
        chosen = input.index_select(0, rows)
        return best.index_copy(0, rows, self._get_full_log_prob(chosen, head.index_select(0, rows)).argmax(1))
