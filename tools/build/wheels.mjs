// Vendors wheels into the site's packages/ folder, from where notebooks install them without any other host.
//   CARREL_WHEELS    a folder of wheels: all of them, with whatever they require
//   CARREL_PACKAGES  requirements, resolved with what they depend on: from that folder, or else from Pyodide's release
//                    and PyPI
// Without both the folder holds an empty list. What is missing ends the build with its name.
// Read next: tools/vendor_packages.py, which resolves and downloads; packages/indexes.py, which reads the list.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { root, run } from "./site.mjs";

/** Writes packages/index.json and the wheels that it names. */
export function writePackageIndex(site) {
  const folder = join(site, "packages");
  mkdirSync(folder, { recursive: true });
  const { CARREL_WHEELS: wheels = "", CARREL_PACKAGES: packages = "" } = process.env;
  if (!wheels && !packages.trim()) {
    if (!existsSync(join(folder, "index.json"))) writeFileSync(join(folder, "index.json"), '{"version": 1, "files": []}\n');
    return;
  }
  const python = process.env.CARREL_PYTHON ?? "python3";
  const lock = join(root, "node_modules", "pyodide", "pyodide-lock.json");
  const options = ["--out", folder, "--lock", lock, ...(wheels ? ["--wheels", wheels] : [])];
  run(python, [join(root, "tools", "vendor_packages.py"), ...options, "--", ...packages.split(/\s+/).filter(Boolean)]);
}
