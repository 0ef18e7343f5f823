"""The lists of recorded samples that are known not to agree, each with its reason: conformance_misses/DEVICE.toml.

    [[miss]]
    reason = "why"
    samples = ["add#3", "nn.functional.pad.reflect#0"]
    operators = ["svd"]        # every sample of these

The lists are kept true in both directions: a sample that misses and is not listed is an error, and so is one that is
listed and passes. Refuses patterns. Read next: `conformance`.
"""

import json
import pathlib
import tomllib

FOLDER = pathlib.Path(__file__).resolve().parent / "conformance_misses"


def listed(device):
    """Reasons by sample, and reasons by operator (with its variant)."""
    path = FOLDER / f"{device}.toml"
    entries = tomllib.loads(path.read_text()).get("miss", []) if path.exists() else []
    samples = {sample: entry["reason"] for entry in entries for sample in entry.get("samples", [])}
    operators = {operator: entry["reason"] for entry in entries for operator in entry.get("operators", [])}
    return samples, operators


def untrue(device, misses, seen):
    """What is wrong with a device's list, given the samples that were run and those that missed."""
    samples, operators = listed(device)
    for sample, why in misses.items():
        if sample not in samples and sample.rpartition("#")[0] not in operators:
            yield f"{sample} misses and is not listed: {why}"
    for sample in sorted(seen - misses.keys()):
        if sample in samples or sample.rpartition("#")[0] in operators:
            yield f"{sample} is listed and passes"


def written(misses):
    """Misses as a list whose reasons are what was seen; whole operators are named once."""
    groups = {}
    for sample, why in misses.items():
        groups.setdefault(why.split("\n")[0][:200], []).append(sample)
    entries = []
    for why, samples in sorted(groups.items(), key=lambda group: group[1]):
        lines = "".join(f"    {json.dumps(sample)},\n" for sample in samples)
        entries.append(f"[[miss]]\nreason = {json.dumps(why)}\nsamples = [\n{lines}]\n")
    return "\n".join(entries)
