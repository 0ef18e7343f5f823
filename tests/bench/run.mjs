// Measures the cases in one headless Chromium, an engine after another, and prints one Markdown table.
//   node tests/bench/run.mjs gpu|cpu [--only id,id] [--engines carrel,tfjs,jax,tfjs-plain,jax-plain] [--budget ms] [--samples n] [--json file]
// Needs `npm ci` in tests/bench (see tools/bench.sh) and a built site in dist/. Judges nothing.
// Read next: cases.mjs, engines.mjs, table.mjs.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";

import { serveFolder } from "../../tools/serve/static.mjs";
import { launchBrowser } from "../browser/harness/browser.mjs";
import { cases } from "./cases.mjs";
import { carrel, peer, servePeers, siteFolder } from "./engines.mjs";
import { tableLines } from "./table.mjs";

/** What stands in each column, by table. */
const tables = {
  gpu: { carrel: carrel("webgpu"), jax: peer("jax", "webgpu"), tfjs: peer("tfjs", "webgpu") },
  cpu: {
    carrel: carrel("cpu"),
    "jax-plain": peer("jax", "wasm", { isolated: false }),
    "tfjs-plain": peer("tfjs", "wasm", { isolated: false }),
    jax: peer("jax", "wasm"),
    tfjs: peer("tfjs", "wasm"),
  },
};
const names = { carrel: "Carrel", jax: "jax-js", tfjs: "tfjs", "jax-plain": "jax-js, plain page", "tfjs-plain": "tfjs, plain page" };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    engines: { type: "string" },
    budget: { type: "string", default: "4000" },
    samples: { type: "string", default: "5" },
    json: { type: "string" },
  },
});
const [kind = "gpu"] = positionals;
const table = tables[kind];
if (table === undefined) throw new Error(`choose one of: ${Object.keys(tables).join(", ")}`);
const ids = values.only?.split(",") ?? cases.map((each) => each.id);
const chosen = values.engines?.split(",") ?? Object.keys(table);
const options = { budgetMs: Number(values.budget), samples: Number(values.samples) };

const site = await serveFolder({ folder: siteFolder });
const [isolated, plain] = [await servePeers({ isolated: true }), await servePeers({ isolated: false })];
const urls = { siteUrl: site.url, isolatedUrl: isolated.url, plainUrl: plain.url };
const browser = await launchBrowser();
const engines = [];
for (const key of chosen) {
  const results = new Map();
  const about = await table[key](browser, urls, ids, options, (id, result) => {
    results.set(id, result);
    console.error(`${names[key]} ${id}: ${result.missing ?? `${result.ms.toPrecision(3)} ms`}`);
  });
  engines.push({ name: names[key], about, results });
}
const version = browser.version();
await browser.close();
await site.close();
await isolated.close();
await plain.close();

const processors = cpus();
console.log(`${new Date().toISOString().slice(0, 10)}, Chromium ${version}, ${processors.length} x ${processors[0]?.model ?? "unknown processor"}`);
console.log(`${engines.map(({ about }) => about).join("; ")}`);
if (kind === "cpu") console.log("In an isolated page an engine may use threads; Carrel's page is a plain one.");
console.log(`Medians of ${options.samples} runs of several steps each, every run ended by a read; ratios above 1: Carrel is faster.\n`);
const shown = cases.filter(({ id }) => ids.includes(id));
console.log(tableLines(shown, engines, { gpu: kind === "gpu" }).join("\n"));
if (values.json !== undefined) {
  writeFileSync(values.json, JSON.stringify(engines.map(({ name, about, results }) => ({ name, about, results: [...results] })), undefined, 2));
}
