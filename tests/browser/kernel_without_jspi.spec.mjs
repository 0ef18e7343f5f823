// The kernel where the browser cannot suspend WebAssembly (no JSPI): Python and tensors on the CPU work whole, Stop works,
// and what has to wait in the middle of synchronous code says which browsers can.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { tellStopped } from "./harness/latency.mjs";
import { errorOf, hasEngine, openKernelPage, resultOf } from "./kernel_harness.mjs";

const skip = hasEngine ? false : "no build has left the engine's wasm";
const BROWSERS = /Chrome or Edge 137, Firefox 153, Safari 27/;

let kernel;

before(async () => {
  kernel = await openKernelPage();
  await kernel.start(skip ? { jspi: false } : { jspi: false, accelerator: "webgpu" });
});

after(() => kernel.close());

async function assertResult(code, expected) {
  const run = await kernel.execute(code);
  assert.equal(errorOf(run)?.evalue, undefined);
  assert.equal(resultOf(run), expected);
}

test("awaits at top level, and runs tasks beside the cell", async () => {
  await assertResult("import asyncio\nawait asyncio.sleep(0.01, 7)", "7");
  await assertResult("await asyncio.gather(*[asyncio.sleep(0.01, n) for n in range(3)])", "[0, 1, 2]");
  await assertResult("async def one():\n    yield 1\n[n async for n in one()]", "[1]");
});

test("sleeps, and prints meanwhile", async () => {
  const run = await kernel.execute("import time\nfor n in range(3):\n    print(n); time.sleep(0.1)");
  assert.equal(run.stdout, "0\n1\n2\n");
  assert.ok(run.ms >= 300);
});

test("shows errors, and aborts the cells queued behind them", async () => {
  const replies = await kernel.page.evaluate(async () => {
    const runs = ["1 / 0", "x = 1"].map((code) => window.kernel.execute(code));
    return (await Promise.all(runs)).map(({ reply }) => reply.status);
  });
  assert.deepEqual(replies, ["error", "aborted"]);
});

test("trains on the CPU, saves and loads", { skip }, async () => {
  const code = `
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
x = torch.randn(128, 4)
y = (x.sum(1) > 0).long()
net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for _ in range(20):
    for a, b in DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(a), b).backward()
        optimizer.step()
torch.save(net.state_dict(), "net.pt")
again = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
again.load_state_dict(torch.load("net.pt"))
bool((again(x).argmax(1) == y).float().mean() > 0.95), torch.equal(again(x), net(x))`;
  await assertResult(code, "(True, True)");
  await assertResult("image = torch.rand(1, 3, 8, 8)\nnn.Conv2d(3, 5, 3)(image).shape, torch.linalg.svdvals(torch.eye(3)).tolist()", "(torch.Size([1, 5, 6, 6]), [1.0, 1.0, 1.0])");
});

test("records on the GPU, and says that it cannot read back", { skip }, async () => {
  const run = await kernel.execute("far = torch.ones(3, device='webgpu') * 2\nfar.shape, far.device.type");
  assert.equal(errorOf(run)?.evalue, undefined);
  const error = errorOf(await kernel.execute("far.tolist()"));
  assert.equal(error.ename, "RuntimeError");
  assert.match(error.evalue, BROWSERS);
  assert.match(error.evalue, /CPU device work/);
});

for (const [name, code] of Object.entries({
  "input()": "input()",
  "getpass()": "import getpass\ngetpass.getpass()",
  "asyncio.run()": "asyncio.run(asyncio.sleep(1))",
  "run_until_complete()": "asyncio.get_event_loop().run_until_complete(asyncio.sleep(1))",
  "run_sync()": "from pyodide.ffi import run_sync\nrun_sync(asyncio.sleep(1))",
})) {
  test(`says which browsers can do ${name}`, async () => {
    assert.match(errorOf(await kernel.execute(code)).evalue, BROWSERS);
  });
}

for (const [name, code] of Object.entries({
  "an endless loop": "while True: pass",
  "time.sleep": "time.sleep(30)",
  "short sleeps": "while True: time.sleep(0.001)",
  "a top-level await": "await asyncio.sleep(30)",
  "a loop inside a coroutine": "async def f():\n    while True: pass\nawait f()",
  "a sleep inside a coroutine": "async def f():\n    time.sleep(30)\nawait f()",
  "a coroutine that gives way again and again": "while True:\n    for _ in range(1000): pass\n    await asyncio.sleep(0)",
  ...(skip ? {} : { "operators on the CPU": "m = torch.ones(300, 300)\nwhile True: m @ m" }),
})) {
  test(`stops ${name}`, async () => {
    const run = await kernel.executeAndInterrupt(code, 500);
    assert.equal(errorOf(run)?.ename, "KeyboardInterrupt");
    tellStopped(name, run.latency);
    assert.equal(run.stderr, "");
    await assertResult("1 + 1", "2");
  });
}
