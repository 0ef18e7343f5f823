// Makes WebAssembly modules smaller and faster with binaryen's wasm-opt.

import { join } from "node:path";

import { root, run } from "./site.mjs";

/** What our modules may use beyond the first WebAssembly: every browser that has WebGPU and JSPI has these too. */
const features = [
  "simd",
  "bulk-memory",
  "bulk-memory-opt",
  "nontrapping-float-to-int",
  "sign-ext",
  "mutable-globals",
  "reference-types",
  "multivalue",
];

/**
 * Writes an optimised copy of a module.
 *
 * @param {string} level as wasm-opt names it: "-O3" for speed, "-Oz" for size
 */
export function optimise(module, level, output) {
  const switches = features.map((feature) => `--enable-${feature}`);
  run(join(root, "node_modules", ".bin", "wasm-opt"), [level, ...switches, module, "-o", output]);
}
