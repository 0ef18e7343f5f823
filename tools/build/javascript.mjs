// Bundles JavaScript that the page loads on demand: the code editor (editor.js), what draws formulas (mathematics.js,
// mathematics.css and its fonts: KaTeX, MIT), and what draws widgets inside output frames (widgets.js, widgets.css:
// Jupyter's views of ipywidgets, BSD-3-Clause; widget-icons.css: the font of their icons, Font Awesome Free, OFL 1.1).

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { filesBelow, hashOfFiles, pieces, root, run, sha256, unlessCurrent } from "./site.mjs";

const ICONS_LICENCE = "/*! Font Awesome Free 5.15.4 by @fontawesome - https://fontawesome.com, fonts: SIL OFL 1.1, names: MIT */";

/** Writes the bundles if a script or a package changed. */
export async function bundleJavaScript() {
  const folder = join(root, "app", "js");
  const output = join(pieces, "editor.js");
  const sources = hashOfFiles(filesBelow(folder).map((name) => join(folder, name)));
  const key = `${sources} ${sha256(readFileSync(join(root, "package-lock.json")))}`;
  await unlessCurrent("editor", key, [output], () => {
    const options = ["--bundle", "--format=esm", "--target=es2022", "--minify", "--legal-comments=none", "--log-level=warning"];
    run("esbuild", [join(folder, "editor.js"), ...options, `--outfile=${output}`]);
  });
  const mathematics = ["mathematics.js", "mathematics.css"].map((name) => join(pieces, name));
  await unlessCurrent("mathematics", key, mathematics, () => {
    const options = ["--bundle", "--format=esm", "--target=es2022", "--minify", "--legal-comments=none", "--log-level=warning"];
    run("esbuild", [join(folder, "mathematics.js"), ...options, `--outfile=${mathematics[0]}`]);
    const katex = join(root, "node_modules", "katex", "dist");
    // Every browser with WebAssembly reads woff2; the older formats stay behind.
    const fonts = filesBelow(join(katex, "fonts")).filter((name) => name.endsWith(".woff2"));
    for (const name of fonts) cpSync(join(katex, "fonts", name), join(pieces, "fonts", name));
    const style = readFileSync(join(katex, "katex-swap.min.css"), "utf8");
    writeFileSync(mathematics[1], style.replace(/,url\([^)]*\.(woff|ttf)\) format\("[a-z]+"\)/g, ""));
  });
  const widgets = ["widgets.js", "widgets.css", "widget-icons.css"].map((name) => join(pieces, name));
  await unlessCurrent("widgets", key, widgets, () => {
    const options = ["--bundle", "--target=es2022", "--minify", "--legal-comments=none", "--log-level=warning", "--loader:.svg=dataurl"];
    run("esbuild", [join(folder, "widgets", "main.js"), "--format=iife", ...options, `--outfile=${widgets[0]}`]);
    run("esbuild", [join(folder, "widgets", "style.css"), ...options, `--outfile=${widgets[1]}`]);
    run("esbuild", [join(folder, "widgets", "icons.css"), ...options, "--loader:.woff2=dataurl", `--banner:css=${ICONS_LICENCE}`, `--outfile=${widgets[2]}`]);
    // Both are put into a frame's text, where these would end an element or hide what follows.
    const [script, style] = widgets.slice(0, 2).map((path) => readFileSync(path, "utf8"));
    writeFileSync(widgets[0], `/*! @jupyter-widgets, @lumino: BSD-3-Clause; jQuery, Backbone, Underscore, Lodash: MIT */\n${script.replaceAll("<!--", "\\x3c!--")}`);
    if (/<\/(script|style)|<!--/i.test(style) || /<\/script|<!--/i.test(readFileSync(widgets[0], "utf8"))) throw new Error("a bundle of widgets cannot stand in a page");
  });
}
