// The inspector as a person uses it: opened by key and by button, variables sorted, filtered and looked at as table, heat
// map, image and statistics, by mouse and by keyboard, on wide and narrow screens; and the figures of the kernel.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { startHost } from "./harness/hosts.mjs";
import { useSite } from "./harness/site.mjs";

/** How long Python may take to answer the inspector, on a machine that is many times slower. */
const ANSWER_MS = 90_000;

const VALUES = `
import torch
torch.manual_seed(0)
count = 42
greeting = "hello"
settings = {"rate": 0.1, "sizes": [64, 32]}
weights = torch.arange(60 * 70.).reshape(60, 70) / 100
batch = torch.rand(4, 3, 16, 16)
holes = torch.tensor([[0.0, 1.0], [float("nan"), 2.0]])
class Odd:
    def __repr__(self): raise ValueError("no")
odd = Odd()
def helper(): pass
`.trim();

describe("the inspector", () => {
  const site = useSite();

  it("lists what the variables hold, after each cell", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, VALUES);
    await page.press("Escape");
    await page.press("Shift+I");
    const panel = page.inspector();
    await panel.waitFor();
    await page.inspectorLine("weights").waitFor({ timeout: ANSWER_MS });
    assert.match(await page.inspectorLine("weights").innerText(), /Tensor[\s\S]*float32[\s\S]*60 × 70[\s\S]*16\.8 kB/);
    assert.match(await page.inspectorLine("odd").innerText(), /\(no preview\)/);
    assert.deepEqual(await page.inspectorNames(), ["batch", "count", "greeting", "holes", "odd", "settings", "weights"]);
    await page.screenshot("inspector-light");

    await panel.getByRole("button", { name: "Size" }).click();
    assert.equal((await page.inspectorNames())[0], "weights");
    await panel.getByRole("searchbox", { name: "Filter variables" }).fill("ten");
    assert.deepEqual(await page.inspectorNames(), ["weights", "batch", "holes"]);
    await panel.getByRole("searchbox", { name: "Filter variables" }).fill("");
    await panel.getByRole("checkbox", { name: "Functions and modules" }).check();
    await page.inspectorLine("helper").waitFor({ timeout: ANSWER_MS });
    await page.inspectorLine("torch").waitFor();

    // A cell that changes something changes the list.
    await page.runCell(0, "count = 43; fresh = 'new'");
    await page.inspectorLine("fresh").waitFor({ timeout: ANSWER_MS });
    assert.match(await page.inspectorLine("count").innerText(), /43/);
    assert.match(await page.resource("Python memory"), /MB/);
    assert.match(await page.resource("Tensors on the CPU"), /MB/);
    assert.equal(await page.resource("Running cell"), "none");
    assert.deepEqual(page.complaints, []);
    await page.close();
  });

  it("shows tensors as table, heat map, image and statistics", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, VALUES);
    await page.button("Inspector").click();
    const panel = page.inspector();

    await page.lookAt("weights");
    await panel.getByText("rows 0 to 49 of 60").waitFor({ timeout: ANSWER_MS });
    await panel.getByRole("button", { name: "Next rows" }).click();
    await panel.getByText("rows 50 to 59 of 60").waitFor({ timeout: ANSWER_MS });
    assert.match(await panel.getByRole("row", { name: /^50\b/ }).innerText(), /\b35\b/);
    await panel.getByRole("button", { name: "Heat map" }).click();
    await panel.getByRole("img", { name: /Heat map of weights, from 0 to/ }).waitFor({ timeout: ANSWER_MS });
    await page.screenshot("inspector-heat-map");
    await panel.getByRole("button", { name: "Statistics" }).click();
    await panel.getByText("41.99", { exact: true }).waitFor({ timeout: ANSWER_MS });

    await panel.getByRole("button", { name: "Variables", exact: true }).click();
    await page.lookAt("batch");
    await panel.getByRole("button", { name: "Image" }).click();
    await panel.getByRole("img", { name: "Image of batch" }).waitFor({ timeout: ANSWER_MS });
    const index = panel.getByRole("spinbutton", { name: /Index of dimension 0/ });
    const before = await panel.getByRole("img", { name: "Image of batch" }).getAttribute("src");
    await index.fill("3");
    await index.press("Enter");
    await page.page.waitForFunction((old) => document.querySelector(".look__picture")?.src !== old, before, { timeout: ANSWER_MS });
    await page.screenshot("inspector-image");

    await panel.getByRole("button", { name: "Variables", exact: true }).click();
    await page.lookAt("settings");
    await panel.getByRole("button", { name: "'sizes'" }).click();
    await panel.getByRole("row", { name: /^0 int/ }).waitFor({ timeout: ANSWER_MS });
    await panel.getByRole("button", { name: "settings" }).click();
    await panel.getByRole("button", { name: "Text" }).click();
    await panel.getByText("{'rate': 0.1, 'sizes': [64, 32]}").waitFor({ timeout: ANSWER_MS });

    await panel.getByRole("button", { name: "Variables", exact: true }).click();
    await page.lookAt("odd");
    await panel.getByText(/It cannot be shown/).waitFor({ timeout: ANSWER_MS });
    await page.close();
  });

  it("is worked by keyboard alone, in the dark and on a narrow screen, and stays open", async () => {
    const page = await site.open({ colorScheme: "dark", viewport: { width: 420, height: 800 } });
    await page.newNotebook();
    await page.runCell(0, "import torch\nholes = torch.tensor([[0.0, 1.0], [float('nan'), 2.0]])");
    await page.press("Escape");
    await page.press("Shift+I");
    const panel = page.inspector();
    await page.inspectorLine("holes").waitFor({ timeout: ANSWER_MS });
    const name = panel.getByRole("button", { name: "holes" });
    await page.tabTo(name);
    await page.press("Enter");
    await panel.getByText("nan").waitFor({ timeout: ANSWER_MS });
    const heat = panel.getByRole("button", { name: "Heat map" });
    await page.tabTo(heat);
    await page.press("Enter");
    await panel.getByText("1 NaN").waitFor({ timeout: ANSWER_MS });
    await page.screenshot("inspector-narrow-dark");
    const box = await panel.boundingBox();
    assert.ok(box.y > 200 && Math.abs(box.y + box.height - 800) < 2, JSON.stringify(box));

    // Single letters act on nothing of the notebook from here.
    await page.press("d");
    await page.press("d");
    assert.equal((await page.ids()).length, 1);
    await page.press("Escape");
    await page.until(() => name.evaluate((element) => element === document.activeElement));

    await page.reload();
    await page.cell(0).waitFor();
    await page.inspector().waitFor();
    await page.press("Escape");
    await page.press("Shift+I");
    await page.inspector().waitFor({ state: "detached" });
    await page.close();
  });

  it("tells how long a cell runs and how many wait, and of what it was before", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.runCell(0, "value = 1");
    await page.button("Inspector").click();
    await page.inspectorLine("value").waitFor({ timeout: ANSWER_MS });
    // It runs until it is let go.
    let release;
    const released = new Promise((resolve) => (release = resolve));
    const held = (_request, response) => void released.then(() => response.writeHead(200).end());
    const host = await startHost({ isOpen: true, files: { "/held": held } });
    await page.type(0, `from urllib.request import urlopen\nvalue = 2\nurlopen("${host.url}held").read()`);
    await page.press("Shift+Enter");
    await page.editor(1).waitFor();
    await page.type(1, "value = 3");
    await page.press("Control+Enter");
    await page.page.waitForFunction(() => /^[1-9]/.test(document.querySelector(".resources div:nth-child(4) dd").textContent));
    await page.page.waitForFunction(() => document.querySelector(".resources div:nth-child(5) dd").textContent === "1");
    await page.inspector().getByText("A cell is running; as of the last one that ended").waitFor();
    assert.match(await page.inspectorLine("value").innerText(), /\b1\b/);
    release();
    await page.untilIdle();
    await page.inspectorLine("value").filter({ hasText: "3" }).waitFor({ timeout: ANSWER_MS });
    await host.close();
    await page.close();
  });
});
