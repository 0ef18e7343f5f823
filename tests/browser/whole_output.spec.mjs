// A text that is too long for the page: its ends are shown, and the whole of it is a download away while Python holds it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

describe("an output that is too long to be shown", () => {
  const site = useSite();

  it("can be downloaded whole, until Python is restarted", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, "print('begin' + 'x' * 5_000_000 + 'end')");
    const button = page.button("Download whole output");
    const downloading = page.page.waitForEvent("download");
    await button.click();
    const text = await readFile(await (await downloading).path(), "utf8");
    assert.equal(text.length, 5_000_008);
    assert.ok(text.startsWith("begin") && text.endsWith("end"));
    await button.scrollIntoViewIfNeeded();
    await page.screenshot("whole-output");
    await page.restart();
    await button.click();
    await page.page.getByText(/could not be downloaded: the file is gone, as after a restart of Python/).waitFor();
    await page.close();
  });

  it("is a value as well, and nothing that code has only printed about files leads elsewhere", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, "from IPython.display import HTML\nHTML('<b>' + 'y' * 9_000_000)");
    const downloading = page.page.waitForEvent("download");
    await page.button("Download whole output").click();
    assert.ok((await readFile(await (await downloading).path(), "utf8")).startsWith("<b>yyy"));
    await page.runCell(0, "print('[the whole text is in /etc/passwd]\\n[it is in /tmp/../etc/output-x]')");
    assert.equal(await page.button("Download whole output").count(), 0);
    await page.close();
  });
});
