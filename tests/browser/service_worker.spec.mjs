// The service worker's store: all of the site, nothing twice, and of a new version only what changed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { root } from "../../tools/build/site.mjs";
import { useSite } from "./harness/site.mjs";

const FONT = "fonts/figtree.woff2";

/** The service worker of a later build, from which a font is gone. */
function laterWorker() {
  const script = readFileSync(join(root, "dist", "sw.js"), "utf8");
  const files = JSON.parse(/const FILES = (.*);/.exec(script)[1]);
  const fewer = files.filter((file) => file.url !== FONT);
  assert.equal(fewer.length, files.length - 1);
  return script
    .replace(/const FILES = .*;/, () => `const FILES = ${JSON.stringify(fewer)};`)
    .replace(/const VERSION = .*;/, 'const VERSION = "later";');
}

function versionOf(page) {
  return page.page.evaluate(
    () =>
      new Promise((resolve) => {
        navigator.serviceWorker.addEventListener("message", (event) => resolve(event.data), { once: true });
        navigator.serviceWorker.controller.postMessage({ type: "carrel:version?" });
      }),
  );
}

async function storedFiles(page) {
  return page.page.evaluate(async () => {
    const [name] = await caches.keys();
    const requests = await (await caches.open(name)).keys();
    return requests.map((request) => new URL(request.url).pathname.slice(1));
  });
}

describe("the service worker", () => {
  const requested = [];
  let isLater = false;
  const site = useSite({
    intercept(request, response) {
      requested.push(request.url.slice(1));
      if (!isLater || request.url !== "/sw.js") return false;
      response.writeHead(200, { "Content-Type": "text/javascript" });
      response.end(laterWorker());
      return true;
    },
  });

  it("stores every file once, and of a new version only what is new", async () => {
    const page = await site.open();
    await page.untilStored();
    const first = await versionOf(page);
    const stored = await storedFiles(page);
    assert.equal(stored.length, first.files);
    assert.ok(stored.includes(FONT) && stored.includes("kernel/pyodide/pyodide.asm.wasm"));

    isLater = true;
    requested.length = 0;
    await page.page.evaluate(async () => {
      const taken = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
      await (await navigator.serviceWorker.getRegistration()).update();
      await taken;
    });
    assert.deepEqual(requested, ["sw.js"]);
    assert.deepEqual(await versionOf(page), { type: "carrel:version", version: "later", files: first.files - 1 });
    // Dropping begins when the new worker takes over.
    await page.until(async () => !(await storedFiles(page)).includes(FONT));
    assert.deepEqual((await storedFiles(page)).sort(), stored.filter((path) => path !== FONT).sort());
    await page.close();
  });
});
