"""Modules as functions of their parameters: `functional_call`, and `stack_module_state` for ensembles.

Read next: `nn.modules.module`, `torch._batched`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from .._stacking import stack
from .._tensor import Tensor


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """Calls a module with other tensors in the place of its parameters and buffers, which are as before afterwards.

    `parameter_and_buffer_dicts` is a dict by names, or several in a tuple or list. What it leaves out stays; `strict` makes
    that an error, as unknown names are. Tensors that modules share are replaced together unless `tie_weights` is False.
    """
    given = _merged(parameter_and_buffer_dicts)
    own = _own_tensors(module)
    if tie_weights:
        given = _with_tied(given, own)
    if strict:
        unknown, missing = sorted(set(given) - set(own)), sorted(set(own) - set(given))
        texts = []
        if unknown:
            texts.append("Unexpected key(s): " + ", ".join(unknown) + ".")
        if missing:
            texts.append("Missing key(s): " + ", ".join(missing) + ".")
        if texts:
            raise RuntimeError("Error(s) in reparametrizing:\n\t" + "\n\t".join(texts))
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    before = []
    try:
        for name, value in given.items():
            before.append(_exchanged(module, name, value))
        return module(*args, **(kwargs or {}))
    finally:
        for put_back in reversed(before):
            put_back()


def _merged(dicts):
    if isinstance(dicts, dict):
        return dict(dicts)
    if not isinstance(dicts, (list, tuple)):
        raise ValueError(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}"
        )
    if not all(isinstance(one, dict) for one in dicts):
        raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    names = [name for one in dicts for name in one]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    return {name: value for one in dicts for name, value in one.items()}


def _own_tensors(module):
    own = dict(module.named_parameters(remove_duplicate=False))
    own.update(module.named_buffers(remove_duplicate=False))
    return own


def _with_tied(given, own):
    """The replacements, also under the other names of the same tensors."""
    names_of = {}
    for name, value in own.items():
        names_of.setdefault(id(value), []).append(name)
    found = dict(given)
    for names in names_of.values():
        have = [name for name in names if name in given]
        if not have or len(names) == 1:
            continue
        if any(given[name] is not given[have[0]] for name in have):
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(have)}, which are tied. Consider using tie_weights=False"
            )
        found.update(dict.fromkeys(names, given[have[0]]))
    return found


def _exchanged(module, name, value):
    """Puts a tensor in the place of a parameter, a buffer or a plain attribute. Returns what puts the old one back."""
    *path, last = name.split(".")
    owner = module
    for part in path:
        owner = getattr(owner, part)
    for home in (owner._parameters, owner._buffers):
        if last in home:
            old = home[last]
            home[last] = value
            return lambda: home.__setitem__(last, old)
    if not hasattr(owner, last):
        raise AttributeError(f"{type(owner).__name__} has no attribute `{last}`")
    old = getattr(owner, last)
    if not isinstance(old, Tensor) and old is not None:
        raise TypeError(f"{old} is not an instance of torch.Tensor")
    object.__setattr__(owner, last, value)
    return lambda: object.__setattr__(owner, last, old)


def stack_module_state(models):
    """Parameters and buffers of several modules of one kind, stacked: a dict of each, for `vmap` over `functional_call`."""
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(model.training for model in models) or not any(model.training for model in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if any(type(model) is not type(models[0]) for model in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    return tuple(
        {name: _stacked_leaf([found[name] for found in of_models], name) for name in of_models[0]}
        for of_models in ([dict(model.named_parameters()) for model in models], [dict(model.named_buffers()) for model in models])
    )


def _stacked_leaf(tensors, name):
    wants = {one.requires_grad for one in tensors}
    if len(wants) > 1:
        raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
    return stack(tensors).detach().requires_grad_(wants.pop())
