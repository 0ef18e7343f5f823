// Transfers of the kernel's files that break in the middle: what came before is not fetched again, a server that knows no
// ranges will do, and bytes that are not what was published start no kernel.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import { root } from "../../tools/build/site.mjs";
import { useSite } from "./harness/site.mjs";

/** The large files that a start waits for, each of which breaks once. */
const LARGE = /\/kernel\/(snapshot\.bin\.gz|recorder_bg\.wasm|pyodide\/pyodide\.asm\.wasm)$/;

/** In this time the page has read something of what was sent. */
const READING_MS = 3_000;

/**
 * A server whose first answer for each large file ends half-way. Notes for each file where its transfers began.
 *
 * @param {boolean} knowsRanges whether it goes on from where it is asked to
 */
function breakingOnce(knowsRanges) {
  const begun = new Map();
  async function intercept(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    if (!LARGE.test(pathname) || request.method !== "GET") return false;
    const bytes = await readFile(join(root, "dist", pathname));
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    const from = asked && knowsRanges ? Number(asked[1]) : 0;
    const starts = begun.get(pathname) ?? [];
    begun.set(pathname, [...starts, asked ? Number(asked[1]) : 0]);
    const type = { "Content-Type": pathname.endsWith(".wasm") ? "application/wasm" : "application/octet-stream" };
    if (starts.length === 0) {
      response.writeHead(200, { ...type, "Content-Length": bytes.length });
      response.write(bytes.subarray(0, bytes.length / 2));
      // A browser drops what its page has not read when a transfer breaks: the page is given time to read.
      setTimeout(() => response.destroy(), READING_MS);
    } else if (from > 0) {
      const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
      response.writeHead(206, { ...type, "Content-Range": range, "Content-Length": bytes.length - from });
      response.end(bytes.subarray(from));
    } else {
      response.writeHead(200, { ...type, "Content-Length": bytes.length });
      response.end(bytes);
    }
    return true;
  }
  return { begun, intercept };
}

/** A new visitor's first result. */
async function firstResult(site) {
  const page = await site.open({ serviceWorkers: "block" });
  await page.newNotebook();
  await page.runCell(0, "import torch, sqlite3\ntorch.arange(4).sum().item()");
  const text = (await page.outputText(0)).trim();
  await page.close();
  return text;
}

describe("transfers that break", () => {
  const server = breakingOnce(true);
  const site = useSite({ intercept: server.intercept });

  it("go on from where they broke", async () => {
    assert.equal(await firstResult(site), "6");
    assert.equal(server.begun.size, 3, [...server.begun.keys()].join(", "));
    for (const [path, [first, second, ...more]] of server.begun) {
      assert.equal(first, 0, path);
      assert.ok(second > 0, `${path} was fetched from its beginning again`);
      assert.deepEqual(more, [], path);
    }
  });
});

describe("transfers that break, from a server that knows no ranges", () => {
  const server = breakingOnce(false);
  const site = useSite({ intercept: server.intercept });

  it("begin again, and the kernel starts", async () => {
    assert.equal(await firstResult(site), "6");
  });
});

describe("a file that is not what was published", () => {
  const site = useSite({
    async intercept(request, response) {
      const { pathname } = new URL(request.url, "http://localhost");
      if (!pathname.endsWith("/kernel/recorder_bg.wasm")) return false;
      const bytes = await readFile(join(root, "dist", pathname));
      bytes[bytes.length - 1] ^= 1;
      response.writeHead(200, { "Content-Type": "application/wasm", "Content-Length": bytes.length });
      response.end(bytes);
      return true;
    },
  });

  it("starts no kernel, and is named", async () => {
    const page = await site.open({ serviceWorkers: "block" });
    await page.newNotebook();
    await page.page.getByText(/recorder_bg\.wasm is not what was published; reload the page/).first().waitFor();
    await page.close();
  });
});
