"""Tensors that stand for a batch of tensors: what `vmap` is made of.

A `BatchedTensor` shows the shape of one entry and holds a tensor with the batch in front. It has no handle, so a call of
an operator with one fails before it reaches the engine, and comes here: ordinary calls pay nothing. A rule of the operator
then makes one call for the whole batch. Operators without a rule run once an entry, and a warning says so.
Functions composed in Python need no rule: they see the shape of one entry, and their operators come here.
Read next: `tensor`, `dispatch`, the files of rules, `api`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .dispatch import run_row
from . import rules_pointwise, rules_shape, rules_reduction, rules_products, rules_windows
from . import rules_losses, rules_indexing, rules_writing, rules_random, rules_autograd
