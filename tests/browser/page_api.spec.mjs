// `window.carrel`, as the documentation of the page API has it: frozen, opening, running with answers, stopping at the
// first error, restarting on the other device.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { KERNEL_LIMIT_MS } from "./harness/page.mjs";
import { useSite } from "./harness/site.mjs";

const code = (id, source) => ({ cell_type: "code", id, metadata: {}, source, outputs: [], execution_count: null });

const NOTEBOOK = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { custom: { z: 1, a: 2 } },
  cells: [
    { cell_type: "markdown", id: "m", metadata: {}, source: "# Title" },
    code("files", 'print(open("a.txt").read(), len(open("b/c.bin", "rb").read()))'),
    code("ask", 'name = input("Name? ")\nprint("hi", name)'),
    code("fail", "1 / 0"),
    code("never", "print(1)"),
  ],
};

describe("the page API", () => {
  const site = useSite();

  it("is frozen and says that nothing has been started", async () => {
    const page = await site.open();
    const facts = await page.page.evaluate(() => ({
      frozen: Object.isFrozen(carrel),
      names: Object.keys(carrel).sort(),
      replaced: Reflect.set(window, "carrel", 1),
      status: carrel.status(),
      refused: carrel.runAll().then(
        () => "ran",
        (error) => error.message,
      ),
    }));
    assert.equal(facts.frozen, true);
    assert.equal(facts.replaced, false);
    assert.deepEqual(
      facts.names,
      ["interrupt", "notebook", "open", "ready", "restart", "run", "runAll", "status", "version"],
    );
    assert.equal(facts.status.kernel, "none");
    assert.deepEqual(facts.status.accelerator, { webgpu: false, name: "" });
    const refusal = await page.page.evaluate(() => carrel.open("junk").catch((error) => error.message));
    assert.match(refusal, /not a notebook/);
    await page.close();
  });

  it("runs a notebook with files and answers, and stops at the first error without rejecting", async () => {
    const page = await site.open();
    const { id } = await page.page.evaluate(
      (content) =>
        carrel.open(content, {
          name: "week 1/api.ipynb",
          files: { "a.txt": "hello", "b/c.bin": new Uint8Array([1, 2, 3]) },
        }),
      NOTEBOOK,
    );
    assert.ok(page.page.url().endsWith(`#/n/${id}`));
    const result = await page.runAll({ stdin: ["Ada"] });
    assert.equal(result.ok, false);
    assert.deepEqual(
      result.cells.map((each) => [each.id, each.status, each.execution_count]),
      [
        ["files", "ok", 1],
        ["ask", "ok", 2],
        ["fail", "error", 3],
        ["never", "aborted", null],
      ],
    );
    assert.equal(result.cells[2].ename, "ZeroDivisionError");
    assert.equal(await page.outputText(1), "hello 3\n");
    assert.equal(await page.outputText(2), "Name? Ada\nhi Ada\n");
    assert.deepEqual((await page.notebook()).metadata, NOTEBOOK.metadata);

    const one = await page.page.evaluate(() => carrel.run("never"));
    assert.equal(one.status, "ok");
    assert.equal(await page.outputText(4), "1\n");

    await page.restart({ accelerator: "none" });
    const status = await page.status();
    assert.equal(status.kernel, "idle");
    assert.equal(status.accelerator.webgpu, false);
    assert.ok(status.timings.kernelReady > 0);
    // A restart loses variables and keeps outputs and files.
    assert.equal(await page.outputText(4), "1\n");
    assert.equal((await page.page.evaluate(() => carrel.run("files"))).status, "ok");
    await page.close();
  });

  it("asks in the cell when no answer was given", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.type(0, 'name = input("Your name: ")');
    await page.press("Control+Enter");
    const question = page.page.getByRole("textbox", { name: "Your name:" });
    await question.waitFor({ timeout: KERNEL_LIMIT_MS });
    await page.until(() => question.evaluate((field) => field === document.activeElement));
    await page.page.keyboard.type("Bob");
    await page.press("Enter");
    await page.untilOutput(0, "Your name: Bob");
    await page.close();
  });
});
