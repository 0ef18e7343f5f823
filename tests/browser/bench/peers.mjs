// What the start is measured beside, in the same browser and the same run: plain Pyodide in a worker, and JupyterLite.
// Each gives, for a browser that was never there (cold) and for its next visit (warm), when it could be used and when it
// had answered `1 + 1`, in milliseconds from the navigation's start. Read next: ../bench_load.mjs, jupyterlite.py.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { root } from "../../../tools/build/site.mjs";
import { serveFolder } from "../../../tools/serve/static.mjs";

const here = join(root, "tests", "browser", "bench");
const tools = process.env.CARREL_TOOLS ?? join(homedir(), ".cache", "carrel", "tools");

/** Counts what a server is asked for, so that a visit can be weighed. */
export function counter(next = () => false) {
  const count = { paths: [], intercept: (request, response) => {
    count.paths.push(new URL(request.url, "http://localhost").pathname);
    return next(request, response);
  } };
  return count;
}

/** Two visits of a new browser profile; `visit` gets the page and the site's address. */
export async function coldAndWarm(browser, { limitMs, visit, between = async () => {} }) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(limitMs);
  const cold = await visit(page);
  await between(page);
  const warm = await visit(page);
  await context.close();
  return { cold, warm };
}

/** Plain Pyodide as its documentation says: `loadPyodide` in a module worker, from the published files. */
export async function plainPyodide({ headers }) {
  const folders = { "baseline.html": here, "baseline_worker.js": here };
  const server = await serveFolder({ folder: join(root, "node_modules", "pyodide"), headers, intercept: fromFolders(folders, headers) });
  return {
    name: "plain Pyodide",
    stages: [["kernel", "kernel ready"], ["result", "first result"]],
    async visit(page) {
      await page.goto(`${server.url}baseline.html`);
      return { times: await page.evaluate(() => done) };
    },
    close: () => server.close(),
  };
}

/** JupyterLite, built on first use; its notebook page with one cell, run as soon as its editor is there. */
export async function jupyterLite({ headers, notebook }) {
  const folder = join(tools, "jupyterlite-bench", "site");
  mkdirSync(join(root, "target"), { recursive: true });
  const file = join(root, "target", "bench.ipynb");
  writeFileSync(file, JSON.stringify(notebook));
  execFileSync("python3", [join(here, "jupyterlite.py"), join(root, "node_modules", "pyodide"), folder, file], { stdio: "inherit" });
  const server = await serveFolder({ folder, headers });
  return {
    name: "JupyterLite 0.8.6",
    stages: [["page", "usable page"], ["result", "first result"]],
    async visit(page) {
      await page.goto(`${server.url}notebooks/index.html?path=bench.ipynb`);
      const editor = page.locator(".jp-CodeCell .cm-content").first();
      await editor.waitFor();
      const usable = await page.evaluate(() => performance.now());
      await editor.click();
      await page.keyboard.press("Shift+Enter");
      const output = page.locator(".jp-OutputArea-executeResult .jp-OutputArea-output");
      await output.waitFor();
      const result = await page.evaluate(() => performance.now());
      if ((await output.innerText()).trim() !== "2") throw new Error("JupyterLite answered something else");
      return { times: { page: usable, result } };
    },
    close: () => server.close(),
  };
}

function fromFolders(folders, headers) {
  return async (request, response) => {
    const name = new URL(request.url, "http://localhost").pathname.slice(1);
    if (!(name in folders)) return false;
    const { readFile } = await import("node:fs/promises");
    const type = name.endsWith(".html") ? "text/html" : "text/javascript";
    response.writeHead(200, { "Content-Type": type, ...headers }).end(await readFile(join(folders[name], name)));
    return true;
  };
}
