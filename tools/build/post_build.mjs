// Trunk's post-build hook: lays the kernel, Pyodide, the examples and the files of public/ beside the page, then writes the two lists
// that are made from the finished files: kernel/manifest.json (what the page hands to the kernel) and the service
// worker's (what is kept for working offline).

import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { allowInlineScripts } from "./content_policy.mjs";
import { shrinkPageModule } from "./page_module.mjs";
import { writePackageIndex } from "./wheels.mjs";
import { filesBelow, isQuickBuild, pieces, root, sha256 } from "./site.mjs";

const site = process.env.TRUNK_STAGING_DIR;
if (!site) throw new Error("post_build.mjs is run by Trunk, which names the folder to fill");

/** What Pyodide needs to start; its consoles and maps stay behind. */
const pyodideFiles = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

/** What a kernel can start without. */
const optionalFile = "snapshot.bin.gz";

/** What a kernel that wakes up from it does not need before its first cells. */
const laterFiles = new Set(["pyodide/python_stdlib.zip", "python.zip", "ipython.zip", "jedi.zip", "widgets.zip"]);

function copyParts() {
  cpSync(join(root, "public"), site, { recursive: true });
  cpSync(join(root, "examples"), join(site, "examples"), { recursive: true, filter: (path) => !path.endsWith("index.json") });
  const pyodide = join(site, "kernel", "pyodide");
  mkdirSync(pyodide, { recursive: true });
  for (const name of pyodideFiles) cpSync(join(root, "node_modules", "pyodide", name), join(pyodide, name));
  // The pieces last: the compiled standard library and the guarded interpreter take the places of Pyodide's.
  cpSync(pieces, site, { recursive: true });
  if (isQuickBuild) addLiveReload();
}

/** A page of `make serve` reloads itself when a new build is ready. */
function addLiveReload() {
  cpSync(join(root, "tools", "serve", "live.js"), join(site, "live.js"));
  const index = join(site, "index.html");
  const page = readFileSync(index, "utf8");
  writeFileSync(index, page.replace("</head>", '<script src="live.js" defer></script></head>'));
}

function writeManifest() {
  const paths = filesBelow(join(site, "kernel")).filter((path) => path !== "manifest.json");
  const hasSnapshot = paths.includes(optionalFile);
  const files = paths
    .map((path) => {
      const bytes = readFileSync(join(site, "kernel", path));
      const entry = { name: basename(path), path: `kernel/${path}`, bytes: bytes.length, sha256: sha256(bytes) };
      if (path === optionalFile) entry.optional = true;
      if (hasSnapshot && laterFiles.has(path)) entry.later = true;
      return entry;
    });
  const names = new Set(files.map((file) => file.name));
  if (names.size !== files.length) throw new Error("two files of the kernel have the same name");
  writeFileSync(join(site, "kernel", "manifest.json"), `${JSON.stringify({ version: 1, files }, null, 1)}\n`);
}

/** Vendored wheels are many and large: each is stored when a notebook first uses it. Their list may be changed by hand. */
const isVendored = (path) => path.startsWith("packages/");

function writePrecacheList() {
  const files = filesBelow(site)
    .filter((path) => path !== "sw.js" && !path.startsWith(".") && !isVendored(path))
    .map((path) => {
      const integrity = `sha256-${sha256(readFileSync(join(site, path)), "base64")}`;
      // Some hosts redirect index.html to its folder, and a redirected answer cannot serve a navigation.
      return { url: path === "index.html" ? "./" : path, integrity };
    });
  const script = join(site, "sw.js");
  const template = readFileSync(script, "utf8");
  const list = JSON.stringify(files);
  const filled = fill(fill(template, "FILES", "[]", list), "VERSION", '"unbuilt"', JSON.stringify(sha256(list).slice(0, 16)));
  writeFileSync(script, filled);
  return files.length;
}

function fill(script, name, empty, value) {
  const place = `const ${name} = ${empty};`;
  if (!script.includes(place)) throw new Error(`sw.js has no place for ${name}`);
  return script.replace(place, () => `const ${name} = ${value};`);
}

if (!isQuickBuild) await shrinkPageModule(site);
copyParts();
allowInlineScripts(site);
writeManifest();
writePackageIndex(site);
const count = writePrecacheList();
const bytes = filesBelow(site).reduce((sum, path) => sum + statSync(join(site, path)).size, 0);
console.log(`site: ${count + 1} files, ${(bytes / 1e6).toFixed(1)} MB`);
