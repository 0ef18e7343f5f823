// Stop while the callback of a widget runs: the page shows that something runs, Stop ends it, and takes with it the cells that
// were asked for meanwhile; the kernel and the widget go on.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { KERNEL_LIMIT_MS } from "./harness/page.mjs";
import { useSite } from "./harness/site.mjs";

const button = (name, body) => `import ipywidgets as w, time
b = w.Button(description='${name}')
presses = 0
def pressed(_):
    global presses
    presses += 1
    if presses == 1:
${body.map((line) => `        ${line}`).join("\n")}
    print('press', presses)
b.on_click(pressed)
b`;

describe("Stop in a widget's callback", () => {
  const site = useSite();

  async function ran(source) {
    const page = await site.open();
    const cells = [0, 1].map((index) => ({ cell_type: "code", id: `c${index}`, source: "", metadata: {}, outputs: [], execution_count: null }));
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "stop.ipynb" });
    await page.runCell(0, source);
    return page;
  }

  const press = (page, name) => page.outputFrame(0).getByRole("button", { name }).click();
  const stop = (page) => page.button("Interrupt").first().click();

  for (const [what, body] of [
    ["a loop", ["while True: pass"]],
    ["a sleep", ["time.sleep(3600)"]],
    ["an await of the loop", ["from pyodide.ffi import run_sync", "import asyncio", "run_sync(asyncio.sleep(3600))"]],
  ]) {
    it(`ends ${what}, with a traceback where its prints show`, async () => {
      const page = await ran(button("Go", body));
      await press(page, "Go");
      await page.untilBusy();
      await stop(page);
      await page.untilOutput(0, "KeyboardInterrupt");
      await page.untilIdle();
      await press(page, "Go");
      await page.untilOutput(0, "press 2");
      await page.untilIdle();
      await page.close();
    });
  }

  it("takes a cell that waits behind the callback, also where the callback keeps the error to itself", async () => {
    const page = await ran(button("Go", ["global out", "out = w.Output()", "with out:", "    while True: pass"]));
    await press(page, "Go");
    await page.untilBusy();
    await page.type(1, "print('ran')");
    const waiting = page.page.evaluate(() => carrel.run("c1"));
    await stop(page);
    assert.equal((await waiting).status, "aborted");
    await page.untilOutput(0, "press 1");
    await page.runCell(1, "print(out.outputs[0]['ename'])");
    await page.untilOutput(1, "KeyboardInterrupt");
    await page.close();
  });

  it("offers a restart when the callback does not end", async () => {
    const page = await ran(button("Go", ["while True:", "    try:", "        time.sleep(60)", "    except KeyboardInterrupt: pass"]));
    await press(page, "Go");
    await page.untilBusy();
    await stop(page);
    await page.page.getByText(/callback does not stop/).waitFor({ timeout: KERNEL_LIMIT_MS });
    await page.screenshot("widgets-stop");
    await page.close();
  });
});
