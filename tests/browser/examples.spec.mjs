// The examples of the start page: found by mouse and keyboard, opened with the outputs they were stored with, run whole,
// and kept as the reader's own copies.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { root } from "../../tools/build/site.mjs";
import { TRAINING_LIMIT_MS } from "./harness/page.mjs";
import { useSite } from "./harness/site.mjs";

const examples = JSON.parse(readFileSync(join(root, "examples", "index.json"), "utf8"));

/** Small enough for a software GPU. */
const ALSO_ON_THE_GPU = ["tensors", "image-classifier"];

async function openExample(site, example) {
  const page = await site.open();
  page.page.setDefaultTimeout(TRAINING_LIMIT_MS);
  await page.example(example.title).click();
  await page.cell(0).waitFor();
  return page;
}

async function assertRuns(page, example, accelerator) {
  await page.restart({ accelerator });
  const ran = await page.runAll();
  const failed = ran.cells.find((cell) => cell.status !== "ok");
  assert.ok(ran.ok, `${example.name} on ${accelerator}: ${failed?.ename}: ${failed?.evalue}`);
}

describe("the examples", () => {
  const site = useSite();

  it("are a list that the keyboard walks, and each opens as a copy of one's own", async () => {
    const page = await site.open();
    const links = page.page.getByRole("region", { name: "Examples" }).getByRole("link");
    assert.equal(await links.count(), examples.length);
    await page.screenshot("examples");
    await links.first().focus();
    await page.press("Enter");
    await page.cell(0).waitFor();
    assert.equal(await page.page.title(), `${examples[0].title} – Carrel`);
    assert.match(await page.outputText(1), /tensor\(/, "the stored outputs are shown before anything has run");

    await page.type(1, "my_own = 1");
    await page.press("Control+s");
    await page.goto();
    await page.page.getByRole("region", { name: "Recent notebooks" }).getByRole("link", { name: examples[0].title }).waitFor();
    await page.example(examples[0].title).click();
    await page.cell(0).waitFor();
    const { cells } = await page.notebook();
    assert.equal(cells[1].source.toString(), "my_own = 1", "what was changed is still there");
    await page.close();
  });

  it("come back fresh when the copy was deleted, also from a link", async () => {
    const page = await site.open();
    await page.page.goto(`${page.url}#/n/example-${examples[1].name}`);
    await page.cell(0).waitFor();
    await page.type(1, "my_own = 1");
    await page.press("Control+s");
    await page.goto();
    await page.button(`Delete ${examples[1].title}`).click();
    await page.button(`Delete ${examples[1].title}`).waitFor({ state: "detached" });
    await page.example(examples[1].title).click();
    await page.cell(0).waitFor();
    assert.notEqual((await page.notebook()).cells[1].source.toString(), "my_own = 1");
    await page.close();
  });

  for (const example of examples) {
    it(`run whole: ${example.title}`, async () => {
      const page = await openExample(site, example);
      await assertRuns(page, example, "none");
      await page.screenshot(`example-${example.name}`);
      if (ALSO_ON_THE_GPU.includes(example.name)) await assertRuns(page, example, "webgpu");
      await page.close();
    });
  }
});
