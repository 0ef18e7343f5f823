"""PyTorch's interface over Carrel's engine.

The engine (Rust, wasm) computes, records and differentiates; this package parses arguments, prints, and holds what
is shortest in Python: modules, optimisers' bookkeeping, data loaders. Names that PyTorch has and Carrel lacks raise
an AttributeError that says so. Submodules load when they are first used.
Refuses complex, sparse, quantized and nested tensors. Read next: `_C`, `_tensor`, `nn.modules.module`.
"""

from . import _C
from ._C import OutOfMemoryError
from ._autograd_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from ._device import device
from ._dtype import can_cast, dtype, finfo, get_default_dtype, iinfo, promote_types
from ._size import Size
from ._tensor import Tensor
from . import _operators
from . import _methods
from ._creation import (
    arange,
    empty,
    empty_like,
    empty_strided,
    eye,
    full,
    full_like,
    linspace,
    logspace,
    ones,
    ones_like,
    scalar_tensor,
    tril_indices,
    triu_indices,
    zeros,
    zeros_like,
)
from ._creation import range_ as range
from ._from_data import as_tensor, asarray, tensor
from ._legacy_tensors import typed_tensor as _typed_tensor
from ._generator import Generator, default_generator
from ._linalg import *
from ._decompositions import *
from ._pointwise import *
from ._random import (
    bernoulli,
    get_rng_state,
    initial_seed,
    manual_seed,
    multinomial,
    normal,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
    seed,
    set_rng_state,
)
from ._sampling import _dirichlet_grad, _sample_dirichlet, _standard_gamma, _standard_gamma_grad, binomial, poisson
from ._reduction import *
from ._scan import *
from ._scatter import *
from ._segments import *
from ._selection import *
from ._settings import *
from ._shape import *
from ._parts import *
from ._rearranging import *
from ._combining import *
from ._copies import *
from ._special import *
from ._stacking import *
from ._spectral import *
from ._unique import *
from ._windows import *
from ._statistics import *
from ._tensor_str import get_printoptions, printoptions, set_printoptions
from ._files import from_file
from ._numpy import from_dlpack, from_numpy, frombuffer
from ._storage import LEGACY as _LEGACY_STORAGES
from ._storage import TypedStorage, UntypedStorage, is_storage
from .version import __version__

from . import _pickling, _utils, storage

_C.Generator = Generator


def is_tensor(obj):
    """True for tensors, parameters and buffers, False for everything else.

    obj: any Python object.
    """
    return isinstance(obj, Tensor)


def typename(obj):
    """The type's name, for tensors as `tensor.type()` gives it; of a class or function, its own."""
    if isinstance(obj, Tensor):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(named, "__module__", None)
    return named.__qualname__ if module in (None, "", "builtins") else f"{module}.{named.__qualname__}"


for _name, _made in _dtype.BY_NAME.items():
    globals()[_name] = _made
for _short, _made in zip(_dtype.SCALAR_TYPE_NAMES, _dtype.BY_CODE):
    if _made not in _dtype.WIDE_UNSIGNED:
        globals()[_short + "Tensor"] = _typed_tensor(_short + "Tensor", _made)
globals().update(_LEGACY_STORAGES)
del _name, _made, _short


def clone(input, *, memory_format=None):
    """A copy.

    input: any tensor. Gives a tensor of the same shape, dtype and device; gradients flow through. memory_format:
    `torch.preserve_format` keeps the strides' order.
    """
    return input.clone(memory_format=memory_format)


def detach(input):
    """The same memory without history.

    input: any tensor. Writing into either is seen in both; no gradient flows through.
    """
    return input.detach()


def zero_(input):
    """Writes zeros. Returns the input.

    input: any tensor that may be written in place: RuntimeError for a leaf that wants a gradient.
    """
    return input.zero_()


def fill_(input, value):
    """Writes one value everywhere. Returns the input.

    value: a number, or a tensor of one element. RuntimeError for a leaf that wants a gradient.
    """
    return input.fill_(value)


#: A new dimension in an index: `x[:, torch.newaxis]`.
newaxis = None


def is_signed(input):
    """True if the elements may be negative.

    input: any tensor.
    """
    return input.dtype.is_signed


