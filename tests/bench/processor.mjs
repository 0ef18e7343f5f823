// Processor time of the CPU device's cases under Node, the fastest of many runs: it is not stretched by what else runs.
//   node tests/bench/processor.mjs [--only id,id] [--plain] [--runs n]
// The whole of Python, PyTorch's modules and the recorder's WebAssembly run as in the browser; `--plain` leaves out the
// loops of relaxed SIMD, as browsers without it do. Needs a build in target/site. Judges nothing. Read next: carrel/cases.py.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";

import { pieces, root } from "../../tools/build/site.mjs";
import { linkLoops } from "../../public/kernel/loops.js";
import { cases } from "./cases.mjs";

const { values } = parseArgs({
  options: { only: { type: "string" }, plain: { type: "boolean", default: false }, runs: { type: "string", default: "15" } },
});
// Node 20 has it behind a switch, later ones always; they ignore the switch.
setFlagsFromString("--experimental-wasm-relaxed-simd");

const kernel = join(pieces, "kernel");
const { loadPyodide } = createRequire(import.meta.url)(join(root, "node_modules", "pyodide", "pyodide.js"));
const { EngineLink } = await import("../../public/kernel/engine_link.js");
const { offerDirectCalls } = await import("../../public/kernel/direct_calls.js");
const bindings = await import(join(kernel, "recorder.js"));

const python = await loadPyodide({ stdLibURL: join(kernel, "pyodide", "python_stdlib.zip") });
const wasm = await bindings.default({ module_or_path: readFileSync(join(kernel, "recorder_bg.wasm")) });
const accelerator = { webgpu: false, name: "", info: "{}", reason: "" };
const link = new EngineLink({ bindings, wasm, accelerator, port: null, restart: null, afterCall() {}, isStopped: () => false });
const linked = values.plain ? [] : await linkLoops(readFileSync(join(kernel, "loops.wasm")), link.recorder, wasm);
python.FS.writeFile("/python.zip", readFileSync(join(kernel, "python.zip")));
python.registerJsModule("_carrel_engine", link.module());
offerDirectCalls(python._module, link);
python.runPython(`import sys; sys.path.insert(0, "/python.zip")`);
python.runPython(`DEVICE = "cpu"\n${readFileSync(new URL("carrel/cases.py", import.meta.url), "utf8")}`);

const usedMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

console.log(`Node ${process.version}, ${linked.length} loops of relaxed SIMD`);
for (const { id, title, flops } of cases.filter(({ id }) => values.only?.split(",").includes(id) ?? true)) {
  const run = python.runPython(`
step, finish = CASES[${JSON.stringify(id)}]()
def run(steps):
    for _ in range(steps):
        step()
    return finish()
run`);
  // Until hot functions are compiled for speed they run several times slower.
  const warmUntil = usedMs() + 1500;
  while (usedMs() < warmUntil) run(1);
  let before = usedMs();
  run(3);
  const steps = Math.max(1, Math.min(50, Math.ceil(120 / (usedMs() - before))));
  let best = Infinity;
  for (let index = 0; index < Number(values.runs); index += 1) {
    before = usedMs();
    run(steps);
    best = Math.min(best, (usedMs() - before) / steps);
  }
  console.log(`${title}: ${best.toPrecision(3)} ms${flops ? `, ${(flops / best / 1e6).toFixed(1)} GFLOP/s` : ""}`);
  run.destroy();
}
process.exit(0);
