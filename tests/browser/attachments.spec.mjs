// Pictures that a Markdown cell carries with it show in its text, and what is no picture does not.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

/** One red pixel. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

const SOURCE = `![by Markdown](attachment:a%20pixel.png)

<img src="attachment:a pixel.png" width="40" alt="by HTML">

![a drawing](attachment:drawing.svg) ![missing](attachment:none.png)`;

describe("attachments of a Markdown cell", () => {
  const site = useSite();

  it("are shown, and stay in the file", async () => {
    const page = await site.open();
    const attachments = { "a pixel.png": { "image/png": PIXEL }, "drawing.svg": { "image/svg+xml": "PHN2Zy8+" } };
    const cells = [{ cell_type: "markdown", id: "m", source: SOURCE, metadata: {}, attachments }];
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "attached.ipynb" });
    const images = page.cell(0).locator("img");
    await images.first().waitFor();
    assert.equal(await images.count(), 2);
    const looks = await images.evaluateAll((all) =>
      Promise.all(all.map((image) => image.decode().then(() => [image.alt, image.naturalWidth, image.width]))));
    assert.deepEqual(looks, [["by Markdown", 1, 1], ["by HTML", 1, 40]]);
    await page.page.getByText("a drawing").waitFor();
    await page.screenshot("attachments");
    assert.deepEqual((await page.notebook()).cells[0].attachments, attachments);
    assert.deepEqual(page.complaints, []);
    await page.close();
  });
});
