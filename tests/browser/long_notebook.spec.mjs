// A notebook of a thousand cells: its first screen comes at once, only what is near the screen has editors, and the rest is
// there for all who read it: the browser's search, completion, going to definitions, running, saving.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const NUM_CELLS = 1000;

/** What "at once" is on an idle machine. */
const FIRST_SCREEN_MS = 1000;

/** A cell that is never near the screen unless one goes there. */
const DEFINER = 455;

function source(index) {
  if (index === DEFINER) return "def far_away(x):\n    return x + 1";
  return index % 10 === 9 ? `## Part ${index}` : `value_${index} = ${index}\nvalue_${index}`;
}

const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: Array.from({ length: NUM_CELLS }, (_, index) =>
    index % 10 === 9
      ? { cell_type: "markdown", id: `c${index}`, metadata: {}, source: source(index) }
      : {
          cell_type: "code",
          id: `c${index}`,
          metadata: {},
          source: source(index),
          execution_count: index,
          outputs: [{ output_type: "stream", name: "stdout", text: `printed by ${index}\nand more\n` }],
        },
  ),
};

describe("a notebook of a thousand cells", () => {
  const site = useSite();
  let page;
  let firstScreenMs;

  before(async () => {
    page = await site.open();
    firstScreenMs = await page.page.evaluate(async (text) => {
      const { id } = await carrel.open(text, { name: "long.ipynb" });
      const opened = performance.now();
      const isShown = () => document.querySelectorAll(".cell .cm-content").length >= 5;
      while (id && !isShown()) await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return performance.now() - opened;
    }, JSON.stringify(notebook));
  });
  after(() => page?.close());

  const hasEditor = (index) => page.cell(index).locator(".cm-content").count();
  const sourceOf = async (index) => [(await page.notebook()).cells[index].source].flat().join("");

  it("shows its first screen at once, with editors there alone", async () => {
    console.log(`first screen: ${Math.round(firstScreenMs)} ms (idle: under ${FIRST_SCREEN_MS})`);
    assert.equal(await page.cells().count(), NUM_CELLS);
    assert.ok((await page.page.locator(".cm-editor").count()) < 60);
    assert.equal(await hasEditor(500), 0);
    await page.screenshot("long-notebook");
  });

  it("is found by the browser's search, also where there are no editors", async () => {
    const found = await page.page.evaluate(() => ["value_731 = 731", "printed by 732", "Part 739"].map((text) => window.find(text)));
    assert.deepEqual(found, [true, true, true]);
    await page.cell(731).locator(".cm-content").waitFor();
    await page.page.evaluate(() => getSelection().removeAllRanges());
  });

  it("sets far text as its editor and outputs will set it", async () => {
    const heights = (index) => page.cell(index).evaluate((cell) => ({ cell: cell.offsetHeight, source: cell.querySelector(".cell__source").offsetHeight }));
    await page.page.evaluate(() => document.querySelectorAll(".cell-group").forEach((group) => (group.style.contentVisibility = "visible")));
    const far = await heights(300);
    assert.equal(await hasEditor(300), 0);
    await page.page.evaluate(() => document.querySelectorAll(".cell-group").forEach((group) => group.style.removeProperty("content-visibility")));
    await page.cell(300).scrollIntoViewIfNeeded();
    await page.cell(300).locator(".cm-content").waitFor();
    const whole = await heights(300);
    assert.ok(Math.abs(far.source - whole.source) <= 1 && Math.abs(far.cell - whole.cell) <= 2, `${JSON.stringify(far)} ${JSON.stringify(whole)}`);
  });

  it("takes text far down, and gives it back", async () => {
    await page.type(902, "typed = 6 * 7");
    assert.equal(await sourceOf(902), "typed = 6 * 7");
    await page.press("ControlOrMeta+z");
    assert.equal(await sourceOf(902), source(902));
    // Far away and back: the editor has kept what it knew.
    await page.page.evaluate(() => scrollTo(0, 0));
    await page.cell(2).click();
    await page.cell(902).scrollIntoViewIfNeeded();
    await page.editor(902).click();
    await page.press("ControlOrMeta+Shift+z");
    assert.equal(await sourceOf(902), "typed = 6 * 7");
  });

  it("offers names of cells that have no editor, and goes to their definitions", async () => {
    assert.equal(await hasEditor(DEFINER), 0);
    await page.type(902, "x");
    await page.press("Backspace");
    await page.page.keyboard.type("far_aw", { delay: 30 });
    await page.page.getByRole("listbox").getByRole("option").filter({ hasText: "far_away" }).waitFor();
    await page.press("ArrowDown");
    await page.press("Enter");
    assert.equal(await sourceOf(902), "far_away");
    await page.press("F12");
    await page.page.waitForFunction((cell) => document.activeElement.closest(".cm-editor")?.closest("[data-cell]")?.dataset.cell === cell, `c${DEFINER}`);
    await page.page.waitForFunction(() => getSelection().toString() === "far_away");
    const { top, bottom } = await page.cell(DEFINER).evaluate((cell) => cell.getBoundingClientRect().toJSON());
    assert.ok(bottom > 0 && top < 720, `the cell is at ${top}`);
  });

  it("goes through cells by arrows, inserts, deletes and takes it back", async () => {
    await page.press("Escape");
    for (let count = 0; count < 12; count += 1) await page.press("ArrowDown");
    await page.page.waitForFunction((cell) => document.activeElement.closest("[data-cell]")?.dataset.cell === cell, `c${DEFINER + 12}`);
    await page.press("b");
    await page.page.waitForFunction(() => document.activeElement.closest(".cm-editor") !== null);
    await page.page.keyboard.type("between = 1");
    await page.press("Escape");
    assert.equal(await sourceOf(DEFINER + 13), "between = 1");
    await page.page.keyboard.type("dd");
    await page.page.waitForFunction((count) => carrel.notebook().cells.length === count, NUM_CELLS);
    await page.press("z");
    assert.equal(await sourceOf(DEFINER + 13), "between = 1");
    await page.page.keyboard.type("dd");
  });

  it("runs a cell far down, and all of them", async () => {
    await page.runCell(902, "typed = 6 * 7\ntyped");
    assert.match(await page.outputText(902), /42/);
    const { ok, cells } = await page.runAll();
    assert.ok(ok);
    assert.equal(cells.length, NUM_CELLS / 10 * 9);
    assert.match(await page.outputText(998), /998/);
    // What was printed far from the screen is there when one comes.
    await page.cell(610).scrollIntoViewIfNeeded();
    await page.outputs(610).getByText("610", { exact: true }).waitFor();
  });
});
