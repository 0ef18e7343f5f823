// Runs the example notebooks in the built site, on the CPU, and stores what they showed in examples/: `make examples`
// after a change to one of them or to what it prints. Arguments name the examples to run; without any, all run.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "../../tools/build/site.mjs";
import { serveFolder } from "../../tools/serve/static.mjs";
import { launchBrowser } from "./harness/browser.mjs";
import { CarrelPage, TRAINING_LIMIT_MS } from "./harness/page.mjs";

const folder = join(root, "examples");
const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
const wanted = process.argv.slice(2);
const server = await serveFolder({ folder: join(root, "dist") });
const browser = await launchBrowser();
let numFailed = 0;

async function record(name) {
  const path = join(folder, `${name}.ipynb`);
  const context = await browser.newContext();
  context.setDefaultTimeout(TRAINING_LIMIT_MS);
  const page = new CarrelPage(await context.newPage(), { url: server.url, screenshots: folder });
  await page.goto();
  await page.open(JSON.parse(readFileSync(path, "utf8")), { name: `${name}.ipynb` });
  await page.restart({ accelerator: "none" });
  const started = performance.now();
  const ran = await page.runAll();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const failed = ran.cells.find((cell) => cell.status !== "ok");
  if (failed) {
    numFailed += 1;
    console.log(`${name}: ${failed.ename}: ${failed.evalue}`);
  } else {
    // As Jupyter writes files, so that what is stored is what one would save from there.
    writeFileSync(path, `${JSON.stringify(await page.notebook(), null, 1)}\n`);
    console.log(`${name}: ${seconds} s`);
  }
  await context.close();
}

try {
  for (const { name } of index) {
    if (wanted.length === 0 || wanted.includes(name)) await record(name);
  }
} finally {
  await browser.close();
  await server.close();
}
process.exitCode = numFailed === 0 ? 0 : 1;
