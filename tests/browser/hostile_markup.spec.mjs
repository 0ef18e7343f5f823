// Hostile markup: every vector of fixtures/hostile, as prose, as stored outputs of every kind, in attachments, metadata,
// tracebacks and titles. Opening and reading such a document runs nothing anywhere, asks nobody for anything, and
// leaves the page its own. No kernel is needed.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { MARKDOWN } from "./fixtures/hostile/markdown.mjs";
import { MARKUP, PIECES } from "./fixtures/hostile/markup.mjs";
import { assertResponsive } from "./harness/latency.mjs";
import { useSite } from "./harness/site.mjs";

/** Addresses that a link of the page may have. */
const HARMLESS = /^(https?:\/\/|mailto:|#)/i;

const prose = (source, id) => ({ cell_type: "markdown", id, source, metadata: { title: source } });

function code(outputs, id) {
  return { cell_type: "code", id, source: "1", metadata: { trusted: true }, execution_count: 1, outputs };
}

const shown = (data, metadata = {}) => ({ output_type: "display_data", data, metadata });

/** Ends whatever a piece has left open, so that several can stand in one output. */
const END = "\n'\"></script></style></textarea></title></xmp></noembed></noframes></noscript></select></svg></math></template></iframe>-->\n";

/** How many pieces share an output: frames are what takes the time. */
const PIECES_AN_OUTPUT = 8;

const grouped = (pieces) =>
  Array.from({ length: Math.ceil(pieces.length / PIECES_AN_OUTPUT) }, (_, index) =>
    pieces.slice(index * PIECES_AN_OUTPUT, (index + 1) * PIECES_AN_OUTPUT).join(END),
  );

/** A document whose every cell tries. */
function document(cells, metadata = {}) {
  return { nbformat: 4, nbformat_minor: 5, metadata: { trusted: true, ...metadata }, cells };
}

describe("a document of hostile markup", () => {
  const site = useSite();
  let page;
  let requested;
  let dialogs;

  before(async () => {
    page = await site.open();
    await page.page.context().route("**/kernel/**", (route) => route.abort());
    requested = [];
    dialogs = [];
    // What a policy refused was never sent, though the browser tells of it.
    page.page.context().on("requestfinished", (request) => requested.push(request.url()));
    page.page.context().on("requestfailed", (request) => {
      if (request.failure()?.errorText !== "csp") requested.push(request.url());
    });
    page.page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      dialog.dismiss().catch(() => {});
    });
    // In every frame, so that a script that ran anywhere is known of.
    await page.page.context().addInitScript(() => {
      window.hit = () => (window.wasHit = true);
    });
    await page.reload();
  });
  after(() => page?.close());

  /** Reads the open document from its first line to its last, so that everything near the screen is drawn. */
  async function readThrough() {
    await page.page.evaluate(async () => {
      for (let y = 0; y < document.documentElement.scrollHeight; y += 1200) {
        scrollTo(0, y);
        await new Promise((resolve) => setTimeout(resolve, 80));
      }
    });
  }

  async function assertUnharmed() {
    const hit = [];
    for (const frame of page.page.frames()) if (await frame.evaluate(() => window.wasHit === true).catch(() => false)) hit.push(frame.url());
    assert.deepEqual(hit, [], "a script ran");
    assert.deepEqual(dialogs, []);
    const foreign = requested.filter((url) => /^(https?|wss?):/.test(url) && !url.startsWith(site.url));
    assert.deepEqual(foreign, [], "another host was asked");
    assert.ok(page.page.url().startsWith(site.url));
    const state = await page.page.evaluate(() => {
      const elements = [...document.querySelectorAll(".cell *")];
      const attributes = elements.flatMap((element) => [...element.attributes].map(({ name, value }) => ({ tag: element.localName, name, value })));
      return {
        handlers: attributes.filter(({ name }) => name.startsWith("on")),
        names: attributes.filter(({ tag, name }) => name === "name" && tag !== "meta"),
        links: [...document.querySelectorAll(".cell a[href]")].map((link) => link.getAttribute("href")),
        unsafe: elements.filter(({ localName }) => ["script", "object", "embed", "form", "base", "meta", "link", "style"].includes(localName)).length,
        covers: document.querySelectorAll(".cover").length,
        isOwn: typeof carrel.notebook === "function" && document.body instanceof HTMLBodyElement && parent === window,
      };
    });
    assert.deepEqual(state.handlers, []);
    assert.deepEqual(state.names, []);
    assert.deepEqual(state.links.filter((link) => !HARMLESS.test(link)), []);
    assert.equal(state.unsafe, 0);
    assert.equal(state.covers, 0);
    assert.ok(state.isOwn, "something of the document stands in the place of the page's own");
    await assertResponsive(page);
  }

  async function open(cells, metadata) {
    await page.open(document(cells, metadata), { name: "hostile.ipynb" });
    await page.cell(0).waitFor();
    await readThrough();
  }

  it("is harmless as prose", async () => {
    const cells = [...PIECES.map(({ piece }) => piece), ...MARKDOWN].map((source, index) => prose(source, `prose-${index}`));
    await open(cells);
    await assertUnharmed();
    const { cells: kept } = await page.notebook();
    assert.deepEqual(kept.map((cell) => [cell.source].flat().join("")), cells.map((cell) => cell.source), "the document was changed");
  });

  it("is harmless as stored HTML", async () => {
    await open(Object.values(MARKUP).map((pieces, index) => code(grouped(pieces).map((html) => shown({ "text/html": html })), `html-${index}`)));
    await assertUnharmed();
  });

  it("is harmless as SVG, Markdown, LaTeX, JavaScript, JSON, text, a traceback and a picture that is none", async () => {
    const cells = Object.values(MARKUP).map((pieces, index) => {
      const all = pieces.join("\n");
      return code(
        [
          shown({ "image/svg+xml": `<svg xmlns="http://www.w3.org/2000/svg">${all}</svg>` }),
          shown({ "text/markdown": all }),
          shown({ "text/latex": `$$${all}$$` }),
          shown({ "application/javascript": "hit()", "text/plain": all }),
          shown({ "application/json": { [all]: all } }),
          shown({ "image/png": all }, { "image/png": { width: "1\" onload=\"hit()", alt: all } }),
          shown({ "application/vnd.jupyter.widget-view+json": { model_id: all } }),
          { output_type: "stream", name: "stdout", text: `\u001b]8;;javascript:hit()\u0007${all}\u001b[38;5;1"m` },
          { output_type: "error", ename: all, evalue: all, traceback: [`\u001b[31m${all}\u001b[0m`, all] },
          { output_type: all, data: all },
        ],
        `kinds-${index}`,
      );
    });
    await open(cells);
    await assertUnharmed();
  });

  it("is harmless in attachments, metadata, ids and the title", async () => {
    const cells = Object.values(MARKUP).map((pieces, index) => {
      const all = pieces.join(" ");
      const attachments = { [all]: { "image/png": all, "text/html": all, "image/svg+xml": all }, "x.png": { "image/png": all } };
      const metadata = { trusted: true, name: all, tags: [all], collapsed: all, jupyter: all, slideshow: { slide_type: all } };
      return { cell_type: "markdown", id: `meta-${index}`, source: "![a](attachment:x.png) ![b](attachment:y)", metadata, attachments };
    });
    const metadata = { title: MARKUP["script elements"].join(" "), kernelspec: { name: "<script>hit()</script>", display_name: "<img src=x onerror=hit()>" } };
    await open(cells, metadata);
    await assertUnharmed();
  });

  it("opens or refuses what is deep, long and malformed, and answers", async () => {
    const deep = (depth) => "[".repeat(depth) + "]".repeat(depth);
    const texts = [
      `{"nbformat":4,"nbformat_minor":5,"metadata":${deep(100_000)},"cells":[]}`,
      `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[${"{},".repeat(20_000)}{}]}`,
      '{"nbformat":1e309,"cells":{}}',
      '{"nbformat":4,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"metadata":{},"cells":[]}',
      "\u0000\uffff",
    ];
    for (const text of texts) {
      await page.page.evaluate((content) => carrel.open(content, { name: "x.ipynb" }).catch(() => {}), text);
      assert.equal(await page.page.evaluate(() => ({}).polluted), undefined);
      assert.ok((await page.page.evaluate(() => typeof carrel.status())) === "object");
    }
    const outputs = [shown({ "text/html": "<b>".repeat(100_000) }), shown({ "text/markdown": "> ".repeat(20_000) }), shown({ "text/markdown": "[".repeat(20_000) })];
    await open([code(outputs, "deep"), prose("*a _b ".repeat(5_000), "long"), prose(`${"`".repeat(10_000)}x`, "ticks")]);
    await assertUnharmed();
  });
});
