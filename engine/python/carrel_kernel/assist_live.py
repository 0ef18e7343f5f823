"""Live objects, looked at without running the notebook's code.

An expression is followed through names, attributes and items only as far as
that runs nothing of the user's: attributes are looked up statically, properties
run only where the class comes from a known library, calls are never made (of a
call is known what its class or annotation says). `__dir__` and
`_ipython_key_completions_` are asked, as IPython does. Read next: assist.py.
"""

import ast
import builtins
import inspect
import sys
import types
from typing import Any

TRUSTED = frozenset({"torch", "torchvision", "numpy", "pandas", "matplotlib", "PIL", "sklearn", "scipy"}) | sys.stdlib_module_names
"""The libraries whose properties and items may be read."""

_CONTAINERS = (list, tuple, dict, str, bytes)
_LOOKED_UP = (
    types.FunctionType, types.BuiltinFunctionType, type, classmethod, staticmethod, types.MemberDescriptorType,
    types.GetSetDescriptorType, types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType,
)
"""What is bound or read from memory when it is looked up; any other descriptor is somebody's code."""
_NO_TENSORS = frozenset(
    "item tolist numpy size stride dim ndimension numel nelement element_size data_ptr storage_offset storage type dim_order chunk "
    "split tensor_split unbind equal allclose manual_seed save load typename sort topk max min median mode kthvalue register_hook "
    "backward no_grad enable_grad finfo iinfo meshgrid broadcast_tensors result_type promote_types can_cast initial_seed "
    "default_generator compile vmap device hsplit vsplit dsplit unsafe_chunk unsafe_split apply_ __dlpack__".split()
)
"""What torch has beside functions that give a tensor, and those that give one only at times."""
_MISSING = object()


class Unknown(Exception):
    """Nothing can be said about the expression without running code."""


class Instance:
    """Stands for a value of which only the class is known."""

    def __init__(self, cls: type) -> None:
        self.cls = cls


def evaluate(expression: str, namespace: dict) -> Any:
    """The value of an expression, an `Instance`, or Unknown is raised."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unknown from None
    return _value(tree.body, namespace)


def _value(node: ast.expr, namespace: dict) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        found = namespace.get(node.id, _MISSING)
        if found is _MISSING:
            found = vars(builtins).get(node.id, _MISSING)
        if found is _MISSING:
            raise Unknown
        return found
    if isinstance(node, ast.Attribute):
        return attribute(_value(node.value, namespace), node.attr)
    if isinstance(node, ast.Subscript):
        return _item(_value(node.value, namespace), node.slice, namespace)
    if isinstance(node, ast.Call):
        return _called(_value(node.func, namespace))
    if isinstance(node, (ast.List, ast.ListComp)):
        return Instance(list)
    if isinstance(node, (ast.Dict, ast.DictComp)):
        return Instance(dict)
    if isinstance(node, (ast.Set, ast.SetComp)):
        return Instance(set)
    if isinstance(node, ast.Tuple):
        return Instance(tuple)
    if isinstance(node, ast.JoinedStr):
        return Instance(str)
    raise Unknown


def attribute(value: Any, name: str) -> Any:
    """An attribute, read without running the user's code."""
    if isinstance(value, Instance):
        found = inspect.getattr_static(value.cls, name, _MISSING)
        return _unbound(found, value.cls)
    if isinstance(value, types.ModuleType):
        found = vars(value).get(name, _MISSING)
        if found is _MISSING:
            found = sys.modules.get(f"{value.__name__}.{name}", _MISSING)
        if found is not _MISSING:
            return found
        # Libraries load some of their parts when they are first asked for.
        if str(value.__name__).partition(".")[0] in TRUSTED and "__getattr__" in vars(value):
            return _read(value, name)
        raise Unknown
    cls = value if isinstance(value, type) else type(value)
    if not is_trusted(_definer(type(value), "__getattribute__")):
        raise Unknown
    found = inspect.getattr_static(value, name, _MISSING)
    if found is _MISSING:
        return _computed(value, name)
    if isinstance(found, property) and not isinstance(value, type):
        if not is_trusted(_definer(cls, name)):
            return _annotated(found.fget)
        return _read(value, name)
    if isinstance(found, _LOOKED_UP) or hasattr(type(found), "__get__") and is_trusted(type(found)):
        return _read(value, name)
    if hasattr(type(found), "__get__"):
        raise Unknown
    return found


def _read(value: Any, name: str) -> Any:
    try:
        return getattr(value, name)
    except Exception:  # noqa: BLE001 - whatever a getter raises, there is no value to look at
        raise Unknown from None


def _unbound(found: Any, cls: type) -> Any:
    if found is _MISSING:
        raise Unknown
    if isinstance(found, property):
        return _annotated(found.fget)
    if isinstance(found, (classmethod, staticmethod)):
        return found.__func__
    return found


