"""`random_split`: a dataset cut into disjoint subsets, with PyTorch's draw from the generator.

Read next: `dataset`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import itertools
import math
import warnings

from ..._random import randperm
from .dataset import Subset


def _sizes_of_fractions(fractions, total):
    for position, fraction in enumerate(fractions):
        if fraction < 0 or fraction > 1:
            raise ValueError(f"Fraction at index {position} is not between 0 and 1")
    sizes = [math.floor(total * fraction) for fraction in fractions]
    for extra in range(total - sum(sizes)):
        sizes[extra % len(sizes)] += 1
    for position, size in enumerate(sizes):
        if size == 0:
            warnings.warn(
                f"Length of split at index {position} is 0. This might result in an empty dataset.", stacklevel=4
            )
    return sizes


def split_at_random(dataset, lengths, generator):
    """The subsets; `lengths` are whole numbers that sum to the dataset's length, or fractions that sum to 1."""
    total = len(dataset)
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = _sizes_of_fractions(lengths, total)
    if sum(lengths) != total:
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = randperm(total, generator=generator, device="cpu").tolist()
    return [Subset(dataset, order[end - length : end]) for end, length in zip(itertools.accumulate(lengths), lengths)]
