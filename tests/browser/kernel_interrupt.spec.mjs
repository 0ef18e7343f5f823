// Stop, in a real browser and without SharedArrayBuffer: whatever Python does,
// it ends at once and the kernel answers the next cell.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { tellStopped } from "./harness/latency.mjs";
import { openKernelPage } from "./kernel_harness.mjs";

let kernel;

before(async () => {
  kernel = await openKernelPage();
  await kernel.start();
});

after(() => kernel.close());

const cases = {
  "an endless loop": "while True: pass",
  "a loop of calls": "def f(x): return x\nwhile True: f(1)",
  "time.sleep": "import time\ntime.sleep(30)",
  "short sleeps": "import time\nwhile True: time.sleep(0.001)",
  "a top-level await": "import asyncio\nawait asyncio.sleep(30)",
  "many tasks": "await asyncio.gather(*[asyncio.sleep(30) for _ in range(50)])",
  "a loop inside a coroutine": "async def f():\n    while True: pass\nawait f()",
  "a sleep inside a coroutine": "async def f():\n    time.sleep(30)\nawait f()",
  "input": "input('never answered')",
  "sorting with a key": "sorted(range(500_000), key=lambda x: str(x) * 3)\nwhile True: sorted(range(2000), key=str)",
  "a regular expression that backtracks": "import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')",
  "a loop of finalisers": "class Slow:\n  def __del__(self):\n    for _ in range(20000): pass\nwhile True: Slow()",
  "many finalisers at once": "class Slow:\n  def __del__(self):\n    for _ in range(1_000_000): pass\nmany = [Slow() for _ in range(1000)]\ndel many",
  "a loop of callbacks of weak references":
    "import weakref\nclass A: pass\ndef slow(_):\n  for _ in range(20000): pass\nwhile True:\n  a = A(); r = weakref.ref(a, slow); del a",
  "a loop of generators that are thrown away":
    "def g():\n  try: yield 1\n  finally:\n    for _ in range(20000): pass\nwhile True: next(g())",
  "a loop of context managers":
    "class Slow:\n  def __enter__(self): pass\n  def __exit__(self, *_):\n    for _ in range(20000): pass\nwhile True:\n  with Slow(): pass",
  "a power of large numbers": "3 ** 40_000_000",
  "a task beside the cell's own":
    "import asyncio\nasync def spin():\n  while True:\n    for _ in range(20000): pass\n    await asyncio.sleep(0)\ntask = asyncio.ensure_future(spin())\nawait asyncio.sleep(30)",
  "a loop of slow C calls": "data = list(range(300_000))\nwhile True: sum(data)",
  "asyncio.run": "import asyncio\nasyncio.run(asyncio.sleep(30))",
  "asyncio.run of a loop that sleeps": "import asyncio\nasync def f():\n  while True: await asyncio.sleep(0.01)\nasyncio.run(f())",
  "asyncio.run inside a coroutine": "import asyncio\nasync def f(): asyncio.run(asyncio.sleep(30))\nawait f()",
  "run_until_complete": "import asyncio\nasyncio.new_event_loop().run_until_complete(asyncio.gather(asyncio.sleep(30), asyncio.sleep(30)))",
  "waiting for a promise": "import js\nfrom pyodide.ffi import run_sync\nrun_sync(js.Promise.new(lambda *_: None))",
};

for (const [name, code] of Object.entries(cases)) {
  test(`stops ${name}`, async () => {
    const run = await kernel.executeAndInterrupt(code, 400);
    const error = run.outputs.find(({ type }) => type === "error");
    assert.equal(error?.ename, "KeyboardInterrupt");
    tellStopped(name, run.latency);
    assert.equal(run.stderr, "");
    assert.ok(error.traceback.length < 12, "the traceback of an interrupt is short");
    const next = await kernel.execute("1 + 1");
    assert.equal(next.reply.status, "ok");
  });
}

