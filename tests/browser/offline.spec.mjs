// Without a network: after the first visit a reload opens the page, starts the kernel and trains.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readNotebook, readText } from "./harness/notebooks.mjs";
import { TRAINING_LIMIT_MS } from "./harness/page.mjs";
import { useSite } from "./harness/site.mjs";

const NAME = "digits-mlp.ipynb";

describe("a visitor whose network goes away", () => {
  const site = useSite({ prefix: "/course/carrel/" });

  it("still opens the page, starts the kernel and trains", async () => {
    const page = await site.open();
    await page.untilStored();
    await site.server.close();
    await page.page.context().setOffline(true);
    await page.reload();
    page.page.setDefaultTimeout(TRAINING_LIMIT_MS);
    await page.open(readNotebook(NAME), { name: NAME, files: { "digits.csv": readText("digits.csv") } });
    const ran = await page.runAll();
    assert.ok(ran.ok, JSON.stringify(ran.cells));
    await page.reload();
    const { cells } = await page.notebook();
    assert.match(JSON.stringify(cells.at(-2).outputs), /test accuracy/, "and what it computed was saved");
    await page.close();
  });
});
