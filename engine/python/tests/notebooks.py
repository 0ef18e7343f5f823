"""Runs notebooks' code cells natively and compares what they print with recorded outputs.

    python3 notebooks.py NOTEBOOK... [--expected DIR] [--data DIR]

Cells run in order in one namespace, in a copy of the data folder; the last expression is shown as Jupyter shows it.
Lines that tell a time or an address differ by nature and are masked. Without `--expected` it only prints.
With CARREL_ENGINE_GPU=1 there is a GPU, which the notebooks then choose.
Read next: `test_torch_notebooks`.
"""

import argparse
import ast
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))


def shown(value):
    """An expression's value as IPython's pretty printer shows it, for the kinds that the notebooks use."""
    if type(value).__repr__ is object.__repr__:
        return f"<{type(value).__module__}.{type(value).__qualname__} at 0x0>"
    if type(value) is tuple:
        parts = [shown(part).replace("\n", "\n ") for part in value]
        flat = "(" + ", ".join(parts) + ("," if len(parts) == 1 else "") + ")"
        return flat if "\n" not in flat and len(flat) < 80 else "(" + ",\n ".join(parts) + ")"
    return repr(value)


def run_cell(source, names):
    """Runs a cell; gives what it printed and, if it ends with an expression, that."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None
    return printed.getvalue() + (shown(value) + "\n" if value is not None else "")


def expected_text(cell):
    """What a recorded cell printed and showed."""
    text = ""
    for output in cell.get("outputs", ()):
        if output["output_type"] == "stream":
            text += "".join(output["text"])
        elif "data" in output:
            text += "".join(output["data"]["text/plain"]) + "\n"
    return text


def masked(text):
    """Times and addresses blotted out."""
    return re.sub(r"\d+\.\d s\b", "T s", re.sub(r"0x[0-9a-f]+", "0x0", text))


def run(path, expected=None, data=None, show=True):
    """Runs a notebook. Returns the numbers of the cells whose text differs from the recorded."""
    cells = [cell for cell in json.loads(pathlib.Path(path).read_text())["cells"] if cell["cell_type"] == "code"]
    recorded = None
    if expected:
        document = json.loads((pathlib.Path(expected) / pathlib.Path(path).name).read_text())
        recorded = [expected_text(cell) for cell in document["cells"] if cell["cell_type"] == "code"]
    folder = tempfile.mkdtemp()
    before, names, different = os.getcwd(), {"__name__": "__main__"}, []
    try:
        if data:
            shutil.copytree(data, folder, dirs_exist_ok=True)
        os.chdir(folder)
        for number, cell in enumerate(cells):
            start = time.perf_counter()
            text = run_cell("".join(cell["source"]), names)
            seconds = time.perf_counter() - start
            agrees = recorded is None or masked(text) == masked(recorded[number])
            if not agrees:
                different.append(number)
            if show:
                print(f"--- cell {number}: {seconds:.2f} s{'' if agrees else ', differs'}\n{text}", end="")
                if not agrees:
                    print(f"--- expected\n{recorded[number]}", end="")
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)
    return different


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="+")
    parser.add_argument("--expected")
    parser.add_argument("--data")
    options = parser.parse_args()
    failed = {path: different for path in options.notebooks if (different := run(path, options.expected, options.data))}
    for path, different in failed.items():
        print(f"{path}: cells {different} differ")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