test("stops a loop that prints, and nothing more comes", async () => {
  const run = await kernel.executeAndInterrupt("n = 0\nwhile True:\n    print(n)\n    n += 1", 1000);
  tellStopped("a loop that prints", run.latency);
  // A message holds what was printed in its 30 ms.
  assert.ok(run.numStreams < 20 + run.ms / 15, `${run.numStreams} messages in ${Math.round(run.ms)} ms`);
  const lines = run.stdout.trimEnd().split("\n");
  const printed = await kernel.execute("n");
  assert.ok(Number(printed.outputs.at(-1).data["text/plain"]) - lines.length <= 1, "printed text was lost");
});

/** Runs a cell and presses Stop whenever it prints "press", which it does where it is ready for that. */
const executeAndPress = (code) => kernel.page.evaluate((cell) => window.kernel.executeAndPress(cell), code);

test("lets a program catch the interrupt, again and again", async () => {
  const code = "caught = 0\nwhile caught < 3:\n    try:\n        print('press')\n        while True: pass\n    except KeyboardInterrupt:\n        caught += 1";
  const run = await executeAndPress(code);
  assert.equal(run.reply.status, "ok");
});

test("ends a `finally` that runs long when Stop is pressed again", async () => {
  const code = "try:\n  print('press')\n  while True: pass\nfinally:\n  print('press')\n  while True: pass";
  const run = await executeAndPress(code);
  assert.equal(run.reply.ename, "KeyboardInterrupt");
});

test("gives what `asyncio.run` runs to its end, and ends what that leaves behind", async () => {
  const code = `
import asyncio
ended = []
async def work():
  try: await asyncio.sleep(30)
  finally: ended.append("cancelled")
async def main():
  global left
  left = asyncio.create_task(work())
  await asyncio.sleep(0.01)
  return 7
loop = asyncio.get_event_loop()
asyncio.run(main()), ended, left.cancelled(), loop.run_until_complete(asyncio.gather(asyncio.sleep(0, 1), asyncio.sleep(0, 2)))`;
  const run = await kernel.execute(code);
  assert.equal(run.outputs.at(-1).data?.["text/plain"], "(7, ['cancelled'], True, [1, 2])");
  const failing = await kernel.execute("async def fails(): 1 / 0\nasyncio.run(fails())");
  assert.equal(failing.reply.ename, "ZeroDivisionError");
});

test("ends an error whose text does not end, and says what kind it is", async () => {
  const code = "class Endless(Exception):\n  def __str__(self):\n    print('press')\n    while True: pass\nraise Endless()";
  const run = await executeAndPress(code);
  assert.equal(run.reply.status, "error");
  assert.equal(run.reply.ename, "Endless");
  const next = await kernel.execute("1 + 1");
  assert.equal(next.reply.status, "ok");
});

test("raises an interrupt once, also after a finaliser has swallowed it", async () => {
  const code = `
class Slow:
  def __del__(self):
    for _ in range(20000): pass
caught = 0
try:
  print("press")
  while True: Slow()
except KeyboardInterrupt:
  caught += 1
for _ in range(2_000_000): pass
caught`;
  const run = await executeAndPress(code);
  assert.equal(run.outputs.at(-1).data?.["text/plain"], "1");
});

test("forgets a Stop that was pressed while nothing ran", async () => {
  await kernel.page.evaluate(() => {
    for (let press = 0; press < 10; press += 1) window.kernel.interrupt();
  });
  const run = await kernel.execute("sum(range(3_000_000))");
  assert.equal(run.reply.status, "ok");
});

test("costs a tight loop little", async () => {
  const code = [
    "import time, pyodide_js",
    "def timed():",
    "    start = time.perf_counter()",
    "    for _ in range(1_000_000): pass",
    "    return time.perf_counter() - start",
    "with_polls, without = [], []",
    "for _ in range(80):",
    "    pyodide_js.setInterruptBuffer(None); without.append(timed())",
    "    pyodide_js.setInterruptBuffer(1); with_polls.append(timed())",
    "(min(with_polls) / min(without) - 1) * 100",
  ].join("\n");
  const run = await kernel.execute(code);
  const percent = Number(run.outputs.at(-1).data["text/plain"]);
  console.log(`overhead of polling on an empty loop: ${percent.toFixed(1)} %`);
  // `make bench-stop` measures it in processor time (docs/benchmarks-stop.md); a busy machine blurs this figure.
  assert.ok(Number.isFinite(percent));
});
