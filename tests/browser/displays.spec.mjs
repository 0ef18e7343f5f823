// Displays with a name (`display_id`): what updates them and what does not. The rules are those of Jupyter's pages and of
// nbclient: a name may be shown many times, all of its displays follow, and a file knows no names.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const HEADER = "from IPython.display import display, update_display, clear_output, HTML\n";

describe("displays with a name", () => {
  const site = useSite();

  async function opened(numCells) {
    const page = await site.open();
    const cells = Array.from({ length: numCells }, (_, index) => ({ cell_type: "code", id: `c${index}`, source: "", metadata: {}, outputs: [], execution_count: null }));
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "displays.ipynb" });
    return page;
  }

  /** The plain texts of a cell's displays. */
  async function shown(page, index) {
    const { cells } = await page.notebook();
    return cells[index].outputs.map((output) => [output.data?.["text/plain"] ?? output.text].flat().join("").trim());
  }

  it("are updated in every cell and as often as they are shown", async () => {
    const page = await opened(3);
    await page.runCell(0, `${HEADER}h = display('a', display_id='n')\nprint('between')\ndisplay('b', display_id='n')\nm = display('other', display_id='m')`);
    assert.deepEqual(await shown(page, 0), ["'b'", "between", "'b'", "'other'"]);
    await page.runCell(1, "display('c', display_id='n')");
    assert.deepEqual(await shown(page, 0), ["'c'", "between", "'c'", "'other'"]);
    await page.runCell(2, "update_display('d', display_id='n')\nh.update(HTML('<b id=e>e</b>'))");
    assert.deepEqual(await shown(page, 2), []);
    const { cells } = await page.notebook();
    for (const output of [cells[0].outputs[0], cells[0].outputs[2], cells[1].outputs[0]]) {
      assert.deepEqual(output.data["text/html"], ["<b id=e>e</b>"]);
    }
    assert.equal(await page.outputFrame(0, 1).locator("#e").innerText(), "e");
    await page.close();
  });

  it("make nothing where the name is not shown any more", async () => {
    const page = await opened(3);
    await page.runCell(0, `${HEADER}h = display('a', display_id='n')\nclear_output()`);
    await page.runCell(1, "h.update('b')\nupdate_display('c', display_id='never')");
    assert.deepEqual([await shown(page, 0), await shown(page, 1)], [[], []]);
    // The cell that showed it runs anew: the old name is gone with its outputs, and a new display has it again.
    await page.runCell(0, "print('else')");
    await page.runCell(1, "h.update('d')");
    assert.deepEqual(await shown(page, 0), ["else"]);
    await page.runCell(2, "h.display('e')\nh.update('f')");
    assert.deepEqual(await shown(page, 2), ["'f'"]);
    await page.close();
  });

  it("are updated before a clearing that waits, which an update does not bring about", async () => {
    const page = await opened(2);
    await page.runCell(0, `${HEADER}h = display('a', display_id='n')\nclear_output(wait=True)\nh.update('b')`);
    assert.deepEqual(await shown(page, 0), ["'b'"]);
    await page.runCell(1, "h = display('x', display_id='k')\nfor i in range(5):\n    h.update(i)\nclear_output(wait=True)\nprint('end')");
    assert.deepEqual(await shown(page, 1), ["end"]);
    await page.close();
  });

  it("are nameless in a file that is opened again", async () => {
    const page = await opened(2);
    await page.runCell(0, `${HEADER}h = display('a', display_id='n')`);
    const { text } = await page.download();
    assert.ok(!text.includes("display_id\":"), "a file holds no transient data");
    await page.open(JSON.parse(text), { name: "again.ipynb" });
    await page.runCell(1, `${HEADER}update_display('b', display_id='n')`);
    assert.deepEqual(await shown(page, 0), ["'a'"]);
    await page.close();
  });

  it("follow a task that goes on after its cell", async () => {
    const page = await opened(2);
    await page.runCell(0, `${HEADER}import asyncio\nh = display(0, display_id='n')\ngo = asyncio.Event()\nasync def count():\n    await go.wait()\n    for i in range(1, 4):\n        h.update(i)\n        await asyncio.sleep(0)\n    print('counted')\ntask = asyncio.create_task(count())`);
    await page.runCell(1, "go.set()");
    await page.untilOutput(0, "counted");
    assert.deepEqual(await shown(page, 0), ["3", "counted"]);
    assert.deepEqual(await shown(page, 1), []);
    await page.close();
  });
});
