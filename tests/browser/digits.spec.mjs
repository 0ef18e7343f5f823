// The whole product at once: the digits notebook trains on the GPU, and on the CPU with PyTorch's own digits.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { expectedTexts, pathOf, readNotebook, readText, withoutTimes } from "./harness/notebooks.mjs";
import { TRAINING_LIMIT_MS } from "./harness/page.mjs";
import { useSite } from "./harness/site.mjs";

const NAME = "digits-mlp.ipynb";

/** The position of the cell that prints the accuracy, which the notebook itself asserts to be over 0.94. */
const ACCURACY_CELL = 5;

/** The position of the last cell, which shows a matrix. */
const CONFUSION_CELL = 6;

async function openDigits(site) {
  const page = await site.open();
  page.page.setDefaultTimeout(TRAINING_LIMIT_MS);
  await page.open(readNotebook(NAME), { name: NAME, files: { "digits.csv": readText("digits.csv") } });
  return page;
}

async function assertTrained(page, ran) {
  const failed = ran.cells.find((cell) => cell.status !== "ok");
  assert.ok(ran.ok, `${failed?.ename}: ${failed?.evalue}`);
  await assertAccurate(page);
}

async function assertAccurate(page) {
  const accuracy = Number(/test accuracy (\d\.\d+)/.exec(await page.outputText(ACCURACY_CELL))[1]);
  assert.ok(accuracy > 0.94, `accuracy ${accuracy}`);
}

describe("the digits notebook", () => {
  const site = useSite();

  it("trains on the GPU, opened and run by hand", async () => {
    const page = await site.open();
    page.page.setDefaultTimeout(TRAINING_LIMIT_MS);
    await page.openFiles([pathOf(NAME), pathOf("digits.csv")]);
    await page.cell(ACCURACY_CELL).waitFor();
    await page.button("Run all").first().click();
    await page.untilOutput(CONFUSION_CELL, "tensor", TRAINING_LIMIT_MS);
    await page.untilIdle();
    await page.screenshot("digits-gpu");
    await assertAccurate(page);
    const { accelerator } = await page.status();
    assert.equal(accelerator.webgpu, true);
    assert.match(await page.outputText(1), /device: (webgpu|cuda)/);
    await page.close();
  });

  it("trains without a GPU, printing what PyTorch prints", async () => {
    const page = await openDigits(site);
    await page.restart({ accelerator: "none" });
    const ran = await page.runAll();
    await page.screenshot("digits-cpu");
    await assertTrained(page, ran);
    const expected = expectedTexts(NAME);
    for (let index = 0; index < expected.length; index += 1) {
      assert.equal(withoutTimes(await page.outputText(index)), withoutTimes(expected[index]), `cell ${index}`);
    }
    await page.close();
  });
});
