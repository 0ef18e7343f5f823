"""Names of PyTorch's that Carrel will not have, each with what to use instead.

Such a name exists, so that programs that only mention it run; calling it (or deriving from it) raises
NotImplementedError that says what is missing and what to do. Dtypes of this kind compare and print; making a tensor of
one raises. Names that are in no table are unknown, as any other.
Read next: `docs/torch.md`, which shows this table.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import sys
import types

from . import _dtype

#: What is not there: why in a few words, what to do instead, and the names: of `torch`, of `Tensor` (with a dot), dtypes, modules.
TABLE = {
    "complex numbers": {
        "instead": "keep real and imaginary parts in two tensors.",
        "names": """complex polar view_as_real view_as_complex is_conj .to_complex .cfloat .cdouble .chalf .imag stft istft
            .stft .istft view_as_real_copy view_as_complex_copy""",
        "dtypes": "complex32 chalf complex64 cfloat complex128 cdouble",
    },
    "sparse tensors": {
        "instead": "use dense tensors, or an index tensor with scatter_add, index_add or gather.",
        "names": """sparse_coo_tensor sparse_csr_tensor sparse_csc_tensor sparse_bsr_tensor sparse_bsc_tensor
            sparse_compressed_tensor spmm smm sspaddmm hspmm saddmm .to_sparse .to_sparse_csr .to_sparse_csc .to_sparse_bsr
            .to_sparse_bsc .to_sparse_coo .coalesce .is_coalesced .indices .values .crow_indices .col_indices .ccol_indices
            .row_indices .sparse_mask .sparse_resize_ .sparse_resize_and_clear_ .sparse_dim .dense_dim .smm .sspaddmm .to_mkldnn""",
        "modules": "sparse",
    },
    "quantized tensors": {
        "instead": "use float16 or bfloat16 tensors to save memory.",
        "names": """quantize_per_tensor quantize_per_channel quantize_per_tensor_dynamic dequantize fake_quantize_per_tensor_affine
            fake_quantize_per_channel_affine fused_moving_avg_obs_fake_quant q_scale q_zero_point q_per_channel_scales
            q_per_channel_zero_points q_per_channel_axis int_repr .dequantize .int_repr .q_scale .q_zero_point
            .q_per_channel_scales .q_per_channel_zero_points .q_per_channel_axis .qscheme quantized_batch_norm
            quantized_max_pool1d quantized_max_pool2d empty_quantized choose_qparams_optimized""",
        "dtypes": "qint8 quint8 qint32 quint4x2 quint2x4",
        "modules": "ao quantization backends.quantized",
    },
    "nested tensors": {
        "instead": "pad the sequences to one length and mask them.",
        "names": ".to_padded_tensor jagged",
        "modules": "nested",
    },
    "eight-bit floats and bit types": {
        "instead": "use uint8, int8 or float16.",
        "dtypes": """float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2
            bits8 bits16 bits1x8 bits2x4 bits4x2 uint1 uint2 uint3 uint4 uint5 uint6 uint7 int1 int2 int3 int4 int5 int6 int7""",
    },
    "forward-mode differentiation": {
        "instead": "use torch.autograd.grad, or torch.autograd.functional.jvp, which goes backward twice.",
        "names": "_fw_primal _make_dual _unpack_dual",
        "modules": "autograd.forward_ad",
    },
    "named dimensions": {
        "instead": "use positions, and movedim to reorder.",
        "names": ".rename .rename_ .refine_names .align_to .align_as .names_ align_tensors",
    },
    "tracing of programs into graphs of Python's": {
        "instead": "the engine records and fuses by itself; to look at a module use named_modules() and forward hooks.",
        "modules": "fx export onnx utils.bottleneck _higher_order_ops package",
    },
    "other processes or machines": {
        "instead": "a notebook runs in one tab; train on one device, with DataLoader(num_workers=0).",
        "names": ".share_memory is_distributed",
        "modules": "distributed multiprocessing futures",
    },
    "data pipes": {
        "instead": "use Dataset or IterableDataset with a DataLoader.",
        "modules": "utils.data.datapipes utils.data.graph utils.data.graph_settings",
    },
    "native extensions": {
        "instead": "write the operation with tensor functions, or as a torch.autograd.Function.",
        "names": "compiled_with_cxx11_abi_",
        "modules": "ops classes library utils.cpp_extension utils.mobile_optimizer utils.mkldnn mkldnn xpu mtia _logging",
    },
    "sequences of low discrepancy": {
        "instead": "draw with torch.rand.",
        "modules": "quasirandom",
    },
    "functions of control flow": {
        "instead": "write the if or while in Python: nothing is traced.",
        "names": "cond while_loop fork wait",
    },
    "monitoring and overriding of its own operators": {
        "instead": "use forward hooks, or torch.profiler.",
        "names": "lobpcg",
        "modules": "monitor overrides",
    },
    "subclasses made by wrapping": {
        "instead": "derive from torch.Tensor or hold the tensor in a class of your own.",
        "names": "._make_wrapper_subclass ._make_subclass .as_subclass .__torch_dispatch__",
    },
}


class _RefusedKind(type):
    """The class of what stands for a refused name: a class, so that `isinstance` with it is simply false."""

    def __call__(cls, *args, **kwargs):
        raise NotImplementedError(cls._message)

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _refusal(f"{cls._name}.{name}", cls._message.partition(" is not supported")[2])

    def __repr__(cls):
        return f"<{cls._name}: not in Carrel>"


class _Refused(metaclass=_RefusedKind):
    _message = _name = ""

    def __init_subclass__(cls, is_own=False, **kwargs):
        if not is_own:
            raise NotImplementedError(cls._message)


def _refusal(name, reason):
    """What stands for a refused name."""
    made = _RefusedKind.__new__(
        _RefusedKind, name.rpartition(".")[2], (_Refused,), {"__module__": "torch", "_name": name}, is_own=True
    )
    made._message = f"{name} is not supported{reason}"
    return made


class _RefusedDtype(_dtype.dtype):
    """A dtype that can be named and compared."""

    __slots__ = ("_message", "is_complex")

    @property
    def _code(self):
        raise NotImplementedError(self._message)


class _RefusedModule(types.ModuleType):
    """A module of refused names."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        made = _refusal(f"{self.__name__}.{name}", self._reason)
        setattr(self, name, made)
        return made


