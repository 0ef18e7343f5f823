"""Parameters that are functions of other parameters: `register_parametrization` and what belongs to it.

A module with a parametrized tensor becomes an object of a class of its own, in which the tensor is a property; the original
is kept in `module.parametrizations.<name>.original`.
Read next: `parametrizations`, `parametrize_lists`.
"""

import contextlib
import copy

from ..._autograd_mode import no_grad
from ..._tensor import Tensor
from ..modules.container import ModuleDict
from ..modules.module import Module
from ..parameter import Parameter
from .parametrize_lists import ParametrizationList, put

__all__ = [
    "cached", "ParametrizationList", "register_parametrization", "is_parametrized", "remove_parametrizations",
    "type_before_parametrizations", "transfer_parametrizations_and_params",
]

#: How many `cached` blocks are open, and the values computed in them.
_cache_depth = 0
_cache = {}


@contextlib.contextmanager
def cached():
    """In a `with` block, every parametrized tensor is computed once, when it is first used.

    >>> with torch.nn.utils.parametrize.cached():
    ...     output = model(inputs)
    """
    global _cache_depth
    _cache_depth += 1
    try:
        yield
    finally:
        _cache_depth -= 1
        if not _cache_depth:
            _cache.clear()


def _class_of_its_own(module):
    """Gives a module a class of its own, to which properties can be added."""
    base = module.__class__

    def refuse(self):
        raise RuntimeError(
            "Serialization of parametrized modules is only supported through state_dict(). See:\n"
            "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
            "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
        )

    def copied(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        made = memo[id(self)] = self.__new__(self.__class__)
        made.__dict__ = copy.deepcopy(self.__dict__, memo)
        # The copy's properties must be its own, so that removing one leaves the original alone.
        made.__class__ = type(self.__class__.__name__, (base,), dict(_own_names(self.__class__)))
        return made

    members = {"__getstate__": refuse, "__deepcopy__": copied}
    module.__class__ = type(f"Parametrized{base.__name__}", (base,), members)


def _own_names(kind):
    return {name: value for name, value in vars(kind).items() if name not in ("__dict__", "__weakref__")}


def _add_property(module, name):
    """Makes a parametrized tensor a property of the module's class."""

    def get(self):
        if not _cache_depth:
            return self.parametrizations[name]()
        key = (id(self), name)
        found = _cache.get(key)
        if found is None:
            found = _cache[key] = self.parametrizations[name]()
        return found

    def set_original(self, value):
        self.parametrizations[name].right_inverse(value)

    setattr(module.__class__, name, property(get, set_original))


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """Makes `module.<tensor_name>` the result of a module that is called with the tensor that was there. Returns the module.

    parametrization: a module, whose `right_inverse`, if it has one, gives the original (or several) for a value that is
    assigned. A further one is called with the result of those before. unsafe: allow it to change shape and dtype.
    Raises ValueError if there is no such tensor, or shape or dtype change.

    >>> class Symmetric(torch.nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).transpose(-1, -2)
    >>> torch.nn.utils.parametrize.register_parametrization(torch.nn.Linear(5, 5), "weight", Symmetric())
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        parametrizations = module.parametrizations[tensor_name]
        if not unsafe:
            _check_another(module, tensor_name, parametrization)
        parametrizations.append(parametrization)
        parametrizations.unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        original = getattr(module, tensor_name)
        # Checks come first, so that a failure leaves the module as it was.
        made = ParametrizationList([parametrization], original, unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            _class_of_its_own(module)
            module.parametrizations = ModuleDict()
        _add_property(module, tensor_name)
        module.parametrizations[tensor_name] = made
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    return module


def _check_another(module, tensor_name, parametrization):
    """Raises unless a further parametrization keeps shape and dtype, forward and back."""
    value = getattr(module, tensor_name)
    result = parametrization(value)
    if not isinstance(result, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(result).__name__}.")
    _check_same("Registering a parametrization may not change the {} of the `tensor_name` tensor.", "module.{}", tensor_name, value, result)
    if hasattr(parametrization, "right_inverse"):
        back = parametrization.right_inverse(result)
        if not isinstance(back, Tensor):
            raise ValueError(f"parametrization.right_inverse must return a tensor. Got: {type(back).__name__}")
        _check_same("The tensor returned by parametrization.right_inverse must have the same {} as `tensor_name`.", "module.{}", tensor_name, value, back)


def _check_same(message, owner, tensor_name, before, after):
    owner = owner.format(tensor_name)
    if after.dtype is not before.dtype:
        raise ValueError(
            f"{message.format('dtype')}\n{owner}.dtype: {before.dtype}\nparametrized dtype: {after.dtype}"
        )
    if after.shape != before.shape:
        raise ValueError(
            f"{message.format('shape')}\n{owner}.shape: {before.shape}\nparametrized shape: {after.shape}"
        )


def is_parametrized(module, tensor_name=None):
    """True if a module has a parametrized tensor, or one of this name."""
    parametrizations = getattr(module, "parametrizations", None)
    if parametrizations is None or not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """Makes a parametrized tensor a plain parameter or buffer again. Returns the module.

    leave_parametrized: with the value that it has, else with the original (ValueError if there are several).
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    parametrizations = module.parametrizations[tensor_name]
    if parametrizations.is_tensor:
        original = parametrizations.original
        if leave_parametrized:
            with no_grad():
                value = getattr(module, tensor_name)
            # The original stays the same object, so that optimizers keep working.
            with no_grad():
                original.data = value.detach().clone()
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        wants = any(getattr(parametrizations, f"original{place}").requires_grad for place in range(parametrizations.ntensors))
        original = Parameter(value.detach().clone(), wants)
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of "
            "tensors."
        )
    delattr(module.__class__, tensor_name)
    del module.parametrizations[tensor_name]
    put(module, tensor_name, original)
    if not is_parametrized(module):
        delattr(module, "parametrizations")
        module.__class__ = module.__class__.__bases__[0]
    return module


def type_before_parametrizations(module):
    """The class of a module as it was without parametrizations."""
    return module.__class__.__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module, to_module, tensor_name=None):
    """Registers copies of the parametrizations of one module on another, with the values of its originals. Returns the other."""
    if not is_parametrized(from_module):
        return to_module
    names = list(from_module.parametrizations) if tensor_name is None else [tensor_name]
    for name in names:
        given = from_module.parametrizations[name]
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach().clone()))
        for parametrization in given:
            register_parametrization(to_module, name, copy.deepcopy(parametrization))
        taken = to_module.parametrizations[name]
        for own in ["original"] if given.is_tensor else [f"original{place}" for place in range(given.ntensors)]:
            put(taken, own, copy.deepcopy(getattr(given, own)))
    return to_module
