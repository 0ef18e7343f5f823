// The notebooks that specs run, and what PyTorch printed for them.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "../../../tools/build/site.mjs";
import { textOf } from "./page.mjs";

const folder = join(root, "tests", "notebooks");

/** The path of a file beside the notebooks. */
export const pathOf = (name) => join(folder, name);

export const readText = (name) => readFileSync(pathOf(name), "utf8");

export const readNotebook = (name) => JSON.parse(readText(name));

/** What PyTorch on a CPU printed, a cell a text. */
export function expectedTexts(name) {
  const { cells } = JSON.parse(readFileSync(join(folder, "expected", name), "utf8"));
  return cells.map((cell) => textOf(cell.outputs ?? []));
}

/** Takes out of printed text what differs from run to run: durations and addresses. */
export function withoutTimes(text) {
  return text.replace(/\d+\.\d+ s\b/g, "… s").replace(/0x[0-9a-f]+/g, "0x…");
}
