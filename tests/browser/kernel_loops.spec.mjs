// The loops of relaxed SIMD beside the engine's own: both compute within the same bounds, keep NaN, and the ones that multiply
// and add in one instruction round once. The module holds nothing else. Read next: engine/loops, public/kernel/loops.js.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { objectionsTo, textOf } from "../../tools/build/loops.mjs";
import { pieces } from "../../tools/build/site.mjs";
import { hasEngine, openKernelPage } from "./kernel_harness.mjs";

const resultOf = ({ outputs }) => {
  const error = outputs.find(({ type }) => type === "error");
  assert.equal(error, undefined, error?.evalue);
  return outputs.find(({ type }) => type === "execute_result").data["text/plain"];
};

/** Errors in units in the last place, over lengths that fill no vector too; bounds as in engine/src/cpu/lanes.rs, which both have. */
const FUNCTIONS = `
import torch
from torch.nn import functional as F

def worst(function, low, high, count=100_003):
    x = torch.linspace(low, high, count)
    exact = function(x.double())
    units = exact.abs().clamp_min(2.0**-126).log2().floor().exp2() * 2.0**-23
    return ((function(x).double() - exact).abs() / units).max().item()

bounds = [
    (torch.exp, -87.0, 88.0, 1.0), (torch.log, 1e-6, 1e4, 0.8), (torch.tanh, -12.0, 12.0, 2.6),
    (torch.erf, -5.0, 5.0, 1.4), (torch.sigmoid, -80.0, 80.0, 2.4),
]
[function.__name__ for function, low, high, bound in bounds if not worst(function, low, high) <= bound]`;

const CORNERS = `
inf, nan = float("inf"), float("nan")
x = torch.tensor([0.0, -0.0, inf, -inf, nan, 1e-42])
[f(x).tolist() for f in (torch.exp, torch.log, torch.tanh, torch.erf, torch.sigmoid)]`;

const PRODUCTS = `
torch.manual_seed(0)
def differs(m, k, n, dtype):
    a, b = torch.randn(m, k, dtype=dtype), torch.randn(k, n, dtype=dtype)
    exact = (a.double().unsqueeze(-1) * b.double()).sum(1)
    bound = torch.finfo(dtype).eps * (a.double().abs() @ b.double().abs())
    return [((x @ y).double() - exact).abs().gt(4 * bound + 1e-15).any().item() for x, y in ((a, b), (a, b.t().contiguous().t()), (a.t().contiguous().t(), b))]

sizes = [(1, 1, 1), (1, 40, 30), (30, 40, 1), (5, 7, 9), (64, 300, 17), (33, 5, 64)]
[(size, dtype) for size in sizes for dtype in (torch.float32, torch.float64) if any(differs(*size, dtype))]`;

const WINDOWS = `
x, w = torch.randn(2, 6, 11, 9), torch.randn(4, 6, 3, 3)
exact = F.conv2d(x.double(), w.double(), padding=1)
rows = torch.randn(5, 37) * 9
share = torch.softmax(rows, -1)
((F.conv2d(x, w, padding=1) - exact).abs().max().item() < 1e-5, (share - torch.softmax(rows.double(), -1)).abs().max().item() < 1e-7,
 torch.softmax(torch.tensor([1000.0, -1000.0, -inf]), 0).tolist(), torch.softmax(torch.tensor([nan, 0.0]), 0).tolist())`;

/** (1 + e)^2 - (1 + 2e) is e^2 with one rounding, and nothing with two. */
const ROUNDINGS = `
e = 2.0**-12
(torch.tensor([[-1 - 2 * e, 1 + e]] * 2) @ torch.tensor([[1.0] * 2, [1 + e] * 2])).tolist()`;

