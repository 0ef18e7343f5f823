// The kernel with the engine: torch in Python, the recorder beside it and the
// executor in the gpu worker, with and without a GPU.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { tellStopped } from "./harness/latency.mjs";
import { errorOf, hasEngine, openKernelPage, resultOf } from "./kernel_harness.mjs";

const skip = hasEngine ? false : "no build has left the engine's wasm";

let kernel;
let ready;

before(async () => {
  kernel = await openKernelPage();
  if (!skip) ready = await kernel.start({ accelerator: "webgpu" });
});

after(() => kernel.close());

test("starts with the GPU and says which", { skip }, async () => {
  assert.equal(ready.accelerator.webgpu, true);
  assert.notEqual(ready.accelerator.name, "");
  assert.ok(ready.timings.gpu > 0);
});

test("adds tensors on the CPU", { skip }, async () => {
  const run = await kernel.execute("import torch\ntorch.ones(2, 2) + 1");
  assert.equal(resultOf(run), "tensor([[2., 2.],\n        [2., 2.]])");
});

test("adds tensors on the GPU and reads them back", { skip }, async () => {
  const run = await kernel.execute("x = torch.arange(4.0, device='webgpu')\n(x * 2 + 1).tolist()");
  assert.equal(resultOf(run), "[1.0, 3.0, 5.0, 7.0]");
});

test("reads many times in one cell", { skip }, async () => {
  const run = await kernel.execute("sum((x + i).sum().item() for i in range(50))");
  assert.equal(resultOf(run), String(50 * 6 + (4 * 49 * 50) / 2) + ".0");
});

test("keeps what was recorded in one cell for the next", { skip }, async () => {
  await kernel.execute("y = x * 3");
  assert.equal(resultOf(await kernel.execute("y[1:].tolist()")), "[3.0, 6.0, 9.0]");
});

test("raises the engine's errors at the cell's line", { skip }, async () => {
  const error = errorOf(await kernel.execute("a = 1\ntorch.ones(2, 3) @ torch.ones(2, 3)"));
  assert.equal(error.ename, "RuntimeError");
  assert.match(error.traceback.join("\n").replace(/\x1b\[[\d;]*m/g, ""), /----> 2 torch\.ones/);
});

test("writes files of tensors and reads them", { skip }, async () => {
  const code = `
from safetensors.torch import load, save
from torch.utils import npy
large = torch.arange(600_000).reshape(600, 1000).t()
torch.save({"large": large, "gpu": x, "flags": torch.tensor([True, False])}, "tensors.pt")
found = torch.load("tensors.pt", map_location="cpu")
npy.save("large.npy", large)
same = [found["large"], load(save({"large": large.contiguous()}))["large"], npy.load("large.npy")]
[torch.equal(tensor, large) for tensor in same], found["large"].stride(), found["gpu"].tolist(), found["flags"].tolist(), memoryview(large)[1, 2]`;
  assert.equal(resultOf(await kernel.execute(code)), "([True, True, True], (1, 1000), [0.0, 1.0, 2.0, 3.0], [True, False], 2001)");
});

test("calls the engine directly, and refuses what is no number", { skip }, async () => {
  const run = await kernel.execute("from _carrel_direct import call\nfrom torch import _C\n_C.ops.__contains__('add'), _C._call is call");
  assert.equal(resultOf(run), "(True, True)");
  await kernel.execute("class Half:\n    def __float__(self): return torch.ones(2).sum().item() / 4");
  assert.equal(resultOf(await kernel.execute("torch.full((2,), 3.0).mul_(0) + torch._C.ops.mul_scalar(torch.ones(2), Half().__float__())")), "tensor([0.5000, 0.5000])");
  assert.equal(resultOf(await kernel.execute("call(_C._rows['mul_scalar'][0], torch.ones(2)._h, 2, Half()) >= 0")), "True");
  for (const [bad, kind] of [["None", "TypeError"], ["'1'", "TypeError"], ["torch.ones(1)", "TypeError"], ["2**2000", "OverflowError"]]) {
    assert.equal(errorOf(await kernel.execute(`call(0, ${bad})`)).ename, kind);
  }
  assert.equal(resultOf(await kernel.execute("call(10**6)")), "-1.0");
});

for (const [name, code] of Object.entries({
  "operators on the CPU": "m = torch.ones(300, 300)\nwhile True: m @ m",
  "one large product": "m = torch.ones(3000, 3000)\nwhile True: m @ m @ m @ m",
  "one large convolution": "m, w = torch.ones(8, 64, 160, 160), torch.ones(64, 64, 3, 3)\ntorch.conv2d(m, w)\nwhile True: torch.conv2d(m, w)",
  "one large decomposition": "torch.linalg.svd(torch.rand(900, 900))",
  "operators on the GPU": "m = torch.ones(64, 64, device='webgpu')\nwhile True: (m @ m).sum().item()",
})) {
  test(`stops a loop of ${name}`, { skip }, async () => {
    const run = await kernel.executeAndInterrupt(code, 700);
    assert.equal(errorOf(run)?.ename, "KeyboardInterrupt");
    tellStopped(`a loop of ${name}`, run.latency);
    assert.equal(resultOf(await kernel.execute("(x + 1).tolist()")), "[1.0, 2.0, 3.0, 4.0]");
  });
}

test("stops a loop of reads every time", { skip }, async () => {
  const code = "m = torch.ones(16, 16, device='webgpu')\nwhile True: (m @ m).sum().item()";
  const latencies = [];
  for (let round = 0; round < 20; round += 1) {
    const run = await kernel.executeAndInterrupt(code, 150 + 7 * round);
    assert.equal(errorOf(run)?.ename, "KeyboardInterrupt");
    latencies.push(run.latency);
  }
  latencies.sort((a, b) => a - b);
  console.log(`reads stopped after ${latencies.map(Math.round)} ms`);
  tellStopped("a loop of reads, at the worst", latencies.at(-1));
});

test("does without a GPU when told so", { skip }, async () => {
  const without = await kernel.start({ accelerator: "none" });
  assert.deepEqual(without.accelerator, { webgpu: false, name: "" });
  assert.equal(resultOf(await kernel.execute("import torch\ntorch.cuda.is_available()")), "False");
  assert.equal(resultOf(await kernel.execute("torch.ones(3).sum().item()")), "3.0");
  assert.equal(errorOf(await kernel.execute("torch.ones(2, device='webgpu')")).ename, "RuntimeError");
});

test("does without direct calls", { skip }, async () => {
  await kernel.start({ without: ["direct_calls.js"] });
  assert.equal(resultOf(await kernel.execute("import torch\n(torch.arange(3) + 1).tolist()")), "[1, 2, 3]");
});

test("does without the short way to wait", { skip }, async () => {
  await kernel.start({ accelerator: "webgpu", without: ["suspending.js"] });
  assert.equal(resultOf(await kernel.execute("import time, torch\ntime.sleep(0.01)\n(torch.arange(3, device='webgpu') + 1).tolist()")), "[1, 2, 3]");
});

test("does without an executor that is missing", { skip }, async () => {
  const without = await kernel.start({ accelerator: "webgpu", without: ["executor.js"] });
  assert.equal(without.accelerator.webgpu, false);
  assert.equal(resultOf(await kernel.execute("1 + 1")), "2");
});

test("says why torch cannot be imported where the engine is missing", { skip }, async () => {
  await kernel.start({ without: ["recorder.js"] });
  const { ename, evalue } = errorOf(await kernel.execute("import torch"));
  assert.equal(ename, "ImportError");
  assert.match(evalue, /tensor engine did not load/);
});
