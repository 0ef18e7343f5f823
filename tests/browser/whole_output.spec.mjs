// A text that is too long for the page: its ends are shown, and the whole of it is a download away, as long as the output is there.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

describe("an output that is too long to be shown", () => {
  const site = useSite();

  it("can be downloaded whole, also after a restart and a reload, until its cell shows something else", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, "print('begin' + 'x' * 5_000_000 + 'end')");
    const button = page.button("Download whole output");
    const whole = async () => {
      const downloading = page.page.waitForEvent("download");
      await button.click();
      const text = await readFile(await (await downloading).path(), "utf8");
      assert.equal(text.length, 5_000_008);
      assert.ok(text.startsWith("begin") && text.endsWith("end"));
    };
    await whole();
    await button.scrollIntoViewIfNeeded();
    await page.screenshot("whole-output");
    await page.restart();
    await whole();
    await page.untilSaved();
    await page.reload();
    await whole();
    await page.untilIdle();
    await page.runCell(0, "import os\nprint(len(os.listdir('whole-outputs')))");
    assert.equal(await page.outputText(0), "1\n");
    await page.restart();
    await page.runCell(0, "import os\nprint(os.listdir('.'))");
    assert.equal(await page.outputText(0), "[]\n");
    await page.close();
  });

  it("is a value as well, and nothing that code has only printed about files leads elsewhere", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, "from IPython.display import HTML\nHTML('<b>' + 'y' * 9_000_000)");
    const downloading = page.page.waitForEvent("download");
    await page.button("Download whole output").click();
    assert.ok((await readFile(await (await downloading).path(), "utf8")).startsWith("<b>yyy"));
    await page.runCell(0, "print('[the whole text is in /etc/passwd]\\n[it is in /home/pyodide/../etc/output-x]')");
    assert.equal(await page.button("Download whole output").count(), 0);
    await page.close();
  });
});