def is_inference(input):
    """True if the tensor was made in inference mode.

    input: any tensor.
    """
    return input.is_inference()


def get_device(input):
    """The number of a tensor's GPU, -1 on the CPU.

    input: any tensor.
    """
    return input.get_device()


def empty_permuted(size, physical_layout, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """Memory of a shape whose dimensions lie in a given order: zeros, in Carrel.

    size: the shape. physical_layout: the dimensions, outermost first; RuntimeError unless it names each once.
    """
    if len(size) != len(physical_layout):
        raise RuntimeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(size)} is not equal to len(physical_layout) = {len(physical_layout)}"
        )
    for place, dim in enumerate(physical_layout):
        if not 0 <= dim < len(size):
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {len(size) - 1}, but got {dim} at index {place}).  NB: "
                "negative dims not currently supported; file an issue if you want it."
            )
        if dim in physical_layout[:place]:
            raise RuntimeError("Duplicate dim not allowed")
    made = empty([size[dim] for dim in physical_layout], dtype=dtype, device=device)
    made = made.permute(_inverse(physical_layout))
    return made.requires_grad_() if requires_grad else made


def _inverse(order):
    places = [0] * len(order)
    for place, dim in enumerate(order):
        places[dim] = place
    return places


def resize_as_(input, the_template, *, memory_format=None):
    """Takes the size of another tensor. Returns the input.

    the_template: the tensor whose shape is taken. New elements hold anything.
    """
    return input.resize_as_(the_template)


from . import _out_of_scope, _surface

_surface.attach(globals())
_out_of_scope.attach(Tensor)

_SUBMODULES = ("nn", "optim", "utils", "autograd", "cuda", "linalg", "mps", "special", "signal", "masked", "fft", "accelerator", "backends", "version", "return_types", "testing", "serialization", "storage", "__future__", "profiler", "random", "distributions", "hub")


def __getattr__(name):
    import importlib

    if name in _SUBMODULES:
        return importlib.import_module("torch." + name)
    if name in _LAZY:
        found = globals()[name] = getattr(importlib.import_module("torch." + _LAZY[name]), name)
        return found
    if name in ("load", "save"):
        # What files need is not loaded by programs without files.
        found = globals()[name] = getattr(importlib.import_module("torch.serialization"), name)
        return found
    if name.startswith("_foreach_"):
        from ._foreach import foreach

        if (found := foreach(name.removeprefix("_foreach_"))) is not None:
            return found
    if not name.startswith("_"):
        names = importlib.import_module("torch._functional_names")
        if hasattr(names, name):
            return getattr(names, name)
    found = _out_of_scope.refused("torch", name)
    if isinstance(found, dtype):
        # One object, so that dtypes compare by identity.
        globals()[name] = globals()[found._name] = found
    return found


_SUBMODULES += ("func", "amp", "cpu", "signal", "compiler", "jit", "_dynamo", "__config__")
# Functions that are loaded when they are first asked for, and where they are.
_LAZY = {"vmap": "_batched.api", "compile": "_compile", "GradScaler": "amp", "svd_lowrank": "linalg._lowrank", "pca_lowrank": "linalg._lowrank"}
_LAZY.update(
    dict.fromkeys(
        """autocast is_autocast_enabled set_autocast_enabled get_autocast_dtype set_autocast_dtype is_autocast_cache_enabled
        set_autocast_cache_enabled clear_autocast_cache autocast_increment_nesting autocast_decrement_nesting
        is_autocast_cpu_enabled set_autocast_cpu_enabled get_autocast_cpu_dtype set_autocast_cpu_dtype get_autocast_gpu_dtype
        set_autocast_gpu_dtype""".split(),
        "amp.autocast_mode",
    )
)


def get_device_module(device=None):
    """The module of a device's functions: `torch.cuda` for the GPU, `torch.cpu` for the CPU. Without one the GPU's, if it is there."""
    import importlib

    where = None if device is None else globals()["device"](device).type
    kind = where or ("cuda" if _C.ops.gpu_available() else "cpu")
    return importlib.import_module("torch.cpu" if kind == "cpu" else "torch.cuda")


def __dir__():
    return sorted({*globals(), *_SUBMODULES, "load", "save", *_LAZY})
