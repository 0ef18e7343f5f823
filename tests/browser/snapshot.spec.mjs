// The kernel's memory snapshot: kernels wake up from it, are alike in what was saved and differ where fresh ones do,
// and start in the usual way when it cannot be used.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const START_LIMIT_MS = 60_000;

const CHANCE = `
import os, random, secrets, tempfile, torch, uuid
print(random.random(), torch.rand(1).item(), torch.initial_seed(), uuid.uuid4(), secrets.token_hex(), os.urandom(8).hex(),
      os.path.basename(tempfile.mktemp()), uuid.uuid1().node, random.Random().random(), torch.Generator().seed())
`;

const TRAINS = `
import torch
device = torch.device("DEVICE")
model = torch.nn.Linear(3, 2).to(device)
optimizer = torch.optim.Adam(model.parameters())
loss = model(torch.ones(4, 3, device=device)).square().mean()
loss.backward()
optimizer.step()
print(loss.device.type, float(loss) >= 0, torch.arange(6, device=device).reshape(2, 3).sum(0).tolist())
`;

async function timings(page) {
  return await page.page.evaluate(() => carrel.status().timings);
}

async function printed(page, code) {
  await page.runCell(0, code);
  return (await page.outputText(0)).trim();
}

describe("a kernel of the published site", () => {
  const site = useSite();
  let page;

  before(async () => {
    page = await site.open();
    page.page.setDefaultTimeout(START_LIMIT_MS);
    await page.newNotebook();
  });
  after(() => page?.close());

  it("wakes up from the snapshot", async () => {
    assert.equal(await printed(page, "print(1 + 1)"), "2");
    const { fromSnapshot, snapshot } = await timings(page);
    assert.equal(fromSnapshot, 1);
    assert.ok(snapshot >= 0);
  });

  it("computes on every device", async () => {
    for (const device of ["cpu", "webgpu"]) {
      assert.equal(await printed(page, TRAINS.replace("DEVICE", device)), `${device} True [3, 5, 7]`);
    }
  });

  it("imports what the snapshot does not hold, and knows the sources of what it holds", async () => {
    assert.equal(await printed(page, "import sqlite3; print(sqlite3.connect(':memory:').execute('select 6 * 7').fetchone())"), "(42,)");
    const source = "import inspect, torch; print(inspect.getsource(torch.nn.Linear.forward).split('(')[0].strip())";
    assert.equal(await printed(page, source), "def forward");
  });

  it("has a clock of its own, and nothing of the build's surroundings", async () => {
    const offset = await page.page.evaluate(() => -60 * new Date().getTimezoneOffset());
    assert.equal(await printed(page, "import time; print(time.localtime().tm_gmtoff)"), String(offset));
    const code = "import os, sys; print('PYTHONHASHSEED' in os.environ, os.environ['_'], sys.path.count(''), '_carrel_direct' in sys.modules)";
    assert.equal(await printed(page, code), "False ./this.program 1 True");
  });

  it("is not the kernel before it", async () => {
    const first = (await printed(page, CHANCE)).split(" ");
    await page.restart();
    const second = (await printed(page, CHANCE)).split(" ");
    assert.equal((await timings(page)).fromSnapshot, 1);
    assert.equal(first.length, 10);
    first.forEach((value, index) => assert.notEqual(value, second[index], `number ${index}`));
    assert.equal(await printed(page, "import sys; print(sys.flags.hash_randomization)"), "0", "what is the same in all kernels says so");
  });
});

describe("a kernel whose snapshot is damaged", () => {
  const site = useSite();

  it("starts Python in the usual way and says so", async () => {
    const page = await site.open({ serviceWorkers: "block" });
    page.page.setDefaultTimeout(START_LIMIT_MS);
    const said = [];
    page.page.on("console", (message) => said.push(message.text()));
    await page.page.context().route("**/kernel/snapshot.bin.gz", async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body.fill(7, Math.floor(body.length / 2));
      await route.fulfill({ response, body });
    });
    await page.newNotebook();
    assert.equal(await printed(page, "import torch; print(torch.ones(2).sum().item())"), "2.0");
    assert.equal((await timings(page)).fromSnapshot, 0);
    assert.ok(said.some((text) => /no memory snapshot|snapshot cannot be used/.test(text)), said.join("\n"));
    await page.close();
  });
});
