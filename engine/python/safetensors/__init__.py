"""`safetensors`: tensors in files that nobody need trust, under the names of the library of that name.

A file is eight bytes of length, a JSON header of names, dtypes, shapes and offsets, and the tensors' bytes; nothing in
it can run. `safetensors.torch` saves and loads dicts of tensors; `safe_open` reads one tensor, or a part of one, at a time.
Refuses files whose header does not describe all of their bytes, each once.
The format: https://github.com/huggingface/safetensors#format. Read next: `_header`, `_open`, `torch`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

from ._header import SafetensorError
from ._open import safe_open
from ._serialize import deserialize, serialize, serialize_file

__version__ = "0.6.2"
__all__ = ["SafetensorError", "deserialize", "safe_open", "serialize", "serialize_file"]
