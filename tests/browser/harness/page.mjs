// What a person can do with Carrel, and what they see: the only file of the tests that knows labels and class names.
// By mouse and keyboard where a person would; `window.carrel` only to ask how things stand, or where a spec is about it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Starting Python on two slow cores, with a software GPU. */
export const KERNEL_LIMIT_MS = 90_000;

/** Training the digits on a software GPU. */
export const TRAINING_LIMIT_MS = 240_000;

export class CarrelPage {
  /** @param {import("playwright-core").Page} page */
  constructor(page, { url, screenshots }) {
    this.page = page;
    this.url = url;
    this.screenshots = screenshots;
    /** What the page complained about, for a test to look at. */
    this.complaints = [];
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  // Going about

  async goto() {
    await this.page.goto(this.url);
    await this.untilUsable();
  }

  /** Another tab with the same address. */
  async sibling() {
    const other = new CarrelPage(await this.page.context().newPage(), this);
    await other.page.goto(this.page.url());
    await other.untilUsable();
    await other.cell(0).waitFor();
    return other;
  }

  async reload() {
    await this.page.reload();
    await this.untilUsable();
  }

  async untilUsable() {
    await this.page.waitForFunction(() => window.carrel !== undefined);
    await this.page.evaluate(() => carrel.ready);
  }

  close() {
    return this.page.context().close();
  }

  async screenshot(name) {
    await this.page.screenshot({ path: join(this.screenshots, `${name}.png`) });
  }

  button(name) {
    return this.page.getByRole("button", { name });
  }

  async newNotebook() {
    await this.button("New notebook").first().click();
    await this.cell(0).waitFor();
  }

  /** Opens files of this machine through the page's file button. */
  async openFiles(paths) {
    const choosing = this.page.waitForEvent("filechooser");
    await this.button(/^Open file/).first().click();
    await (await choosing).setFiles(paths);
  }

  /** Drops a file onto the page as a file manager would: with this text, or that many times. */
  async drop(name, text, times = 1) {
    const transfer = await this.page.evaluateHandle(
      ([fileName, content, count]) => {
        // Pieces that are handles: the file takes no room in the page.
        const piece = new Blob([content]);
        const data = new DataTransfer();
        data.items.add(new File(Array(count).fill(piece), fileName));
        return data;
      },
      [name, text, times],
    );
    for (const event of ["dragenter", "dragover", "drop"]) {
      await this.page.dispatchEvent("main", event, { dataTransfer: transfer });
    }
  }

  /** The line of a working file in the Files dialog, which is open. */
  workingFile(name) {
    return this.page.getByRole("list", { name: "Working files" }).getByRole("listitem").filter({ hasText: name });
  }

  /** The line that says that another tab shows the notebook. */
  otherTabBanner() {
    return this.page.getByText("also open in another tab");
  }

  /** The name of a recent notebook on the start page. */
  recent(name) {
    return this.page.getByRole("link", { name }).or(this.page.getByRole("button", { name })).first();
  }

  /** An example on the start page. */
  example(title) {
    return this.page.getByRole("region", { name: "Examples" }).getByRole("link", { name: title });
  }

  // Cells

  cells() {
    return this.page.locator(".cell");
  }

  cell(index) {
    return this.cells().nth(index);
  }

  editor(index) {
    return this.cell(index).locator(".cm-content");
  }

  /** Clicks into a cell's editor and replaces what is in it. */
  async type(index, text) {
    // A cell far from the screen has no editor to click into.
    await this.cell(index).scrollIntoViewIfNeeded();
    await this.editor(index).click();
    await this.page.keyboard.press("ControlOrMeta+a");
    // Inserted like a paste: typed key by key, the editor would add indentation and brackets of its own.
    await this.page.keyboard.insertText(text);
  }

  press(keys) {
    return this.page.keyboard.press(keys);
  }

  /** Types into a cell, runs it with Ctrl+Enter, and waits for it to end. */
  async runCell(index, text) {
    await this.type(index, text);
    await this.page.keyboard.press("Control+Enter");
    await this.untilRan(index);
  }

  async ids() {
    return (await this.notebook()).cells.map((cell) => cell.id);
  }

  outputs(index) {
    return this.cell(index).locator(".outputs");
  }

  /** Gives the focus to something inside of a frame, and waits until keys go there: a browser hands them over in its own time. */
  async focusInside(locator) {
    await this.until(() =>
      locator.evaluate((element) => {
        element.focus();
        return document.hasFocus() && document.activeElement === element;
      }),
    );
  }

  /** Waits until a text has the caret. */
  untilEditing() {
    return this.page.locator(".cm-content:focus").waitFor();
  }

  /** What is inside the frame of a cell's HTML or SVG output. */
  outputFrame(index, position = 0) {
    // The first frame is the host, an empty document of the site; the output is in the one inside it.
    return this.outputs(index).locator("iframe").nth(position).contentFrame().locator("iframe").contentFrame();
  }

  /** Chooses a line of the menu beside the kernel's state. */
  async chooseInKernelMenu(label) {
    await this.page.locator(".kernel__device button").first().click();
    await this.page.getByRole("menuitem", { name: label }).click();
  }

  /**
   * How long the page takes from a press of a button until it has drawn what the press does, in milliseconds by the
   * page's own clock. A page that is held up notices the press late.
   */
  async clickLatency() {
    await this.page.evaluate(() => {
      window.clickLatency = new Promise((resolve) => {
        const measure = (event) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - event.timeStamp)));
        addEventListener("click", measure, { capture: true, once: true });
      });
    });
    await this.button("Files").first().click();
    const latency = await this.page.evaluate(() => window.clickLatency);
    await this.page.getByRole("dialog").waitFor();
    await this.press("Escape");
    await this.page.getByRole("dialog").waitFor({ state: "hidden" });
    return latency;
  }

  /** Waits until something is so that the page itself cannot tell, at once or by a promise. */
  async until(isSo, limit = KERNEL_LIMIT_MS) {
    const end = Date.now() + limit;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`not so within ${limit} ms: ${isSo}`);
      await this.page.waitForTimeout(50);
    }
  }

  // The inspector

  inspector() {
    return this.page.getByRole("complementary", { name: "Inspector" });
  }

  /** The row of a variable. */
  inspectorLine(name) {
    return this.inspector().locator(".variables tbody tr").filter({ has: this.page.getByRole("button", { name, exact: true }) });
  }

  /** The names in the list, from top to bottom. */
  inspectorNames() {
    return this.inspector().locator(".variables tbody .variables__name").allInnerTexts();
  }

  /** Clicks a variable in the list. */
  async lookAt(name) {
    await this.inspectorLine(name).getByRole("button").click();
  }

  /** What the inspector says under a heading of the resources. */
  resource(label) {
    return this.inspector().locator(".resources > div").filter({ hasText: label }).locator("dd").innerText();
  }

  /** Presses Tab until something has the focus. */
  async tabTo(locator) {
    for (let count = 0; count < 60; count += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error("Tab does not reach it");
  }

  // What stands in the document

  notebook() {
    return this.page.evaluate(() => carrel.notebook());
  }

  status() {
    return this.page.evaluate(() => carrel.status());
  }

  /** The text of a cell's outputs as the document holds them, without terminal colours. */
  async outputText(index) {
    const { cells } = await this.notebook();
    return textOf(cells[index].outputs ?? []);
  }

  /** Waits until the kernel is up and has nothing left to do. */
  async untilIdle(limit = KERNEL_LIMIT_MS) {
    await this.page.waitForFunction(() => carrel.status().kernel === "idle", undefined, { timeout: limit });
  }

  async untilBusy() {
    await this.page.waitForFunction(() => carrel.status().kernel === "busy", undefined, { timeout: KERNEL_LIMIT_MS });
  }

  async untilRan(index, limit = KERNEL_LIMIT_MS) {
    const hasCount = (position) => carrel.notebook().cells[position]?.execution_count !== null && carrel.status().kernel === "idle";
    await this.page.waitForFunction(hasCount, index, { timeout: limit });
  }

  /** Waits until a cell's outputs contain some text. */
  async untilOutput(index, text, limit = KERNEL_LIMIT_MS) {
    const contains = ([position, wanted]) => JSON.stringify(carrel.notebook().cells[position]?.outputs ?? []).includes(wanted);
    await this.page.waitForFunction(contains, [index, text], { timeout: limit });
  }

  /** Waits until the open document is stored as it stands. */
  async untilSaved() {
    await this.page.getByRole("status", { name: "Storage" }).filter({ hasText: /^Saved$/ }).waitFor();
  }

  /** Opens a notebook through the page's interface, with files beside it. */
  open(notebook, { name, files = {} }) {
    const plain = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, String(text)]));
    return this.page.evaluate(([content, options]) => carrel.open(content, options), [notebook, { name, files: plain }]);
  }

  /** Runs every cell, and returns what `window.carrel` says about each. */
  runAll(options = {}) {
    return this.page.evaluate((given) => carrel.runAll(given), options);
  }

  restart(options = {}) {
    return this.page.evaluate((given) => carrel.restart(given), options);
  }

  /** Downloads the notebook by its button; resolves to its name and text. */
  async download() {
    const downloading = this.page.waitForEvent("download");
    await this.button(/^Download/).first().click();
    const download = await downloading;
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
  }

  /** Resolves when the service worker has stored every file of the site. */
  async untilStored() {
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  }
}

/** The text of outputs, as a person would read it. */
export function textOf(outputs) {
  const joined = (value) => (Array.isArray(value) ? value.join("") : (value ?? ""));
  const parts = outputs.map((output) => {
    if (output.output_type === "stream") return joined(output.text);
    if (output.output_type === "error") return `${output.traceback.join("\n")}\n`;
    return `${joined(output.data["text/plain"])}\n`;
  });
  return parts.join("").replace(/\u001b\[[0-9;]*m/g, "");
}
