"""What `tensor.grad_fn` shows: the name of the operation in the history.

Refuses to walk the history: it stays in the engine. Read next: `autograd`.
"""

_classes = {}


class Node:
    """A step of the history. Its class has the step's name, as in PyTorch."""

    def name(self):
        """The step's name."""
        return type(self).__name__

    @property
    def next_functions(self):
        raise AttributeError("torch.autograd.graph.Node.next_functions is not in Carrel yet")


def node(name):
    """The node of a given name."""
    found = _classes.get(name)
    if found is None:
        found = _classes[name] = type(name, (Node,), {"__module__": "torch.autograd.graph"})
    return found()
