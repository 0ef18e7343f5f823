// Builds the engine's two halves for the browser: the recorder (Python worker) and the executor (gpu worker).
// Cargo decides whether anything must be compiled; binding and optimising are redone only when its result changed.

import { readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

import { optimise } from "./optimise.mjs";
import { isQuickBuild, pieces, run, sha256, unlessCurrent } from "./site.mjs";

const target = "wasm32-unknown-unknown";

/** `links` is what the linker is told; the recorder's table of functions takes in those of another module (see loops.mjs). */
const halves = [
  { name: "recorder", level: "-O3", links: ["--export-table", "--growable-table"] },
  { name: "executor", level: "-Os", links: [] },
];

/** Compiles, binds and optimises both halves into kernel/. */
export async function buildEngine() {
  for (const half of halves) {
    const compiled = compile(half);
    await bind(half, compiled);
  }
}

function compile({ name, links }) {
  const profile = isQuickBuild ? `serve-${name}` : name;
  const folder = join(process.env.CARREL_WASM_TARGET_DIR, target, profile);
  // `cargo rustc` builds the cdylib alone: built together with the rlib it could not be optimised as a whole.
  const args = ["rustc", "--package", "carrel-engine", "--lib", "--crate-type", "cdylib"];
  args.push("--target", target, "--profile", profile, "--no-default-features", "--features", name);
  if (links.length > 0) args.push("--", ...links.flatMap((link) => ["-C", `link-arg=${link}`]));
  const env = { ...process.env, RUSTFLAGS: "-C target-feature=+simd128" };
  run("cargo", args, { env });
  return join(folder, "carrel_engine.wasm");
}

async function bind({ name, level }, compiled) {
  const folder = join(pieces, "kernel");
  const script = join(folder, `${name}.js`);
  const module = join(folder, `${name}_bg.wasm`);
  const key = [sha256(readFileSync(compiled)), isQuickBuild, level, sha256(readFileSync(new URL(import.meta.url)))].join(" ");
  await unlessCurrent(name, key, [script, module], () => {
    run("wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir", folder, "--out-name", name, compiled]);
    if (!isQuickBuild) {
      optimise(module, level, `${module}.smaller`);
      renameSync(`${module}.smaller`, module);
    }
    console.log(`${name}: ${Math.round(statSync(module).size / 1024)} KB`);
  });
}
