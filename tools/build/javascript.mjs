// Bundles the page's own JavaScript: the code editor, which the page loads on demand as editor.js.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { filesBelow, hashOfFiles, pieces, root, run, sha256, unlessCurrent } from "./site.mjs";

/** Writes editor.js if a script or a package changed. */
export async function bundleJavaScript() {
  const folder = join(root, "app", "js");
  const output = join(pieces, "editor.js");
  const sources = hashOfFiles(filesBelow(folder).map((name) => join(folder, name)));
  const key = `${sources} ${sha256(readFileSync(join(root, "package-lock.json")))}`;
  await unlessCurrent("editor", key, [output], () => {
    const options = ["--bundle", "--format=esm", "--target=es2022", "--minify", "--legal-comments=none", "--log-level=warning"];
    run("esbuild", [join(folder, "editor.js"), ...options, `--outfile=${output}`]);
  });
}
