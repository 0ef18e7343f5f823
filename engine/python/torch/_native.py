"""The engine as a shared library, for CPython outside the browser: the same functions as `_carrel_engine`.

The library's path is in the environment variable CARREL_ENGINE_LIB; with CARREL_ENGINE_GPU=1 it opens a GPU by Vulkan,
if it was built with the executor; with CARREL_ENGINE_GPU=hardware it chooses kernels as for a real GPU, even on a
software one, with CARREL_ENGINE_GPU=measured it times which suit the device. With CARREL_ENGINE_HALVES=wide it holds
float16 in 32 bits even where the GPU has 16-bit floats. Used by the tests.
Refuses to look for the library anywhere else. Read next: `_C`, `engine/src/ffi/native.rs`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import atexit
import ctypes
import os
import time

_path = os.environ.get("CARREL_ENGINE_LIB")
if not _path:
    raise ImportError("torch runs inside Carrel; outside, set CARREL_ENGINE_LIB to the engine's shared library")
_library = ctypes.CDLL(_path)

_SCRATCH_SLOTS = 4096


def _function(name, result, *arguments):
    found = getattr(_library, "carrel_" + name)
    found.restype = result
    found.argtypes = arguments
    return found


_length = ctypes.c_size_t()
_length_pointer = ctypes.byref(_length)
_pointer_to_length = ctypes.POINTER(ctypes.c_size_t)

_new = _function("new", None, ctypes.c_uint32)
_op_names = _function("op_names", ctypes.c_void_p, _pointer_to_length)
_scratch_start = _function("scratch", ctypes.c_void_p)
_call = _function("call", ctypes.c_double, ctypes.c_uint32, ctypes.c_uint32)
_error = _function("error", ctypes.c_void_p, _pointer_to_length)
_text = _function("text", ctypes.c_void_p, _pointer_to_length)
_set_text = _function("set_text", None, ctypes.c_char_p, ctypes.c_size_t)
_upload = _function(
    "upload",
    ctypes.c_double,
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.c_uint32,
    ctypes.POINTER(ctypes.c_uint32),
    ctypes.c_size_t,
)
_download = _function("download", ctypes.c_void_p, ctypes.c_double, _pointer_to_length)

_memory = _function("memory", ctypes.c_void_p, ctypes.c_double, _pointer_to_length)


def _bytes_at(pointer):
    return ctypes.string_at(pointer, _length.value)


_has_gpu = 0
if os.environ.get("CARREL_ENGINE_GPU") and hasattr(_library, "carrel_gpu_open"):
    _gpu_run = _function("gpu_run", ctypes.c_double)
    _has_gpu = _function("gpu_open", ctypes.c_uint32)()
    if os.environ["CARREL_ENGINE_GPU"] == "hardware":
        _function("gpu_choose_as_hardware", None)()
    else:
        _clock = ctypes.CFUNCTYPE(ctypes.c_double)(lambda: time.perf_counter() * 1e3)
        _function("gpu_measure", None, type(_clock), ctypes.c_uint32)(_clock, os.environ["CARREL_ENGINE_GPU"] == "measured")
    if os.environ.get("CARREL_ENGINE_HALVES") == "wide":
        _function("gpu_hold_halves_wide", None)()
    atexit.register(_function("gpu_close", None))

_new(_has_gpu)
# The engine's state is let go while it still can be: not when the thread's storage is torn down.
atexit.register(_new, 0)
_numbers = (ctypes.c_double * _SCRATCH_SLOTS).from_address(_scratch_start())


def op_names():
    """The operators' signatures, a line each."""
    return _bytes_at(_op_names(_length_pointer)).decode()


def call(op, *arguments):
    """Runs an operator on numbers."""
    count = len(arguments)
    _numbers[:count] = arguments
    return _call(op, count)


def scratch(index):
    """A number that the last call gave."""
    return _numbers[index]


def error():
    """The last failure."""
    return _bytes_at(_error(_length_pointer)).decode()


def text():
    """The text that the last call gave."""
    return _bytes_at(_text(_length_pointer)).decode()


def set_text(value):
    """The text argument of the next call."""
    data = value.encode()
    _set_text(data, len(data))


def upload(data, dtype, *shape):
    """A CPU tensor from bytes."""
    return _upload(data, len(data), dtype, (ctypes.c_uint32 * len(shape))(*shape), len(shape))


def download(handle):
    """The bytes of a CPU tensor, or None."""
    pointer = _download(handle, _length_pointer)
    if not pointer:
        return None
    return _bytes_at(pointer) if _length.value else b""


def _storage(handle):
    pointer = _memory(handle, _length_pointer)
    if not _length.value:
        return memoryview(bytearray()) if pointer else None
    return memoryview((ctypes.c_ubyte * _length.value).from_address(pointer)).cast("B") if pointer else None


def write_bytes(handle, offset, data):
    """Puts bytes into a tensor's storage: 0, or -1."""
    storage = _storage(handle)
    if storage is None:
        return -1
    storage[offset : offset + len(data)] = data
    return 0


def read_bytes(handle, offset, count):
    """Some of the bytes in a tensor's storage, or None."""
    storage = _storage(handle)
    return None if storage is None else bytes(storage[offset : offset + count])


def wait(ticket):
    """Lets the GPU do what was sent, reads included."""
    if _has_gpu and _gpu_run() < 0:
        raise RuntimeError(error())


def fuse(is_on):
    """Lets the GPU's kernels compute several operators (as from the start), or one each. For tests."""
    _function("gpu_fuse", None, ctypes.c_uint32)(is_on)


def destroy_device():
    """Destroys the GPU's device, as a driver that is reset does. For tests."""
    _function("gpu_destroy", None)()


def limit_memory(count):
    """Sets the most bytes that GPU buffers may have together. For tests."""
    _function("gpu_limit", None, ctypes.c_double)(count)


def restart_executor():
    """Puts another executor in the place of this one, as after a gpu worker that died. For tests."""
    if not _function("gpu_restart", ctypes.c_uint32)():
        raise RuntimeError("there is no GPU any more")
