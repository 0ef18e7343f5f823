// Builds kernel/loops.wasm: the innermost loops of the CPU device with relaxed SIMD, for browsers that have it (engine/loops).
// Refuses a module that brings anything but functions over the engine's memory, or that uses a relaxed instruction other than
// multiplying and adding: the others treat NaN as the processor likes. Read next: public/kernel/loops.js.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { pieces, root, run } from "./site.mjs";

const target = "wasm32-unknown-unknown";

/** The same as the recorder's in every kind of build, since a few kilobytes take no time to optimise. */
const profile = "recorder";

/** What the module may contain of relaxed SIMD. */
const allowed = new Set(["f32x4.relaxed_madd", "f64x2.relaxed_madd"]);

/** Compiles the module and looks at what came of it. */
export function buildLoops() {
  const args = ["rustc", "--package", "carrel-loops", "--lib", "--crate-type", "cdylib", "--target", target, "--profile", profile];
  // After the dashes, so that it holds for this crate alone: the library's are shared with the recorder. The memory is the
  // recorder's; a stack would lie in it where something else is.
  args.push("--", "-C", "target-feature=+relaxed-simd", "-C", "link-arg=--import-memory", "-C", "link-arg=-zstack-size=0");
  run("cargo", args, { env: { ...process.env, RUSTFLAGS: "-C target-feature=+simd128" } });
  const compiled = join(process.env.CARREL_WASM_TARGET_DIR, target, profile, "carrel_loops.wasm");
  const objections = objectionsTo(textOf(compiled));
  if (objections.length > 0) throw new Error(`the module of loops cannot be used: ${objections.join(", ")}`);
  const module = join(pieces, "kernel", "loops.wasm");
  mkdirSync(join(pieces, "kernel"), { recursive: true });
  cpSync(compiled, module);
  console.log(`loops: ${Math.round(statSync(module).size / 1024)} KB`);
}

/** A module in WebAssembly's text format. */
export function textOf(module) {
  const dis = join(root, "node_modules", ".bin", "wasm-dis");
  const { status, stdout, error } = spawnSync(dis, ["--all-features", module], { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (error || status !== 0) throw error ?? new Error(`wasm-dis ended with status ${status}`);
  return stdout;
}

/** What stands in a module's text that may not. */
export function objectionsTo(text) {
  const relaxed = new Set(text.match(/\b\w+\.relaxed_\w+/g));
  const others = [...relaxed].filter((name) => !allowed.has(name));
  const imports = [...text.matchAll(/^ \(import .*$/gm)].map(([line]) => line.trim());
  return [
    ...others,
    ...imports.filter((line) => !line.startsWith('(import "env" "memory" (memory ')),
    ...[...text.matchAll(/^ \((?:memory|data|table|elem|start|tag) .*$/gm)].map(([line]) => line.trim()),
    ...(/\bglobal\.[gs]et\b/.test(text) ? ["a stack"] : []),
    ...(/\bcall(?:_indirect)? /.test(text) ? ["a call"] : []),
  ];
}
