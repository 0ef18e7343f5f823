// A kernel that wakes up from the snapshot in a browser that cannot suspend WebAssembly (no JSPI): it is ready once its
// archives are there, Stop ends what waits for it, and what cannot be had is an error of the cell that needs it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";

import { KERNEL_LIMIT_MS } from "./harness/page.mjs";
import { useSite } from "./harness/site.mjs";

const SQLITE = "import sqlite3; print(sqlite3.connect(':memory:').execute('select 6 * 7').fetchone())";

/** No browser flag switches JSPI off any more, so the worker loses it first thing. */
const WITHOUT_JSPI = "delete WebAssembly.Suspending; delete WebAssembly.promising;\n";

describe("a kernel without JSPI whose archives are on their way", () => {
  const site = useSite();

  /** A page whose kernels have no JSPI, and whose archives are answered by `answer`. */
  async function openWith(answer) {
    const page = await site.open({ serviceWorkers: "block" });
    page.page.setDefaultTimeout(KERNEL_LIMIT_MS);
    const context = page.page.context();
    const worker = WITHOUT_JSPI + (await (await fetch(`${site.url}kernel/python_worker.js`)).text());
    const manifest = await (await fetch(`${site.url}kernel/manifest.json`)).json();
    const entry = manifest.files.find(({ name }) => name === "python_worker.js");
    entry.bytes = Buffer.byteLength(worker);
    entry.sha256 = createHash("sha256").update(worker).digest("hex");
    await context.route("**/kernel/**/*.zip", answer);
    await context.route("**/kernel/*.zip", answer);
    await context.route("**/kernel/python_worker.js", (route) => route.fulfill({ body: worker, contentType: "text/javascript" }));
    await context.route("**/kernel/manifest.json", (route) => route.fulfill({ json: manifest }));
    await page.newNotebook();
    return page;
  }

  async function printed(page, code) {
    await page.runCell(0, code);
    return (await page.outputText(0)).trim();
  }

  it("lets Stop end what waits for it, and works when they have come", async () => {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    const requested = new Set();
    const page = await openWith(async (route) => {
      requested.add(route.request().url().split("/").at(-1));
      await held;
      await route.continue();
    });
    await page.type(0, "print(6 * 7)");
    await page.press("Control+Enter");
    await page.until(() => requested.has("ipython.zip"), KERNEL_LIMIT_MS);
    await page.page.waitForFunction(() => carrel.status().timings.packages !== undefined || carrel.status().kernel === "starting");
    assert.equal((await page.status()).kernel, "starting");
    await page.page.evaluate(() => carrel.interrupt());
    await page.press("Escape");
    release();
    await page.untilIdle();
    assert.equal((await page.status()).timings.fromSnapshot, 1);
    assert.equal(await page.outputText(0), "", "the cell was taken back");
    assert.equal(await printed(page, "print(6 * 7)"), "42");
    assert.equal(await printed(page, SQLITE), "(42,)");
    assert.equal(await printed(page, "import torch; print((torch.arange(4.0) @ torch.ones(4)).item())"), "6.0");
    assert.match(await printed(page, "input()"), /needs a browser that can suspend WebAssembly/);
    await page.type(0, "while True: pass");
    await page.press("Control+Enter");
    await page.untilBusy();
    await page.page.evaluate(() => carrel.interrupt());
    await page.untilRan(0);
    assert.match(await page.outputText(0), /KeyboardInterrupt/);
    await page.restart();
    assert.equal(await printed(page, "print(7 * 7)"), "49");
    await page.close();
  });

  it("says in the cell that needs one what is missing", async () => {
    const page = await openWith(async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body.fill(7, Math.floor(body.length / 2));
      await route.fulfill({ response, body });
    });
    assert.equal(await printed(page, "print(1 + 1)"), "2");
    assert.match(await printed(page, SQLITE), /python314\.zip is missing: .*is not what was published/);
    assert.match(await printed(page, "open('/lib/carrel/python.zip', 'rb')"), /OSError: .*python\.zip is missing/);
    assert.equal(await printed(page, "print(sum(range(4)))"), "6");
    await page.close();
  });
});
