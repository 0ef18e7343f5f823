// Interrupting: a loop that never ends is ended at once, and the kernel goes on.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { tellStopped } from "./harness/latency.mjs";
import { useSite } from "./harness/site.mjs";

/** How long the loop has been running when it is interrupted. */
const RUNNING_MS = 1000;

/** Clicks Interrupt in the page and measures, in the page, until the kernel is idle again. */
async function interruptMs(page) {
  const measured = page.page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener(
          "click",
          () => {
            const start = performance.now();
            const timer = setInterval(() => {
              if (carrel.status().kernel !== "idle") return;
              clearInterval(timer);
              resolve(performance.now() - start);
            }, 5);
          },
          { capture: true, once: true },
        );
      }),
  );
  await page.button(/^Interrupt/).first().click();
  return measured;
}

describe("a cell that does not end", () => {
  const site = useSite();

  for (const endless of ["while True: pass", "import time\nwhile True: time.sleep(60)"]) {
    it(`is interrupted: ${endless.replaceAll("\n", "; ")}`, async () => {
      const page = await site.open();
      await page.newNotebook();
      await page.runCell(0, "x = 20");
      await page.type(0, endless);
      await page.press("Control+Enter");
      await page.untilBusy();
      await page.page.waitForTimeout(RUNNING_MS);
      const waited = await interruptMs(page);
      assert.match(await page.outputText(0), /KeyboardInterrupt/);
      await page.screenshot("interrupted");
      await page.runCell(0, "x + 22");
      assert.equal((await page.outputText(0)).trim(), "42");
      tellStopped(endless, waited);
      await page.close();
    });
  }
});
