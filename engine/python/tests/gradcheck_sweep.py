"""Gradients against finite differences: `gradcheck` in float64 over every operator with recorded gradients.

    python3 gradcheck_sweep.py DIR [--only PATTERN] [--double] [--list]

DIR holds the recorded samples (see `conformance`); their float inputs are cast to float64. `--double` checks gradients
of gradients too. Samples that are too large to differentiate element by element are left out, unless an operator has no
smaller one. Prints `passed / all` operators, and every miss with its first reason. Names that are not there yet are
counted apart. Where a recorded input lies on a kink of its operator (see KINKS) it is moved off it.
Refuses to judge values: `conformance` does. Read next: `recorded`, `torch.autograd.gradcheck`.
"""

import argparse
import collections
import pathlib
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import conformance
import recorded
import torch
from torch.autograd import gradcheck, gradgradcheck

#: Elements of differentiable inputs above which a sample is left out.
MAX_ELEMENTS = 60
#: The same for gradients of gradients, where an operator has a smaller sample.
MAX_DOUBLE_ELEMENTS = 25
#: Samples of one operator that are checked.
MAX_SAMPLES = 6

#: Operators whose recorded inputs lie on kinks or ties, where one-sided derivatives differ: how far inputs are moved.
KINKS = {"torch.frexp": 1.0}

#: The same for gradients of gradients only.
DOUBLE_KINKS = {"torch.linalg.norm:subgradients_at_zero": 0.5}

#: Operators of symmetric matrices: only those are near a recorded input, so every input is made symmetric first.
SYMMETRIC = (
    "torch.cholesky torch.linalg.cholesky torch.linalg.cholesky_ex torch.linalg.eigh torch.linalg.eigvalsh "
    "torch.linalg.pinv:hermitian torch.linalg.matrix_sqrth torch.linalg.matrix_rank:hermitian"
).split()

#: Operators that read one triangle of an input: that triangle is taken first.
TRIANGULAR = {"torch.cholesky_solve": 1}

#: What gradcheck cannot say anything about, with the reason.
NOT_CHECKED = {
    "Tensor.half": "rounds to a narrower dtype: differences of 1e-6 vanish",
    "Tensor.bfloat16": "rounds to a narrower dtype: differences of 1e-6 vanish",
    "Tensor.float": "rounds to a narrower dtype: differences of 1e-6 are rounded themselves",
    "torch.as_strided_scatter": "PyTorch hands its input the gradient of what was overwritten; the recorded gradients hold it to that",
    **dict.fromkeys(
        (f"torch.nn.functional.max_unpool{rank}d" for rank in (1, 2, 3)),
        "recorded indices name a place twice, where the last value wins; the variant `grad` has others and is checked",
    ),
}


def name_of(row):
    """An operator's name, with its variant."""
    return row["call"] + (":" + row["variant"] if row["variant"] else "")


def _as_double(value, leaves, device="cpu"):
    """A recorded value with float tensors in float64; those marked as inputs of gradients go to `leaves`."""
    if isinstance(value, list):
        return [_as_double(part, leaves) for part in value]
    if isinstance(value, dict) and len(value) == 1:
        (kind, content) = next(iter(value.items()))
        if kind == "t":
            made = recorded.decode(value)
            if made.dtype.is_floating_point:
                made = made.double()
                if content.get("grad"):
                    leaves.append(made)
            return made
        if kind == "tuple":
            return tuple(_as_double(part, leaves) for part in content)
        if kind == "dict":
            return {key: _as_double(part, leaves) for key, part in content.items()}
        if kind == "dtype":
            found = recorded.decode(value)
            return torch.float64 if found.is_floating_point else found
    return recorded.decode(value)


def _replaced(value, swap):
    if isinstance(value, torch.Tensor):
        return swap.get(id(value), value)
    if isinstance(value, (list, tuple)):
        return type(value)(_replaced(part, swap) for part in value)
    if isinstance(value, dict):
        return {key: _replaced(part, swap) for key, part in value.items()}
    return value


