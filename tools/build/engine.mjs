// Builds the engine's two halves for the browser: the recorder (Python worker) and the executor (gpu worker).
// Cargo decides whether anything must be compiled; binding and optimising are redone only when its result changed.

import { existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

import { isQuickBuild, pieces, run, sha256, unlessCurrent } from "./site.mjs";

const target = "wasm32-unknown-unknown";

/** What both halves may use beyond the first WebAssembly: every browser that has WebGPU and JSPI has these too. */
const wasmFeatures = ["simd", "bulk-memory", "bulk-memory-opt", "nontrapping-float-to-int", "sign-ext", "mutable-globals"];
const extraWasmFeatures = ["reference-types", "multivalue"];

const halves = [
  { name: "recorder", optimise: "-O3" },
  { name: "executor", optimise: "-Os" },
];

/** Compiles, binds and optimises both halves into kernel/. */
export async function buildEngine() {
  for (const half of halves) {
    const compiled = compile(half.name);
    await bind(half, compiled);
  }
}

function compile(name) {
  const profile = isQuickBuild ? `serve-${name}` : name;
  const folder = join(process.env.CARREL_WASM_TARGET_DIR, target, profile);
  // `cargo rustc` builds the cdylib alone: built together with the rlib it could not be optimised as a whole.
  const args = ["rustc", "--package", "carrel-engine", "--lib", "--crate-type", "cdylib"];
  args.push("--target", target, "--profile", profile, "--no-default-features", "--features", name);
  const env = { ...process.env, RUSTFLAGS: "-C target-feature=+simd128" };
  run("cargo", args, { env });
  return join(folder, "carrel_engine.wasm");
}

async function bind({ name, optimise }, compiled) {
  const folder = join(pieces, "kernel");
  const script = join(folder, `${name}.js`);
  const module = join(folder, `${name}_bg.wasm`);
  const key = [sha256(readFileSync(compiled)), isQuickBuild, optimise, sha256(readFileSync(new URL(import.meta.url)))].join(" ");
  await unlessCurrent(name, key, [script, module], () => {
    run("wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir", folder, "--out-name", name, compiled]);
    if (!isQuickBuild) shrink(module, optimise);
    console.log(`${name}: ${Math.round(statSync(module).size / 1024)} KB`);
  });
}

function shrink(module, optimise) {
  const features = [...wasmFeatures, ...extraWasmFeatures].map((feature) => `--enable-${feature}`);
  const smaller = `${module}.smaller`;
  run("wasm-opt", [optimise, ...features, module, "-o", smaller]);
  if (!existsSync(smaller)) throw new Error(`wasm-opt wrote nothing for ${module}`);
  rmSync(module);
  renameSync(smaller, module);
}
