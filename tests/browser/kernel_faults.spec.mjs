// Faults of the GPU with the real workers: a device that is destroyed, an executor that traps, memory that is not
// there. Each is raised in the cell that met it, and the kernel goes on. And a training loop that leaves nothing behind.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { errorOf, hasEngine, openKernelPage, resultOf } from "./kernel_harness.mjs";

const skip = hasEngine ? false : "no build has left the engine's wasm";

/** Uploads of just so many bytes do what a driver or a bug does otherwise. */
const TRIGGERS = { destroy: 4 * 12_345, trap: 4 * 12_346 };
const MISCHIEF = `
{
  let device = null;
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    device = await request.call(this, descriptor);
    return device;
  };
  const write = GPUQueue.prototype.writeBuffer;
  GPUQueue.prototype.writeBuffer = function (buffer, at, data, from, size) {
    const bytes = size ?? data.byteLength;
    if (bytes === ${TRIGGERS.destroy}) device.destroy();
    if (bytes === ${TRIGGERS.trap}) throw new WebAssembly.RuntimeError("unreachable");
    return write.call(this, buffer, at, data, from, size);
  };
}
`;

let kernel;

before(async () => {
  kernel = await openKernelPage({ before: { "gpu_worker.js": MISCHIEF } });
  if (skip) return;
  await kernel.start({ accelerator: "webgpu" });
  await kernel.execute("import torch\nc = torch.arange(3.0)");
});

after(() => kernel.close());

async function answers(code, expected) {
  const run = await kernel.execute(code);
  assert.equal(errorOf(run)?.evalue, undefined);
  assert.equal(resultOf(run), expected);
}

async function raises(code, ename, text) {
  const error = errorOf(await kernel.execute(code));
  assert.equal(error?.ename, ename);
  assert.match(error.evalue, text);
}

for (const [name, size, text] of [
  ["a device that is destroyed", TRIGGERS.destroy, /^the GPU device was lost \(/],
  ["an executor that traps", TRIGGERS.trap, /^the GPU worker stopped \(.*unreachable\)/],
]) {
  test(`survives ${name}`, { skip }, async () => {
    await answers("x = c.to('webgpu')\n(x + 1).tolist()", "[1.0, 2.0, 3.0]");
    await raises(`y = torch.zeros(${size / 4}).to('webgpu')\ny.sum().item()`, "RuntimeError", text);
    await raises("x.tolist()", "RuntimeError", text);
    await raises("(x * c.to('webgpu')).sum().item()", "RuntimeError", /tensors on the CPU are unharmed/i);
    await answers("c.tolist()", "[0.0, 1.0, 2.0]");
    await answers("(c.to('webgpu') * 2).tolist()", "[0.0, 2.0, 4.0]");
  });
}

test("raises what nobody read in the cell that asked for it", { skip }, async () => {
  await raises("large = torch.zeros(1 << 30, device='webgpu')", "OutOfMemoryError", /^WebGPU out of memory/);
  await answers("torch.ones(3, device='webgpu').sum().item()", "3.0");
  await raises("torch.empty(10**12)", "RuntimeError", /DefaultCPUAllocator: can't allocate memory: you tried to allocate 4000000000000 bytes/);
  await answers("torch.ones(3).sum().item()", "3.0");
});

const TRAINING = `
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 4)).to('webgpu')
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
x, y = torch.randn(8, 20, device='webgpu'), torch.randint(0, 4, (8,), device='webgpu')
start = torch.accelerator.memory_stats()
for step in range(501):
    if step == 50: early = torch.accelerator.memory_stats()
    if step == 500: late = torch.accelerator.memory_stats()
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
same = [early[name] == late[name] for name in early if "bytes" in name]
all(same), late["plans"] - start["plans"], late["submits"] - early["submits"], loss.item() < 0.1
`;

test("500 steps hold memory flat, are planned once and submitted once each", { skip }, async () => {
  const since = performance.now();
  await answers(TRAINING, "(True, 2, 450, True)");
  console.log(`500 steps: ${Math.round(performance.now() - since)} ms`);
});
