// What outputs look like and what they may not do: colours, long text, frames and their heights, scripts of stored ones.
// The outputs are given with the notebook, so no kernel is started. Hostile code that runs is hostile.spec.mjs's business.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const stream = (text) => ({ output_type: "stream", name: "stdout", text });
const display = (data) => ({ output_type: "display_data", data, metadata: {} });

function notebookWith(outputs) {
  const cell = { cell_type: "code", id: "code", source: "pass", metadata: {}, outputs, execution_count: 1 };
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] };
}

describe("outputs", () => {
  const site = useSite();

  async function show(outputs) {
    const page = await site.open();
    await page.open(notebookWith(outputs), { name: "outputs.ipynb" });
    await page.outputs(0).waitFor();
    return page;
  }

  it("shows terminal colours as classes and nothing of the codes", async () => {
    const page = await show([stream("\u001b[1;31mred\u001b[0m plain <b>not bold</b>\n")]);
    assert.equal(await page.outputs(0).locator("pre").innerText(), "red plain <b>not bold</b>");
    assert.equal(await page.outputs(0).locator(".ansi-fg-1.ansi-bold").innerText(), "red");
    await page.close();
  });

  it("scrolls long text inside and shows all of it when asked", async () => {
    const lines = Array.from({ length: 200 }, (_, index) => `line ${index}\n`).join("");
    const page = await show([stream(lines)]);
    const text = page.outputs(0).locator("pre");
    const height = async () => (await text.boundingBox()).height;
    const short = await height();
    await page.button("Show all 200 lines").click();
    assert.ok((await height()) > 3 * short);
    await page.close();
  });

  it("fits a frame to its content and follows it", async () => {
    const page = await show([display({ "text/html": "<details><summary>more</summary><p style='height:300px'>text</p></details>" })]);
    const frame = page.outputs(0).locator("iframe");
    const height = async () => (await frame.boundingBox()).height;
    await page.page.waitForFunction(() => document.querySelector(".outputs iframe")?.offsetHeight > 10);
    const closed = await height();
    await page.outputFrame(0).locator("summary").click();
    await page.page.waitForFunction((old) => document.querySelector(".outputs iframe").offsetHeight > old + 250, closed);
    await page.close();
  });

  it("believes no height but a sensible one of the frame itself", async () => {
    const page = await show([display({ "text/html": "<p>text</p>" })]);
    await page.page.waitForFunction(() => document.querySelector(".outputs iframe")?.offsetHeight > 10);
    const height = () => page.page.evaluate(() => document.querySelector(".outputs iframe").offsetHeight);
    const honest = await height();
    await page.page.evaluate(() => window.postMessage({ type: "carrel:output-height", height: 5000 }, "*"));
    const frame = page.page.frames().find((candidate) => candidate.url() === "about:srcdoc");
    for (const lie of ["NaN", "'100'", "null", "{}"]) {
      await frame.evaluate(`top.postMessage({ type: "carrel:output-height", height: ${lie} }, "*")`);
    }
    await page.page.waitForTimeout(300);
    assert.equal(await height(), honest);
    await frame.evaluate(`top.postMessage({ type: "carrel:output-height", height: 1e300 }, "*")`);
    await page.button("Show all").waitFor();
    assert.ok((await height()) <= 1000);
    await page.close();
  });

  it("runs no script that came with the document until asked", async () => {
    const html = "<p id=p onclick=\"this.textContent='handler'\">still</p><script>document.getElementById('p').textContent='ran'</script>";
    const page = await show([display({ "text/html": html })]);
    const text = page.outputFrame(0).locator("#p");
    await text.click();
    assert.equal(await text.innerText(), "still");
    await page.button("Run the scripts of this output").click();
    await text.filter({ hasText: "ran" }).waitFor();
    await page.close();
  });

  it("removes a frame that goes to another page", async () => {
    const html = "<script>setTimeout(() => { location.href = 'data:text/html,elsewhere'; }, 100)</script><p>text</p>";
    const page = await show([display({ "text/html": html })]);
    await page.button("Run the scripts of this output").click();
    await page.outputs(0).getByText("tried to open another page").waitFor();
    assert.equal(await page.outputs(0).locator("iframe").count(), 0);
    await page.close();
  });

  it("gives frames the theme's colours, at once and when it changes", async () => {
    const page = await show([display({ "text/html": "<p>text</p>" })]);
    const paragraph = page.outputFrame(0).locator("p");
    const colour = () => paragraph.evaluate((element) => getComputedStyle(element).color);
    const pageColour = () => page.page.evaluate(() => getComputedStyle(document.documentElement).color);
    assert.equal(await colour(), await pageColour());
    const before = await colour();
    await page.page.emulateMedia({ colorScheme: "dark" });
    await page.until(async () => (await pageColour()) !== before && (await colour()) === (await pageColour()));
    await page.close();
  });

  it("shows images by what the document carries, and fetches none", async () => {
    const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    const page = await show([
      display({ "image/png": pixel, "text/plain": "<a pixel>" }),
      display({ "text/markdown": "![remote](https://example.org/p.png) <img src=https://example.org/q.png>" }),
    ]);
    const images = page.outputs(0).locator("img");
    await images.first().waitFor();
    assert.equal(await images.count(), 1);
    assert.equal(await images.first().getAttribute("alt"), "<a pixel>");
    assert.equal(await images.first().evaluate((image) => image.decode().then(() => image.naturalWidth)), 1);
    await page.close();
  });
});
