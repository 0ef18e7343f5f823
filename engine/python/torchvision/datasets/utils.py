"""Fetching, checking and unpacking the files of datasets.

A file is fetched only if it is not there with the right checksum. Archives are unpacked with Python's own modules, whose
"data" filter keeps members inside the folder. Refuses Google Drive, whose downloads need a person's consent.
Read next: `torch.hub`, `torch._network`.
"""

# Tracebacks show the user's lines, as if all this were compiled.
__traceback_hide__ = True

import hashlib
import importlib
import os
import shutil
import tarfile
import zipfile
from urllib.parse import urlparse

from torch import _network

# What ends a file's name, as (archive, compression).
_ALIASES = {
    ".tbz": (".tar", ".bz2"),
    ".tbz2": (".tar", ".bz2"),
    ".tgz": (".tar", ".gz"),
    ".txz": (".tar", ".xz"),
}
_ARCHIVES = (".tar", ".zip")
# The modules that decompress.
_COMPRESSIONS = {".bz2": "bz2", ".gz": "gzip", ".xz": "lzma"}


def calculate_md5(fpath, chunk_size=1 << 20):
    """The MD5 of a file's content, in hexadecimal."""
    digest = hashlib.md5(usedforsecurity=False)
    with open(fpath, "rb") as file:
        while chunk := file.read(chunk_size):
            digest.update(chunk)
    return digest.hexdigest()


def check_md5(fpath, md5, **kwargs):
    """Whether a file's content has this MD5."""
    return md5 == calculate_md5(fpath, **kwargs)


def check_integrity(fpath, md5=None):
    """Whether a file is there, and has this MD5 if one is given."""
    return os.path.isfile(fpath) and (md5 is None or check_md5(fpath, md5))


def download_url(url, root, filename=None, md5=None, max_redirect_hops=3):
    """Fetches a URL into a folder, unless the file is there already, with a line of progress on stderr.

    filename: the file's name, the URL's if absent. md5: what its content must have.
    Raises urllib.error.URLError if it cannot be fetched, and RuntimeError("File not found or corrupted.") if it is not right.
    https://docs.pytorch.org/vision/stable/datasets.html
    """
    root = os.path.expanduser(root)
    path = os.fspath(os.path.join(root, filename or os.path.basename(urlparse(url).path)))
    if check_integrity(path, md5):
        return
    os.makedirs(root, exist_ok=True)
    partial = path + ".partial"
    try:
        with open(partial, "wb") as file:
            _network.fetch_to(file, url)
        if not check_integrity(partial, md5):
            raise RuntimeError("File not found or corrupted.")
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.remove(partial)


def download_and_extract_archive(url, download_root, extract_root=None, filename=None, md5=None, remove_finished=False):
    """Fetches an archive and unpacks it beside itself, or into another folder."""
    download_root = os.path.expanduser(download_root)
    filename = filename or os.path.basename(urlparse(url).path)
    download_url(url, download_root, filename, md5)
    archive = os.path.join(download_root, filename)
    print(f"Extracting {archive} to {extract_root if extract_root is not None else download_root}")
    extract_archive(archive, download_root if extract_root is None else extract_root, remove_finished)


def download_file_from_google_drive(file_id, root, filename=None, md5=None):
    """Not supported: raises NotImplementedError, unless the file is there already."""
    path = os.path.join(os.path.expanduser(root), filename or file_id)
    if not check_integrity(path, md5):
        raise NotImplementedError(
            f"files of Google Drive cannot be fetched from a notebook: download {file_id} there and add it as {path}"
        )


def extract_archive(from_path, to_path=None, remove_finished=False):
    """Unpacks a tar (also compressed) or zip archive, or a compressed file. Returns the folder or file.

    to_path: where to; the archive's folder if absent. remove_finished: removes the archive.
    Raises RuntimeError for names that end in nothing known.
    """
    from_path = os.fspath(from_path)
    archive, compression = _kinds(from_path)
    if archive is None:
        path = _decompress(from_path, None if to_path is None else _file_in(to_path, from_path))
    else:
        path = os.path.dirname(from_path) if to_path is None else os.fspath(to_path)
        if archive == ".tar":
            with tarfile.open(from_path, f"r:{compression[1:]}" if compression else "r") as file:
                file.extractall(path, filter="data")
        else:
            with zipfile.ZipFile(from_path) as file:
                file.extractall(path)
    if remove_finished:
        os.remove(from_path)
    return path


def _file_in(to_path, from_path):
    """Where a decompressed file goes: into a folder under its own name, otherwise to the path itself."""
    if os.path.isdir(to_path):
        return os.path.join(to_path, os.path.splitext(os.path.basename(from_path))[0])
    return to_path


def _decompress(from_path, to_path):
    compression = _kinds(from_path)[1]
    to_path = os.path.splitext(from_path)[0] if to_path is None else to_path
    opener = importlib.import_module(_COMPRESSIONS[compression]).open
    with opener(from_path, "rb") as source, open(to_path, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return to_path


def _kinds(path):
    """The archive and the compression that a name ends in, each None if it is not."""
    suffixes = [suffix.lower() for suffix in _suffixes(os.path.basename(path))]
    last = suffixes[-1] if suffixes else None
    if last in _ALIASES:
        return _ALIASES[last]
    if last in _ARCHIVES:
        return last, None
    if last in _COMPRESSIONS:
        return (suffixes[-2], last) if len(suffixes) > 1 and suffixes[-2] in _ARCHIVES else (None, last)
    known = ", ".join(sorted([*_ALIASES, *_ARCHIVES, *_COMPRESSIONS]))
    raise RuntimeError(f"File '{path}' has no suffixes that could be used to detect the archive type and compression: known are {known}")


def _suffixes(name):
    return ["." + part for part in name.split(".")[1:]]


def verify_str_arg(value, arg=None, valid_values=None, custom_msg=None):
    """The value, if it is a string among the valid ones; ValueError otherwise."""
    if not isinstance(value, str):
        what = "Expected type str" if arg is None else f"Expected type str for argument {arg}"
        raise ValueError(f"{what}, but got type {type(value)}.")
    if valid_values is not None and value not in valid_values:
        known = ", ".join(repr(one) for one in valid_values)
        raise ValueError(custom_msg or f"Unknown value '{value}' for argument {arg}. Valid values are {{{known}}}.")
    return value


def list_dir(root, prefix=False):
    """The folders in a folder, with its path before them if `prefix`."""
    return _listed(root, prefix, os.path.isdir)


def list_files(root, suffix, prefix=False):
    """The files in a folder whose names end in `suffix`, a string or a tuple of them."""
    return _listed(root, prefix, lambda path: os.path.isfile(path) and path.endswith(suffix))


def _listed(root, prefix, wanted):
    root = os.path.expanduser(root)
    names = [name for name in os.listdir(root) if wanted(os.path.join(root, name))]
    return [os.path.join(root, name) for name in names] if prefix else names
