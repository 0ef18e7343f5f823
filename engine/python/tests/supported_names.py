"""Writes `docs/supported-names.md`: which of the names that public tutorials use are there, partly there, or refused.

    python3 supported_names.py [--check]

`torch_names.txt` lists the names, each with the number of files that use it; `supported_notes.py` says what differs. All
else is asked of the packages themselves: a name is there if it resolves, refused if what it resolves to raises "not
supported in Carrel". With `--check` nothing is written; the exit status tells whether the page is true.
Refuses to judge what a name does: `conformance.py` does. Read next: `test_torch_names`, `torch/_out_of_scope.py`.
"""

import argparse
import collections
import importlib
import pathlib
import sys
import warnings

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent), str(FOLDER)]

import supported_notes
import torch
from torch import _out_of_scope

NAMES = FOLDER / "torch_names.txt"
PAGE = FOLDER.parents[2] / "docs" / "supported-names.md"

#: A name that this many files use must be there, or refuse with its reason.
ENOUGH_FILES = 2

INTRODUCTION = """\
# Names of PyTorch, and which Carrel has

Written by `engine/python/tests/supported_names.py`; a test holds it to be true. The names are those that a collection of
public notebooks and programs uses: {total} names, of which **{yes} are there**, {partly} are there with a difference that
is said, {refused} are refused with the reason, and {missing} are unknown.

A name that is there behaves as PyTorch's, as far as recorded samples tell: see `make conformance`. A name that is refused can be
imported and mentioned; calling it raises `NotImplementedError` with the reason below. More about what is refused is in
[torch.md](torch.md).
"""


def listed():
    """The names and how many files use each."""
    pairs = (line.split() for line in NAMES.read_text().splitlines())
    return {name: int(files) for name, files in pairs if name not in supported_notes.NOT_PYTORCHS}


def _owners(first):
    """Where names that begin with this word are looked for."""
    if first == "torch":
        return [torch]
    if first == "Tensor":
        return [torch.Tensor]
    if first == "Module/Optimizer":
        return [torch.nn.Module, torch.optim.Optimizer, torch.optim.SGD([torch.ones(1)]), torch.optim.lr_scheduler.LRScheduler]
    if first == "operator":
        return [None]
    return [importlib.import_module(first)]


def resolve(path):
    """What a dotted name stands for; raises AttributeError or ImportError if it stands for nothing."""
    first, *rest = path.split(".")
    if first == "operator":
        return torch.Tensor.__matmul__
    for owner in _owners(first):
        found, module = owner, first
        try:
            for name in rest:
                module += "." + name
                try:
                    found = getattr(found, name)
                except AttributeError:
                    found = importlib.import_module(module)
        except ImportError:
            continue
        return found
    raise AttributeError(f"{path} is not there")


def reason_of_refusal(found):
    """Why what a name stands for is refused; an empty text if it is not."""
    if isinstance(found, _out_of_scope._RefusedModule):
        return f"{found.__name__} is not supported{found._reason}"
    # Refused classes and dtypes carry the error that they raise.
    message = getattr(found, "_message", None) if isinstance(found, (type, torch.dtype)) else None
    return message if isinstance(message, str) and "is not supported in Carrel" in message else ""


def judged(path):
    """The status of a name (`yes`, `partly`, `refused`, `missing`) and what there is to say about it."""
    try:
        found = resolve(path)
    except (AttributeError, ImportError):
        return "missing", ""
    if reason := supported_notes.REFUSED.get(path, "") or reason_of_refusal(found).partition(": ")[2]:
        return "refused", reason
    if note := supported_notes.note(path):
        return "partly", note
    return "yes", ""


def _section(path):
    """The heading under which a name stands, and the name there."""
    first = path.partition(".")[0]
    owner, _, name = path.rpartition(".")
    if first in ("torch", "torchvision") and owner.split(".")[-1][0].isupper():
        # A member of a class stands with its class.
        owner, _, kind = owner.rpartition(".")
        name = f"{kind}.{name}"
    return {"Module/Optimizer": "methods of modules, optimizers and schedulers", "operator": "torch.Tensor", "Tensor": "torch.Tensor"}.get(
        owner, owner
    ), name


def page():
    """The page's text, and the names of each status."""
    sections, by_status = collections.defaultdict(dict), collections.defaultdict(list)
    for path in sorted(listed()):
        section, name = _section(path)
        status, text = judged(path)
        sections[section][name] = status, text
        by_status[status].append(path)
    counts = {status: len(by_status[status]) for status in ("yes", "partly", "refused", "missing")}
    lines = [INTRODUCTION.format(total=sum(counts.values()), **counts)]
    for section, names in sorted(sections.items()):
        lines.append(f"## {section}\n")
        there = [f"`{name}`" for name, (status, _) in names.items() if status == "yes"]
        if there:
            lines.append(" ".join(there) + "\n")
        told = collections.defaultdict(list)
        for name, (status, text) in names.items():
            if status != "yes":
                told[status, text].append(f"`{name}`")
        if told:
            lines += ["| name | status | |", "|---|---|---|"]
            lines += [f"| {' '.join(names)} | {status} | {text} |" for (status, text), names in sorted(told.items())]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n", by_status


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", action="store_true", help="print the names that are not there")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    text, by_status = page()
    print(", ".join(f"{len(names)} {status}" for status, names in sorted(by_status.items())))
    if options.missing:
        files = listed()
        print(*(f"{files[name]:4} {name}" for name in by_status["missing"]), sep="\n")
    elif options.check:
        sys.exit(text != PAGE.read_text())
    else:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