class Sample:
    """One call: a function of its differentiable inputs."""

    def __init__(self, row, sample):
        self.path = row["call"]
        self.name = name_of(row)
        self.leaves = []
        self.input = _as_double(sample["input"], self.leaves)
        self.args = [_as_double(value, self.leaves) for value in sample["args"]]
        self.kwargs = {name: _as_double(value, self.leaves) for name, value in sample["kwargs"].items()}

    @property
    def num_elements(self):
        return sum(leaf.numel() for leaf in self.leaves)

    def inputs(self, shift):
        """Fresh leaves, moved by up to `shift`."""
        generator = torch.Generator().manual_seed(7)
        moved = [
            leaf.clone() + shift * torch.rand(leaf.shape, dtype=torch.float64, generator=generator) if shift else leaf.clone()
            for leaf in self.leaves
        ]
        return tuple(leaf.requires_grad_() for leaf in moved)

    def __call__(self, *leaves):
        if self.name in SYMMETRIC:
            leaves = [(leaf + leaf.mT) / 2 for leaf in leaves]
        if self.name in TRIANGULAR:
            leaves = list(leaves)
            keep = torch.triu if self.kwargs.get("upper") or any(value is True for value in self.args) else torch.tril
            leaves[TRIANGULAR[self.name]] = keep(leaves[TRIANGULAR[self.name]])
        swap = {id(old): new for old, new in zip(self.leaves, leaves)}
        input, args, kwargs = (_replaced(part, swap) for part in (self.input, self.args, self.kwargs))
        torch.manual_seed(0)
        if self.path.rpartition(".")[2].endswith("_"):
            # In place: the leaf itself must not be written.
            input = input * 1 if isinstance(input, torch.Tensor) and input.dtype.is_floating_point else input
        found = conformance.call(self.path, input, args, kwargs)
        outputs = [part for part in recorded.tensors_of(found) if part.dtype.is_floating_point]
        return tuple(outputs)


def samples_of(row):
    """The samples of an operator that are checked: the first small ones."""
    made = []
    for sample in row["samples"]:
        if sample.get("grads") is None:
            continue
        try:
            one = Sample(row, sample)
        except NotImplementedError:
            continue
        if one.leaves:
            made.append(one)
    small = [one for one in made if one.num_elements <= MAX_ELEMENTS]
    if not small and made:
        small = [min(made, key=lambda one: one.num_elements)]
    return small[:MAX_SAMPLES]


def check(name, sample, double):
    """Raises if a sample's gradients differ from finite differences. False if it lies outside the operator's domain."""
    function, inputs = sample, sample.inputs(KINKS.get(name, 0))
    outputs = function(*inputs)
    if any(not bool(torch.isfinite(output).all()) for output in outputs):
        return False
    gradcheck(function, inputs)
    if double:
        gradgradcheck(function, sample.inputs(DOUBLE_KINKS[name]) if name in DOUBLE_KINKS else inputs)
    return True


def sweep(path, only="", double=False):
    """Counts by operator: (passed, missing names, reasons of misses by name)."""
    passed, missing, missed = [], [], {}
    for row in recorded.rows(path):
        name = name_of(row)
        if only and only not in name or name in NOT_CHECKED:
            continue
        samples = samples_of(row)
        if not samples:
            continue
        try:
            # Gradients of gradients take the square of the time: of large samples one, the smallest.
            smallest = min(samples, key=lambda sample: sample.num_elements)
            for sample in samples:
                check(name, sample, double and (sample is smallest or sample.num_elements <= MAX_DOUBLE_ELEMENTS))
            passed.append(name)
        except conformance.Missing:
            missing.append(name)
        except (Exception, RecursionError) as error:
            if "not in Carrel" in str(error):
                missing.append(name)
            else:
                missed[name] = f"{type(error).__name__}: {error}"
    return passed, missing, missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--only", default="")
    parser.add_argument("--double", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    path = pathlib.Path(options.folder) / "opinfo.jsonl.gz"
    passed, missing, missed = sweep(path, options.only, options.double)
    total = len(passed) + len(missing) + len(missed)
    what = "gradcheck and gradgradcheck" if options.double else "gradcheck"
    print(f"{what}: {len(passed)} / {total} operators passed, {len(missing)} of names that are not there yet, {len(missed)} missed")
    for name, reason in missed.items():
        print(f"  {name}: {reason[:300]!r}" if not options.list else f"  {name}: {reason}")
    for name, reason in NOT_CHECKED.items():
        print(f"  not checked: {name}: {reason}")
    if options.list:
        print("  not there yet:", " ".join(missing))


if __name__ == "__main__":
    main()
