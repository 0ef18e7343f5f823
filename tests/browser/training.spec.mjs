// Whole trainings: a convolutional network and a small language model, on the CPU with PyTorch's own digits, and on the GPU.
// Their notebooks assert how well they must train. Read next: digits.spec.mjs, tests/notebooks/README.md.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { expectedTexts, readNotebook, readText, withoutTimes } from "./harness/notebooks.mjs";
import { TRAINING_LIMIT_MS } from "./harness/page.mjs";
import { useSite } from "./harness/site.mjs";

/** The notebooks, the file that each reads, and whether a software GPU trains it in a minute: `make notebooks` trains all. */
const TRAININGS = [
  { name: "digits-cnn.ipynb", data: "digits.csv", onGpu: true },
  { name: "names-gpt.ipynb", data: "names.txt", onGpu: false },
];

async function openTraining(site, name, data) {
  const page = await site.open();
  page.page.setDefaultTimeout(TRAINING_LIMIT_MS);
  await page.open(readNotebook(name), { name, files: { [data]: readText(data) } });
  return page;
}

async function runAll(page) {
  const ran = await page.runAll();
  const failed = ran.cells.find((cell) => cell.status !== "ok");
  assert.ok(ran.ok, `${failed?.ename}: ${failed?.evalue}`);
}

describe("trainings", () => {
  const site = useSite();

  for (const { name, data, onGpu } of TRAININGS) {
    it(`${name} prints without a GPU what PyTorch prints`, async () => {
      const page = await openTraining(site, name, data);
      await page.restart({ accelerator: "none" });
      await runAll(page);
      const expected = expectedTexts(name);
      for (let index = 0; index < expected.length; index += 1) {
        assert.equal(withoutTimes(await page.outputText(index)), withoutTimes(expected[index]), `cell ${index}`);
      }
      await page.close();
    });

    if (!onGpu) continue;
    it(`${name} trains on the GPU as well as it asserts`, async () => {
      const page = await openTraining(site, name, data);
      await runAll(page);
      const { accelerator } = await page.status();
      assert.equal(accelerator.webgpu, true);
      await page.close();
    });
  }
});
