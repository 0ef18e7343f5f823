// Measures what a visitor waits for: the bytes of the first load, and the time from the address to a usable page, to a
// kernel that is ready, and to the first result (`1 + 1`). Cold is a browser that was never here; warm is its next visit.
// Beside it, in the same run, plain Pyodide in a worker, as it is published. Prints medians; judges nothing.

import { readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";

import { root } from "../../tools/build/site.mjs";
import { serveFolder } from "../../tools/serve/static.mjs";
import { weigh } from "./bench/weigh.mjs";
import { launchBrowser } from "./harness/browser.mjs";

const RUNS = 5;
const LIMIT_MS = 120_000;
const dist = join(root, "dist");

/** Where the plain Pyodide lies: the published files, its library as sources. */
const PLAIN_PYODIDE = "baseline/pyodide/";
const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [{ cell_type: "code", id: "sum", source: "1 + 1", metadata: {}, outputs: [], execution_count: null }],
};

/** Paths asked for since the last visit began, in order. */
let requested = [];

function intercept(request, response) {
  const path = new URL(request.url, "http://localhost").pathname.slice(1);
  requested.push(path === "" ? "index.html" : path);
  if (!path.startsWith("baseline")) return false;
  const type = types[extname(path)] ?? "application/octet-stream";
  const isPyodide = path.startsWith(PLAIN_PYODIDE);
  const file = isPyodide ? join(root, "node_modules", "pyodide", basename(path)) : join(root, "tests", "browser", "bench", basename(path));
  response.writeHead(200, { "Content-Type": type });
  response.end(readFileSync(file));
  return true;
}

/** Runs in the page before anything else: notes when the page can be used. */
function noteUsable() {
  window.usable = new Promise((resolve) => {
    const timer = setInterval(() => {
      if (window.carrel === undefined) return;
      clearInterval(timer);
      carrel.ready.then(() => resolve(performance.now()));
    }, 1);
  });
}

/** One visit to Carrel: milliseconds from the navigation's start, and what was fetched by when. */
async function visit(page, url) {
  requested = [];
  await page.goto(url);
  const usable = await page.evaluate(() => window.usable);
  const firstPaths = new Set(requested);
  const rest = await page.evaluate(async (document) => {
    const starting = new Set(["none", "starting"]);
    const kernel = new Promise((resolve) => {
      const timer = setInterval(() => {
        if (starting.has(carrel.status().kernel)) return;
        clearInterval(timer);
        resolve(performance.now());
      }, 5);
    });
    await carrel.open(document, { name: "bench.ipynb" });
    const { ok } = await carrel.runAll();
    if (!ok) throw new Error("1 + 1 failed");
    return { result: performance.now(), kernel: await kernel, timings: carrel.status().timings };
  }, notebook);
  return { times: { page: usable, kernel: rest.kernel, result: rest.result }, firstPaths, allPaths: new Set(requested), timings: rest.timings };
}

async function carrelOnce(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  await page.addInitScript(noteUsable);
  const cold = await visit(page, url);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const warm = await visit(page, url);
  await context.close();
  return { cold, warm };
}

async function baselineOnce(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const times = {};
  for (const visitName of ["cold", "warm"]) {
    await page.goto(`${url}baseline.html`);
    times[visitName] = await page.evaluate(() => done);
  }
  await context.close();
  return times;
}

function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

const ms = (values) => `${Math.round(median(values)).toString().padStart(6)} ms`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;

function printWeight(name, paths) {
  const weight = weigh(dist, [...paths].filter((path) => path !== "sw.js" && !path.startsWith("baseline")));
  console.log(`  ${name.padEnd(28)} ${weight.files} files, ${megabytes(weight.raw)} raw, ${megabytes(weight.wire)} over the wire (gzip)`);
}

function printTimes(name, visits, keys) {
  const cells = keys.map(([key, label]) => `${label} ${ms(visits.map((times) => times[key]))}`);
  console.log(`  ${name.padEnd(28)} ${cells.join("   ")}`);
}

const server = await serveFolder({ folder: dist, intercept });
const browser = await launchBrowser();
console.log(`Chromium ${browser.version()}, ${RUNS} runs each, medians, from the navigation's start`);

const ours = [];
const plain = [];
for (let round = 0; round < RUNS; round += 1) {
  ours.push(await carrelOnce(browser, server.url));
  plain.push(await baselineOnce(browser, server.url));
  console.log(`  run ${round + 1} of ${RUNS}`);
}

console.log("\nbytes of the first load");
printWeight("until the page is usable", ours[0].cold.firstPaths);
printWeight("until the first result", ours[0].cold.allPaths);

const all = [["page", "usable page"], ["kernel", "kernel ready"], ["result", "first result"]];
console.log("\ntime");
for (const visitName of ["cold", "warm"]) {
  printTimes(`Carrel, ${visitName}`, ours.map((run) => run[visitName].times), all);
  printTimes(`plain Pyodide, ${visitName}`, plain.map((run) => run[visitName]), all.slice(1));
}
const woken = ours.flatMap((run) => [run.cold, run.warm]).filter((visited) => visited.timings.fromSnapshot === 1).length;
console.log(`  ${woken} of ${2 * RUNS} kernels woke up from the snapshot`);
const stages = Object.keys(ours[0].warm.timings ?? {}).filter((stage) => stage !== "fromSnapshot");
if (stages.length > 0) {
  console.log("\nwhere the warm start goes");
  for (const stage of stages) console.log(`  ${stage.padEnd(28)} ${ms(ours.map((run) => run.warm.timings[stage]))}`);
}
await browser.close();
await server.close();
