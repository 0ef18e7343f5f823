// The same notebook in Carrel's page and on Jupyter's own kernel (ipykernel, driven by nbclient): what both save as
// outputs must be equal, but for the differences listed here with their reasons.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { root } from "../../tools/build/site.mjs";
import { KERNEL_LIMIT_MS } from "./harness/page.mjs";
import { useSite } from "./harness/site.mjs";

const ANSWER = "Ada";

/** Differences by nature, blotted out on both sides: [reason, what, what stands in its place]. */
const BLOTTED = [
  ["objects lie at other addresses in every run", /0x[0-9a-f]+/g, "0x0"],
  ["measured times differ from run to run", /\b\d[\d.e+-]* (ns|μs|ms|s)\b/g, "T"],
  ["a machine that is busy makes IPython remark on it", /The slowest run took .*\n/g, ""],
  ["which part of a line is coloured depends on the version of Python and the names of cells' files", /\x1b\[[\d;]*m/g, ""],
];

/** What Carrel's page shows in a cell and Jupyter elsewhere: a reason, and the outputs without it. */
const CARREL_ONLY = [
  {
    reason: "help (`?`) is output of the cell; Jupyter shows it in a pager, which files do not hold",
    without: (outputs) => outputs.filter((output) => !/^Signature:/.test(output.data?.["text/plain"] ?? "")),
  },
  {
    reason: "a question and its answer stay in the cell, as Jupyter's page (not its kernel) keeps them",
    without: (outputs) =>
      outputs.map((output) => (output.text ? { ...output, text: output.text.replace(`name: ${ANSWER}\n`, "") } : output)),
  },
];

/** A cell's outputs in one form: lists of lines joined, differences by nature blotted out. */
function comparable(outputs) {
  const joined = JSON.parse(JSON.stringify(outputs), (key, value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string") && key !== "traceback" ? value.join("") : value,
  );
  return JSON.parse(JSON.stringify(joined), (_key, value) =>
    typeof value === "string" ? BLOTTED.reduce((text, [, what, instead]) => text.replace(what, instead), value) : value,
  );
}

function onJupyter(path) {
  const python = process.env.CARREL_PYTHON ?? "python3";
  const script = join(root, "tests", "browser", "harness", "real_kernel.py");
  return JSON.parse(execFileSync(python, [script, path, ANSWER], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
}

describe("a notebook gives what it gives in Jupyter", () => {
  const site = useSite();

  it("rich outputs, errors, magics, questions", async () => {
    const path = join(root, "tests", "notebooks", "rich-output.ipynb");
    const notebook = JSON.parse(readFileSync(path, "utf8"));
    const page = await site.open();
    await page.open(notebook, { name: "rich-output.ipynb" });
    await page.restart({ accelerator: "none" });
    for (const cell of notebook.cells.filter((each) => each.cell_type === "code")) {
      const running = page.page.evaluate((id) => carrel.run(id), cell.id);
      if (cell.source.join("").includes("input(")) {
        const question = page.page.getByRole("textbox", { name: "name:" });
        await question.waitFor({ timeout: KERNEL_LIMIT_MS });
        await question.fill(ANSWER);
        await question.press("Enter");
      }
      await running;
    }
    await page.screenshot("rich-output");
    const ours = await page.notebook();
    const theirs = onJupyter(path);
    for (const [index, cell] of theirs.cells.entries()) {
      if (cell.cell_type !== "code") continue;
      const without = CARREL_ONLY.reduce((outputs, { without }) => without(outputs), comparable(ours.cells[index].outputs));
      assert.deepEqual(without, comparable(cell.outputs), `cell ${cell.id}: ${[cell.source].flat().join("")}`);
      assert.equal(ours.cells[index].execution_count, cell.execution_count);
    }
    await page.close();
  });
});
