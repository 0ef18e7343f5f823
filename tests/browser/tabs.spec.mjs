// Two tabs with the same notebook: each knows of the other for as long as it is there, whether it is closed, left or dies.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

describe("tabs that show the same notebook", () => {
  const site = useSite();

  /** A tab with a notebook, and others that show it too. */
  async function openTabs(numOthers) {
    const page = await site.open();
    await page.newNotebook();
    await page.page.getByRole("status", { name: "Storage" }).filter({ hasText: /^Saved$/ }).waitFor();
    const others = [];
    for (let index = 0; index < numOthers; index += 1) others.push(await page.sibling());
    await page.otherTabBanner().waitFor();
    for (const other of others) await other.otherTabBanner().waitFor();
    return { page, others };
  }

  const untilAlone = (page) => page.otherTabBanner().waitFor({ state: "detached" });

  it("know when the other is closed", async () => {
    const { page, others: [other] } = await openTabs(1);
    await other.page.close();
    await untilAlone(page);
    await page.close();
  });

  it("know when the other has died", async () => {
    const { page, others: [other] } = await openTabs(1);
    const crashed = other.page.waitForEvent("crash");
    other.page.goto("chrome://crash").catch(() => {});
    await crashed;
    await untilAlone(page);
    await page.close();
  });

  it("know when the other shows something else, and when it comes back", async () => {
    const { page, others: [other] } = await openTabs(1);
    await other.button("All notebooks").click();
    await untilAlone(page);
    await other.page.goBack();
    await page.otherTabBanner().waitFor();
    await other.otherTabBanner().waitFor();
    await other.page.goto("about:blank");
    await untilAlone(page);
    await other.page.goBack();
    await other.untilUsable();
    await page.otherTabBanner().waitFor();
    await other.otherTabBanner().waitFor();
    await page.close();
  });

  it("know that one more is left when one of three goes", async () => {
    const { page, others: [first, second] } = await openTabs(2);
    await first.page.close();
    await second.reload();
    await second.cell(0).waitFor();
    await second.otherTabBanner().waitFor();
    await page.otherTabBanner().waitFor();
    await second.page.close();
    await untilAlone(page);
    await page.close();
  });

  it("keep knowing after one has read the other's version", async () => {
    const { page, others: [other] } = await openTabs(1);
    await other.type(0, "answer = 42");
    await page.button("Load the newer version").click();
    await page.page.waitForFunction(() => carrel.notebook().cells[0].source.join("") === "answer = 42");
    await page.otherTabBanner().waitFor();
    await other.page.close();
    await untilAlone(page);
    await page.close();
  });

  it("give each other's kernels the files that they write and remove", async () => {
    const { page, others: [other] } = await openTabs(1);
    await page.untilIdle();
    await other.untilIdle();
    /** Runs code until it prints something: the other tab's files come in their own time. */
    async function runUntil(tab, code, wanted) {
      for (let attempt = 0; attempt < 100; attempt += 1) {
        await tab.runCell(0, code);
        if ((await tab.outputText(0)).trim() === wanted) return;
        await tab.page.waitForTimeout(200);
      }
      assert.equal((await tab.outputText(0)).trim(), wanted);
    }
    const look = "import os\nprint(open('shared').read() if os.path.exists('shared') else None)";
    await page.runCell(0, "open('shared', 'w').write('one'); open('large', 'wb').write(bytes(300_000))");
    await runUntil(other, look, "one");
    await runUntil(other, "print(os.path.getsize('large'))", "300000");
    await other.runCell(0, "open('shared', 'a').write(' and two')");
    await runUntil(page, look, "one and two");
    await page.runCell(0, "os.remove('shared')");
    await runUntil(other, look, "None");
    await page.drop("dropped.txt", "by hand");
    await runUntil(other, "print(open('dropped.txt').read() if os.path.exists('dropped.txt') else None)", "by hand");
    await page.close();
  });
});
