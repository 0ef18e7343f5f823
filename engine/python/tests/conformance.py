"""Replays what real PyTorch answered and counts agreement: operators, modules, optimisers, random draws.

    python3 conformance.py DIR [opinfo|modules|optim|rng] [--only PATTERN] [--device webgpu] [--list] [--show]
    python3 conformance.py DIR opinfo --check [--every N]      fails where the list of known misses is not true
    python3 conformance.py DIR opinfo --update                 rewrites that list; new misses still want a reason in words

DIR holds the recorded files (its README.md describes them). Without a kind, all are run. `--list` prints every
operator's counts, `--show` the first miss of every operator. Names that are not there yet are counted apart, and so
are samples of dtypes that the device has not. Refuses to judge speed. Read next: `recorded`, `conformance_lists`.
"""

import argparse
import collections
import pathlib
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import conformance_lists
import recorded
import torch

CPU_TOLERANCE = {"float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7), "float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5)}
GPU_TOLERANCE = {"float32": (1e-4, 1e-4), "float16": (1e-2, 1e-2)}


class Missing(Exception):
    """A name of PyTorch's that is not there yet."""


def resolve(path):
    """The function, method or property that a dotted name means."""
    found = torch.Tensor if path.startswith("Tensor.") else torch
    for word in path.split(".")[1:]:
        try:
            found = getattr(found, word)
        except AttributeError as error:
            raise Missing(path) from error
    return found


def call(path, input, args, kwargs):
    """What a sample's call gives."""
    if path.startswith("property."):
        return getattr(input, path.partition(".")[2])
    if path.startswith("torch.Tensor.") or path.startswith("Tensor."):
        return resolve(path)(input, *args, **kwargs)
    return resolve(path)(input, *args, **kwargs)


def check_grads(inputs, output, expected, tolerance):
    """Gradients of `sum(out * linspace(-1, 1))` over the floating outputs, against the recorded ones."""
    outputs = [part for part in recorded.tensors_of(output) if part.dtype.is_floating_point and part.requires_grad]
    if not outputs:
        raise AssertionError("no output requires grad")
    total = recorded.cotangent_sum(outputs)
    found = torch.autograd.grad(total, inputs, allow_unused=True)
    for number, (gradient, want) in enumerate(zip(found, expected)):
        if want is None:
            if gradient is not None and bool((gradient != 0).any()):
                raise AssertionError(f"gradient {number} should be unused")
            continue
        recorded.check_equal(gradient, recorded.decode(want), tolerance, f"gradient {number}")


# Outputs that hold vectors of which PyTorch defines the line only, not the direction: position and the vectors' dimension.
FREE_SIGNS = {"torch.linalg.eigh": (1, -2)}


def with_recorded_signs(path, output, wanted):
    """Turns each vector whose direction is free to where the recorded one points: a factor 1 or -1, without gradient."""
    if path not in FREE_SIGNS or output[FREE_SIGNS[path][0]].shape != wanted[FREE_SIGNS[path][0]].shape:
        return output
    position, dim = FREE_SIGNS[path]
    found = output[position]
    signs = (found.detach() * wanted[position].to(found.device)).sum(dim, keepdim=True).sign()
    return tuple(part * signs if place == position else part for place, part in enumerate(output))


def run_operator(row, sample, device, tolerance):
    """Raises if a sample's output or gradients differ."""
    leaves = []
    input = recorded.decode(sample["input"], device, leaves)
    args = [recorded.decode(value, device, leaves) for value in sample["args"]]
    kwargs = {name: recorded.decode(value, device, leaves) for name, value in sample["kwargs"].items()}
    output = call(row["call"], input, args, kwargs)
    wanted = recorded.decode(sample["output"])
    output = with_recorded_signs(row["call"], output, wanted)
    recorded.check_equal(output, wanted, tolerance, "output")
    if sample.get("grads") is not None and leaves:
        check_grads(leaves, output, sample["grads"], tolerance)


def run_module(row, sample, device, tolerance):
    """Raises if a module's output, parameter gradients or state after differ."""
    init = sample["init"]
    module = resolve(row["module"])(
        *[recorded.decode(value) for value in init["args"]],
        **{name: recorded.decode(value) for name, value in init["kwargs"].items()},
    )
    module.load_state_dict({name: recorded.decode(value) for name, value in sample["state"].items()})
    module.to(device).train(sample["train"])
    leaves = []
    forward = sample["forward"]
    output = module(
        *[recorded.decode(value, device, leaves) for value in forward["args"]],
        **{name: recorded.decode(value, device, leaves) for name, value in forward["kwargs"].items()},
    )
    recorded.check_equal(output, recorded.decode(sample["output"]), tolerance, "output")
    if sample.get("param_grads"):
        check_grads(list(module.parameters()), output, sample["param_grads"], tolerance)
    state = module.state_dict()
    for name, want in sample.get("state_after", {}).items():
        recorded.check_equal(state[name], recorded.decode(want), tolerance, f"state {name}")


