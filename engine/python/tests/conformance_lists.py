"""The lists of recorded samples that are known not to agree, each with its reason: conformance_misses/DEVICE.toml.

    [[miss]]
    reason = "why"
    samples = ["add#3", "nn.functional.pad.reflect#0"]
    operators = ["svd"]        # every sample of these

The lists are kept true in both directions: a sample that misses and is not listed is an error, and so is one that is
listed and passes. `conformance.py --update` rewrites a list, keeping the reasons. Refuses patterns. Read next: `conformance`.
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


def update(device, misses, seen):
    """Rewrites a device's list after a whole run: what passes leaves it, what is new joins with what was seen as its reason."""
    samples, operators = listed(device)
    kept = {sample: reason for sample, reason in samples.items() if sample not in seen}
    reasons = {**kept}
    for sample, why in misses.items():
        operator = sample.rpartition("#")[0]
        reasons[sample] = samples.get(sample) or operators.get(operator) or why.split("\n")[0][:160]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{device}.toml").write_text(written(device, reasons, seen))


def written(device, reasons, seen):
    """Reasons by sample as the text of a list. Operators of which every sample misses are named once."""
    of_operator = {}
    for sample in seen | reasons.keys():
        of_operator.setdefault(sample.rpartition("#")[0], set()).add(sample)
    whole = {}
    for operator, samples in of_operator.items():
        found = {reasons.get(sample) for sample in samples}
        if len(found) == 1 and None not in found:
            whole[operator] = found.pop()
    groups = {}
    for operator, reason in sorted(whole.items()):
        groups.setdefault(reason, ([], []))[0].append(operator)
    for sample, reason in sorted(reasons.items()):
        if sample.rpartition("#")[0] not in whole:
            groups.setdefault(reason, ([], []))[1].append(sample)
    text = f"# Recorded samples that do not agree on device {device}, with reasons; see ../conformance_lists.py. Kept by `make conformance`.\n"
    for reason, (operators, samples) in sorted(groups.items()):
        text += f"\n[[miss]]\nreason = {json.dumps(reason, ensure_ascii=False)}\n"
        for key, names in (("operators", operators), ("samples", samples)):
            if names:
                text += f"{key} = [\n" + "".join(f"    {json.dumps(name)},\n" for name in names) + "]\n"
    return text
