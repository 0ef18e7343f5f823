// Starts Chromium on a small page that hosts a kernel, with the kernel's files
// taken from the sources. A build must have left IPython in target/site; the
// engine's wasm is included when it is there too.
// Read next: fixtures/kernel/page.js.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { filesBelow, pieces, root } from "../../tools/build/site.mjs";
import { zip } from "../../tools/build/zip.mjs";
import { serveFolder } from "../../tools/serve/static.mjs";
import { launchBrowser } from "./harness/browser.mjs";

const here = dirname(fileURLToPath(import.meta.url));

const PYODIDE_FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];
const ENGINE_FILES = ["recorder.js", "recorder_bg.wasm", "executor.js", "executor_bg.wasm", "loops.wasm"];

/** The files of the kernel: path below kernel/ → bytes. */
function kernelFiles() {
  const files = new Map();
  const glue = join(root, "public", "kernel");
  for (const name of readdirSync(glue)) files.set(name, readFileSync(join(glue, name)));
  for (const name of PYODIDE_FILES) {
    const built = join(pieces, "kernel", "pyodide", name);
    const path = existsSync(built) ? built : join(root, "node_modules", "pyodide", name);
    files.set(`pyodide/${name}`, readFileSync(path));
  }
  files.set("python.zip", pythonArchive());
  for (const name of ["ipython.zip", "jedi.zip", "widgets.zip"]) files.set(name, readFileSync(join(pieces, "kernel", name)));
  for (const name of ENGINE_FILES) {
    const path = join(pieces, "kernel", name);
    if (existsSync(path)) files.set(name, readFileSync(path));
  }
  return files;
}

/** The Python packages: as the last build packed them, or from the sources if these are newer. */
function pythonArchive() {
  const python = join(root, "engine", "python");
  const names = ["torch", "torchvision", "safetensors", "carrel_kernel"].flatMap((folder) =>
    filesBelow(join(python, folder)).map((file) => `${folder}/${file}`),
  );
  const sources = names.filter((name) => name.endsWith(".py"));
  const built = join(pieces, "kernel", "python.zip");
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  if (sources.every((name) => statSync(join(python, name)).mtimeMs < builtAt)) return readFileSync(built);
  return zip(sources.map((name) => ({ name, bytes: readFileSync(join(python, name)) })));
}

/** Whether a build has left the engine's wasm. */
export const hasEngine = ENGINE_FILES.every((name) => existsSync(join(pieces, "kernel", name)));

/**
 * A page with `startKernel` and `kernel` (see fixtures/kernel/page.js), and how to close it.
 * `before` is code that runs ahead of a kernel file: {"gpu_worker.js": "…"}.
 */
export async function openKernelPage({ before = {} } = {}) {
  const files = kernelFiles();
  for (const [name, code] of Object.entries(before)) files.set(name, Buffer.concat([Buffer.from(code), files.get(name)]));
  const manifest = {
    version: 1,
    files: [...files].map(([path, bytes]) => ({
      name: path.split("/").at(-1), path: `kernel/${path}`, bytes: bytes.length,
    })),
  };
  const server = await serveFolder({
    folder: join(here, "fixtures", "kernel"),
    intercept(request, response) {
      const path = new URL(request.url, "http://localhost").pathname;
      if (!path.startsWith("/kernel/")) return false;
      const name = path.slice("/kernel/".length);
      const bytes = name === "manifest.json" ? Buffer.from(JSON.stringify(manifest)) : files.get(name);
      response.writeHead(bytes ? 200 : 404, { "Content-Length": bytes?.length ?? 0 });
      response.end(bytes);
      return true;
    },
  });
  const browser = await launchBrowser();
  const page = await browser.newPage();
  const log = [];
  page.on("console", (message) => log.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => log.push(`page error: ${error.message}`));
  await page.goto(server.url);
  await page.waitForFunction(() => window.startKernel);
  return {
    page,
    log,
    url: server.url,
    start: (options) => page.evaluate((o) => window.startKernel(o), options),
    execute: (code, options) => page.evaluate(([c, o]) => window.kernel.execute(c, o), [code, options]),
    executeAndInterrupt: (code, ms, options) =>
      page.evaluate(([c, m, o]) => window.kernel.executeAndInterrupt(c, m, o), [code, ms, options]),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** The plain text of a cell's result. */
export const resultOf = ({ outputs }) => outputs.find(({ type }) => type === "execute_result")?.data["text/plain"];

/** The error that a cell ended in. */
export const errorOf = ({ outputs }) => outputs.find(({ type }) => type === "error");
