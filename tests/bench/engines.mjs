// The engines, each as a function that measures one case after another in a page of its own: Carrel in a notebook of the
// built site, the others in a bare page. One engine runs at a time. Refuses to choose cases and to print.
// Read next: peers/page.js, carrel/cases.py.

import { readFile, stat } from "node:fs/promises";
import { dirname, extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { root } from "../../tools/build/site.mjs";
import { serveFolder } from "../../tools/serve/static.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** The longest that one case may take, with everything around it. */
const CASE_LIMIT_MS = 300_000;
const START_LIMIT_MS = 120_000;

const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** What isolates a page from other origins, so that it may use threads. Many hosts of static sites cannot send these. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** A server for the other engines' page, isolated from other origins or not. */
export async function servePeers({ isolated }) {
  async function intercept(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    const inModules = pathname.startsWith("/modules/");
    const folder = inModules ? join(here, "node_modules") : join(here, "peers");
    const path = normalize(join(folder, inModules ? pathname.slice("/modules".length) : pathname));
    const isFile = path.startsWith(folder + sep) && (await stat(path).catch(() => undefined))?.isFile();
    response.writeHead(isFile ? 200 : 404, {
      "Content-Type": types[extname(path)] ?? "application/octet-stream",
      ...(isolated ? isolation : {}),
    });
    response.end(isFile ? await readFile(path) : undefined);
    return true;
  }
  return serveFolder({ folder: join(here, "peers"), intercept });
}

/** Another engine: `name` is its file in peers/, `backend` as it calls it, `isolated` whether its page may use threads. */
export function peer(name, backend, { isolated = true } = {}) {
  return async (browser, { isolatedUrl, plainUrl }, ids, options, onResult) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(CASE_LIMIT_MS);
    await page.goto(`${isolated ? isolatedUrl : plainUrl}index.html?peer=${name}&backend=${backend}`);
    await page.waitForFunction(() => window.opened !== undefined);
    await page.evaluate(() => window.opened);
    const about = await page.evaluate(() => window.engineAbout);
    for (const id of ids) {
      const result = page.evaluate(([caseId, given]) => window.runCase(caseId, given), [id, options]);
      onResult(id, await limited(result));
    }
    await context.close();
    return about;
  };
}

/** Carrel itself on a device: a notebook whose first cell holds the cases, and one more cell a case. */
export function carrel(device) {
  return async (browser, { siteUrl }, ids, options, onResult) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(CASE_LIMIT_MS);
    await page.goto(siteUrl);
    await page.waitForFunction(() => window.carrel !== undefined, undefined, { timeout: START_LIMIT_MS });
    await page.evaluate(() => carrel.ready);
    const text = await readFile(join(here, "carrel", "cases.py"), "utf8");
    const given = `budget_ms=${options.budgetMs}, samples=${options.samples}`;
    const sources = [["cases", `DEVICE = ${JSON.stringify(device)}\n${text}`], ...ids.map((id) => [id, `bench(${JSON.stringify(id)}, ${given})`])];
    const cells = sources.map(([id, source]) => ({ cell_type: "code", id, source, metadata: {}, outputs: [], execution_count: null }));
    await page.evaluate((notebook) => carrel.open(notebook, { name: "bench.ipynb" }), { nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
    const started = await page.evaluate(() => carrel.run("cases"));
    if (started.status !== "ok") throw new Error(`the cases do not load: ${started.ename}: ${started.evalue}`);
    for (const id of ids) onResult(id, await limited(runCell(page, id)));
    const version = await page.evaluate(() => carrel.version);
    const { accelerator } = await page.evaluate(() => carrel.status());
    await context.close();
    return `Carrel ${version} (${device}${device === "webgpu" ? `, ${accelerator.name}` : ""})`;
  };
}

async function runCell(page, id) {
  const found = await page.evaluate(async (cellId) => {
    const { status, evalue } = await carrel.run(cellId);
    const cell = carrel.notebook().cells.find((each) => each.id === cellId);
    const text = cell.outputs.map((output) => [output.text ?? ""].flat().join("")).join("");
    return { status, evalue, text };
  }, id);
  const line = found.text.split("\n").find((each) => each.startsWith("bench "));
  if (line === undefined) return { missing: found.evalue ?? `the cell ended with ${found.status}` };
  return JSON.parse(line.slice("bench ".length));
}

function limited(promise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ missing: "took too long" }), CASE_LIMIT_MS);
  });
  const failed = promise.catch((error) => ({ missing: error.message.split("\n")[0] }));
  return Promise.race([failed, late]).finally(() => clearTimeout(timer));
}

/** The folder with the built site. */
export const siteFolder = process.env.CARREL_DIST ?? join(root, "dist");
