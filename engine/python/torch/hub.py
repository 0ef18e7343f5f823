"""Files of weights from the network, kept in a folder: `torch.hub`.

A file that was added to the notebook is found by its name before anything is fetched, in the hub's folder and in the
working directory. Programs are not fetched: `load` and its kin take a local folder with a `hubconf.py`
(`source="local"`) and refuse GitHub's, but for torchvision's models. Read next: `_network`, `serialization`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import errno
import hashlib
import importlib
import importlib.util
import os
import re
import sys
import uuid
from urllib.parse import urlparse

from . import _network

__all__ = ["download_url_to_file", "get_dir", "help", "list", "load", "load_state_dict_from_url", "set_dir"]

# The name of a file with the beginning of its SHA-256 in it: `resnet18-f37072fd.pth`.
_HASH_IN_NAME = re.compile(r"-([a-f0-9]*)\.")

_HUBCONF = "hubconf.py"

_chosen_folder = None


def get_dir():
    """The folder of the hub: what `set_dir` chose, or `hub` in `$TORCH_HOME`, by default `~/.cache/torch/hub`."""
    if _chosen_folder is not None:
        return _chosen_folder
    cache = os.getenv("XDG_CACHE_HOME", "~/.cache")
    home = os.path.expanduser(os.getenv("TORCH_HOME", os.path.join(cache, "torch")))
    return os.path.join(home, "hub")


def set_dir(d):
    """Chooses the folder of the hub."""
    global _chosen_folder
    _chosen_folder = os.path.expanduser(d)


def download_url_to_file(url, dst, hash_prefix=None, progress=True):
    """Fetches a URL into a file. The file appears when it is whole.

    hash_prefix: what the SHA-256 of the content begins with; RuntimeError if it does not, and no file is left.
    progress: a line on stderr.
    Raises urllib.error.URLError if the host does not answer, with what to do instead.
    https://docs.pytorch.org/docs/stable/hub.html#torch.hub.download_url_to_file
    """
    dst = os.path.expanduser(dst)
    partial = f"{dst}.{uuid.uuid4().hex}.partial"
    digest = hashlib.sha256()
    try:
        with open(partial, "wb") as file:
            _network.fetch_to(file, url, progress, seen=digest.update)
        found = digest.hexdigest()
        if hash_prefix is not None and not found.startswith(hash_prefix):
            raise RuntimeError(f'invalid hash value (expected "{hash_prefix}", got "{found}")')
        os.replace(partial, dst)
    finally:
        if os.path.exists(partial):
            os.remove(partial)


def load_state_dict_from_url(
    url, model_dir=None, map_location=None, progress=True, check_hash=False, file_name=None, weights_only=False
):
    """Loads what `torch.save` wrote from a URL, or from the file of its name if that is there already.

    model_dir: where files are kept; `checkpoints` in the hub's folder if absent. A file of that name in the working
    directory, where files added to the notebook are, is taken too.
    check_hash: the name ends in the beginning of the content's SHA-256, which is compared. file_name: another name.
    Raises what `download_url_to_file` and `torch.load` raise.
    https://docs.pytorch.org/docs/stable/hub.html#torch.hub.load_state_dict_from_url
    """
    from .serialization import load as load_file

    folder = os.path.join(get_dir(), "checkpoints") if model_dir is None else model_dir
    name = file_name if file_name is not None else os.path.basename(urlparse(url).path)
    prefix = None
    if check_hash and (found := _HASH_IN_NAME.search(name)):
        prefix = found.group(1)
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        if os.path.exists(name):
            path = name
            _check_hash(path, prefix)
        else:
            os.makedirs(folder, exist_ok=True)
            sys.stderr.write(f'Downloading: "{url}" to {path}\n')
            download_url_to_file(url, path, prefix, progress)
    return load_file(path, map_location=map_location, weights_only=weights_only)


def _check_hash(path, prefix):
    """Raises RuntimeError if a file is not the one that its name promises."""
    if prefix is None:
        return
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if not found.startswith(prefix):
        raise RuntimeError(
            f'invalid hash value of {path} (expected "{prefix}", got "{found}"): '
            "the file is not whole, or another one of that name"
        )


def load(repo_or_dir, model, *args, source="github", trust_repo=None, force_reload=False, verbose=True, skip_validation=False, **kwargs):
    """Calls an entry of a folder's `hubconf.py`: `load("folder", "entry", …, source="local")`.

    "pytorch/vision" (whatever its tag) means `torchvision.models`, which is here.
    Raises NotImplementedError for GitHub's repositories, which are programs that a notebook cannot fetch.
    https://docs.pytorch.org/docs/stable/hub.html#torch.hub.load
    """
    return _entry(_hubconf(repo_or_dir, source), model)(*args, **kwargs)


def list(github, force_reload=False, skip_validation=False, trust_repo=None, verbose=True, source="github"):
    """The names of the entries of a folder's `hubconf.py`."""
    module = _hubconf(github, source)
    return [name for name in dir(module) if callable(getattr(module, name)) and not name.startswith("_")]


def help(github, model, force_reload=False, skip_validation=False, trust_repo=None, source="github"):
    """The docstring of an entry of a folder's `hubconf.py`."""
    return _entry(_hubconf(github, source), model).__doc__


def _hubconf(folder, source):
    source = source.lower()
    if source not in ("github", "local"):
        raise ValueError(f'Unknown source: "{source}". Allowed values: "github" | "local".')
    if source == "github" and folder.partition(":")[0] == "pytorch/vision":
        # What that repository's entries give is in this package.
        return importlib.import_module("torchvision.models")
    if source == "github":
        raise NotImplementedError(
            "torch.hub is not supported in Carrel for repositories on GitHub: a notebook cannot fetch programs; "
            'add the folder to the notebook\'s files and say source="local". Models of torchvision are in torchvision.models'
        )
    path = os.path.join(folder, _HUBCONF)
    if not os.path.exists(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.spec_from_file_location(_HUBCONF, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    missing = [name for name in getattr(module, "dependencies", None) or () if importlib.util.find_spec(name) is None]
    if missing:
        raise RuntimeError(f"Missing dependencies: {', '.join(missing)}")
    return module


def _entry(module, name):
    if not isinstance(name, str):
        raise ValueError("Invalid input: model should be a string of function name")
    found = getattr(module, name, None)
    if not callable(found):
        raise RuntimeError(f"Cannot find callable {name} in hubconf")
    return found
