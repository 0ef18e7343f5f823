// Makes the kernel's memory snapshot: starts Python under Node with the files that every kernel gets, imports what the
// kernel and most notebooks need, and saves the interpreter's memory. A kernel that wakes up from it has nothing to start.
// The engine is the real recorder, which torch asks for its operators; nothing of it may be left in the snapshot.
// Quick builds have none: their kernels start Python in the usual way.
// Read next: public/kernel/snapshot.js (the format, and its reader), carrel_kernel/snapshot.py (what is imported).

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { loadPyodide } from "pyodide";

import { compilerKey } from "./python_bytecode.mjs";
import { guardedWasm } from "./stack_guard.mjs";
import { isQuickBuild, pieces, root, sha256, unlessCurrent } from "./site.mjs";

const MAGIC = "CARRELSS";
const VERSION = 1;
const PAGE_BYTES = 4096;
const HEADER_ALIGNMENT = 8;
const ARCHIVE_FOLDER = "/lib/carrel";
/** What Python imports from, in this order; the worker (public/kernel/python_worker.js) has the same list. */
const IMPORTED = ["python.zip", "ipython.zip"];
/** Archives that only have to be there while the snapshot is made: one is unpacked, of the other it is noted what it holds. */
const OTHERS = ["jedi.zip", "widgets.zip"];
const output = join(pieces, "kernel", "snapshot.bin.gz");

/** What the memory depends on, by the name under which the kernel gets it. */
const parts = {
  "pyodide.asm.mjs": join(root, "node_modules", "pyodide", "pyodide.asm.mjs"),
  "pyodide.asm.wasm": guardedWasm,
  "python_stdlib.zip": join(pieces, "kernel", "pyodide", "python_stdlib.zip"),
  "python.zip": join(pieces, "kernel", "python.zip"),
  "ipython.zip": join(pieces, "kernel", "ipython.zip"),
  "jedi.zip": join(pieces, "kernel", "jedi.zip"),
  "widgets.zip": join(pieces, "kernel", "widgets.zip"),
  "recorder.js": join(pieces, "kernel", "recorder.js"),
  "recorder_bg.wasm": join(pieces, "kernel", "recorder_bg.wasm"),
};

/** Writes kernel/snapshot.bin.gz if something that it is made of changed. */
export async function takeSnapshot() {
  if (isQuickBuild) return rmSync(output, { force: true });
  const madeOf = Object.fromEntries(
    Object.entries(parts).map(([name, path]) => {
      const bytes = readFileSync(path);
      return [name, { bytes: bytes.length, sha256: sha256(bytes) }];
    }),
  );
  const scripts = [new URL(import.meta.url), join(root, "public", "kernel", "engine_link.js")];
  const key = [JSON.stringify(madeOf), ...scripts.map((path) => sha256(readFileSync(path))), compilerKey()].join(" ");
  await unlessCurrent("snapshot", key, [output], async () => {
    const packed = pack(await memoryOfKernel(), madeOf);
    writeFileSync(output, packed);
    console.log(`snapshot.bin.gz: ${Math.round(packed.length / 1024)} KB`);
  });
}

/** Pyodide's snapshot of a kernel that waits for its worker. */
async function memoryOfKernel() {
  // Time zones and hash seeds of the build would show in what is saved.
  process.env.TZ = "UTC";
  pretendToSuspend();
  const python = await loadPyodide({
    _makeSnapshot: true,
    env: { HOME: "/home/pyodide", PYTHONHASHSEED: "0" },
    stdLibURL: parts["python_stdlib.zip"],
  });
  const { module, calls } = await lentEngine();
  python.FS.mkdirTree(ARCHIVE_FOLDER);
  for (const name of [...IMPORTED, ...OTHERS]) python.FS.writeFile(`${ARCHIVE_FOLDER}/${name}`, readFileSync(parts[name]));
  python.registerJsModule("_carrel_engine", module);
  const paths = IMPORTED.map((name) => `${ARCHIVE_FOLDER}/${name}`);
  python.runPython(`import sys; sys.path[:0] = ${JSON.stringify(paths)}`);
  python.runPython("from carrel_kernel.snapshot import compose; compose(); del compose, sys");
  python.unregisterJsModule("_carrel_engine");
  // A kernel that wakes up has a new engine, which only the seed of its generator may set apart from this one.
  const lost = [...calls].filter((name) => name !== "manual_seed");
  if (lost.length > 0) throw new Error(`importing torch left something in the engine: ${lost.join(", ")}`);
  python.runPython("import gc; gc.collect(); del gc");
  return python.makeMemorySnapshot();
}

/**
 * Python notes at its start whether the runtime can suspend WebAssembly (JSPI), which browsers can and older Nodes cannot.
 * Nothing is suspended while the snapshot is made, so functions by these names are enough.
 */
function pretendToSuspend() {
  WebAssembly.Suspending ??= function Suspending(work) {
    return work;
  };
  WebAssembly.promising ??= (work) => work;
}

/** The engine's functions for Python, and the names of the operators that were called. */
async function lentEngine() {
  const { EngineLink } = await import(join(root, "public", "kernel", "engine_link.js"));
  const bindings = await import(parts["recorder.js"]);
  const wasm = await bindings.default({ module_or_path: readFileSync(parts["recorder_bg.wasm"]) });
  const accelerator = { webgpu: false, name: "", info: "{}", reason: "" };
  const link = new EngineLink({ bindings, wasm, accelerator, port: null, restart: null, afterCall() {} });
  const names = link.recorder.op_names().split("\n").map((line) => line.split(" ")[0]);
  const calls = new Set();
  const module = link.module();
  const { call } = module;
  module.call = (op, ...numbers) => {
    calls.add(names[op]);
    return call(op, ...numbers);
  };
  return { module, calls };
}

/** Lays Pyodide's snapshot out as snapshot.js reads it: without the pages that are all zero. */
function pack(snapshot, madeOf) {
  const memoryStart = new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[1];
  const memory = snapshot.subarray(memoryStart);
  const runs = usedRuns(memory);
  const pyodide = Buffer.from(snapshot.subarray(0, memoryStart)).toString("base64");
  const fields = { version: VERSION, memoryBytes: memory.length, madeOf, runs, pyodide };
  let header = Buffer.from(JSON.stringify(fields), "utf8");
  const prefixBytes = MAGIC.length + 4;
  const padding = HEADER_ALIGNMENT - ((prefixBytes + header.length) % HEADER_ALIGNMENT);
  header = Buffer.concat([header, Buffer.alloc(padding, " ")]);
  const prefix = Buffer.alloc(prefixBytes);
  prefix.write(MAGIC, "latin1");
  prefix.writeUInt32LE(header.length, MAGIC.length);
  const used = runs.map(([start, length]) => memory.subarray(start, start + length));
  return gzipSync(Buffer.concat([prefix, header, ...used]), { level: 9 });
}

/** The runs `[start, length]` of pages that hold something. */
function usedRuns(memory) {
  const words = new Uint32Array(memory.slice().buffer);
  const runs = [];
  for (let start = 0; start < memory.length; start += PAGE_BYTES) {
    const end = Math.min(start + PAGE_BYTES, memory.length);
    if (words.subarray(start / 4, end / 4).every((word) => word === 0)) continue;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === start) last[1] += end - start;
    else runs.push([start, end - start]);
  }
  return runs;
}
