// Text that code puts into cells (`%load`), and places in code that tracebacks name: other cells, files, libraries.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const code = (id, source) => ({ cell_type: "code", id, source, metadata: {}, outputs: [], execution_count: null });

describe("code that leads to code", () => {
  const site = useSite();
  let page;

  before(async () => {
    page = await site.open();
  });
  after(() => page?.close());

  const open = (sources, files = {}) =>
    page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: sources.map((source, index) => code(`c${index}`, source)) }, { name: "places.ipynb", files });
  const sources = async () => (await page.notebook()).cells.map(({ source }) => [source].flat().join(""));
  const place = (index, name) => page.outputs(index).getByRole("button", { name });

  it("puts a file into the cell that loads it", async () => {
    await open(["%load helper.py", "1"], { "helper.py": "def half(x):\n    return x / 2\n" });
    await page.runAll();
    const [loaded, other] = await sources();
    assert.equal(loaded, "# %load helper.py\ndef half(x):\n    return x / 2\n");
    assert.equal(other, "1");
    await page.editor(0).getByText("half").waitFor();
    await page.runCell(0, "half(3)");
  });

  it("puts text for a new cell below, and leaves the selection where it is", async () => {
    await open(["get_ipython().set_next_input('print(1)')", "2"]);
    await page.runAll();
    assert.deepEqual(await sources(), ["get_ipython().set_next_input('print(1)')", "print(1)", "2"]);
  });

  it("leads from a traceback to the line of another cell, however far", async () => {
    const filler = Array.from({ length: 200 }, (_, index) => `${index}`);
    await open(["def broken(x):\n    y = x\n    return 1 / y", ...filler, "broken(0)"]);
    const last = filler.length + 1;
    await page.runAll();
    await page.cell(last).scrollIntoViewIfNeeded();
    await place(last, /^Cell In\[1\], line 3/).waitFor();
    await page.screenshot("traceback-places");
    await place(last, /^Cell In\[1\], line 3/).click();
    await page.page.waitForFunction(() => document.activeElement.closest(".cm-editor")?.closest("[data-cell]")?.dataset.cell === "c0");
    await page.page.waitForFunction(() => getSelection().toString().trim() === "return 1 / y");
    await page.page.waitForFunction(() => document.activeElement.getBoundingClientRect().bottom > 0);
    // The frame of the cell itself leads to its own line.
    await page.cell(last).scrollIntoViewIfNeeded();
    await place(last, /^Cell In\[202\], line 1/).click();
    await page.page.waitForFunction((cell) => document.activeElement.closest(".cm-editor")?.closest("[data-cell]")?.dataset.cell === cell, `c${last}`);
  });

  it("says when the cell has run again since", async () => {
    await open(["def broken():\n    raise KeyError", "broken()"]);
    await page.runAll();
    await page.runCell(0, "1");
    await place(1, /^Cell In\[1\]/).click();
    await page.page.getByText("has run again since").waitFor();
  });

  it("shows files at the line, by mouse and keyboard, and says which have no text here", async () => {
    await open(["import helper, json\nhelper.fail()", "json.loads('{')"], { "helper.py": `${"# above\n".repeat(400)}def fail():\n    raise ValueError("here")\n` });
    await page.runAll();
    await place(0, /helper\.py:402/).click();
    const dialog = page.page.getByRole("dialog", { name: /helper\.py, line 402/ });
    await dialog.locator('[aria-current="true"]', { hasText: 'raise ValueError("here")' }).waitFor();
    await page.screenshot("traceback-file");
    await page.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    // The cell takes the focus back.
    await page.page.waitForFunction(() => document.activeElement.matches("[data-cell]"));
    await place(0, /helper\.py:402/).focus();
    await page.press("Enter");
    await dialog.waitFor();
    await page.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    // The site brings Python's library compiled, without its text.
    await page.page.evaluate(() => carrel.run("c1"));
    await place(1, /decoder\.py:\d+/).first().click();
    await page.page.getByText(/decoder\.py cannot be shown/).waitFor();
  });
});
