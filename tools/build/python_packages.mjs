// Packs the Python packages that every kernel starts with (torch and the kernel's own) into kernel/python.zip.
// Tests and compiled files stay behind.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { filesBelow, hashOfFiles, pieces, root, unlessCurrent } from "./site.mjs";
import { zip } from "./zip.mjs";

const packages = ["torch", "carrel_kernel"];

/** Writes kernel/python.zip if a Python file changed. */
export function packPython() {
  const folder = join(root, "engine", "python");
  const names = packages.flatMap((name) => filesBelow(join(folder, name)).map((file) => `${name}/${file}`));
  const kept = names.filter((name) => !name.includes("__pycache__/") && !name.endsWith(".pyc"));
  const output = join(pieces, "kernel", "python.zip");
  unlessCurrent("python", hashOfFiles(kept.map((name) => join(folder, name))), [output], () => {
    const entries = kept.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
    writeFileSync(output, zip(entries));
    console.log(`python.zip: ${entries.length} files`);
  });
}
