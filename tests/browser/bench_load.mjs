// Measures what a visitor waits for: the bytes of the first load, and the time from the address to a usable page, to a
// kernel that is ready, and to the first result (`1 + 1`). Cold is a browser that was never here; warm is its next visit.
// Beside it, in the same run, plain Pyodide in a worker and JupyterLite, both as they are published. Prints medians, and
// where Carrel's time goes; judges nothing. The method is told in docs/benchmarks-start.md.
//
//     node tests/browser/bench_load.mjs [--runs 5] [--without-jupyterlite]

import { join } from "node:path";
import { parseArgs } from "node:util";

import { root } from "../../tools/build/site.mjs";
import { serveFolder } from "../../tools/serve/static.mjs";
import { coldAndWarm, counter, jupyterLite, plainPyodide } from "./bench/peers.mjs";
import { weigh } from "./bench/weigh.mjs";
import { launchBrowser } from "./harness/browser.mjs";

const LIMIT_MS = 120_000;
const dist = join(root, "dist");

/** What large static hosts send; without it, browsers keep nothing for the next visit but what a page stores itself. */
const headers = { "Cache-Control": "max-age=600" };

const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "python", display_name: "Python", language: "python" } },
  cells: [{ cell_type: "code", id: "sum", source: "1 + 1", metadata: {}, outputs: [], execution_count: null }],
};

/** The parts of a start in the order in which they come, each from the end of the one before: [key of a timing, what it is]. */
const STAGES = [
  ["kernelFrame", "frame opened (since the launch)"],
  ["frame", "worker started"],
  ["modules", "modules of Pyodide imported"],
  ["python", "Python woken up"],
  ["packages", "kernel connected"],
];
/** What goes on beside them. */
const BESIDE = [
  ["kernelFetch", "files at hand (since the launch)"],
  ["snapshot", "snapshot read and unpacked"],
  ["gpu", "GPU opened (since the frame)"],
];

const { values } = parseArgs({ options: { runs: { type: "string", default: "5" }, "without-jupyterlite": { type: "boolean" } } });
const numRuns = Number(values.runs);

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

/** Carrel: opens the notebook as soon as the page can be used, and runs it at once. */
async function carrel() {
  const count = counter();
  const server = await serveFolder({ folder: dist, headers, intercept: count.intercept });
  async function visit(page) {
    count.paths = [];
    await page.addInitScript(noteUsable);
    await page.goto(server.url);
    const usable = await page.evaluate(() => window.usable);
    const firstPaths = new Set(count.paths);
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
      const openedAt = performance.now();
      const { ok } = await carrel.runAll();
      if (!ok) throw new Error("1 + 1 failed");
      return { result: performance.now(), openedAt, kernel: await kernel, timings: carrel.status().timings };
    }, notebook);
    const times = { page: usable, kernel: rest.kernel, result: rest.result };
    return { times, firstPaths, allPaths: new Set(count.paths), timings: { ...rest.timings, firstCell: rest.result - rest.kernel } };
  }
  return {
    name: "Carrel",
    stages: [["page", "usable page"], ["kernel", "kernel ready"], ["result", "first result"]],
    visit,
    // Everything is stored when the service worker is ready.
    between: (page) => page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined)),
    close: () => server.close(),
  };
}

function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

const ms = (values) => (median(values) === undefined ? "–" : `${Math.round(median(values))} ms`).padStart(9);
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;

function printWeight(name, paths) {
  const files = [...paths].map((path) => (path === "/" ? "index.html" : path.slice(1))).filter((path) => path !== "sw.js");
  const weight = weigh(dist, files);
  console.log(`  ${name.padEnd(28)} ${weight.files} files, ${megabytes(weight.raw)} raw, ${megabytes(weight.wire)} over the wire (gzip)`);
}

const sites = [await carrel(), await plainPyodide({ headers })];
if (!values["without-jupyterlite"]) sites.push(await jupyterLite({ headers, notebook }));
const browser = await launchBrowser();
console.log(`Chromium ${browser.version()}, ${numRuns} runs each, medians, from the navigation's start`);

const visits = new Map(sites.map((site) => [site, []]));
for (let round = 1; round <= numRuns; round += 1) {
  for (const site of sites) visits.get(site).push(await coldAndWarm(browser, { limitMs: LIMIT_MS, ...site }));
  console.log(`  run ${round} of ${numRuns}`);
}

const ours = visits.get(sites[0]);
console.log("\nbytes of the first load");
printWeight("until the page is usable", ours[0].cold.firstPaths);
printWeight("until the first result", ours[0].cold.allPaths);

console.log(`\n${"time".padEnd(28)} ${["usable page", "kernel ready", "first result"].map((label) => label.padStart(13)).join("")}`);
for (const when of ["cold", "warm"]) {
  for (const site of sites) {
    const cells = ["page", "kernel", "result"].map((key) => ms(visits.get(site).map((run) => run[when].times[key])).padStart(13));
    console.log(`  ${`${site.name}, ${when}`.padEnd(26)} ${cells.join("")}`);
  }
}
const woken = ours.flatMap((run) => [run.cold, run.warm]).filter((visited) => visited.timings.fromSnapshot === 1).length;
console.log(`  ${woken} of ${2 * numRuns} kernels woke up from the snapshot`);

console.log(`\n${"where the start goes".padEnd(46)}     cold     warm`);
const row = (indent, [key, label]) =>
  console.log(`${indent}${label}`.padEnd(44) + ["cold", "warm"].map((when) => ms(ours.map((run) => run[when].timings[key]))).join(""));
row("  ", ["pageReady", "page usable"]);
for (const stage of STAGES) row("  ", stage);
row("  ", ["firstCell", "first cell run"]);
console.log("beside these");
for (const stage of BESIDE) row("  ", stage);

await browser.close();
for (const site of sites) await site.close();
