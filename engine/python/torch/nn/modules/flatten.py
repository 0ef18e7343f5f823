"""Layers that change the shape alone: `Flatten`, `Unflatten`.

Read next: `nn.modules.module`.
"""

from .module import Module


class Flatten(Module):
    """Joins the dimensions `start_dim` to `end_dim` into one; by default all but the first.

    Shape: (*, S_start, ..., S_end, *) to (*, product of those sizes, *).

    >>> torch.nn.Flatten()(torch.randn(32, 1, 5, 5)).shape
    torch.Size([32, 25])
    """

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Splits the dimension `dim` into `unflattened_size`, a tuple of sizes of which one may be -1.

    Raises TypeError for sizes that are no whole numbers, or for named dimensions, which do not exist here.
    """

    def __init__(self, dim, unflattened_size):
        super().__init__()
        if isinstance(dim, str):
            raise TypeError("nn.Unflatten of named dimensions is not in Carrel: dimensions have no names")
        if not isinstance(dim, int):
            raise TypeError("invalid argument type for dim parameter")
        if not isinstance(unflattened_size, (tuple, list)):
            raise TypeError(f"unflattened_size must be a tuple of ints, but found type {type(unflattened_size).__name__}")
        for position, size in enumerate(unflattened_size):
            if not isinstance(size, int):
                raise TypeError(
                    f"unflattened_size must be tuple of ints, but found element of type {type(size).__name__} at pos {position}"
                )
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
