"""Nested containers as flat lists of leaves and back: tuples, lists, dicts, named tuples, deques, and registered classes.

What is no such container is a leaf, `None` too.
Refuses serialising of structures. Read next: `torch.func`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import collections


class TreeSpec:
    """The structure of a nested container: its class, what rebuilding it needs, and the structures inside."""

    __slots__ = ("type", "context", "children_specs", "num_leaves")

    def __init__(self, type, context, children_specs):
        self.type, self.context, self.children_specs = type, context, list(children_specs)
        self.num_leaves = sum(child.num_leaves for child in self.children_specs) if type is not None else 1

    def __eq__(self, other):
        if not isinstance(other, TreeSpec):
            return NotImplemented
        mine, theirs = (self.type, self.context, self.children_specs), (other.type, other.context, other.children_specs)
        return mine == theirs

    def __hash__(self):
        return hash((self.type, self.num_leaves))

    def __repr__(self):
        if self.type is None:
            return "*"
        return f"TreeSpec({self.type.__name__}, {self.context}, {self.children_specs})"

    @property
    def num_children(self):
        """How many structures are directly inside."""
        return len(self.children_specs)

    @property
    def num_nodes(self):
        """How many containers and leaves there are."""
        return 1 + sum(child.num_nodes for child in self.children_specs)

    def is_leaf(self):
        """True for the structure of a leaf."""
        return self.type is None


LeafSpec = lambda: TreeSpec(None, None, ())

# class: (value → children and context, children and context → value)
_NODES = {
    tuple: (lambda value: (list(value), None), lambda children, context: tuple(children)),
    list: (lambda value: (value, None), lambda children, context: list(children)),
    dict: (lambda value: (list(value.values()), list(value)), lambda children, keys: dict(zip(keys, children))),
    collections.OrderedDict: (
        lambda value: (list(value.values()), list(value)),
        lambda children, keys: collections.OrderedDict(zip(keys, children)),
    ),
    collections.defaultdict: (
        lambda value: (list(value.values()), [value.default_factory, list(value)]),
        lambda children, context: collections.defaultdict(context[0], zip(context[1], children)),
    ),
    collections.deque: (
        lambda value: (list(value), value.maxlen),
        lambda children, maxlen: collections.deque(children, maxlen=maxlen),
    ),
}
_NAMED = (lambda value: (list(value), type(value)), lambda children, kind: kind(*children))


def register_pytree_node(cls, flatten_fn, unflatten_fn, **ignored):
    """Makes instances of a class containers: `flatten_fn(value)` gives children and context, `unflatten_fn` takes them."""
    if cls in _NODES:
        raise ValueError(f"{cls} is already registered as pytree node.")
    _NODES[cls] = flatten_fn, unflatten_fn


_register_pytree_node = register_pytree_node


def _node(value):
    kind = type(value)
    found = _NODES.get(kind)
    if found is not None:
        return kind, found
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return collections.namedtuple, _NAMED
    if isinstance(value, tuple) and kind.__module__ == "torch.return_types":
        return kind, _NAMED
    return None, None


def tree_flatten(tree, is_leaf=None):
    """The leaves of a nested container in order, and its structure."""
    leaves = []
    return leaves, _flatten_into(tree, leaves, is_leaf)


def _flatten_into(tree, leaves, is_leaf):
    kind, node = (None, None) if is_leaf is not None and is_leaf(tree) else _node(tree)
    if node is None:
        leaves.append(tree)
        return TreeSpec(None, None, ())
    children, context = node[0](tree)
    return TreeSpec(kind, context, [_flatten_into(child, leaves, is_leaf) for child in children])


def tree_unflatten(leaves, treespec):
    """The nested container of a structure with these leaves."""
    if not isinstance(treespec, TreeSpec):
        raise TypeError(f"tree_unflatten(leaves, treespec): Expected `treespec` to be instance of TreeSpec but got item of type {type(treespec)}.")
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError(
            f"tree_unflatten(leaves, treespec): `leaves` has length {len(leaves)} but the spec refers to a pytree that holds "
            f"{treespec.num_leaves} items ({treespec})."
        )
    return _unflatten_from(iter(leaves), treespec)


def _unflatten_from(leaves, spec):
    if spec.type is None:
        return next(leaves)
    build = (_NODES.get(spec.type) or _NAMED)[1]
    return build([_unflatten_from(leaves, child) for child in spec.children_specs], spec.context)


def tree_leaves(tree, is_leaf=None):
    """The leaves of a nested container in order."""
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree, is_leaf=None):
    """The structure of a nested container."""
    return tree_flatten(tree, is_leaf)[1]


tree_iter = tree_leaves


def tree_map(func, tree, *rests, is_leaf=None):
    """The container with `func(leaf, …)` in the place of every leaf; further containers have the same structure."""
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [tree_flatten(rest, is_leaf) for rest in rests]
    for _, other in others:
        if other != spec:
            raise ValueError(f"Node structures do not match: {spec} and {other}")
    return tree_unflatten([func(*column) for column in zip(leaves, *[rest for rest, _ in others])], spec)


def tree_map_(func, tree, *rests, is_leaf=None):
    """Calls `func(leaf, …)` for every leaf and gives the container back."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def tree_map_only(kind, func=None, tree=None, is_leaf=None):
    """`tree_map` over the leaves of some types (or that a function picks); others stay."""
    if func is None:
        return lambda func: lambda tree: tree_map_only(kind, func, tree)
    picks = kind if callable(kind) and not isinstance(kind, type) else lambda value: isinstance(value, kind)
    return tree_map(lambda value: func(value) if picks(value) else value, tree, is_leaf=is_leaf)


def tree_all(pred, tree, is_leaf=None):
    """True if `pred(leaf)` is true for every leaf."""
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred, tree, is_leaf=None):
    """True if `pred(leaf)` is true for any leaf."""
    return any(map(pred, tree_leaves(tree, is_leaf)))


def tree_all_only(kind, pred, tree, is_leaf=None):
    """True if `pred(leaf)` is true for every leaf of a type."""
    return all(pred(value) for value in tree_leaves(tree, is_leaf) if isinstance(value, kind))


def tree_any_only(kind, pred, tree, is_leaf=None):
    """True if `pred(leaf)` is true for any leaf of a type."""
    return any(pred(value) for value in tree_leaves(tree, is_leaf) if isinstance(value, kind))


def broadcast_to_leaves(tree, spec):
    """A container of which parts may be leaves that stand for whole parts of a structure: a leaf for each of its leaves.

    None if the container does not fit the structure."""
    kind, node = _node(tree)
    if node is None:
        return [tree] * spec.num_leaves
    if spec.type is None:
        return None
    children, context = node[0](tree)
    is_same = kind is spec.type or (kind in (tuple, list) and spec.type in (tuple, list))
    if not is_same or len(children) != len(spec.children_specs) or kind is dict and context != spec.context:
        return None
    found = []
    for child, child_spec in zip(children, spec.children_specs):
        part = broadcast_to_leaves(child, child_spec)
        if part is None:
            return None
        found += part
    return found


_broadcast_to_and_flatten = broadcast_to_leaves
