"""`torch.__config__`: how this engine was built.

Read next: `version`.
"""

from .version import __version__


def show():
    """A text about the build."""
    return f"PyTorch's interface {__version__} over Carrel's engine\n  - Rust, WebAssembly\n  - GPU: WebGPU\n"


def parallel_info():
    """A text about threads."""
    return "ATen/Parallel:\n\tat::get_num_threads() : 1\n\tat::get_num_interop_threads() : 1\n"
