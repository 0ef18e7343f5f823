"""Every recorded call, mapped over two entries, beside the same call made once an entry.

Usage: `vmap_sweep.py DIR [--only PATTERN] [--show]` with recorded samples in DIR. Prints what differs, what raises, and
which operators run once an entry for want of a rule.
Refuses calls whose results have shapes that depend on values. Read next: `torch._batched`.
"""

import argparse
import pathlib
import re
import sys
import warnings
from collections import Counter

import recorded
import torch
from conformance import call

#: PyTorch's refusals, which ours repeat.
_REFUSED = ("dynamic shape", ".item() on a Tensor", "data-dependent control flow", "is not possible because there exists", "were not batched")
_TOLERANCE = {"float32": (1e-4, 1e-5), "float64": (1e-7, 1e-7), "float16": (2e-2, 2e-2), "bfloat16": (4e-2, 4e-2)}


def turned(tensor):
    """Other values of the same kind: the elements in reverse order."""
    return tensor.reshape(-1).flip(0).reshape(tensor.shape)


def tensors_replaced(value, take):
    """A value with `take()` in the place of each of its tensors."""
    if isinstance(value, torch.Tensor):
        return take(value)
    if isinstance(value, (list, tuple)):
        return type(value)(tensors_replaced(part, take) for part in value)
    if isinstance(value, dict):
        return {key: tensors_replaced(part, take) for key, part in value.items()}
    return value


def compare(path, whole, which):
    """Raises if the mapped call differs. `which` picks the tensors that have a batch. False if the call cannot be mapped."""
    tensors = recorded.tensors_of(whole)
    picked = [place for place in range(len(tensors)) if which(place)]
    if not picked:
        return False
    pairs = {place: torch.stack([tensors[place], turned(tensors[place])]) for place in picked}

    def run(values):
        count = iter(range(len(tensors)))
        given = tensors_replaced(whole, lambda own: values.get(next(count), own))
        return call(path, given[0], given[1], given[2])

    try:
        entries = [run({place: pair[number].clone() for place, pair in pairs.items()}) for number in range(2)]
        wanted = [torch.stack(column) for column in zip(*[recorded.tensors_of(entry) for entry in entries])]
    except Exception:
        return False
    if not wanted:
        return False
    places = list(pairs)
    mapped = torch.vmap(lambda *values: tuple(recorded.tensors_of(run(dict(zip(places, values))))), randomness="same")
    try:
        found = mapped(*pairs.values())
    except RuntimeError as error:
        if any(text in str(error) for text in _REFUSED):
            return False
        raise
    recorded.check_equal(list(found), wanted, _TOLERANCE, "output")
    return True


def main():
    """Runs the sweep and prints what it found. Returns the number of calls with differences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    wrong, done, slow = Counter(), 0, Counter()
    for row in recorded.rows(options.folder / "opinfo.jsonl.gz"):
        path = row["call"]
        if options.only and not re.search(options.only, path):
            continue
        for sample in row["samples"]:
            try:
                whole = [recorded.decode(sample["input"]), [recorded.decode(value) for value in sample["args"]]]
                whole.append({name: recorded.decode(value) for name, value in sample["kwargs"].items()})
            except NotImplementedError:
                continue
            for which in (lambda place: True, lambda place: place == 0, lambda place: place > 0):
                try:
                    with warnings.catch_warnings(record=True) as caught:
                        warnings.simplefilter("always")
                        done += bool(compare(path, whole, which))
                    for warning in caught:
                        if "performance drop" in str(warning.message):
                            slow[str(warning.message).split("torch.")[1].split(". ")[0]] += 1
                except Exception as error:
                    if options.show or not wrong[path]:
                        print(f"{path}: {type(error).__name__}: {str(error)[:300]}")
                    wrong[path] += 1
    print(f"{done} mapped calls agree, {sum(wrong.values())} of {len(wrong)} functions do not; once an entry: {sorted(slow)}")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(bool(main()))
