// Recursion without an end, in a hundred ways: an error of Python's, never the end of the interpreter. And as deep a
// recursion as programs ask for, where it needs none of the browser's stack.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { RECURSIONS } from "./fixtures/recursions.mjs";
import { errorOf, openKernelPage, resultOf } from "./kernel_harness.mjs";

let kernel;

before(async () => {
  kernel = await openKernelPage();
});
after(() => kernel.close());

async function survivesAll() {
  for (const [name, code] of Object.entries(RECURSIONS)) {
    const { reply } = await kernel.execute(`import sys\nsys.setrecursionlimit(1000)\n${code}`).catch((error) => assert.fail(`${name}: ${error.message}`));
    assert.match(reply.status, /^(ok|error)$/, name);
    assert.equal(resultOf(await kernel.execute("6 * 7")), "42", name);
  }
}

test("no recursion ends the interpreter", async () => {
  await kernel.start();
  await survivesAll();
});

test("nor where Python cannot wait", async () => {
  await kernel.start({ jspi: false });
  await survivesAll();
});

test("the limit is Python's, and as high as one sets it", async () => {
  await kernel.start();
  assert.equal(resultOf(await kernel.execute("import sys\nsys.getrecursionlimit()")), "1000");
  const count = "def count(n): return n and 1 + count(n - 1)\n";
  assert.equal(resultOf(await kernel.execute(`${count}count(900)`)), "900");
  assert.match(errorOf(await kernel.execute("count(1100)")).evalue, /maximum recursion depth exceeded/);
  assert.equal(resultOf(await kernel.execute("sys.setrecursionlimit(10**6)\ncount(200_000)")), "200000");
  const cached = "import functools\n@functools.lru_cache(None)\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(400)";
  assert.match(resultOf(await kernel.execute(cached)), /^176023680645013966468/);
});
