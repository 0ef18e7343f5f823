// What the page does about a kernel that does not stop, hangs, or dies: it offers a restart or makes one, and the
// document, its outputs and its files are there afterwards.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

/** Python cannot be interrupted in the middle of this, neither here nor elsewhere. */
const DEAF = "sum(range(10**12))";

/** Reads where there is no memory, which ends the interpreter. */
const DEADLY = "import ctypes\nctypes.string_at(2**32 - 16, 8)";

const offer = (page) => page.page.getByText(/The cell does not stop/);

/** Makes the page believe that the device has room for a kernel in reserve, which the machines of tests may not have. */
function pretendRoom() {
  Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 8 });
  Object.defineProperty(navigator, "deviceMemory", { get: () => 8 });
}

/** After so long an idle time a kernel in reserve is started and ready. */
const RESERVE_MS = 30_000;

describe("a kernel that does not answer", () => {
  const site = useSite();

  it("is restarted when the user wants that, and keeps what the notebook holds", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, "print('kept')");
    await page.press("b");
    await page.type(1, DEAF);
    await page.press("Control+Enter");
    await page.untilBusy();
    await page.button(/^Interrupt/).first().click();
    await offer(page).waitFor();
    await page.screenshot("restart-offered");
    await page.button("Restart").last().click();
    await page.untilIdle();
    assert.equal(await offer(page).count(), 0);
    assert.match(await page.outputText(0), /kept/);
    await page.runCell(1, "6 * 7");
    assert.equal((await page.outputText(1)).trim(), "42");
    await page.close();
  });

  it("is freed by the offered restart when the script of an output holds it up, though no cell runs", async () => {
    const page = await site.open();
    const html = "<p>endless</p><script>setTimeout(() => { while (true); }, 500)</script>";
    const outputs = [{ output_type: "display_data", data: { "text/html": html }, metadata: {} }];
    const cells = ["shown", "asked"].map((id) => ({ cell_type: "code", id, source: "", metadata: {}, execution_count: null, outputs: [] }));
    Object.assign(cells[0], { outputs, execution_count: 1 });
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "endless.ipynb" });
    await page.untilIdle();
    await page.button("Run the scripts of this output").click();
    await page.page.getByText(/The kernel does not answer, although no cell runs/).waitFor();
    await page.button("Restart").last().click();
    await page.untilIdle();
    await page.runCell(1, "6 * 7");
    assert.equal((await page.outputText(1)).trim(), "42");
    await page.close();
  });

  it("withdraws the offer when the cell ends after all", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.type(0, "import time\nprint('begun')\ntry:\n    while True: time.sleep(0.1)\nexcept KeyboardInterrupt:\n    print('goes on')\n    while True: time.sleep(0.1)");
    await page.press("Control+Enter");
    await page.untilOutput(0, "begun");
    await page.button(/^Interrupt/).first().click();
    await page.untilOutput(0, "goes on");
    await offer(page).waitFor();
    await page.button(/^Interrupt/).first().click();
    await page.untilIdle();
    await offer(page).waitFor({ state: "detached" });
    await page.close();
  });

  it("is started again when it has died, but not time and again", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, "print('kept')");
    await page.press("b");
    await page.type(1, DEADLY);
    await page.press("Control+Enter");
    await page.page.getByText(/The kernel stopped and was started again/).waitFor();
    await page.untilIdle();
    assert.match(await page.outputText(0), /kept/);
    assert.match(await page.outputText(1), /DeadKernelError/);
    await page.screenshot("kernel-revived");
    await page.type(1, DEADLY);
    await page.press("Control+Enter");
    await page.page.waitForFunction(() => carrel.status().kernel === "dead");
    await page.page.waitForTimeout(1000);
    assert.equal((await page.status()).kernel, "dead");
    await page.button("Try again").click();
    await page.untilIdle();
    await page.close();
  });

  it("is replaced at once by the one in reserve, which knows the files and nothing of the old one's variables", async () => {
    const page = await site.open();
    await page.page.addInitScript(pretendRoom);
    await page.reload();
    const cells = [{ cell_type: "code", id: "read", source: "print(open('note.txt').read(), 'old' in globals())\nold = 1", metadata: {}, outputs: [], execution_count: null }];
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "reserve.ipynb", files: { "note.txt": "noted" } });
    for (const _round of [1, 2]) {
      await page.page.evaluate(() => carrel.runAll());
      assert.equal((await page.outputText(0)).trim(), "noted False");
      await page.page.waitForTimeout(RESERVE_MS);
      const took = await page.page.evaluate(async () => {
        const start = performance.now();
        await carrel.restart();
        return performance.now() - start;
      });
      console.log(`restart with a kernel in reserve: ${Math.round(took)} ms`);
    }
    await page.page.evaluate(() => carrel.runAll());
    assert.equal((await page.outputText(0)).trim(), "noted False");
    await page.close();
  });
});