/** NaN survives what the compiler would make relaxed_max and relaxed_min of, wherever it stands. */
const NANS = `
def keeps(f, x):
    return all(f(torch.where(torch.arange(x.numel()) == place, nan, x)).isnan().any().item() for place in range(x.numel()))

x = torch.linspace(-3, 3, 23)
functions = {
    "max": torch.max, "amin": torch.amin, "maximum": lambda x: torch.maximum(x, -x), "relu": torch.relu, "clamp": lambda x: x.clamp(-1, 1),
    "softmax": lambda x: x.softmax(0), "log_softmax": lambda x: x.log_softmax(0), "matmul": lambda x: x.view(1, 23) @ torch.zeros(23, 2),
    "dot": lambda x: x @ torch.zeros(23), "tanh": torch.tanh, "exp": torch.exp, "sigmoid": torch.sigmoid, "erf": torch.erf, "log": lambda x: (x + 4).log(),
    "gelu": F.gelu, "conv1d": lambda x: F.conv1d(x.view(1, 1, 23), torch.zeros(8, 1, 3)), "max_pool": lambda x: F.max_pool1d(x.view(1, 23), 2, ceil_mode=True),
}
[name for name, f in functions.items() if not keeps(f, x)]`;

const notBuilt = hasEngine ? false : "no build has left the engine";

for (const isLinked of [false, true]) {
  describe(`the engine ${isLinked ? "with" : "without"} the loops of relaxed SIMD`, { skip: notBuilt }, () => {
    test("computes within its bounds", async () => {
      // A browser without relaxed SIMD calls the module invalid.
      const kernel = await openKernelPage({ before: isLinked ? {} : { "loops.js": "WebAssembly.validate = () => false;" } });
      await kernel.start();
      const run = async (code) => resultOf(await kernel.execute(code));
      assert.equal(await run(FUNCTIONS), "[]");
      const corners = (await run(CORNERS)).replace(/\s+/g, " ");
      assert.equal(
        corners,
        "[[1.0, 1.0, inf, 0.0, nan, 1.0], [-inf, -inf, inf, nan, nan, -96.70804595947266], " +
          "[0.0, -0.0, 1.0, -1.0, nan, 1.0005271035279194e-42], [0.0, -0.0, 1.0, -1.0, nan, 1.1294465622458026e-42], " +
          "[0.5, 0.5, 1.0, 0.0, nan, 0.5]]",
      );
      assert.equal(await run(NANS), "[]");
      assert.equal(await run(PRODUCTS), "[]");
      assert.equal(await run(WINDOWS), "(True, True, [1.0, 0.0, 0.0], [nan, nan])");
      const square = isLinked ? String(2 ** -24) : "0.0";
      assert.equal((await run(ROUNDINGS)).replaceAll("e-08", "e-8").replace(/\s+/g, " "), `[[${square}, ${square}], [${square}, ${square}]]`);
      assert.deepEqual(kernel.log.filter((line) => line.startsWith("warning:")), []);
      await kernel.close();
    });
  });
}

describe("the module of loops", { skip: notBuilt }, () => {
  test("multiplies and adds, and uses no other relaxed instruction", () => {
    assert.deepEqual(objectionsTo(textOf(join(pieces, "kernel", "loops.wasm"))), []);
    assert.doesNotMatch(textOf(join(pieces, "kernel", "recorder_bg.wasm")), /\brelaxed_/);
  });

  test("would not be built with others, or with memory of its own", () => {
    const module = (line) => `(module\n (import "env" "memory" (memory $0 0))\n${line}\n)`;
    assert.deepEqual(objectionsTo(module(" (func $0 (f32x4.relaxed_madd (local.get 0)))")), []);
    assert.deepEqual(objectionsTo(module(" (func $0 (f32x4.relaxed_max (local.get 0)))")), ["f32x4.relaxed_max"]);
    assert.deepEqual(objectionsTo(module(' (data $0 (i32.const 8) "x")')), ['(data $0 (i32.const 8) "x")']);
    assert.deepEqual(objectionsTo(module(" (func $0 (global.set $0 (i32.const 1)))")), ["a stack"]);
    assert.deepEqual(objectionsTo(module(" (func $0 (call $1))")), ["a call"]);
    assert.equal(objectionsTo(module(' (import "env" "log" (func $log))')).length, 1);
  });
});
