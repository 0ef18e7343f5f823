// Hostile scripts in outputs, let run by the user: they reach nothing of the page, send its frames nowhere, open nothing,
// and whatever they do to their own process the page answers. No kernel is needed: stored outputs are asked to run.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";

import { startHost } from "./harness/hosts.mjs";
import { assertResponsive } from "./harness/latency.mjs";
import { useSite } from "./harness/site.mjs";

const RUN = "Run the scripts of this output";
const STOPPED = "This output was stopped: it sent too many messages";
const WITHOUT_SCRIPTS = "Show it without scripts";

/** What must fail, or find nothing. `true` from any of them is a hole. */
const REACHES = {
  "the page's document": "!!parent.parent.document",
  "the host's document": "!!parent.document",
  "the page's interface": "!!parent.parent.carrel",
  "the top window's location": "!!top.location.href",
  "the page's storage": "!!top.localStorage",
  "its own storage": "!!localStorage",
  "cookies": "document.cookie.length >= 0",
  "a database": "!!indexedDB.open('carrel')",
  "the caches": "!!(await caches.keys())",
  "the service worker": "!!navigator.serviceWorker.controller",
  "an opener": "opener !== null",
  "a frame element": "frameElement !== null",
  "a sibling's document": "!!parent.parent.frames[0].document",
  "a new window": "window.open('about:blank') !== null",
  "the clipboard": "(await navigator.clipboard.readText()).length >= 0",
  "the network": "!!(await fetch('HOST'))",
  "the network, by a socket": "!!(await new Promise((resolve, reject) => { const s = new WebSocket('HOST'.replace('http', 'ws')); s.onopen = () => resolve(1); s.onerror = reject; }))",
  "the network, by a beacon": "navigator.sendBeacon('HOST') && false",
  "the network, by a script": "await new Promise((resolve) => { const s = document.createElement('script'); s.src = 'HOST'; s.onload = () => resolve(true); s.onerror = () => resolve(false); document.head.append(s); })",
  "the network, by a picture": "await new Promise((resolve) => { const i = new Image(); i.onload = () => resolve(true); i.onerror = () => resolve(false); i.src = 'HOST'; })",
  "the network, by a worker": "await new Promise((resolve) => { const w = new Worker('HOST'); w.onmessage = () => resolve(true); w.onerror = () => resolve(false); })",
  "evaluation": "eval('1') === 1",
};

/** What must change nothing outside of the frame. */
const LEAVES = [
  "location.href = 'HOST'",
  "location.replace('HOST')",
  "parent.location = 'HOST'",
  "parent.parent.location = 'HOST'",
  "top.location.replace('HOST')",
  "top.location = 'javascript:document.title=1'",
  "const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url=HOST'; document.head.append(m)",
  "const a = document.createElement('a'); a.href = 'HOST'; a.target = '_top'; document.body.append(a); a.click()",
  "const a = document.createElement('a'); a.href = 'HOST'; a.target = '_parent'; document.body.append(a); a.click()",
  "const a = document.createElement('a'); a.href = 'HOST'; a.target = '_blank'; document.body.append(a); a.click()",
  "const a = document.createElement('a'); a.href = 'HOST'; a.download = 'x.exe'; document.body.append(a); a.click()",
  "const f = document.createElement('form'); f.action = 'HOST'; f.target = '_top'; document.body.append(f); f.submit()",
  "const i = document.createElement('iframe'); i.src = 'HOST'; document.body.append(i)",
  "const i = document.createElement('iframe'); i.srcdoc = '<script>top.location = \"HOST\"<' + '/script>'; document.body.append(i)",
  "const o = document.createElement('object'); o.data = 'HOST'; document.body.append(o)",
  "window.open('HOST', '_top')",
  "history.pushState({}, '', 'HOST')",
  "document.domain = 'localhost'",
  "for (let i = 0; i < 50; i++) { alert(i); confirm(i); prompt(i); print(); }",
  "onbeforeunload = () => 'stay'; location = 'HOST'",
  "document.documentElement.requestFullscreen(); document.body.requestPointerLock()",
  "for (let i = 0; i < 200; i++) top.postMessage({ type: 'carrel:output-height', height: [NaN, -1, 1e300, '9', {}][i % 5] }, '*')",
  "for (const type of ['carrel:connect', 'jupyter', 'fatal', 'ready', 'carrel:theme']) for (const w of [top, parent, ...Array.from({ length: top.length }, (_, i) => top[i])]) w.postMessage({ type, css: '*{display:none}', message: '{}', reason: 'x' }, '*')",
  "top.postMessage('x'.repeat(2e7), '*')",
];

