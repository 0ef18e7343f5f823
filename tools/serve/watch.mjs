// Rebuilds the site when a source file changes, one build at a time, and tells who wants to know.

import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { join } from "node:path";

import { root } from "../build/site.mjs";

/** What goes into the site. */
const sources = ["app", "engine", "shaders", "public", "Cargo.toml", "Cargo.lock", "Trunk.toml", "package-lock.json"];

/** Editors write a file in several steps; a build starts when none has followed for this long. */
const QUIET_MS = 150;

const isSource = (name) => !name?.includes("__pycache__") && !/(~|\.swp|\.tmp)$/.test(name ?? "");

/** Watches the sources; calls `onBuilt` after every build that succeeded. */
export function rebuildOnChange(onBuilt) {
  let timer;
  let building = false;
  let changedMeanwhile = false;

  function build() {
    if (building) {
      changedMeanwhile = true;
      return;
    }
    building = true;
    changedMeanwhile = false;
    const process = spawn(join(root, "tools", "build.sh"), ["serve"], { cwd: root, stdio: "inherit" });
    process.on("exit", (status) => {
      building = false;
      if (changedMeanwhile) build();
      else if (status === 0) onBuilt();
    });
  }

  for (const source of sources) {
    watch(join(root, source), { recursive: true }, (_event, name) => {
      if (!isSource(name)) return;
      clearTimeout(timer);
      timer = setTimeout(build, QUIET_MS);
    }).on("error", (error) => console.error(`not watching ${source}: ${error.message}`));
  }
}
