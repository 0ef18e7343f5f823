"""Rows by index: `embedding`, `embedding_bag`, `one_hot`.

Read next: `functional`.
"""

import warnings

from .. import _creation, _dtype
from .._args import is_tensor, not_a_tensor
from .._autograd_mode import no_grad
from .._C import ops
from .._node_names import named
from .._creation import ones_like, zeros_like

_BAG_MODES = ("sum", "mean", "max")


def _row(padding_idx, rows):
    """`padding_idx` counted from the front."""
    if padding_idx is None:
        return None
    if not -rows <= padding_idx < rows:
        raise AssertionError("Padding_idx must be within num_embeddings")
    return padding_idx % rows


def embedding_renorm_(weight, input, max_norm, norm_type=2.0):
    """Scales the rows that are used down to a norm, in place."""
    with no_grad():
        rows = input.reshape(-1).unique()
        if not rows.numel():
            return weight
        found = ops.select_places(weight, 0, rows.to(_dtype.int64))
        norms = found.norm(norm_type, 1, True)
        scale = ops.where(ops.gt_scalar(norms, max_norm), max_norm / (norms + 1e-7), ones_like(norms))
        weight[rows] = found * scale
    return weight


def _by_frequency(found, input, rows):
    """The same rows, whose gradients are divided by how often each index occurs."""
    counts = found.new_zeros([rows])
    flat = input.reshape(-1).to(_dtype.int64)
    counts = counts.index_add(0, flat, found.new_ones([flat.numel()]))
    share = (1 / ops.select_places(counts, 0, flat)).reshape([*input.shape, 1])
    kept = found.detach()
    return kept + (found - kept) * share


def embedding(
    input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False
):
    """Rows of `weight` by index. The row `padding_idx` gets no gradient.

    input: int64 or int32 of any shape. weight: (count, width). Gives input.shape + (width). max_norm, norm_type:
    rows that are longer are first shortened, in place. scale_grad_by_freq: gradients divided by how often a row is
    used. sparse: accepted; gradients are dense. IndexError for indices out of range.
    """
    if not is_tensor(input):
        raise not_a_tensor("embedding", input, 2, "indices")
    if not is_tensor(weight):
        raise not_a_tensor("embedding", weight, 1, "weight")
    if input.dtype not in (_dtype.int64, _dtype.int32):
        where = "" if input.device.type == "cpu" else input.device.type + "."
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{where}{_dtype.SCALAR_TYPE_NAMES[input.dtype._code]}Tensor instead (while checking arguments for embedding)"
        )
    padding_idx = _row(padding_idx, weight.shape[0])
    if max_norm is not None:
        embedding_renorm_(weight, input, max_norm, norm_type)
    found = ops.embedding(weight, input)
    if not weight.requires_grad:
        return found
    if scale_grad_by_freq:
        found = _by_frequency(found, input, weight.shape[0])
    if padding_idx is not None:
        found = ops.where(ops.eq_scalar(input, padding_idx).unsqueeze(-1), found.detach(), found)
    return found


def _bags(input, offsets, include_last_offset):
    """The bag of every index, and how many bags there are."""
    count = input.shape[0]
    starts = offsets
    bags = offsets.shape[0]
    if include_last_offset:
        bags -= 1
        starts = offsets.narrow(0, 0, bags)
    steps = _creation.arange(count, device=input.device).unsqueeze(1)
    return ops.ge(steps, starts.to(_dtype.int64).unsqueeze(0)).to(_dtype.int64).sum(1) - 1, bags


