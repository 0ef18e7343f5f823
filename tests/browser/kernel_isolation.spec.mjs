// The kernel's walls, in a real browser: what Python cannot reach, and what
// the page learns when a kernel dies.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openKernelPage } from "./kernel_harness.mjs";

let kernel;

before(async () => {
  kernel = await openKernelPage();
  await kernel.start();
});

after(() => kernel.close());

/** Runs an expression that must fail or find nothing. */
async function assertOutOfReach(expression) {
  const code = `import js\ntry:\n    found = ${expression}\nexcept BaseException as error:\n    found = None\nfound is None or str(found) in ("undefined", "null")`;
  const run = await kernel.execute(code);
  const result = run.outputs.find(({ type }) => type === "execute_result");
  assert.equal(result?.data["text/plain"], "True", `${expression} was reached`);
}

test("runs in an opaque origin of its own", async () => {
  const run = await kernel.execute("import js\njs.self.origin");
  assert.equal(run.outputs.at(-1).data["text/plain"], "'null'");
});

for (const name of ["window", "document", "parent", "top", "opener", "localStorage", "sessionStorage"]) {
  test(`has no ${name}`, () => assertOutOfReach(`js.self.${name}`));
}

test("cannot open the page's databases and caches", async () => {
  await assertOutOfReach("js.indexedDB.open('carrel')");
  await assertOutOfReach("await js.caches.keys()");
  await assertOutOfReach("await js.navigator.storage.getDirectory()");
  await assertOutOfReach("js.navigator.serviceWorker");
  await assertOutOfReach("js.importScripts");
});

test("has no network, not even to the page's own site", async () => {
  await assertOutOfReach(`await js.fetch("${kernel.url}index.html")`);
  await assertOutOfReach(`js.WebSocket.new("${kernel.url.replace("http", "ws")}").readyState == 1 or None`);
  const request = `
import js
request = js.XMLHttpRequest.new()
request.open("GET", "${kernel.url}index.html", False)
request.send()`;
  assert.equal((await kernel.execute(request)).reply.status, "error");
  const nested = `
import js
from pyodide.ffi import create_proxy
worker = js.Worker.new('data:text/javascript,fetch("${kernel.url}index.html").then(()=>postMessage("open"),()=>postMessage("shut"))')
answer = js.Promise.new(create_proxy(lambda resolve, _: setattr(worker, "onmessage", create_proxy(lambda event: resolve(event.data)))))
await answer`;
  assert.equal((await kernel.execute(nested)).outputs.at(-1).data["text/plain"], "'shut'");
});

test("cannot evaluate scripts", () => assertOutOfReach("js.eval('1 + 1')"));

test("runs nothing in a frame that is not isolated", async () => {
  const failure = await kernel.start({ sandbox: "allow-scripts allow-same-origin" }).catch((error) => error.message);
  assert.match(failure, /not isolated/);
});

test("reports a dead interpreter, and a new frame works", async () => {
  await kernel.start();
  // Reading where there is no memory is what nothing can guard.
  const deadly = "import ctypes\nctypes.string_at(2**32 - 16, 8)";
  const reason = await kernel.execute(deadly).catch((error) => error.message);
  assert.match(reason, /Python stopped/);
  await kernel.start();
  assert.equal((await kernel.execute("1 + 1")).outputs.at(-1).data["text/plain"], "2");
});

test("reports a kernel that cannot start", async () => {
  const failure = await kernel.start({ without: ["pyodide.asm.mjs"] }).catch((error) => error.message);
  assert.match(failure, /did not start/);
});
