// Measures Stop: what looking for it costs loops that nobody stops, and how long after the press cells of many kinds end.
//
// Everything is measured in one kernel of the sources, as the kernel's specs run it (see kernel_harness.mjs). The cost is
// the ratio of rounds with and without polls, in turns, in processor time of the worker's thread, which does not grow with
// what else the machine does.// Prints tables in Markdown, with the machine and its load; judges nothing. Needs Linux (/proc).
//   --stops N    presses a kind (100)     --only WORD    kinds whose name has this word

import { readFileSync, readdirSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";

import { hasEngine, openKernelPage } from "./kernel_harness.mjs";

/** Pairs of rounds a loop; a round takes about a quarter of a second. */
const ROUNDS = 40;

const { values: options } = parseArgs({ options: { stops: { type: "string", default: "100" }, only: { type: "string", default: "" } } });

/** Loops whose steps do next to nothing, so that polls weigh most. */
const loops = {
  "an empty loop": "for _ in range(10_000_000): pass",
  "a loop of calls": "for _ in range(4_000_000): f(1)",
  "a sum": "total = 0\n    for i in range(4_000_000): total += i * 2",
  "appending to a list": "items = []\n    for i in range(4_000_000): items.append(i)",
};

const setupOf = (body) => `
import pyodide_js
def f(x): return x
def loop():
    ${body}
def polled(): loop()
def plain():
    pyodide_js.setInterruptBuffer(None)
    try: loop()
    finally: pyodide_js.setInterruptBuffer(1)`;

/** The statistics of a process, or of a thread of it, as /proc tells them. */
const told = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** Processes started by this one, and by those. */
function descendants() {
  const parents = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    parents.set(Number(pid), Number(told(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ")[1]));
  }
  const isOurs = (pid) => pid === process.pid || (parents.has(pid) && isOurs(parents.get(pid)));
  return [...parents.keys()].filter((pid) => pid !== process.pid && isOurs(pid));
}

/** Where the threads of our browser's workers tell their processor time. */
function workerThreads() {
  const tasks = descendants().flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`));
  return tasks.filter((task) => told(`${task}/comm`).startsWith("DedicatedWorker")).map((task) => `${task}/schedstat`);
}

const processorMs = (thread) => Number(told(thread).split(" ")[0]) / 1e6;

/** Cells that never end by themselves; setup runs before the presses. */
const gpu = "m = torch.ones(16, 16, device='webgpu')";
const kinds = [
  { name: "an endless loop", code: "while True: pass" },
  { name: "a loop of calls", code: "def f(x): return x\nwhile True: f(1)" },
  { name: "a loop of C calls of 4 ms", code: "data = list(range(300_000))\nwhile True: sum(data)" },
  { name: "`time.sleep(30)`", code: "import time\ntime.sleep(30)" },
  { name: "`input()`", code: "input()" },
  { name: "`await asyncio.sleep(30)`", code: "import asyncio\nawait asyncio.sleep(30)" },
  { name: "a coroutine that loops and sleeps", code: "import asyncio\nwhile True:\n    for _ in range(1000): pass\n    await asyncio.sleep(0)" },
  { name: "a loop that prints", code: "n = 0\nwhile True:\n    print(n); n += 1" },
  { name: "a loop of GPU reads", code: `${gpu}\nwhile True: (m @ m).sum().item()`, engine: true },
  { name: "a training loop on the GPU", engine: true,
    code: `${gpu}.requires_grad_()\nopt = torch.optim.SGD([m], lr=0.001)\nwhile True:\n    opt.zero_grad(); (m @ m).mean().backward(); opt.step()` },
  { name: "small operators on the CPU", code: "m = torch.ones(64, 64)\nwhile True: m @ m", engine: true },
  { name: "a product of 3000 × 3000 on the CPU", code: "m = torch.ones(3000, 3000)\nwhile True: m @ m", engine: true },
  { name: "a convolution of 8 × 64 × 160 × 160, on the CPU", engine: true,
    code: "m, w = torch.ones(8, 64, 160, 160), torch.ones(64, 64, 3, 3)\nwhile True: torch.conv2d(m, w)" },
  { name: "`svd` of 900 × 900 on the CPU", code: "m = torch.rand(900, 900)\nwhile True: torch.linalg.svd(m)", engine: true },
];

const at = (sorted, place) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * place))];
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);

const kernel = await openKernelPage();
const { accelerator } = await kernel.start(hasEngine ? { accelerator: "webgpu" } : {});
if (hasEngine) await kernel.execute("import torch");
const browser = await kernel.page.evaluate(() => navigator.userAgent.match(/Chrome\/[\d.]+/)?.[0] ?? navigator.userAgent);
const started = loadavg()[0];

/** What one run of a cell takes of a thread's processor time. */
async function timed(thread, code) {
  const before = processorMs(thread);
  await kernel.execute(code);
  return processorMs(thread) - before;
}

/** The thread that runs Python: the one that a loop keeps busy. */
async function pythonThread() {
  const threads = workerThreads();
  const before = threads.map(processorMs);
  await kernel.execute("for _ in range(10_000_000): pass");
  const spent = threads.map((thread, index) => processorMs(thread) - before[index]);
  return threads[spent.indexOf(Math.max(...spent))];
}

const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

if (!options.only) {
  const thread = await pythonThread();
  row(["loop", "without polls", "more with polls", "half of the pairs between"]);
  row(["---", "---:", "---:", "---:"]);
  for (const [name, body] of Object.entries(loops)) {
    await kernel.execute(setupOf(body));
    const [plain, more] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const spent = {};
      for (const kind of round % 2 ? ["plain", "polled"] : ["polled", "plain"]) spent[kind] = await timed(thread, `${kind}()`);
      plain.push(spent.plain);
      more.push((spent.polled / spent.plain - 1) * 100);
    }
    const percent = [middle(more), more[Math.floor(ROUNDS / 4)], more[Math.floor((ROUNDS * 3) / 4)]].map((value) => `${value.toFixed(1)} %`);
    row([name, `${middle(plain).toFixed(0)} ms`, percent[0], `${percent[1]} and ${percent[2]}`]);
  }
  console.log("");
}

row(["cell", "stops", "p50", "p95", "longest"]);
row(["---", "---:", "---:", "---:", "---:"]);
for (const { name, code, engine } of kinds) {
  if ((engine && !hasEngine) || !options.only.split(",").some((word) => name.includes(word)) || Number(options.stops) === 0) continue;
  const latencies = [];
  for (let round = 0; round < Number(options.stops); round += 1) {
    // Spread over what the cell does, and over the time between two looks at the token.
    const run = await kernel.executeAndInterrupt(code, 150 + ((round * 37) % 250));
    const error = run.outputs.find(({ type }) => type === "error");
    if (error?.ename !== "KeyboardInterrupt") throw new Error(`${name} did not end with Stop: ${error?.traceback.join("\n")}`);
    latencies.push(run.latency);
  }
  latencies.sort((a, b) => a - b);
  row([name, latencies.length, ...[at(latencies, 0.5), at(latencies, 0.95), latencies.at(-1)].map((ms) => `${Math.round(ms)} ms`)]);
}

const load = [started, loadavg()[0]].map((value) => value.toFixed(1)).join(" to ");
console.log(`\n${cpus().length} × ${cpus()[0].model}, load ${load}; ${browser}, headless; GPU: ${accelerator?.name || "none"}`);
await kernel.close();
