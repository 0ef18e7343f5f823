// Files that a person gives: large ones are handles from hand to hand, so the page's memory does not grow with them; what
// Python reads of others is what was given, also when the file on the disk has changed since.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const PIECE = "0123456789abcdef".repeat(1 << 16);
const NUM_PIECES = 200;
const LARGE_BYTES = PIECE.length * NUM_PIECES;

/** What the page may read of a file at once, and by how much its memory may grow; both far below a large file. */
const MAX_READ_BYTES = 1 << 20;
const MAX_GROWTH_BYTES = 16 << 20;

/** Notes the most that the page reads of a blob, and the memories of its modules. */
function watchMemory() {
  if (window !== top) return;
  window.largestRead = 0;
  window.memories = [];
  for (const method of ["arrayBuffer", "text", "bytes"]) {
    const read = Blob.prototype[method];
    if (!read) continue;
    Blob.prototype[method] = function () {
      window.largestRead = Math.max(window.largestRead, this.size);
      return read.call(this);
    };
  }
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const start = WebAssembly[name];
    WebAssembly[name] = async function (...given) {
      const made = await start.apply(WebAssembly, given);
      window.memories.push((made.instance ?? made).exports.memory);
      return made;
    };
  }
}

describe("files that are given by hand", () => {
  const site = useSite();
  let page;
  let folder;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "carrel-files-"));
    page = await site.open();
    await page.page.addInitScript(watchMemory);
    await page.reload();
    await page.newNotebook();
    await page.untilIdle();
  });
  after(async () => {
    await page?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function run(code) {
    await page.runCell(0, code);
    return (await page.outputText(0)).trim();
  }

  /** Runs code until it prints something: what was given comes to Python in its own time. */
  async function runUntil(code, wanted) {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if ((await run(code)) === wanted) return;
      await page.page.waitForTimeout(200);
    }
    assert.equal(await run(code), wanted);
  }

  const memoryBytes = () => page.page.evaluate(() => window.memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0));

  async function listed(name) {
    await page.button("Files").first().click();
    await page.workingFile(name).waitFor();
    await page.press("Escape");
  }

  it("do not pass through the page's memory, however large they are", async () => {
    await page.page.evaluate(() => (window.largestRead = 0));
    const bytesBefore = await memoryBytes();
    assert.ok(bytesBefore > 0);
    await page.drop("large.bin", PIECE, NUM_PIECES);
    await listed("large.bin");
    await runUntil("import os\nprint(os.path.getsize('large.bin') if os.path.exists('large.bin') else None)", String(LARGE_BYTES));
    assert.equal(await run("file = open('large.bin', 'rb')\nfile.seek(-3, 2)\nprint(file.read(), file.tell())"), `b'def' ${LARGE_BYTES}`);
    await page.restart();
    assert.equal(await run("import os\nprint(os.path.getsize('large.bin'))"), String(LARGE_BYTES));
    const growth = (await memoryBytes()) - bytesBefore;
    const read = await page.page.evaluate(() => window.largestRead);
    console.log(`with a file of ${LARGE_BYTES} bytes the page's memory grew by ${growth}, and it read no more than ${read} at once`);
    assert.ok(growth < MAX_GROWTH_BYTES, `${growth} bytes`);
    assert.ok(read < MAX_READ_BYTES, `${read} bytes`);
    await run("import os\nos.remove('large.bin')");
  });

  it("are refused as notebooks without being read whole", async () => {
    const other = await site.open();
    await other.page.addInitScript(watchMemory);
    await other.reload();
    await other.drop("large.bin", PIECE, NUM_PIECES);
    await other.page.getByText(/large\.bin: This is not a notebook/).waitFor();
    const read = await other.page.evaluate(() => window.largestRead);
    assert.ok(read > 0 && read < MAX_READ_BYTES, `${read} bytes`);
    await other.close();
  });

  it("are what they were when they were given", async () => {
    const path = join(folder, "given.txt");
    await writeFile(path, "as it was given ".repeat(10_000));
    await page.button("Files").first().click();
    const choosing = page.page.waitForEvent("filechooser");
    await page.button(/^Add files/).click();
    await (await choosing).setFiles([path]);
    await page.workingFile("given.txt").waitFor();
    await page.press("Escape");
    await writeFile(path, "changed");
    await runUntil("import os\nprint(os.path.exists('given.txt'))", "True");
    assert.equal(await run("text = open('given.txt').read()\nprint(text[:15], len(text))"), "as it was given 160000");
  });
});