/** What hurts only the process that it runs in. */
const HARMS = {
  "a loop without end": "while (true);",
  // What a script sends leaves its process when the script has ended, so these reach nobody.
  "a loop that sends heights": "for (let i = 0; ; i++) top.postMessage({ type: 'carrel:output-height', height: i % 500 }, '*')",
  "a loop that sends to its host": "for (;;) parent.postMessage(1, '*')",
  "a loop in a promise": "(async () => { for (;;) await null; })()",
  "memory without end": "const kept = []; setInterval(() => kept.push(new Uint8Array(1e8).fill(1)), 1)",
  "elements without end": "setInterval(() => { for (let i = 0; i < 1e4; i++) document.body.append(document.createElement('p')); }, 0)",
  "workers without end": "const source = URL.createObjectURL(new Blob(['for(;;);'])); for (let i = 0; i < 500; i++) try { new Worker(source) } catch {}",
};

/** What sends the page more than it can read. Every one is taken out of the page, which says so in its place. */
const FLOODS = {
  "heights in bursts": "setInterval(() => { for (let i = 0; i < 2e4; i++) top.postMessage({ type: 'carrel:output-height', height: i % 500 }, '*'); }, 0)",
  "anything, to its host": "setInterval(() => { for (let i = 0; i < 2e4; i++) parent.postMessage(1, '*'); }, 0)",
  "two hundred thousand at once": "for (let i = 0; i < 2e5; i++) top.postMessage(i, '*')",
  "large texts": "const text = 'x'.repeat(1e6); setInterval(() => { for (let i = 0; i < 10; i++) top.postMessage(text, '*'); }, 0)",
  "large objects": "const many = Array.from({ length: 1e5 }, (_, i) => ({ i })); setInterval(() => top.postMessage(many, '*'), 0)",
  "heights, to the hosts of others": "setInterval(() => { for (let n = 0; n < 100; n++) top[n % top.length].postMessage({ n }, '*'); }, 0)",
  "from a frame inside": "const i = document.createElement('iframe'); i.srcdoc = '<script>setInterval(() => { for (let n = 0; n < 100; n++) top.postMessage(n, \"*\"); }, 0)<' + '/script>'; document.body.append(i)",
};

/** Sends through frames that live for a moment, so that no message can be traced to its output. */
const UNTRACEABLE = `setInterval(() => {
  const i = document.createElement('iframe');
  i.srcdoc = '<script>for (let n = 0; n < 500; n++) top.postMessage(n, "*"); parent.postMessage(1, "*")<' + '/script>';
  document.body.append(i);
}, 0);
addEventListener('message', () => document.querySelectorAll('iframe').forEach((i) => i.remove()))`;

const scripted = (script) => `<p id="log">…</p><script>setTimeout(async () => {${script}\n}, 500)</script>`;

