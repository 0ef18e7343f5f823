// A notebook written by hand: typed, run, saved, found again after a reload in the middle of a word and after the kernel
// was killed, and downloaded as a file that the reference reader of the format accepts.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

/** Lets Python's nbformat judge a notebook's text; throws with its complaint. */
function validate(text) {
  const code = "import sys, nbformat; nbformat.validate(nbformat.reads(sys.stdin.read(), as_version=nbformat.NO_CONVERT))";
  execFileSync(process.env.CARREL_PYTHON ?? "python3", ["-W", "error", "-c", code], { input: text });
}

const source = (cell) => [cell.source].flat().join("");

describe("a notebook typed by hand", () => {
  const site = useSite();

  it("survives a reload and a killed kernel, and downloads as a valid file", async () => {
    const page = await site.open();
    await page.newNotebook();

    await page.editor(0).click();
    await page.page.keyboard.type("greeting = 'hello'");
    await page.press("Enter");
    await page.page.keyboard.type("print(greeting)");
    await page.press("Shift+Enter");
    await page.untilRan(0);
    assert.equal(await page.outputText(0), "hello\n");

    // Shift+Enter went on to a new cell below.
    await page.editor(1).waitFor();
    await page.type(1, "def broken():\n    return 1 / 0\n\nbroken()");
    await page.press("Control+Enter");
    await page.untilRan(1);
    assert.match(await page.outputText(1), /ZeroDivisionError: division by zero/);
    assert.match(await page.outputText(1), /return 1 \/ 0/);
    await page.screenshot("typed-notebook");

    await page.editor(1).click();
    await page.press("ControlOrMeta+End");
    await page.page.keyboard.type("  # half a wo");
    await page.untilSaved();
    await page.reload();
    await page.cell(1).waitFor();
    const reloaded = await page.notebook();
    assert.equal(source(reloaded.cells[0]), "greeting = 'hello'\nprint(greeting)");
    assert.ok(source(reloaded.cells[1]).endsWith("broken()  # half a wo"));
    assert.match(await page.outputText(1), /ZeroDivisionError/);

    await page.runCell(0, "print(6 * 7)");
    await killKernel(page);
    await page.type(1, "print('still here')");
    await page.untilSaved();
    assert.equal(source((await page.notebook()).cells[1]), "print('still here')");
    await page.restart();
    await page.runCell(1, "print('and running again')");
    assert.equal(await page.outputText(1), "and running again\n");

    const download = await page.download();
    assert.match(download.name, /\.ipynb$/);
    validate(download.text);
    const { cells } = JSON.parse(download.text);
    assert.equal(source(cells[0]), "print(6 * 7)");
    assert.equal(source(cells[1]), "print('and running again')");
    await page.close();
  });

  it("is listed on the start page", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.type(0, "listed = True");
    await page.untilSaved();
    await page.page.goto(site.url);
    await page.untilUsable();
    await page.screenshot("start-page");
    await page.recent(/Untitled/).click();
    await page.cell(0).waitFor();
    assert.equal(source((await page.notebook()).cells[0]), "listed = True");
    await page.close();
  });
});

/** Takes the kernel's frame away, as a browser short of memory does. */
async function killKernel(page) {
  await page.page.evaluate(() => {
    for (const frame of document.querySelectorAll("iframe")) if (frame.hidden) frame.remove();
  });
}
