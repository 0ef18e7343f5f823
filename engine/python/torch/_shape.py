"""Views of all elements: another shape, another order of dimensions, dimensions of size 1 put in, taken out, repeated.

Refuses parts of tensors and copies: see `_parts`, `_rearranging`, `_stacking`. Read next: `_methods`, `engine/src/ops/movement/`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import math

from ._args import dims, one_dim, public_functions, sizes
from ._C import ops


def reshape(input, *sizes_, shape=None):
    """The elements in row-major order under another shape; a view where possible. One size may be -1.

    sizes: numbers or one sequence of them; RuntimeError if they do not make up the number of elements.
    """
    return ops.reshape(input, sizes(sizes_ if shape is None else (shape,)))


def view(input, *shape, size=None, dtype=None):
    """The same memory under another shape, or as elements of another dtype.

    shape: numbers or one sequence of them, one may be -1. RuntimeError if they do not make up the number of
    elements, or if the strides do not allow a view: `reshape` copies then.
    dtype, or a dtype as only argument: the bits are taken as they lie. If elements become smaller or larger the last
    dimension becomes longer or shorter; RuntimeError if sizes, strides or offset do not allow that. CPU only,
    NotImplementedError on the GPU, which does not hold elements of all dtypes in their own bytes. Not differentiable.
    """
    shape = shape if size is None else (size,)
    if dtype is None and len(shape) == 1 and hasattr(shape[0], "_code"):
        (dtype,) = shape
    if dtype is not None:
        return ops.view_dtype(input, dtype)
    return ops.view(input, sizes(shape))


def view_as(input, other):
    """`input.view(other.shape)`.

    other: any tensor of as many elements. RuntimeError otherwise.
    """
    return ops.view(input, other.shape)


def reshape_as(input, other):
    """`input.reshape(other.shape)`.

    other: any tensor of as many elements. RuntimeError otherwise.
    """
    return ops.reshape(input, other.shape)


def permute(input, *order, dims=None):
    """Dimensions in another order.

    order: every dimension once, as numbers or one sequence; RuntimeError otherwise. A view.
    """
    return ops.permute(input, sizes(order if dims is None else (dims,)))


def transpose(input, dim0, dim1):
    """Two dimensions exchanged.

    dim0, dim1: dimensions; negative ones count from the end. A view. IndexError for a dimension that is not there.
    """
    return ops.transpose(input, dim0, dim1)


swapaxes = swapdims = transpose


def t(input):
    """A matrix transposed; vectors and numbers as they are.

    input: of at most two dimensions, RuntimeError otherwise. A view.
    """
    return ops.t(input)


def movedim(input, source, destination):
    """Dimensions moved to other places.

    source, destination: a dimension, or as many each. A view. IndexError for a dimension that is not there.
    """
    rank = input.dim()
    source, destination = list(dims(source)), list(dims(destination))
    if len(source) != len(destination):
        raise RuntimeError(
            "movedim: Invalid source or destination dims: source "
            f"({source} dims) should contain the same number of dims as destination ({destination} dims)"
        )
    sources = [one_dim(dim, rank) for dim in source]
    targets = [one_dim(dim, rank) for dim in destination]
    for name, given, places in (("source", source, sources), ("destination", destination, targets)):
        if len(set(places)) != len(places):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({given})")
    rest = iter(dim for dim in range(rank) if dim not in sources)
    placed = dict(zip(targets, sources))
    return ops.permute(input, [placed[dim] if dim in placed else next(rest) for dim in range(rank)])


moveaxis = movedim


def expand(input, *shape, size=None, implicit=False):
    """Dimensions of size 1 repeated without copying. -1 keeps a size.

    shape: numbers or one sequence of them; further dimensions come first. A view. RuntimeError for sizes that are
    neither 1 nor the one asked for.
    """
    return ops.expand(input, sizes(shape if size is None else (size,)))


def broadcast_to(input, size):
    """`input.expand(size)`.

    size: a shape; dimensions of size 1 are repeated and missing ones come first. A view.
    """
    return ops.expand(input, size)


def expand_as(input, other):
    """`input.expand(other.shape)`.

    other: any tensor to whose shape input broadcasts. A view; RuntimeError otherwise.
    """
    return ops.expand(input, other.shape)


def unsqueeze(input, dim):
    """A dimension of size 1 put in.

    dim: where it will be, negative numbers count from the end of the result. A view. IndexError for a dimension that
    is not there.
    """
    return ops.unsqueeze(input, dim)


def squeeze(input, dim=None):
    """Dimensions of size 1 taken out: all, or those named.

    dim: an int or several; a dimension of another size stays. A view. IndexError for a dimension that is not there.
    """
    return ops.squeeze(input, None if dim is None else dims(dim))


def flatten(input, start_dim=0, end_dim=-1):
    """Dimensions joined into one.

    start_dim, end_dim: the first and last to join. A view where strides allow, else a copy; a number becomes a
    vector. IndexError for a dimension that is not there.
    """
    return ops.flatten(input, start_dim, end_dim)


def ravel(input):
    """All dimensions joined into one.

    input: of any shape. A view where strides allow, else a copy.
    """
    return ops.reshape(input, [-1])


def unflatten(input, dim, sizes):
    """One dimension split into several; one size may be -1.

    sizes: RuntimeError unless their product is the dimension's size. A view. IndexError for a dimension that is not
    there.
    """
    dim = one_dim(dim, input.dim())
    old = list(input.shape)
    inner = list(sizes)
    known = math.prod(size for size in inner if size != -1)
    if -1 in inner:
        inner[inner.index(-1)] = old[dim] // known if known else 0
    if math.prod(inner) != old[dim]:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({old[dim]}) in the input tensor"
        )
    return ops.view(input, [*old[:dim], *inner, *old[dim + 1 :]])


__all__ = public_functions(globals())
