// Documents without a kernel: keys of command mode, undo, what survives a reload at the worst moment, two tabs, the list
// of notebooks, and files that come in by button and by dropping.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const cell = (id, source, cell_type = "code") =>
  cell_type === "code"
    ? { cell_type, id, metadata: {}, source, outputs: [], execution_count: null }
    : { cell_type, id, metadata: {}, source };
const notebook = (...cells) => ({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });

describe("documents", () => {
  const site = useSite();

  const sources = async (page) => (await page.notebook()).cells.map((each) => [each.source].flat().join(""));
  const until = (page, wanted) =>
    page.page.waitForFunction(
      (list) => JSON.stringify(carrel.notebook().cells.map((each) => each.source.join(""))) === JSON.stringify(list),
      wanted,
    );
  async function press(page, ...keys) {
    for (const key of keys) await page.press(key);
  }

  it("are edited by Jupyter's keys, and every operation is taken back", async () => {
    const page = await site.open();
    await page.open(notebook(cell("a", "a"), cell("b", "b"), cell("m", "*m*", "markdown")), { name: "keys.ipynb" });
    await page.cell(0).waitFor();
    await press(page, "j", "b", "Escape");
    await until(page, ["a", "b", "", "*m*"]);
    await press(page, "d", "d");
    await until(page, ["a", "b", "*m*"]);
    await press(page, "z");
    await until(page, ["a", "b", "", "*m*"]);
    await press(page, "d", "d", "k", "k", "x", "v");
    await until(page, ["b", "a", "*m*"]);
    await press(page, "Control+Shift+ArrowUp");
    await until(page, ["a", "b", "*m*"]);
    await press(page, "m");
    assert.equal((await page.notebook()).cells[0].cell_type, "markdown");
    await press(page, "z", "z", "z", "z");
    assert.equal((await page.notebook()).cells[0].cell_type, "code");
    await press(page, "?");
    await page.page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await press(page, "Escape");
    await press(page, "ArrowDown", "ArrowDown", "Enter");
    await page.page.locator(".cm-content:focus").waitFor();
    await page.page.keyboard.type("Title ");
    await press(page, "Shift+Enter");
    assert.ok((await sources(page)).some((text) => text.includes("Title ")));
    assert.deepEqual(page.complaints, []);
    await page.close();
  });

  it("survive a reload in the middle of a word", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.editor(0).click();
    await page.page.keyboard.type("half a wo");
    await page.reload();
    await page.cell(0).waitFor();
    assert.deepEqual(await sources(page), ["half a wo"]);
    await page.close();
  });

  it("keep the outputs of a cell that ran just before they are left", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.untilSaved();
    await page.runCell(0, "print('seen ' * 2)");
    await page.button("All notebooks").click();
    await page.recent(/Untitled/).click();
    await page.cell(0).waitFor();
    assert.equal((await page.outputText(0)).trim(), "seen seen");
    await page.runCell(0, "print('once ' * 3)");
    await page.page.goBack();
    await page.recent(/Untitled/).click();
    await page.cell(0).waitFor();
    assert.equal((await page.outputText(0)).trim(), "once once once");
    assert.deepEqual(page.complaints, []);
    await page.close();
  });

  it("are not overwritten by a second tab", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.type(0, "first");
    await page.untilSaved();
    const second = await page.page.context().newPage();
    await second.goto(page.page.url());
    await second.getByText("also open in another tab").waitFor();
    await second.locator(".cell .cm-content").first().click();
    await second.keyboard.type("second ");
    await page.button("Load the newer version").click();
    await page.page.waitForFunction(() => carrel.notebook().cells[0].source.join("").includes("second"));
    await page.type(0, "first again");
    await second.getByRole("button", { name: "Keep this version" }).click();
    await second.getByRole("status", { name: "Storage" }).filter({ hasText: /^Saved$/ }).waitFor();
    await page.button("Load the newer version").waitFor();
    assert.deepEqual(await sources(page), ["first again"]);
    await page.close();
  });

  it("are renamed, listed, deleted and brought back", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.page.getByRole("textbox", { name: "Notebook title" }).fill("My work");
    await page.press("Enter");
    await page.untilSaved();
    await page.button("All notebooks").click();
    const link = page.page.getByRole("link", { name: /My work/ });
    await link.waitFor();
    await page.button("Delete My work").click();
    await link.waitFor({ state: "detached" });
    await page.button("Undo").click();
    await link.click();
    await page.cell(0).waitFor();
    await page.page.goBack();
    await link.waitFor();
    await page.page.goto(`${site.url}#/n/none`);
    await page.page.getByRole("heading", { name: "This notebook could not be opened" }).waitFor();
    await page.close();
  });

  it("and their files come in by dropping, and what is no notebook is refused", async () => {
    const page = await site.open();
    await page.drop("old.ipynb", '{"nbformat": 3}');
    await page.page.getByText("old format 3").waitFor();
    await page.drop("good.ipynb", JSON.stringify(notebook(cell("a", "dropped"))));
    await page.cell(0).waitFor();
    assert.deepEqual(await sources(page), ["dropped"]);
    await page.drop("data.csv", "1,2\n");
    await page.button("Files").click();
    await page.page.getByRole("listitem").filter({ hasText: "data.csv" }).waitFor();
    await page.button("Delete data.csv").click();
    await page.page.getByText("No files yet").waitFor();
    await page.close();
  });
});
