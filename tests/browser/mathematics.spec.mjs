// Formulas in prose and in values: drawn with their fonts, read out as MathML, and harmless when nobody vouches for them.
// What counts as a formula is tested natively (app/src/render/latex.rs).

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { assertResponsive } from "./harness/latency.mjs";
import { useSite } from "./harness/site.mjs";

const markdown = (id, source) => ({ cell_type: "markdown", id, metadata: {}, source });
const latex = (source) => ({ output_type: "display_data", data: { "text/latex": source, "text/plain": "<Latex>" }, metadata: {} });

function notebookWith(cells, outputs = []) {
  const code = { cell_type: "code", id: "code", source: "pass", metadata: {}, outputs, execution_count: 1 };
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [...cells, code] };
}

describe("formulas", () => {
  const site = useSite();

  async function show(notebook) {
    const page = await site.open();
    await page.open(notebook, { name: "formulas.ipynb" });
    await page.page.locator(".mathematics, .markdown__math--wrong").first().waitFor();
    return page;
  }

  it("are drawn in a line, on lines of their own, as environments, and in values", async () => {
    const prose = "Euler: $e^{i\\pi} + 1 = 0$\n\n$$\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi}$$\n\n\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}";
    const page = await show(notebookWith([markdown("m", prose)], [latex("\\begin{align} a &= b \\\\ c &= d \\end{align}"), latex("$\\displaystyle \\frac{x}{2}$ and text")]));
    await page.page.locator(".outputs .mathematics").nth(1).waitFor();
    assert.equal(await page.page.locator(".mathematics").count(), 5);
    assert.equal(await page.page.locator(".mathematics--block").count(), 3);
    assert.equal(await page.page.locator(".markdown__math").count(), 0);
    // KaTeX's own font is there, not a stand-in, and a screen reader finds MathML.
    const isLoaded = await page.page.evaluate(() => document.fonts.ready.then((fonts) => [...fonts].some((font) => font.family.includes("KaTeX_Math") && font.status === "loaded")));
    assert.ok(isLoaded, "the fonts came along");
    assert.equal(await page.page.locator(".mathematics math").first().locator("annotation").textContent(), "e^{i\\pi} + 1 = 0");
    // Nothing is numbered that does not ask for it.
    const numbers = await page.page.evaluate(() => [...document.querySelectorAll(".eqn-num")].map((each) => getComputedStyle(each, "::before").content));
    assert.deepEqual([...new Set(numbers)], ["none"]);
    assert.match(await page.outputs(1).last().innerText(), /and text/);
    await page.screenshot("mathematics");
    await page.close();
  });

  it("follow what is written, and keep a source that cannot be drawn", async () => {
    const page = await show(notebookWith([markdown("m", "good $x$ and bad $\\frac{1}$ and unknown $\\nosuch$")]));
    await page.page.locator(".markdown__math--wrong").nth(1).waitFor();
    assert.deepEqual(await page.page.locator(".markdown__math--wrong").allInnerTexts(), ["\\frac{1}", "\\nosuch"]);
    assert.match(await page.page.locator(".markdown__math--wrong").nth(1).getAttribute("title"), /Undefined control sequence: \\nosuch/);
    await page.cell(0).locator(".cell__rendered").dblclick();
    await page.untilEditing();
    await page.page.keyboard.press("ControlOrMeta+A");
    await page.page.keyboard.type("now $y^2$");
    await page.page.keyboard.press("Shift+Enter");
    await page.page.locator(".mathematics annotation", { hasText: "y^2" }).waitFor({ state: "attached" });
    await page.close();
  });

  it("share the macros of their document, and not with another", async () => {
    const page = await show(notebookWith([markdown("a", "$\\newcommand{\\R}{\\mathbb{R}} \\R$"), markdown("b", "$x \\in \\R^n$")]));
    await page.page.locator(".mathematics").nth(1).waitFor();
    assert.equal(await page.page.locator(".markdown__math--wrong").count(), 0);
    await page.open(notebookWith([markdown("c", "$\\R$ and $\\nosuch$ and $z$")]), { name: "another.ipynb" });
    await page.page.locator(".mathematics annotation", { hasText: "z" }).waitFor({ state: "attached" });
    await page.page.locator(".markdown__math--wrong", { hasText: "\\nosuch" }).waitFor();
    await page.close();
  });

  it("make no links, fetch nothing, run nothing and end", async () => {
    const hostile = [
      "\\href{javascript:alert(1)}{x}",
      "\\url{https://foreign.example/}",
      "\\includegraphics{https://foreign.example/p.png}",
      "\\htmlStyle{position:fixed;inset:0}{x}",
      "\\htmlId{root}{x}",
      "\\def\\a{\\a\\a}\\a",
      "\\rule{1000000em}{1000000em}",
      "\\text{<img src=x onerror=alert(1)>}",
      "\\unicode{x3c}script>",
      "{".repeat(5000) + "}".repeat(5000),
    ];
    const asked = [];
    const page = await site.open();
    page.page.on("request", (request) => asked.push(request.url()));
    page.page.on("dialog", (dialog) => assert.fail(dialog.message()));
    await page.open(notebookWith([markdown("m", hostile.map((formula) => `a $${formula}$ b`).join("\n\n"))], [latex("$".repeat(49_999)), latex("\\begin{a}".repeat(5500))]), { name: "hostile.ipynb" });
    await page.page.locator(".mathematics, .markdown__math--wrong").nth(hostile.length - 1).waitFor();
    assert.equal(await page.page.locator(".cell__rendered a, .cell__rendered img, .cell__rendered script").count(), 0);
    assert.equal(await page.page.locator("#root").count(), 0);
    assert.deepEqual(asked.filter((url) => url.includes("foreign.example")), []);
    const widest = await page.page.evaluate(() => Math.max(...[...document.querySelectorAll(".mathematics")].map((each) => each.getBoundingClientRect().height)));
    assert.ok(widest < 2000, `a formula is ${widest} pixels high`);
    await assertResponsive(page);
    await page.close();
  });
});