describe("a hostile script in an output", () => {
  const site = useSite();
  let host;
  let page;
  let dialogs;

  before(async () => {
    host = await startHost({ isOpen: true, files: {} });
  });
  // A page of its own for each: what is left of one attack must not decide what another meets.
  beforeEach(async () => {
    page = await site.open();
    await page.page.context().route("**/kernel/**", (route) => route.abort());
    dialogs = [];
    page.page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      dialog.dismiss().catch(() => {});
    });
  });
  afterEach(() => page?.close());
  after(() => host?.close());

  /** Opens a document whose first cell has shown these. */
  async function open(htmls) {
    const outputs = htmls.map((html) => ({ output_type: "display_data", data: { "text/html": html }, metadata: {} }));
    const cells = [
      { cell_type: "code", id: "code", source: "kept = 1", metadata: {}, execution_count: 1, outputs },
      { cell_type: "markdown", id: "prose", source: "kept", metadata: {} },
    ];
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "scripts.ipynb" });
    await page.cell(0).waitFor();
    for (const [position] of htmls.entries()) await page.button(RUN).nth(position).waitFor();
  }

  /** The same, and lets their scripts run. */
  async function run(htmls) {
    await open(htmls);
    for (const _ of htmls) await page.button(RUN).first().click();
  }

  /** Resolves when a frame has sent the page this word. */
  const told = (word) =>
    page.page.evaluateHandle((wanted) => {
      const promise = new Promise((resolve) => addEventListener("message", ({ data }) => data === wanted && resolve()));
      return { promise };
    }, word);

  async function assertUnharmed() {
    await assertResponsive(page);
    assert.ok(page.page.url().startsWith(site.url));
    assert.equal(page.page.context().pages().length, 1, "a window was opened");
    assert.deepEqual(dialogs, []);
    assert.deepEqual((await page.notebook()).cells.map((cell) => String(cell.source)), ["kept = 1", "kept"]);
    assert.deepEqual(host.paths(), [], "another host was asked");
  }

  it("reaches nothing", async () => {
    const attempts = Object.entries(REACHES).map(([name, code]) => {
      const attempt = `(async () => ${code.replaceAll("HOST", host.url)})()`;
      return `Promise.race([${attempt}, late()]).then((found) => (log[${JSON.stringify(name)}] = found === true), () => {})`;
    });
    await run([scripted(`const log = { control: true };\nconst late = () => new Promise((resolve) => setTimeout(resolve, 700, false));\nawait Promise.all([${attempts.join(", ")}]);\ndocument.getElementById("log").textContent = JSON.stringify(log);`)]);
    const log = page.outputFrame(0).locator("#log");
    await log.filter({ hasText: "{" }).waitFor();
    const reached = Object.entries(JSON.parse(await log.textContent())).filter(([, found]) => found).map(([name]) => name);
    assert.deepEqual(reached, ["control"]);
    await assertUnharmed();
  });

  it("goes nowhere and opens nothing", async () => {
    for (let at = 0; at < LEAVES.length; at += 6) {
      await run(LEAVES.slice(at, at + 6).map((code) => scripted(code.replaceAll("HOST", host.url))));
      await page.page.waitForTimeout(1000);
      await assertUnharmed();
    }
    assert.notEqual(await page.page.title(), "1");
  });

  for (const [name, code] of Object.entries(HARMS)) {
    it(`harms itself alone: ${name}`, async () => {
      await run([scripted(code)]);
      await page.page.waitForTimeout(1200);
      await assertUnharmed();
      // Leaving the document ends it.
      await page.page.reload();
      await page.untilUsable();
      await assertResponsive(page);
      assert.equal(String((await page.notebook()).cells[0].source), "kept = 1");
    });
  }

  for (const [name, code] of Object.entries(FLOODS)) {
    it(`is stopped when it floods the page: ${name}`, async () => {
      await run([scripted(code)]);
      await page.outputs(0).getByText(STOPPED).waitFor();
      await assertUnharmed();
      assert.equal(await page.button(RUN).count(), 0);
      await page.button(WITHOUT_SCRIPTS).click();
      await page.button(RUN).waitFor();
      await assertUnharmed();
    });
  }

  it("takes down no other output with what is left of its messages when it is stopped", async () => {
    const other = "document.getElementById('log').textContent = 'ran'; setInterval(() => top.postMessage('alive', '*'), 500)";
    await open([scripted("for (let i = 0; i < 3e5; i++) top.postMessage(i, '*')"), scripted(other)]);
    await page.button(RUN).last().click();
    await page.outputFrame(0, 1).locator("#log", { hasText: "ran" }).waitFor();
    await page.button(RUN).click();
    await page.outputs(0).getByText(STOPPED).waitFor();
    // The process of outputs sends in order: when the other is heard again, nothing of the flood is left.
    const alive = await told("alive");
    await alive.evaluate(({ promise }) => promise);
    await page.outputFrame(0).locator("#log", { hasText: "ran" }).waitFor();
    assert.equal(await page.button(RUN).count(), 0);
    await assertUnharmed();
  });

  it("holds up other outputs no longer than the user wants", async () => {
    const endless = "document.getElementById('log').textContent = 'ran'; top.postMessage('begun', '*'); setTimeout(() => { while (true); })";
    await open([scripted(endless), scripted("document.getElementById('log').textContent = 'ran'")]);
    const begun = await told("begun");
    await page.button(RUN).first().click();
    await begun.evaluate(({ promise }) => promise);
    await page.button(RUN).click();
    await page.outputs(0).getByText("This output has not started yet").first().waitFor();
    await page.button("Stop the scripts of outputs").first().click();
    // Both are shown, without their scripts, which may be asked for again.
    for (const position of [0, 1]) await page.outputFrame(0, position).locator("#log", { hasText: "…" }).waitFor();
    await page.button(RUN).last().click();
    await page.outputFrame(0, 1).locator("#log", { hasText: "ran" }).waitFor();
    await assertUnharmed();
  });

  it("is stopped when nobody can tell whose messages they are", async () => {
    await run([scripted(UNTRACEABLE)]);
    await page.page.waitForFunction(([run, stopped]) => [run, stopped].some((text) => document.querySelector(".outputs").innerText.includes(text)), [RUN, STOPPED]);
    await assertUnharmed();
  });

  it("may animate its height", async () => {
    await run([scripted("const p = document.getElementById('log'); let n = 0; const grow = () => { p.style.height = `${100 + (n % 100)}px`; if (++n < 240) requestAnimationFrame(grow); else { p.style.height = '321px'; p.textContent = 'grown'; } }; grow()")]);
    await page.outputFrame(0).locator("#log", { hasText: "grown" }).waitFor();
    await page.page.waitForFunction(() => document.querySelector(".outputs iframe").clientHeight >= 321);
    assert.equal(await page.outputs(0).getByText(STOPPED).count(), 0);
  });
});
