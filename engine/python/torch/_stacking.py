"""Functions of several tensors: broadcasting them together, grids, and joining them.

Refuses to cut tensors: see `_parts`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._args import is_tensor, public_functions, store
from ._C import ops


def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes broadcast to.

    shapes: sequences of numbers, or numbers. Gives a `torch.Size`. RuntimeError if they do not broadcast.
    """
    from ._size import Size

    shapes = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    rank = max(map(len, shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        for offset, size in enumerate(reversed(shape), 1):
            if size != 1 and result[-offset] not in (1, size):
                raise RuntimeError(
                    f"Shape mismatch: objects cannot be broadcast to a single shape: {shape} and {tuple(result)}"
                )
            if size != 1:
                result[-offset] = size
    return Size(result)


def broadcast_tensors(*tensors):
    """Tensors expanded to one shape.

    tensors: whose shapes broadcast, RuntimeError otherwise. Gives a tuple of views.
    """
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    shape = []
    for tensor in tensors:
        shape = _joined(shape, tensor.shape)
    return tuple(ops.expand(tensor, shape) for tensor in tensors)


def _joined(first, second):
    """The shape of two tensors broadcast, or the error of an operator that is given both."""
    rank = max(len(first), len(second))
    first, second = [1] * (rank - len(first)) + list(first), [1] * (rank - len(second)) + list(second)
    for dim in reversed(range(rank)):
        if first[dim] != second[dim] and 1 not in (first[dim], second[dim]):
            raise RuntimeError(
                f"The size of tensor a ({first[dim]}) must match the size of tensor b ({second[dim]}) "
                f"at non-singleton dimension {dim}"
            )
    return [b if a == 1 else a for a, b in zip(first, second)]


def meshgrid(*tensors, indexing="ij"):
    """Coordinate grids of vectors.

    tensors: vectors or numbers of one dtype, RuntimeError otherwise. indexing: "ij" (the first is the rows) or "xy"
    (the first is the columns). Gives a tuple of tensors of one shape.
    """
    tensors = list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else list(tensors)
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    for one in tensors:
        if one.dim() > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {one}")
    swap = indexing == "xy" and len(tensors) > 1
    if swap:
        tensors[0], tensors[1] = tensors[1], tensors[0]
    shape = [tensor.numel() for tensor in tensors]
    grids = [
        ops.expand(tensor.reshape([1] * position + [-1] + [1] * (len(tensors) - position - 1)), shape)
        for position, tensor in enumerate(tensors)
    ]
    if swap:
        # Made with the first two exchanged, the grids have their dimensions in the order wanted.
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


def _at_least(rank):
    def function(*tensors):
        def raised(tensor):
            if rank == 3 and tensor.dim() == 2:
                return tensor.unsqueeze(-1)
            while tensor.dim() < rank:
                tensor = tensor.unsqueeze(0) if tensor.dim() != 1 or rank != 3 else tensor.unsqueeze(0).unsqueeze(-1)
            return tensor

        if len(tensors) == 1:
            if isinstance(tensors[0], (list, tuple)):
                return tuple(raised(tensor) for tensor in tensors[0])
            return raised(tensors[0])
        return tuple(raised(tensor) for tensor in tensors)

    function.__name__ = function.__qualname__ = f"atleast_{rank}d"
    function.__doc__ = f"Tensors with dimensions of size 1 added up to rank {rank}."
    return function


atleast_1d, atleast_2d, atleast_3d = _at_least(1), _at_least(2), _at_least(3)


def _several(name, tensors):
    """The tensors given as a list; one tensor is not several."""
    if is_tensor(tensors):
        raise TypeError(f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor")
    tensors = list(tensors)
    if not tensors and name != "cat":
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return tensors


def _check_element(position, item):
    if not is_tensor(item):
        raise TypeError(f"expected Tensor as element {position} in argument 0, but got {type(item).__name__}")


def cat(tensors, dim=0, *, out=None):
    """Tensors joined along a dimension.

    tensors: of equal sizes but along dim; dtypes are promoted. RuntimeError for none and for other sizes. IndexError
    for a dimension that is not there.

    >>> torch.cat([torch.zeros(2, 3), torch.ones(4, 3)]).shape
    ..torch.Size([6, 3])
    """
    tensors = _several("cat", tensors)
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for position, item in enumerate(tensors):
        _check_element(position, item)
    return store(ops.cat(tensors, dim), out)


concat = concatenate = cat


def stack(tensors, dim=0, *, out=None):
    """Tensors of one shape joined along a new dimension.

    tensors: of one shape, RuntimeError otherwise. dim: where the new dimension will be. IndexError for a dimension
    that is not there.

    >>> torch.stack([torch.zeros(3), torch.ones(3)]).shape
    ..torch.Size([2, 3])
    """
    tensors = _several("stack", tensors)
    for position, item in enumerate(tensors):
        _check_element(position, item)
        if item.shape != tensors[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at entry 0 and "
                f"{list(item.shape)} at entry {position}"
            )
    return store(ops.stack(tensors, dim), out)


def hstack(tensors, *, out=None):
    """Tensors side by side.

    tensors: joined along dimension 1; vectors along 0. RuntimeError if other sizes differ.
    """
    tensors = [atleast_1d(tensor) for tensor in _several("hstack", tensors)]
    return cat(tensors, 0 if tensors[0].dim() == 1 else 1, out=out)


def vstack(tensors, *, out=None):
    """Tensors one below another.

    tensors: joined along dimension 0; vectors are taken as rows. RuntimeError if other sizes differ.
    """
    return cat([atleast_2d(tensor) for tensor in _several("vstack", tensors)], 0, out=out)


row_stack = vstack


def dstack(tensors, *, out=None):
    """Tensors one behind another.

    tensors: joined along dimension 2, which is put in if missing. RuntimeError if other sizes differ.
    """
    return cat([atleast_3d(tensor) for tensor in _several("dstack", tensors)], 2, out=out)


def column_stack(tensors, *, out=None):
    """Vectors as columns beside matrices.

    tensors: vectors and matrices of one height, RuntimeError otherwise.
    """
    tensors = _several("column_stack", tensors)
    return cat([tensor.reshape(tensor.numel(), 1) if tensor.dim() <= 1 else tensor for tensor in tensors], 1, out=out)


__all__ = public_functions(globals())