def run_optimizer(row, sample, device, tolerance):
    """Raises if the parameters differ after any of the recorded steps."""
    A, y, W, b = (recorded.decode(sample[name], device) for name in ("A", "y", "W0", "b0"))
    W, b = W.detach().clone().requires_grad_(), b.detach().clone().requires_grad_()
    kwargs = {name: recorded.decode(value) for name, value in sample["kwargs"].items()}
    optimizer = resolve(row["optim"])([W, b], **kwargs)

    def closure():
        optimizer.zero_grad()
        loss = ((A @ W + b - y) ** 2).mean()
        loss.backward()
        return loss

    for number, step in enumerate(sample["steps"]):
        if row["optim"].endswith("LBFGS"):
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
        for parameter, want in zip((W, b), step):
            recorded.check_equal(parameter, recorded.decode(want), tolerance, f"step {number}")


def run_draw(row, sample, device, tolerance):
    """Raises if drawn numbers differ from the recorded ones."""
    torch.manual_seed(row["seed"])
    try:
        found = eval(row["expr"], {"torch": torch})
    except AttributeError as error:
        raise Missing(str(error)) from error
    exact = {name: (2e-7 if "float" in name else 0, 1e-7) for name in CPU_TOLERANCE}
    recorded.check_equal(found, recorded.decode(row["value"]), exact, "value")


KINDS = {
    "opinfo": ("opinfo.jsonl.gz", lambda row: row["call"] + (":" + row["variant"] if row["variant"] else ""), run_operator),
    "modules": ("modules.jsonl.gz", lambda row: row.get("module"), run_module),
    "optim": ("modules.jsonl.gz", lambda row: row.get("optim"), run_optimizer),
    "rng": ("rng.jsonl.gz", lambda row: row["expr"], run_draw),
}


def outcome_of(run, row, sample, device, tolerance):
    """"passed", "missing" or "missed", and why."""
    try:
        run(row, sample, device, tolerance)
    except Missing as error:
        return "missing", f"{error} is not there"
    except (Exception, RecursionError) as error:
        text = f"{type(error).__name__}: {error}"
        is_missing = isinstance(error, (NotImplementedError, AttributeError)) and "not in Carrel" in str(error)
        return "missing" if is_missing else "missed", text
    return "passed", ""


def results(kind, folder, options):
    """The operator, the sample's id, what came of it and why, sample by sample."""
    file, name_of, run = KINDS[kind]
    tolerance = CPU_TOLERANCE if options.device == "cpu" else GPU_TOLERANCE
    number = 0
    for row in recorded.rows(pathlib.Path(folder) / file):
        name = name_of(row)
        if name is None or (options.only and options.only not in name):
            continue
        samples = row.get("samples", [row])
        title = ".".join(part for part in (row.get("op", name), row.get("variant")) if part)
        title += f"@{row['seed']}" if "seed" in row else ""
        for position, sample in zip(row.get("positions", range(len(samples))), samples):
            number += 1
            if (number - 1) % options.every:
                continue
            if options.device != "cpu" and recorded.names_dtype(sample, "float64"):
                yield name, f"{title}#{position}", "other dtype", ""
                continue
            yield name, f"{title}#{position}", *outcome_of(run, row, sample, options.device, tolerance)


def run_kind(kind, folder, options):
    """Runs one recorded file and prints its counts. Returns how many sentences of the list of misses are not true."""
    counts = collections.defaultdict(collections.Counter)
    first_miss, misses, seen = {}, {}, set()
    for name, sample, outcome, why in results(kind, folder, options):
        counts[name][outcome] += 1
        seen.add(sample)
        if outcome in ("missing", "missed"):
            misses[sample] = why
            first_miss.setdefault((name, outcome), why)
    if options.update:
        conformance_lists.update(options.device, misses, seen)
    total = sum(counts.values(), collections.Counter())
    apart = f"; {total['other dtype']} of other dtypes" if total["other dtype"] else ""
    print(
        f"{kind} on {options.device}: {total['passed']} / {total.total() - total['other dtype']} passed, "
        f"{total['missing']} of names that are not there yet, {total['missed']} missed{apart}"
    )
    for name, count in counts.items():
        if options.list or count["missed"] and options.show:
            print(f"  {name}: {count['passed']} / {count.total()}")
            if (name, "missed") in first_miss:
                print("      " + first_miss[name, "missed"].replace("\n", "\n      ")[:600])
    if options.list:
        print("  not there yet:", " ".join(sorted(name for name, count in counts.items() if count["missing"])))
    if not options.check:
        return 0
    untrue = list(conformance_lists.untrue(options.device, misses, seen))
    for line in untrue:
        print("  " + line.replace("\n", " ")[:300])
    return len(untrue)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []])
    parser.add_argument("--only")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if sum(run_kind(kind, options.folder, options) for kind in options.kinds or KINDS):
        sys.exit("the list of known misses is not true (see above)")


if __name__ == "__main__":
    main()
