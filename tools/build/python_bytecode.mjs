// Compiles Python archives to bytecode with the very Python that will run them, so that a kernel starts without
// compiling: Pyodide ships its standard library as sources, and compiling them takes most of its start.
// Needs no browser: runs Pyodide under Node. Read next: python_packages.mjs, which compiles the project's own packages.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { loadPyodide } from "pyodide";

import { pieces, root, sha256, unlessCurrent } from "./site.mjs";
import { zip } from "./zip.mjs";

/** Compiles sources into unchecked hash-based bytecode. A source that is meant for another Python stays as it is. */
const COMPILE = `
import importlib._bootstrap_external as bootstrap
import importlib.util
import io
import warnings
import zipfile

def compiled(archive, mounted_at, keep_sources):
    warnings.simplefilter("ignore")
    entries = []
    files = zipfile.ZipFile(io.BytesIO(archive))
    for info in files.infolist():
        name = info.filename
        if info.is_dir():
            continue
        data = files.read(info)
        code = None
        if name.endswith(".py"):
            try:
                code = compile(data, f"{mounted_at}/{name}", "exec", dont_inherit=True, optimize=0)
            except SyntaxError:
                pass
        if code is not None:
            source_hash = importlib.util.source_hash(data)
            entries.append((name + "c", bytes(bootstrap._code_to_hash_pyc(code, source_hash, False))))
        if code is None or keep_sources:
            entries.append((name, data))
    return entries

compiled
`;

/** Changes when this file or Pyodide does; part of the keys of what is compiled here. */
export function compilerKey() {
  const files = [new URL(import.meta.url), join(root, "node_modules", "pyodide", "package.json")];
  return files.map((path) => sha256(readFileSync(path))).join(" ");
}

/**
 * The archive with bytecode for its sources.
 *
 * @param {Buffer} archive a zip archive
 * @param {string} mountedAt where the kernel finds it; tracebacks name this path
 * @param {boolean} keepSources whether the sources stay beside the bytecode, for the lines that tracebacks show
 */
export async function compileArchive(archive, mountedAt, keepSources) {
  // The order of sets in constants must not differ from build to build.
  const python = await loadPyodide({ env: { PYTHONHASHSEED: "0", HOME: "/home/pyodide" } });
  const bytes = python.toPy(new Uint8Array(archive)).tobytes();
  const entries = python.runPython(COMPILE)(bytes, mountedAt, keepSources).toJs();
  return zip(entries.map(([name, data]) => ({ name, bytes: Buffer.from(data) })));
}

/** Writes kernel/pyodide/python_stdlib.zip, which stands in for Pyodide's own. */
export async function compileStandardLibrary() {
  const source = readFileSync(join(root, "node_modules", "pyodide", "python_stdlib.zip"));
  const output = join(pieces, "kernel", "pyodide", "python_stdlib.zip");
  await unlessCurrent("python_stdlib", `${compilerKey()} ${sha256(source)}`, [output], async () => {
    const packed = await compileArchive(source, "/lib/python314.zip", false);
    writeFileSync(output, packed);
    console.log(`python_stdlib.zip: ${Math.round(packed.length / 1024)} KB`);
  });
}
