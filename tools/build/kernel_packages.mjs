// Packs the Python packages of others that every kernel starts with: IPython and what it imports into kernel/ipython.zip,
// which Python imports from as it lies, and jedi into kernel/jedi.zip, which is unpacked when something is to be
// completed, because jedi reads its grammars and the library's types from files. ipywidgets
// and anywidget (kernel/widgets.zip) are imported as they lie, when a notebook does. Bytecode only: IPython's frames never
// show, and sources would double the size. What a notebook cannot use stays behind: the terminal, tests, most lexers.
// Read next: tools/setup/kernel_packages.txt, which pins them; python_packages.mjs for the project's own packages.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { compileArchive, compilerKey } from "./python_bytecode.mjs";
import { filesBelow, hashOfFiles, pieces, root, sha256, unlessCurrent } from "./site.mjs";
import { zip } from "./zip.mjs";

/** ipywidgets and anywidget with what they import; of the two packages that hold their front ends only that they are installed. */
const ofWidgets = /^(ipywidgets|anywidget|psygnal|typing_extensions)\b|^(jupyterlab_widgets|widgetsnbextension)-/;

/** What goes into each archive: where the kernel has it, and which top-level names. */
const archives = [
  { name: "jedi.zip", mountedAt: "/lib/carrel/jedi", holds: (top) => /^(jedi|parso)\b/.test(top) },
  { name: "widgets.zip", mountedAt: "/lib/carrel/widgets.zip", holds: (top) => ofWidgets.test(top) },
  { name: "ipython.zip", mountedAt: "/lib/carrel/ipython.zip", holds: (top) => !ofWidgets.test(top) && !/^(jedi|parso|bin|share|etc|\.)/.test(top) },
];

/** Files that only a terminal, a test or a documentation build needs. */
const leftOut = [
  /^(jupyterlab_widgets|widgetsnbextension|anywidget\/(labextension|nbextension))\//,
  /(^|\/)(__pycache__|tests?|sphinxext|sphinx)\//,
  /^IPython\/testing\/(?!__init__|skipdoctest)/,
  /\.(pyc|pyi)$/,
  /^IPython\/(terminal|external\/qt|lib\/(gui|inputhook))/,
  /^pygments\/(cmdline|sphinxext|formatters\/(_mapping_scripts|bbcode|groff|img|irc|pangomarkup|rtf|svg))/,
  /-info\/(RECORD|WHEEL|INSTALLER|REQUESTED|top_level\.txt)$/,
  /^jedi\/third_party\/(typeshed\/stubs|django-stubs)\//,
  /^parso\/python\/grammar(3[6-9]|31[0-2])\.txt$/,
];

/** Types of the standard library, which jedi reads; the one kind of stub that stays. */
const STUBS = /^jedi\/third_party\/typeshed\/stdlib\/.*\.pyi$/;

/** The languages that notebooks show, and those that IPython's own lexer imports. */
const lexers = new Set(
  ("__init__ _mapping _css_builtins _lilypond_builtins _scheme_builtins c_cpp c_like configs console css data diff html " +
    "javascript julia jvm lilypond lisp markup perl python r ruby rust shell special sql web").split(" "),
);

function isKept(path) {
  const lexer = /^pygments\/lexers\/(\w+)\.py$/.exec(path);
  if (lexer) return lexers.has(lexer[1]);
  return STUBS.test(path) || !leftOut.some((pattern) => pattern.test(path));
}

/** Writes kernel/widgets.zip, kernel/ipython.zip and kernel/jedi.zip if the list of packages or this file changed. */
export async function packKernelPackages() {
  const folder = process.env.CARREL_KERNEL_PACKAGES;
  if (!folder || !existsSync(join(folder, ".complete"))) {
    throw new Error("the kernel's Python packages are missing; tools/setup.sh brings them");
  }
  const list = join(root, "tools", "setup", "kernel_packages.txt");
  const names = filesBelow(folder).filter(isKept);
  for (const { name, mountedAt, holds } of archives) {
    const output = join(pieces, "kernel", name);
    const key = [hashOfFiles([list]), sha256(readFileSync(new URL(import.meta.url))), compilerKey()].join(" ");
    await unlessCurrent(name, key, [output], async () => {
      const kept = names.filter((path) => holds(path.split("/")[0]));
      const sources = zip(kept.map((path) => ({ name: path, bytes: readFileSync(join(folder, path)) })));
      const packed = await compileArchive(sources, mountedAt, false);
      writeFileSync(output, packed);
      console.log(`${name}: ${kept.length} files, ${Math.round(packed.length / 1024)} KB`);
    });
  }
}