@named("EmbeddingBagBackward0")
def embedding_bag(
    input,
    weight,
    offsets=None,
    max_norm=None,
    norm_type=2,
    scale_grad_by_freq=False,
    mode="mean",
    sparse=False,
    per_sample_weights=None,
    include_last_offset=False,
    padding_idx=None,
):
    """Sums, means or largest elements of bags of rows. Bags are the rows of `input`, or begin at `offsets`.

    input: int64 (B, S), or (S) with offsets (B). weight: (count, width). mode: "sum", "mean" or "max".
    per_sample_weights: in the shape of input, for "sum". include_last_offset: offsets end with S. padding_idx: a row
    that does not count. Gives (B, width). ValueError or RuntimeError otherwise.
    """
    if weight.dtype is _dtype.int64 and input.dtype.is_floating_point:
        warnings.warn(
            "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is deprecated, "
            "and should now be `embedding_bag(input, weight, ...)`.",
            stacklevel=2,
        )
        input, weight = weight, input
    if per_sample_weights is not None and input.shape != per_sample_weights.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({list(per_sample_weights.shape)}) is not None, then it must have the same "
            f"shape as the input ({list(input.shape)})"
        )
    if weight.dim() != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}")
    if mode not in _BAG_MODES:
        raise ValueError("mode has to be one of sum, mean or max")
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' "
            f"(got mode='{mode}'). Please open a feature request on GitHub."
        )
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. "
                f"However, found offsets of type {type(offsets)}"
            )
        length = input.shape[1]
        offsets = _creation.arange(0, input.numel(), length, device=input.device) if input.numel() else None
        bags = input.shape[0]
        if offsets is None:
            return weight.new_zeros([bags, weight.shape[1]])
        input = input.reshape(-1)
        per_sample_weights = None if per_sample_weights is None else per_sample_weights.reshape(-1)
        include_last_offset = False
    elif input.dim() == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        if offsets.dim() != 1:
            raise ValueError("offsets has to be a 1D Tensor")
    else:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    padding_idx = _row(padding_idx, weight.shape[0])
    if max_norm is not None:
        embedding_renorm_(weight, input, max_norm, norm_type)
    of_bag, bags = _bags(input, offsets, include_last_offset)
    rows = ops.embedding(weight, input)
    if rows.dtype in (_dtype.float16, _dtype.bfloat16) and mode != "max":
        # Sums of half types are added up in float32.
        rows = rows.to(_dtype.float32)
    if scale_grad_by_freq and weight.requires_grad:
        rows = _by_frequency(rows, input, weight.shape[0])
    counted = None if padding_idx is None else ops.ne_scalar(input, padding_idx)
    if per_sample_weights is not None:
        rows = rows * per_sample_weights.to(rows.dtype).unsqueeze(1)
    if mode == "max":
        return _largest(rows, of_bag, bags, counted)
    if counted is not None:
        rows = ops.where(counted.unsqueeze(1), rows, zeros_like(rows))
    sums = rows.new_zeros([bags, weight.shape[1]]).index_add(0, of_bag, rows)
    if mode == "sum":
        return sums.to(weight.dtype)
    ones = rows.new_ones([rows.shape[0]]) if counted is None else counted.to(rows.dtype)
    counts = rows.new_zeros([bags]).index_add(0, of_bag, ones)
    return (sums / ops.clamp(counts, 1, None).unsqueeze(1)).to(weight.dtype)


def _largest(rows, of_bag, bags, counted):
    """Largest elements by bag; the first of equals has the gradient, and an empty bag is zero."""
    members = ops.eq(_creation.arange(bags, device=rows.device).unsqueeze(1), of_bag.unsqueeze(0))
    if counted is not None:
        members = ops.logical_and(members, counted.unsqueeze(0))
    if not rows.shape[0]:
        return rows.new_zeros([bags, rows.shape[1]])
    values = ops.where(members.unsqueeze(-1), rows.detach().unsqueeze(0), rows.new_full((), -float("inf")))
    position = ops.argmax(values, 1, False)
    found = ops.gather(rows, 0, position)
    return ops.where(members.any(1).unsqueeze(1), found, zeros_like(found))


def one_hot(tensor, num_classes=-1):
    """Vectors of zeros with a one at each index.

    tensor: int64 of any shape, none negative; RuntimeError otherwise. num_classes: the new last dimension's size;
    the largest index + 1 if -1, for which it waits for the GPU. Gives int64.

    >>> torch.nn.functional.one_hot(torch.tensor([0, 2]))
    ..tensor([[1, 0, 0],
    ..        [0, 0, 1]])
    """
    if not is_tensor(tensor):
        raise not_a_tensor("one_hot", tensor)
    if tensor.dtype is not _dtype.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if num_classes == -1:
        if not tensor.numel():
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        num_classes = int(tensor.max().item()) + 1
    if tensor.numel() and tensor.device.type == "cpu":
        if int(tensor._all_entries().min().item()) < 0:
            raise RuntimeError("Class values must be non-negative.")
        if int(tensor._all_entries().max().item()) >= num_classes:
            raise RuntimeError("Class values must be smaller than num_classes.")
    classes = _creation.arange(num_classes, device=tensor.device)
    return ops.eq(ops.contiguous(tensor).unsqueeze(-1), classes).to(_dtype.int64)
