// Makes the page's own WebAssembly module small. Trunk could, but would do it again in every build.

import { cpSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { optimise } from "./optimise.mjs";
import { cache, filesBelow, sha256, unlessCurrent } from "./site.mjs";

/** Optimises the module that Trunk has put into `site`, in place. */
export async function shrinkPageModule(site) {
  const names = filesBelow(site).filter((name) => !name.includes("/") && name.endsWith("_bg.wasm"));
  if (names.length !== 1) throw new Error(`one module of the page was expected, found: ${names.join(", ") || "none"}`);
  const module = join(site, names[0]);
  const small = join(cache, "page_bg.wasm");
  await unlessCurrent("page", sha256(readFileSync(module)), [small], () => {
    optimise(module, "-Oz", small);
    console.log(`page: ${Math.round(statSync(small).size / 1024)} KB`);
  });
  cpSync(small, module);
}
