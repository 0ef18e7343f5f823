// Where the pieces of the site lie between builds, and what every build step needs: hashing, running, listing.
// Pieces are made into target/site by pre_build.mjs and copied into Trunk's staging folder by post_build.mjs.
// Read next: pre_build.mjs, post_build.mjs.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds the workspace's Cargo.toml. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Finished pieces, laid out as they will be in dist. */
export const pieces = join(root, "target", "site");

/** Results that are worth keeping but are not copied as they lie. */
export const cache = join(root, "target", "site-cache");

/** Notes about what each finished piece was made from. */
const stamps = join(root, "target", "site-stamps");

/** True for the quick builds of `make serve`, false for the builds that are published and tested. */
export const isQuickBuild = process.env.CARREL_PROFILE === "serve";

/** The SHA-256 of some bytes or text. */
export function sha256(data, encoding = "hex") {
  return createHash("sha256").update(data).digest(encoding);
}

/** All files below a folder as sorted paths relative to it, with forward slashes. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"))
    .sort();
}

/** One hash over the names and contents of some files. */
export function hashOfFiles(paths) {
  return sha256(paths.map((path) => `${path} ${sha256(readFileSync(path))}`).join("\n"));
}

/** Runs `make` unless it ran before for the same `key` and all `outputs` are still there. */
export async function unlessCurrent(name, key, outputs, make) {
  const stamp = join(stamps, name);
  const isCurrent = existsSync(stamp) && readFileSync(stamp, "utf8") === key && outputs.every((path) => existsSync(path));
  if (isCurrent) return;
  for (const path of outputs) mkdirSync(dirname(path), { recursive: true });
  await make();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, key);
}

/** Runs a program, showing what it prints; ends the build when it fails. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`${program} ended with status ${result.status ?? result.signal}`);
}