def _computed(value: Any, name: str) -> Any:
    """Submodules of a `torch` module and columns of a table are attributes that the class computes."""
    cls = type(value)
    if isinstance(value, type) or not hasattr(cls, "__getattr__") or not is_trusted(_definer(cls, "__getattr__")):
        raise Unknown
    return _read(value, name)


def _keyed(value: Any, key: object) -> Any:
    try:
        return value[key]
    except Exception:  # noqa: BLE001 - there is no such item
        raise Unknown from None


def _item(value: Any, index: ast.expr, namespace: dict) -> Any:
    if isinstance(value, Instance):
        raise Unknown
    try:
        key = ast.literal_eval(index)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        # Any index into a tensor or array gives another one.
        if is_trusted(type(value)) and hasattr(type(value), "shape"):
            return Instance(type(value))
        raise Unknown from None
    if type(value) in _CONTAINERS:
        return _keyed(value, key)
    if _is_from(type(value), "pandas"):
        return _keyed(value, key)
    if is_trusted(type(value)) and hasattr(type(value), "shape"):
        return Instance(type(value))
    raise Unknown


def _called(function: Any) -> Any:
    """What a call gives, as far as class or annotation say."""
    if isinstance(function, Instance):
        raise Unknown
    if isinstance(function, type):
        return Instance(function)
    if _gives_tensor(function):
        return Instance(sys.modules["torch"].Tensor)
    return _annotated(function)


def _gives_tensor(function: Any) -> bool:
    """Whether a function is one of torch's that give a tensor, which is all but a few."""
    module, name = str(getattr(function, "__module__", "")), str(getattr(function, "__name__", ""))
    of_tensors = module == "torch.nn.functional" or module.startswith("torch._") or module.startswith("torch.nn._")
    return of_tensors and inspect.isroutine(function) and name not in _NO_TENSORS and not name.startswith(("is_", "get_", "set_", "_"))


def _annotated(function: Any) -> Any:
    """The class that a function says it returns."""
    wanted = getattr(inspect.unwrap(function) if callable(function) else function, "__annotations__", {}).get("return")
    if isinstance(wanted, str):
        scope = getattr(getattr(function, "__func__", function), "__globals__", {})
        wanted = scope.get(wanted, vars(builtins).get(wanted))
    if isinstance(wanted, type):
        return Instance(wanted)
    raise Unknown


def is_trusted(cls: type) -> bool:
    """Whether a class comes from a library whose getters only look."""
    return str(getattr(cls, "__module__", "")).partition(".")[0] in TRUSTED


def _is_from(cls: type, package: str) -> bool:
    return str(getattr(cls, "__module__", "")).partition(".")[0] == package


def _definer(cls: type, name: str) -> type:
    return next((base for base in cls.__mro__ if name in vars(base)), cls)


def keys(value: Any) -> list:
    """The keys of a mapping, a table or whatever lists them for completion."""
    if isinstance(value, Instance):
        return []
    if isinstance(value, dict):
        return list(dict.keys(value))
    try:
        lister = inspect.getattr_static(type(value), "_ipython_key_completions_", None)
        if lister is not None:
            return list(value._ipython_key_completions_())
        if is_trusted(type(value)) and hasattr(type(value), "columns"):
            return list(value.columns)
        if is_trusted(type(value)) and hasattr(type(value), "keys"):
            return list(value.keys())
        names = getattr(getattr(value, "dtype", None), "names", None) if is_trusted(type(value)) else None
        return list(names or [])
    except Exception:  # noqa: BLE001 - the lister may be the user's code
        return []


def attributes(value: Any) -> list[tuple[str, str]]:
    """Names and kinds of all attributes."""
    target = value.cls if isinstance(value, Instance) else value
    try:
        names = [name for name in dir(target) if isinstance(name, str)]
    except Exception:  # noqa: BLE001 - __dir__ is the user's code
        names = []
    places = [vars(target)] if isinstance(target, types.ModuleType) else []
    if not places:
        cls = target if isinstance(target, type) else type(target)
        places = [] if target is cls else [_own(target)]
        places += [vars(base) for base in cls.__mro__]
    return [(name, _kind_in(places, name)) for name in names]


def _own(value: Any) -> dict:
    """The attributes of an object itself."""
    try:
        found = object.__getattribute__(value, "__dict__")
    except Exception:  # noqa: BLE001 - there is none, or it is computed
        return {}
    return found if isinstance(found, dict) else {}


def _kind_in(places: list, name: str) -> str:
    for place in places:
        if name in place:
            return kind_of(place[name])
    return "instance"


def kind_of(value: Any) -> str:
    """What sort of thing a value is: module, class, function, property or instance."""
    if isinstance(value, types.ModuleType):
        return "module"
    if isinstance(value, type):
        return "class"
    if isinstance(value, (property, types.GetSetDescriptorType, types.MemberDescriptorType)):
        return "property"
    routine = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType,
               types.WrapperDescriptorType, types.MethodWrapperType, types.ClassMethodDescriptorType, classmethod, staticmethod)
    return "function" if isinstance(value, routine) else "instance"