_names, _methods, _dtypes, _modules = {}, {}, {}, {}
for _what, _entry in TABLE.items():
    _reason = f" in Carrel: it has no {_what}; {_entry['instead']}"
    for _word in _entry.get("names", "").split():
        (_methods if _word.startswith(".") else _names)[_word.removeprefix(".")] = _reason
    _dtypes.update(dict.fromkeys(_entry.get("dtypes", "").split(), _reason))
    for _word in _entry.get("modules", "").split():
        _modules[_word] = _reason
        # So that `import torch.fx` and `from torch.fx import …` find it.
        _module = _RefusedModule("torch." + _word, f"Not in Carrel: it has no {_what}.")
        _module._reason = _reason
        _module.__path__ = []
        sys.modules.setdefault("torch." + _word, _module)


def _refused_dtype(name, reason):
    made = object.__new__(_RefusedDtype)
    made._name, made._message = name, f"torch.{name} is not supported{reason}"
    made.is_complex = name.startswith(("complex", "c"))
    made.is_floating_point, made.is_signed, made._rank, made._format = name.startswith("float"), True, 3, None
    digits = "".join(character for character in name.partition("_")[0] if character.isdigit())
    made.itemsize = max(int(digits or 64) // 8, 1)
    return made


def refused(module, name):
    """What stands for a name of a module: something that refuses, or an AttributeError."""
    if module == "torch":
        if name in _modules:
            return sys.modules["torch." + name]
        if name in _names:
            return _refusal("torch." + name, _names[name])
        if name in _dtypes:
            return _refused_dtype({"cfloat": "complex64", "cdouble": "complex128", "chalf": "complex32"}.get(name, name), _dtypes[name])
    elif (path := f"{module.removeprefix('torch.')}.{name}") in _modules:
        return sys.modules["torch." + path]
    raise AttributeError(f"module '{module}' has no attribute '{name}'")


def refused_function(module, name):
    """What stands for a function of `torch.fft` that would give complex numbers, or take them."""
    what = "complex numbers"
    return _refusal(f"torch.{module}.{name}", f" in Carrel: it has no {what}; {TABLE[what]['instead']}")


def tensor_attribute(tensor, name):
    """What stands for an attribute that tensors have not: something that refuses, or an AttributeError."""
    if name in _methods:
        return _refusal("torch.Tensor." + name, _methods[name])
    raise AttributeError(f"'{type(tensor).__name__}' object has no attribute '{name}'")


def attach(tensor_class):
    """Gives `Tensor` the refused names that it has not."""
    for name, reason in _methods.items():
        if name not in vars(tensor_class) and not name.startswith("__"):
            setattr(tensor_class, name, _refusal("torch.Tensor." + name, reason))
