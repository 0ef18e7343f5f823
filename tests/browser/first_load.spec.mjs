// The first visit: the site opens from any path of a dumb host, asks no other host for anything, and can be used before
// there is a kernel and without one.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

for (const prefix of ["/", "/course/carrel/"]) {
  describe(`the site at ${prefix}`, () => {
    const site = useSite({ prefix });

    it("opens, computes, and asks no other host for anything", async () => {
      const page = await site.open();
      const addresses = [];
      page.page.context().on("request", (request) => addresses.push(request.url()));
      await page.reload();
      await page.newNotebook();
      await page.runCell(0, "1 + 1");
      assert.equal((await page.outputText(0)).trim(), "2");
      const foreign = addresses.filter((address) => !/^(data|blob|about):/.test(address) && !address.startsWith(site.url));
      assert.deepEqual(foreign, []);
      assert.ok(addresses.some((address) => address.endsWith("kernel/manifest.json")), "the kernel was fetched");
      assert.deepEqual(page.complaints, []);
      await page.close();
    });
  });
}

describe("the page before and without a kernel", () => {
  const site = useSite();

  it("opens, edits and saves while no file of the kernel can be fetched", async () => {
    const page = await site.open({ serviceWorkers: "block" });
    await page.page.context().route("**/kernel/**", (route) => route.abort());
    await page.newNotebook();
    await page.type(0, "answer = 42");
    await page.screenshot("without-kernel");
    const before = await page.notebook();
    assert.equal(String(before.cells[0].source), "answer = 42");
    await page.untilSaved();
    await page.reload();
    await page.cell(0).waitFor();
    const after = await page.notebook();
    assert.equal(String(after.cells[0].source), "answer = 42");
    await page.close();
  });
});
