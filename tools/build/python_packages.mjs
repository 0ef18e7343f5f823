// Packs the Python packages that every kernel starts with (torch, torchvision, safetensors and the kernel's own) into kernel/python.zip.
// Tests stay behind. Published builds carry bytecode beside the sources; quick ones let the kernel compile.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { compileArchive, compilerKey } from "./python_bytecode.mjs";
import { filesBelow, hashOfFiles, isQuickBuild, pieces, root, unlessCurrent } from "./site.mjs";
import { zip } from "./zip.mjs";

const packages = ["torch", "torchvision", "safetensors", "carrel_kernel"];

/** Where the versions stand of those that a notebook may ask for by name, as `%pip list` and `importlib.metadata` do. */
const versions = { torch: "torch/version.py", torchvision: "torchvision/version.py", safetensors: "safetensors/__init__.py" };

/** The metadata that makes them packages that are installed, so that others which require them find them. */
function metadata(folder) {
  return Object.entries(versions).map(([name, file]) => {
    const version = /^__version__ = "([^"]+)"/m.exec(readFileSync(join(folder, file), "utf8"))?.[1];
    if (!version) throw new Error(`${file} says no version`);
    const text = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nSummary: part of Carrel\n`;
    return { name: `${name}-${version}.dist-info/METADATA`, bytes: Buffer.from(text) };
  });
}

/** Writes kernel/python.zip if a Python file changed. */
export async function packPython() {
  const folder = join(root, "engine", "python");
  const names = packages.flatMap((name) => filesBelow(join(folder, name)).map((file) => `${name}/${file}`));
  const kept = names.filter((name) => !name.includes("__pycache__/") && !name.endsWith(".pyc"));
  const output = join(pieces, "kernel", "python.zip");
  const key = [hashOfFiles(kept.map((name) => join(folder, name))), isQuickBuild, compilerKey()].join(" ");
  await unlessCurrent("python", key, [output], async () => {
    const sources = zip([...kept.map((name) => ({ name, bytes: readFileSync(join(folder, name)) })), ...metadata(folder)]);
    const packed = isQuickBuild ? sources : await compileArchive(sources, "/lib/carrel/python.zip", true);
    writeFileSync(output, packed);
    console.log(`python.zip: ${kept.length} files, ${Math.round(packed.length / 1024)} KB`);
  });
}
