// The kernel alone in a real browser: what a cell's run sends back.
// Stop is tested in kernel_interrupt.spec.mjs, walls in kernel_isolation.spec.mjs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { errorOf, openKernelPage, resultOf } from "./kernel_harness.mjs";

let kernel;
let ready;

before(async () => {
  kernel = await openKernelPage();
  ready = await kernel.start({ files: [{ path: "data/words.txt", text: "one\ntwo\n" }] });
});

after(() => kernel.close());

const plain = (lines) => lines.join("\n").replace(/\x1b\[[\d;]*m/g, "");

test("starts by stages and says how long each took", async () => {
  const progress = await kernel.page.evaluate(() => window.kernel.progress);
  assert.deepEqual(progress, ["frame", "python", "packages"]);
  assert.deepEqual(ready.accelerator, { webgpu: false, name: "" });
  for (const name of ["frame", "modules", "python", "packages", "total"]) {
    assert.ok(ready.timings[name] >= 0, `no timing for ${name}`);
  }
  const ms = Object.entries(ready.timings).map(([name, value]) => `${name} ${Math.round(value)}`);
  console.log(`kernel start (ms): ${ms.join(", ")}`);
});

test("answers an expression with its value and an execution count", async () => {
  const first = await kernel.execute("1 + 1");
  assert.equal(resultOf(first), "2");
  assert.equal(first.reply.status, "ok");
  const second = await kernel.execute("_ * 21, Out[_i and 1], In[1]");
  assert.equal(resultOf(second), "(42, 2, '1 + 1')");
  assert.equal(second.reply.execution_count, first.reply.execution_count + 1);
});

test("says what it is", async () => {
  const { reply } = await kernel.page.evaluate(() => window.kernel.request("kernel_info_request", {}));
  assert.equal(reply.language_info.name, "python");
  assert.match(reply.language_info.version, /^3\.14/);
});

/** Runs a cell that never ends until it has shown so much; what it had shown. */
async function shownBeforeStop(code, numPieces) {
  const run = await kernel.page.evaluate(([cell, wanted]) => window.kernel.executeUntilShown(cell, wanted), [code, numPieces]);
  assert.equal(errorOf(run)?.ename, "KeyboardInterrupt");
  return run.stdout;
}

test("shows what is printed while the cell still runs", async () => {
  const code = "import time\nfor i in range(4):\n    print(i)\n    time.sleep(0.15)\ntime.sleep(1e6)";
  assert.equal(await shownBeforeStop(code, 4), "0\n1\n2\n3\n");
});

test("shows what was printed before a long calculation, without waiting for its end", async () => {
  // A piece comes at once, the other with the next look at the clock.
  const shown = await shownBeforeStop("print('a')\nwhile True:\n    print('b')\n    for _ in range(10**6): pass", 2);
  assert.match(shown, /^a\n(b\n)+$/);
});

test("keeps stdout and stderr in order and apart", async () => {
  const run = await kernel.execute("import sys, os\nprint('out')\nprint('err', file=sys.stderr)\nos.write(1, b'raw\\n')\nNone");
  assert.equal(run.stdout, "out\nraw\n");
  assert.equal(run.stderr, "err\n");
});

test("shows an error with the cell's lines and none of the kernel's", async () => {
  const run = await kernel.execute("def f(n):\n    return 1 / n\n\nf(0)");
  const { ename, evalue, traceback } = errorOf(run);
  assert.equal(ename, "ZeroDivisionError");
  assert.match(evalue, /division by zero/);
  const text = plain(traceback);
  const count = run.reply.execution_count;
  assert.match(text, /^-{75}\nZeroDivisionError +Traceback \(most recent call last\)\n/);
  assert.match(text, new RegExp(`Cell In\\[${count}\\], line 4\n`));
  assert.match(text, /----> 2     return 1 \/ n/);
  assert.doesNotMatch(text, /carrel_kernel|pyodide/);
});

test("points at a syntax error", async () => {
  const text = plain(errorOf(await kernel.execute("x = 1\ny = = 2")).traceback);
  assert.match(text, /line 2\n {4}y = = 2\n {8}\^\nSyntaxError: invalid syntax/);
});

test("awaits at top level", async () => {
  assert.equal(resultOf(await kernel.execute("import asyncio\nx = await asyncio.sleep(0.01, 5)\nx + 1")), "6");
  const run = await kernel.execute("await asyncio.gather(asyncio.sleep(0.01, 'a'), asyncio.sleep(0.02, 'b'))");
  assert.equal(resultOf(run), "['a', 'b']");
  const failed = await kernel.execute("async def f():\n    raise ValueError('inside')\nawait f()");
  assert.equal(errorOf(failed).ename, "ValueError");
  assert.equal(failed.stderr, "");
});

test("asks for input and for passwords", async () => {
  const run = await kernel.execute("input('name: ') + '!'", { stdin: ["Ada"] });
  assert.equal(resultOf(run), "'Ada!'");
  assert.deepEqual(run.prompts, [{ prompt: "name: ", password: false }]);
  const secret = await kernel.execute("import getpass\nlen(getpass.getpass())", { stdin: ["four"] });
  assert.equal(resultOf(secret), "4");
  assert.equal(secret.prompts[0].password, true);
  const refused = await kernel.execute("input()", { content: { allow_stdin: false } });
  assert.equal(errorOf(refused).ename, "StdinNotImplementedError");
});

test("finds the document's files in the working directory", async () => {
  assert.equal(resultOf(await kernel.execute("open('data/words.txt').read().split()")), "['one', 'two']");
  await kernel.page.evaluate(() => {
    const bytes = new TextEncoder().encode("late").buffer;
    window.kernel.port.postMessage({ type: "files", files: [{ path: "../../etc/late.txt", bytes }] }, [bytes]);
  });
  assert.equal(resultOf(await kernel.execute("open('etc/late.txt').read()")), "'late'");
});

test("aborts the cells queued behind an error, and no later ones", async () => {
  const statuses = await kernel.page.evaluate(async () => {
    const cells = ["import time; time.sleep(0.05); 1 / 0", "ran = True", "ran = True"];
    const runs = await Promise.all(cells.map((cell) => window.kernel.execute(cell)));
    return runs.map((run) => run.reply.status);
  });
  assert.deepEqual(statuses, ["error", "aborted", "aborted"]);
  assert.equal((await kernel.execute("assert 'ran' not in globals()")).reply.status, "ok");
});

test("displays rich values, updates and clears", async () => {
  const code = [
    "from IPython.display import display, HTML, clear_output",
    "h = display(HTML('<b>x</b>'), display_id='d')",
    "h.update('later')",
    "clear_output(wait=True)",
  ].join("\n");
  const { outputs } = await kernel.execute(code);
  const shown = outputs.filter(({ type }) => type !== "execute_input");
  assert.deepEqual(shown.map(({ type }) => type), ["display_data", "update_display_data", "clear_output"]);
  assert.equal(shown[0].data["text/html"], "<b>x</b>");
  assert.equal(shown[1].transient.display_id, "d");
});

test("says why torch cannot be imported where the engine is missing", async () => {
  await kernel.start({ without: ["recorder.js"] });
  const { ename, evalue } = errorOf(await kernel.execute("import _carrel_engine"));
  assert.equal(ename, "ImportError");
  assert.match(evalue, /tensor engine did not load/);
});
