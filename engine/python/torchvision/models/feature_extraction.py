"""Outputs from within a model: `create_feature_extractor`.

Nodes are modules by their names, "layer4" or "features.3"; hooks take what they give, and the model stops after the last
of them. Refuses the names of single operations, which need a trace of the program. Read next: `_blocks`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from collections import OrderedDict

from torch import nn

__all__ = ["create_feature_extractor", "get_graph_node_names"]


class _Found(Exception):
    """All wanted outputs are there: the rest of the model need not run."""


class _FeatureExtractor(nn.Module):
    def __init__(self, model, names):
        super().__init__()
        self.model = model
        self.names = names

    def forward(self, *args, **kwargs):
        """The wanted outputs, by their new names, in the order in which they were asked for."""
        found, hooks = {}, []

        def hook_for(name):
            def take(_module, _inputs, output):
                found[name] = output
                if len(found) == len(self.names):
                    raise _Found

            return take

        try:
            for name in self.names:
                hooks.append(self.model.get_submodule(name).register_forward_hook(hook_for(name)))
            self.model(*args, **kwargs)
        except _Found:
            pass
        finally:
            for hook in hooks:
                hook.remove()
        missing = [name for name in self.names if name not in found]
        if missing:
            raise RuntimeError(f"the model did not use {', '.join(missing)}")
        return OrderedDict((new, found[name]) for name, new in self.names.items())


def create_feature_extractor(model, return_nodes, train_return_nodes=None, eval_return_nodes=None, **options):
    """A module that gives outputs of some of a model's modules, as a dictionary.

    return_nodes: the modules' names, or a dictionary from them to names in the result.
    Options of tracing are accepted. Raises ValueError for names that are no modules.
    https://docs.pytorch.org/vision/stable/feature_extraction.html
    """
    if return_nodes is None:
        raise ValueError("either `return_nodes`, or `train_return_nodes` and `eval_return_nodes` together, should be specified: Carrel takes `return_nodes`")
    names = dict(return_nodes) if isinstance(return_nodes, dict) else {name: name for name in return_nodes}
    known = dict(model.named_modules())
    for name in names:
        if name not in known or not name:
            raise ValueError(f"node: '{name}' is not present in model. Hint: use `get_graph_node_names` to make sure the `return_nodes` you specified are present.")
    return _FeatureExtractor(model, {str(name): str(new) for name, new in names.items()})


def get_graph_node_names(model, **options):
    """The names that `create_feature_extractor` takes, as (while training, while evaluating): those of all modules."""
    names = [name for name, _ in model.named_modules() if name]
    return names, list(names)
