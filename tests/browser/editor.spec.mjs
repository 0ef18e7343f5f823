// The editor of a cell by keyboard: indent, comment, undo, leaving it, and what happens when its bundle is late or missing.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

describe("the editor", () => {
  const site = useSite();

  async function openWith(text, contextOptions = {}) {
    const page = await site.open(contextOptions);
    await page.newNotebook();
    await page.type(0, text);
    return page;
  }

  const sourceOf = async (page, index = 0) => (await page.notebook()).cells[index].source;
  const joined = (source) => (Array.isArray(source) ? source.join("") : source);

  it("indents, dedents and comments by keys", async () => {
    const page = await openWith("x = 1");
    await page.press("Home");
    await page.press("Tab");
    assert.equal(joined(await sourceOf(page)), "    x = 1");
    await page.press("Shift+Tab");
    await page.press("ControlOrMeta+/");
    assert.equal(joined(await sourceOf(page)), "# x = 1");
    await page.press("ControlOrMeta+z");
    assert.equal(joined(await sourceOf(page)), "x = 1");
    await page.close();
  });

  it("keeps Python's indent after a colon and closes brackets", async () => {
    const page = await openWith("for x in y:");
    await page.press("Enter");
    await page.page.keyboard.type("print(");
    assert.equal(joined(await sourceOf(page)), "for x in y:\n    print()");
    await page.close();
  });

  it("has a name for screen readers and gives the keyboard back on Escape", async () => {
    const page = await openWith("x");
    assert.match(await page.editor(0).getAttribute("aria-label"), /cell 1/i);
    await page.press("Escape");
    await page.page.waitForFunction(() => document.activeElement.closest(".cm-editor") === null);
    await page.press("Enter");
    await page.page.waitForFunction(() => document.activeElement.closest(".cm-editor") !== null);
    await page.close();
  });

  it("shows the text before its bundle is there", async () => {
    // The service worker would answer for the bundle in its place.
    const page = await openWith("answer = 42", { serviceWorkers: "block" });
    await page.untilSaved();
    const context = page.page.context();
    await context.route("**/editor.js", () => {});
    await page.reload();
    await page.page.locator(".editor__plain", { hasText: "answer = 42" }).waitFor();
    await page.close();
  });

  it("takes text in a plain field when its bundle cannot be had", async () => {
    const page = await site.open({ serviceWorkers: "block" });
    await page.page.context().route("**/editor.js", (route) => route.abort());
    await page.button("New notebook").first().click();
    await page.page.locator("textarea.editor__fallback").fill("typed = True");
    assert.equal(joined(await sourceOf(page)), "typed = True");
    await page.close();
  });
});
