// How widgets look where ipywidgets leaves it to the page: icons, and the colours of terminals in Output widgets.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

describe("the looks of widgets", () => {
  const site = useSite();

  async function ran(...sources) {
    const page = await site.open();
    const requests = [];
    page.page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    const cells = [...sources, ""].map((_, index) => ({ cell_type: "code", id: `c${index}`, source: "", metadata: {}, outputs: [], execution_count: null }));
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "looks.ipynb" });
    for (let index = 0; index < sources.length; index += 1) await page.runCell(index, sources[index]);
    return { page, requests };
  }

  it("have the icons that widgets name, fetched for the first that does", async () => {
    const { page, requests } = await ran(
      "import ipywidgets as w\nw.IntSlider()",
      "w.HBox([w.Button(icon='check', description='ok'), w.Button(icon='trash'), w.ToggleButton(icon='refresh'), w.Play(), w.Valid(value=True), w.FileUpload(), w.HTML('<i class=\"fa fa-home\"></i>')])",
    );
    await page.outputFrame(0).locator("[role=slider]").waitFor();
    const frame = page.outputFrame(1);
    const glyphs = () =>
      frame.locator(".fa").evaluateAll((icons) =>
        icons.map((icon) => ({ text: getComputedStyle(icon, "::before").content, font: getComputedStyle(icon).fontFamily })),
      );
    await page.until(async () => (await glyphs()).filter(({ font }) => font.includes("Widget icons")).length >= 8);
    assert.ok((await glyphs()).every(({ text }) => /^"[\uf000-\uf8ff]"$/u.test(text)), JSON.stringify(await glyphs()));
    assert.ok(await frame.locator(".fa").first().evaluate(() => document.fonts.ready.then(() => document.fonts.check('900 16px "Widget icons"', "\uf00c"))));
    assert.equal(requests.filter((path) => path.endsWith("/widget-icons.css")).length, 1);
    await page.screenshot("widgets-icons");
    await page.close();
  });

  it("need no icons where none is named", async () => {
    const { page, requests } = await ran("import ipywidgets as w\nw.VBox([w.IntSlider(), w.Button(description='plain')])");
    await page.outputFrame(0).getByRole("button", { name: "plain" }).waitFor();
    assert.ok(!requests.some((path) => path.endsWith("/widget-icons.css")));
    await page.close();
  });

  it("have the terminal's colours in what an Output holds, and lines that were written over", async () => {
    const { page } = await ran(
      `import ipywidgets as w, sys
out = w.Output()
with out:
    print('\\x1b[31mred\\x1b[0m \\x1b[1;92mgreen\\x1b[22;39m \\x1b[38;5;208morange\\x1b[m \\x1b[48;2;0;0;255mground\\x1b[0m \\x1b]0;title\\x07plain')
    print('50%\\r100%\\nabc\\rX\\n12345\\b\\bZZ')
    print('warned', file=sys.stderr)
    1/0
out`,
    );
    const frame = page.outputFrame(0);
    await frame.getByText("ZeroDivisionError").first().waitFor();
    const [stdout, stderr, error] = await frame.locator("pre").allInnerTexts();
    assert.equal(stdout.trimEnd(), "red green orange ground plain\n100%\nXbc\n123ZZ");
    assert.equal(stderr.trimEnd(), "warned");
    assert.match(error, /ZeroDivisionError: division by zero/);
    const look = (text, of = frame.locator("pre").first()) => of.getByText(text, { exact: true }).evaluate((element) => {
      const { color, backgroundColor, fontWeight } = getComputedStyle(element);
      return { color, backgroundColor, fontWeight, ink: getComputedStyle(element.closest("pre")).color };
    });
    const red = await look("red");
    assert.notEqual(red.color, red.ink);
    assert.equal((await look("green")).fontWeight, "700");
    assert.equal((await look("orange")).color, "rgb(255, 135, 0)");
    assert.equal((await look("ground")).backgroundColor, "rgb(0, 0, 255)");
    assert.ok((await frame.locator(".output-error span").count()) > 3, "the traceback has colours");
    await page.screenshot("widgets-output-colours");
    await page.close();
  });
});
