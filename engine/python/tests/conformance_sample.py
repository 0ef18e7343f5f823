"""Writes a sample of the recorded operator calls, small enough to lie in the repository (tests/conformance).

    python3 conformance_sample.py SOURCE_DIR TARGET_DIR [--every N]

Every N-th sample is taken, or the next one that is short; each keeps its number. Refuses to record: that needs PyTorch.
Read next: `conformance`.
"""

import argparse
import gzip
import json
import pathlib

#: Longer samples are left out: the same operator has shorter ones.
MAX_CHARACTERS = 1500


def sample_rows(source, every):
    """The rows of a recorded file with fewer samples."""
    due = 0
    with gzip.open(source, "rt") as lines:
        for row in map(json.loads, lines):
            positions = []
            for position, sample in enumerate(row["samples"]):
                due += 1
                if due >= every and len(json.dumps(sample)) <= MAX_CHARACTERS:
                    positions.append(position)
                    due = 0
            if positions:
                yield {**row, "positions": positions, "samples": [row["samples"][position] for position in positions]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--every", type=int, default=11)
    options = parser.parse_args()
    name = "opinfo.jsonl.gz"
    rows = sample_rows(pathlib.Path(options.source) / name, options.every)
    text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    # Without a time of its own, so that the same sample is the same file.
    (pathlib.Path(options.target) / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
