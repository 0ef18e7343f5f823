// Archives that a kernel needs only after its start: cells run before they are there, what needs one waits for it, Stop
// ends that wait, and one that cannot be had is an error of the cell that needs it.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const START_LIMIT_MS = 60_000;
/** Long enough for a cell that does not wait to have ended. */
const MOMENT_MS = 600;

const SQLITE = "import sqlite3; print(sqlite3.connect(':memory:').execute('select 6 * 7').fetchone())";
const SOURCES = "import inspect, torch, importlib.metadata as m; print(inspect.getsource(torch.nn.Linear.forward).split('(')[0].strip(), m.version('safetensors') > '')";
const WIDGETS = "import ipywidgets; print(ipywidgets.IntSlider(3).value)";

/** A page whose archives are answered by `answer`; the first cell is already there. */
async function openWith(site, answer) {
  const page = await site.open({ serviceWorkers: "block" });
  page.page.setDefaultTimeout(START_LIMIT_MS);
  await page.page.context().route("**/kernel/**/*.zip", answer);
  await page.page.context().route("**/kernel/*.zip", answer);
  await page.newNotebook();
  return page;
}

async function printed(page, code) {
  await page.runCell(0, code);
  return (await page.outputText(0)).trim();
}

describe("a kernel whose archives are on their way", () => {
  const site = useSite();
  let page;
  let release;

  before(async () => {
    const held = new Promise((resolve) => (release = resolve));
    page = await openWith(site, async (route) => {
      await held;
      await route.continue();
    });
  });
  after(() => page?.close());

  it("runs cells that need none of them", async () => {
    assert.equal(await printed(page, "1 + 1"), "2");
    assert.equal(await printed(page, "import torch; print(torch.arange(3).sum().item())"), "3");
  });

  it("lets Stop end the wait of a cell that needs one", async () => {
    await page.type(0, SQLITE);
    await page.press("Control+Enter");
    await page.untilBusy();
    await page.page.waitForTimeout(MOMENT_MS);
    assert.equal((await page.status()).kernel, "busy");
    await page.page.evaluate(() => carrel.interrupt());
    await page.untilRan(0);
    assert.match(await page.outputText(0), /KeyboardInterrupt/);
  });

  it("goes on with a cell that waits when they come", async () => {
    await page.type(0, SQLITE);
    await page.press("Control+Enter");
    await page.untilBusy();
    await page.page.waitForTimeout(MOMENT_MS);
    assert.equal((await page.status()).kernel, "busy");
    release();
    await page.untilRan(0);
    assert.equal((await page.outputText(0)).trim(), "(42,)");
    assert.equal(await printed(page, "print(open('/lib/carrel/python.zip', 'rb').read(2))"), "b'PK'");
  });

  it("has everything that is in them from then on", async () => {
    assert.equal(await printed(page, SOURCES), "def forward True");
    assert.equal(await printed(page, WIDGETS), "3");
    const own = "import builtins, io, zipimport, zipfile; print(zipimport._get_data.__module__, zipfile.ZipFile.__init__.__module__, builtins.open is io.open, io.open.__module__)";
    assert.equal(await printed(page, own), "zipimport zipfile True _io", "nothing stands before the readers of archives any more");
  });
});

describe("a kernel one of whose archives is damaged on the way", () => {
  const site = useSite();

  it("works, and says in the cell that needs it what is missing", async () => {
    const page = await openWith(site, async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body.fill(7, Math.floor(body.length / 2));
      await route.fulfill({ response, body });
    });
    assert.equal(await printed(page, "1 + 1"), "2");
    assert.match(await printed(page, SQLITE), /python314\.zip is missing: .*is not what was published/);
    assert.match(await printed(page, "import zipfile; zipfile.ZipFile('/lib/carrel/python.zip')"), /OSError: .*python\.zip is missing/);
    assert.match(await printed(page, "open('/lib/carrel/python.zip', 'rb')"), /OSError: .*python\.zip is missing/);
    assert.equal(await printed(page, "print(sum(range(4)))"), "6");
    await page.close();
  });
});

describe("the second visit", () => {
  const site = useSite();

  it("wakes up from what the first has unpacked, and starts otherwise when that is gone bad", async () => {
    const page = await site.open();
    page.page.setDefaultTimeout(START_LIMIT_MS);
    await page.newNotebook();
    assert.equal(await printed(page, "1 + 1"), "2");
    await page.untilStored();
    const unpacked = () =>
      page.page.evaluate(async () => {
        const [name] = (await caches.keys()).filter((key) => key.startsWith("carrel /"));
        const store = await caches.open(name);
        const [request] = (await store.keys()).filter(({ url }) => url.includes("unpacked"));
        return request?.url;
      });
    // It is unpacked and stored when the kernel is ready.
    await page.until(unpacked);
    assert.match(await unpacked(), /snapshot\.bin\.gz/);
    await page.reload();
    assert.equal(await printed(page, "2 + 2"), "4");
    assert.equal((await page.status()).timings.fromSnapshot, 1);

    await page.page.evaluate(async (url) => {
      const [name] = (await caches.keys()).filter((key) => key.startsWith("carrel /"));
      await (await caches.open(name)).put(url, new Response("CARRELSS and nothing else"));
    }, await unpacked());
    await page.reload();
    assert.equal(await printed(page, "3 + 3"), "6");
    assert.equal((await page.status()).timings.fromSnapshot, 0);
    await page.until(async () => !(await unpacked()));
    await page.reload();
    assert.equal(await printed(page, "4 + 4"), "8");
    assert.equal((await page.status()).timings.fromSnapshot, 1, "the one after it gets the packed one again");
    await page.close();
  });
});
