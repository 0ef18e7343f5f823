"""`Tensor`: a handle on a tensor of the engine, with PyTorch's attributes and operators.

Shape, dtype and device are asked for once and remembered. Most methods are functions of the families
(`_pointwise`, `_reduction`, …) attached by `_methods`. A handle is given back when the object dies.
Refuses to hold elements: they live in the engine. Read next: `_C`, `_methods`, `_indexing`, `_tensor_str`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from . import _device, _dtype
from ._C import dead_handles, describe, download, layout, ops, read_back, set_tensor_class
from ._size import Size

_DTYPES = _dtype.BY_CODE
_DEVICES = _device.BY_CODE


class Tensor:
    """A multi-dimensional array of numbers of one type, on one device."""

    __module__ = "torch"

    # What is remembered of the engine's tensor; reset where it can change.
    _shape = None
    _dtype = None
    _device = None

    layout = None
    is_sparse = is_quantized = is_nested = is_mkldnn = is_meta = is_xla = is_mps = is_xpu = False
    __array_priority__ = 1000

    def __new__(cls, *args, dtype=None, device=None):
        from ._legacy_tensors import legacy_tensor

        made = legacy_tensor(args, dtype, device)
        if cls is Tensor:
            return made
        other = object.__new__(cls)
        other._h = made._give_handle()
        return other

    def __del__(self):
        # Runs for every tensor: asking for `__dict__` would first make one.
        try:
            dead_handles.append(self._h)
        except AttributeError:
            pass

    def _give_handle(self):
        """The handle, which this object then no longer owns."""
        handle = self._h
        del self._h
        return handle

    def _forget(self):
        """Drops what is remembered, after the engine's tensor has changed."""
        self._shape = self._dtype = self._device = None

    # Metadata

    def _ask(self):
        """Asks the engine for shape, dtype and device, and remembers them. Returns self."""
        dtype, device, sizes = describe(self)
        self._shape = Size(sizes)
        self._dtype = _DTYPES[dtype]
        self._device = _DEVICES[device]
        return self

    @property
    def shape(self):
        """Sizes of the dimensions."""
        shape = self._shape
        return self._ask()._shape if shape is None else shape

    @property
    def dtype(self):
        """Type of the elements."""
        dtype = self._dtype
        return self._ask()._dtype if dtype is None else dtype

    @property
    def device(self):
        """Where the elements are."""
        device = self._device
        return self._ask()._device if device is None else device

    def size(self, dim=None):
        """The shape, or the size of one dimension."""
        shape = self.shape
        if dim is None:
            return shape
        if not -len(shape) <= dim < len(shape):
            bound = max(len(shape), 1)
            raise IndexError(f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], but got {dim})")
        return shape[dim]

    def dim(self):
        """Number of dimensions."""
        return len(self.shape)

    ndimension = dim
    ndim = property(dim, doc="Number of dimensions.")

    def numel(self):
        """Number of elements."""
        return self.shape.numel()

    nelement = numel

    @property
    def itemsize(self):
        """Bytes of one element."""
        return self.dtype.itemsize

    def element_size(self):
        """Bytes of one element."""
        return self.dtype.itemsize

    @property
    def nbytes(self):
        """Bytes of all elements."""
        return self.numel() * self.dtype.itemsize

    def stride(self, dim=None):
        """Steps in memory between neighbours, for every dimension or for one."""
        strides = layout(self)[0]
        return strides if dim is None else strides[dim]

    def storage_offset(self):
        """Where in its memory the tensor begins, in elements."""
        return layout(self)[1]

    def is_contiguous(self, memory_format=None):
        """True if the elements lie in row-major order (or a memory format's) without gaps."""
        if memory_format is None:
            return ops.is_contiguous(self)
        from ._memory_format import is_laid_out

        return is_laid_out(self, memory_format)

    def data_ptr(self):
        """A number that tensors over the same memory share at the same offset."""
        return int(ops.storage_identity(self)) + layout(self)[1] * self.dtype.itemsize

    @property
    def is_cuda(self):
        """True on the GPU: Carrel's GPU stands in for CUDA's."""
        return self.device.type != "cpu"

    @property
    def is_cpu(self):
        """True on the CPU."""
        return self.device.type == "cpu"

    def get_device(self):
        """The GPU's number, or -1 on the CPU."""
        return -1 if self.device.index is None else self.device.index

    def is_floating_point(self):
        """True for floating point elements."""
        return self.dtype.is_floating_point

    def is_complex(self):
        """False: Carrel has no complex numbers."""
        return False

    def is_conj(self):
        """False: there are no complex numbers."""
        return False

    is_neg = is_conj

    def resolve_conj(self):
        """Itself: there are no complex numbers."""
        return self

    resolve_neg = resolve_conj

    def to_dense(self, dtype=None, *, masked_grad=None):
        """Itself: all tensors are dense."""
        return self if dtype is None else self.to(dtype)

    def is_pinned(self, device=None):
        """False: there is no memory to pin."""
        return False

    def is_shared(self):
        """False: there are no other processes."""
        return False

    def has_names(self):
        """False: dimensions have no names."""
        return False

    @property
    def names(self):
        """None for every dimension: dimensions have no names."""
        return (None,) * self.dim()

    def is_set_to(self, tensor):
        """True if both are the same part of the same memory."""
        return ops.shares_storage(self, tensor) and layout(self) == layout(tensor) and self.shape == tensor.shape

    def is_same_size(self, other):
        """True if the shapes are equal."""
        return self.shape == other.shape

    def dim_order(self, *, ambiguity_check=False):
        """The dimensions in the order of memory, outermost first."""
        strides = layout(self)[0]
        return tuple(sorted(range(self.dim()), key=lambda dim: -strides[dim]))

    def resize(self, *sizes):
        """The elements in another size."""
        return self.reshape(*sizes)

    def new(self, *args, dtype=None, device=None):
        """A new tensor of this one's dtype and device: of sizes, of data, or empty."""
        from ._legacy_tensors import legacy_tensor

        return legacy_tensor(args, self.dtype, self.device if device is None else device)

    def new_empty_strided(self, size, stride, dtype=None, device=None, requires_grad=False):
        """Memory with given strides, of this tensor's dtype and device."""
        from ._creation import empty_strided

        return empty_strided(size, stride, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad)

    def apply_(self, callable):
        """Writes `callable(element)` in the place of every element. Returns self."""
        if self.device._code != _device.CPU_CODE:
            raise TypeError("apply_ is only implemented on CPU tensors")
        values = [callable(value) for value in self.reshape(-1).tolist()]
        self.copy_(self.new_tensor(values).reshape(self.shape))
        return self

    def map_(self, tensor, callable):
        """Writes `callable(own element, other's element)` in the place of every element. Returns self."""
        pairs = zip(self.reshape(-1).tolist(), tensor.expand(self.shape).reshape(-1).tolist())
        self.copy_(self.new_tensor([callable(a, b) for a, b in pairs]).reshape(self.shape))
        return self

    def is_signed(self):
        """True if elements can be negative."""
        return self.dtype.is_signed

    @property
    def _version(self):
        return ops.version(self)

    # Autograd

    @property
    def requires_grad(self):
        """True if gradients flow to or through this tensor."""
        return ops.requires_grad(self)

    @requires_grad.setter
    def requires_grad(self, value):
        if value.__class__ is not bool:
            raise RuntimeError("requires_grad must be a bool")
        if not self.is_leaf:
            text = "" if value else (
                " If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
            raise RuntimeError("you can only change requires_grad flags of leaf variables." + text)
        if value and not self.dtype.is_floating_point:
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        ops.set_requires_grad(self, value)

    def requires_grad_(self, requires_grad=True):
        """Sets whether a leaf wants gradients. Returns self."""
        if requires_grad and not self.dtype.is_floating_point:
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        ops.set_requires_grad(self, requires_grad)
        return self

    @property
    def is_leaf(self):
        """True if the user made it, or if no gradients flow through it."""
        return ops.is_leaf(self)

    @property
    def grad(self):
        """The gradient that backward has accumulated, or None."""
        found = ops.grad(self)
        return found[0] if found else None

    @grad.setter
    def grad(self, value):
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}")
            if value.shape != self.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size '{list(self.shape)}'. "
                    "Please ensure that the gradient and the tensor are the same size"
                )
        ops.set_grad(self, value)

    @grad.deleter
    def grad(self):
        ops.set_grad(self, None)

    @property
    def grad_fn(self):
        """What made this tensor, as far as gradients are concerned; None for leaves."""
        if ops.is_leaf(self):
            return None
        from .autograd.graph import node

        return node(self)

    @property
    def output_nr(self):
        """Which output of its `grad_fn` this is."""
        place = ops.history_place(self)
        return int(place[1]) if place else 0

    def _grad_fn_name(self):
        return ops.grad_fn_name(self)

    def retain_grad(self):
        """Keeps the gradient of a tensor that is no leaf."""
        ops.retain_grad(self)

    @property
    def retains_grad(self):
        """True for a tensor that is no leaf and keeps its gradient."""
        return ops.retains_grad(self)

    def register_hook(self, hook):
        """`hook(grad)` runs when this tensor's gradient is there, and may return another. Returns a handle."""
        from .autograd._hooks import hook_list

        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return hook_list(0, self, self).add(hook)

    def register_post_accumulate_grad_hook(self, hook):
        """`hook(tensor)` runs after a gradient was added to this leaf's `.grad`. Returns a handle."""
        from .autograd._hooks import hook_list

        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if not self.is_leaf:
            raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
        return hook_list(1, self, self).add(hook)

    def is_inference(self):
        """True if the tensor was made in inference mode."""
        return ops.is_inference(self)

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """Accumulates the gradient of this scalar in `.grad` of every leaf it depends on."""
        from .autograd import backward

        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def detach(self):
        """The same memory without history."""
        return ops.detach(self)

    def detach_(self):
        """Forgets the history of this tensor. Returns self."""
        return self._turn_into(ops.detach(self))

    @property
    def data(self):
        """The same memory, unknown to autograd."""
        return ops.data(self)

    @data.setter
    def data(self, value):
        ops.set_data(self, value)
        self._forget()

    # Values

    def item(self):
        """The one element as a Python number. Waits for the GPU."""
        if self.numel() != 1:
            raise RuntimeError(f"a Tensor with {self.numel()} elements cannot be converted to Scalar")
        kind, value = ops.item(self if self.device._code == _device.CPU_CODE else read_back(self))
        if kind == 2:
            # A whole number comes out of JavaScript as an int.
            return float(value)
        if kind == 0:
            return value != 0
        # Doubles hold integers up to 2**53; larger ones are read as bytes.
        return int(value) if -(2**53) < value < 2**53 else int.from_bytes(download(self.cpu()), "little", signed=self.dtype.is_signed)

    def tolist(self):
        """The elements as nested lists of Python numbers. Waits for the GPU."""
        shape = tuple(self.shape)
        if not shape:
            return self.item()
        if 0 in shape:
            return _empty_lists(shape)
        source = self if self.device._code == _device.CPU_CODE else read_back(self)
        dtype = source.dtype
        if dtype._name in ("float16", "bfloat16"):
            source, dtype = source.to(_dtype.float32), _dtype.float32
        return memoryview(download(source)).cast(dtype._format, shape).tolist()

    def __bool__(self):
        size = self.numel()
        if size != 1:
            if size == 0:
                raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        return bool(self.item())

    def _number(self):
        if self.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __int__(self):
        return int(self._number())

    def __float__(self):
        return float(self._number())

    def __complex__(self):
        return complex(self.item())

    def __index__(self):
        if self.dim() != 0 and self.numel() != 1 or self.dtype.is_floating_point:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self):
        if not self.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __reversed__(self):
        return self.flip(0) if self.dim() else self

    def __contains__(self, element):
        if isinstance(element, (Tensor, int, float, bool)):
            return bool((self == element).any().item())
        raise RuntimeError(
            f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
        )

    def __format__(self, spec):
        if type(self) is Tensor and not self.shape:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    def __repr__(self):
        from ._tensor_str import tensor_text

        return tensor_text(self)

    def __hash__(self):
        return id(self)

    def __dir__(self):
        return sorted(set(object.__dir__(self)))

    def _all_entries(self):
        """Itself; of a batched tensor the whole batch, for checks of values that must hold of all entries."""
        return self

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        from ._out_of_scope import tensor_attribute

        return tensor_attribute(self, name)

    # Copies are made by `_pickling`.

    def _turn_into(self, other):
        """Makes this object stand for another tensor, as in-place changes of shape do. Returns self."""
        dead_handles.append(self._h)
        self._h = other._give_handle()
        self._forget()
        return self


# The class that results have, whatever subclass an argument was.
Tensor._base = Tensor
set_tensor_class(Tensor)


def _empty_lists(shape):
    return [_empty_lists(shape[1:]) for _ in range(shape[0])] if shape[0] and len(shape) > 1 else []
