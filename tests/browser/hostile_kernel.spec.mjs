// Hostile Python: it forges messages, floods the page, breeds workers and eats memory. The page answers, and the document
// and what is stored stay as they were.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { assertResponsive } from "./harness/latency.mjs";
import { useSite } from "./harness/site.mjs";

/** Posts past the kernel, as only hostile code would: Python's worker speaks to its frame, which relays. */
const FORGE = `
import json, js
from pyodide.ffi import to_js
def post(value):
    js.postMessage(to_js(value, dict_converter=js.Object.fromEntries))
def jupyter(msg_type, content, parent="nobody", channel="iopub"):
    header = {"msg_id": "forged", "msg_type": msg_type, "session": "s", "username": "u", "date": "", "version": "5.4"}
    post({"type": "jupyter", "message": json.dumps({"channel": channel, "header": header,
          "parent_header": {"msg_id": parent} if parent else {}, "metadata": {}, "content": content})})
`;

/** Messages that mean nothing, are too much, or speak for others. */
const FORGERIES = `
for value in (None, 1, "text", [], {}, {"type": None}, {"type": 1}, {"type": "jupyter"}, {"type": "jupyter", "message": 7},
              {"type": "jupyter", "message": "{"}, {"type": "jupyter", "message": "[" * 100000}, {"type": "progress"},
              {"type": "progress", "stage": {}}, {"type": "boot"}, {"type": "interrupt"}, {"type": "files", "files": 3},
              {"type": "gpu-restart"}, {"type": "constructor"}, {"type": "__proto__"}, {"type": "toString"}):
    post(value)
for parent in ("first", "second", "", None):
    for msg_type, content in (("stream", {"name": "stdout", "text": "forged"}), ("stream", {"name": 5, "text": []}),
                              ("display_data", {"data": {"text/plain": "forged"}}), ("execute_reply", {"status": "ok", "execution_count": -1}),
                              ("execute_input", {"execution_count": 99999999999}), ("status", {"execution_state": "idle"}),
                              ("clear_output", {"wait": False}), ("input_request", {"prompt": "Password:", "password": True}),
                              ("update_display_data", {"data": {"text/plain": "forged"}, "transient": {"display_id": "nobody's"}}),
                              ("comm_open", {"comm_id": "x"}), ("error", {"ename": 1, "traceback": "x"}), ("unheard_of", None)):
        jupyter(msg_type, content, parent)
print("posted")`;

/** The id of the request that runs, as the kernel knows it. */
const RUN_ID = "next(o for o in __import__('gc').get_objects() if type(o).__name__ == 'Publisher').parent['msg_id']";

/** Tries to end, number, ask for and take over a cell that ran before, and one that nobody has. */
const FORGED_REPLIES = `
for parent in (first_run, first_run + "0"):
    for channel in ("shell", "iopub", "stdin"):
        jupyter("execute_input", {"execution_count": 77, "code": "forged"}, parent, channel)
        jupyter("input_request", {"prompt": "Password:", "password": True}, parent, channel)
        jupyter("execute_reply", {"status": "error", "execution_count": 77, "ename": "Forged", "evalue": ""}, parent, channel)
        jupyter("status", {"execution_state": "idle"}, parent, channel)
print("posted")`;

describe("hostile Python", () => {
  const site = useSite();
  let page;

  before(async () => {
    page = await site.open();
    await page.newNotebook();
    await page.button("Markdown").first().click();
    await page.press("Escape");
    await page.untilIdle();
  });
  after(() => page?.close());

  const assertAnswers = () => assertResponsive(page);

  /** Starts a cell and looks at the page while it runs, then stops it. */
  async function whileRunning(code) {
    await page.type(0, code);
    await page.press("Control+Enter");
    await page.untilBusy();
    await page.page.waitForTimeout(1500);
    await assertAnswers();
    await page.page.evaluate(() => carrel.interrupt());
    await page.untilIdle().catch(() => page.restart());
    await page.untilIdle();
    await assertAnswers();
    assert.equal((await page.notebook()).cells.length, 2);
  }

  it("speaks for no other cell, and to nobody in malformed words", async () => {
    await page.runCell(0, FORGE + FORGERIES);
    await page.untilOutput(0, "posted");
    assert.equal((await page.outputText(0)).trim(), "posted");
    await assertAnswers();
    await page.runCell(0, "1 + 1");
    assert.equal((await page.outputText(0)).trim(), "2");
  });

  const code = (id, source) => ({ cell_type: "code", id, source, metadata: {}, outputs: [], execution_count: null });

  const openCells = (name, sources) =>
    page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: sources.map((source, index) => code(`c${index}`, source)) }, { name });

  it("answers for no other cell", async () => {
    await openCells("replies.ipynb", [`print("first")\nfirst_run = ${RUN_ID}`, FORGE + FORGED_REPLIES, "print('third')"]);
    const { ok } = await page.runAll();
    assert.ok(ok);
    const { cells } = await page.notebook();
    assert.deepEqual(cells.map((cell) => cell.execution_count), [1, 2, 3]);
    assert.deepEqual([await page.outputText(0), await page.outputText(1), await page.outputText(2)], ["first\n", "posted\n", "third\n"]);
    await assertAnswers();
  });

  it("replaces what is shown under a display id in its own document alone", async () => {
    const show = 'from IPython.display import display\n_ = display("mine", display_id="shared")';
    await openCells("mine.ipynb", [show]);
    await page.runAll();
    await page.untilSaved();
    await openCells("theirs.ipynb", [show, `${FORGE}\njupyter("update_display_data", {"data": {"text/plain": "forged"}, "transient": {"display_id": "shared"}})`]);
    await page.runAll();
    await page.untilOutput(0, "forged");
    assert.equal([(await page.notebook()).cells[0].source].flat().join(""), show);
    await page.page.goto(site.url);
    await page.untilUsable();
    await page.recent(/mine/).click();
    await page.cell(0).waitFor();
    assert.equal((await page.outputText(0)).trim(), "'mine'");
    // The cases below go on where the first left off.
    await page.page.goto(site.url);
    await page.untilUsable();
    await page.newNotebook();
    await page.button("Markdown").first().click();
    await page.press("Escape");
    await page.untilIdle();
  });

  it("displays what is too long for the page, and has it in a file", async () => {
    await page.runCell(0, "display({'text/html': '<p>' + 'x' * 40_000_000}, raw=True)\nprint('and goes on')");
    const text = await page.outputText(0);
    const path = /text\/html of 40000003 characters is too long to be shown; it is in (\S+)\]/.exec(text)?.[1];
    assert.match(text, /and goes on/);
    await page.runCell(0, `print(len(open("${path}").read()))`);
    assert.equal(await page.outputText(0), "40000003\n");
  });

  it("sends a message longer than the page takes", async () => {
    await page.runCell(0, `${FORGE}\njupyter("display_data", {"data": {"text/plain": "x" * 40_000_000}})\nprint("and goes on")`);
    const text = await page.outputText(0);
    assert.match(text, /A message of 400\d{5} characters was dropped: the page takes up to 32000000\./);
    assert.match(text, /and goes on/);
    assert.ok(text.length < 1000);
    await assertAnswers();
  });

  it("prints a billion lines", () => whileRunning("for line in range(1_000_000_000):\n    print(line)"));

  it("displays without end", () => whileRunning("while True:\n    display(1)"));

  it("prints one line of 200 MB, of which the page shows the ends and Python keeps the whole", async () => {
    await page.runCell(0, "print('x' * 200_000_000)");
    await assertAnswers();
    const path = /the whole text is in (\S+)\]/.exec(await page.outputText(0))?.[1];
    await page.runCell(0, `import os\nprint(os.path.getsize("${path}"))`);
    assert.equal((await page.outputText(0)).trim(), "200000000");
  });

  it("breeds workers", async () => {
    await page.type(0, "import js\nfor _ in range(60):\n    js.Worker.new('data:text/javascript,for(;;);')\nwhile True: pass");
    await page.press("Control+Enter");
    await page.page.waitForTimeout(1500);
    await assertAnswers();
    // They go with the kernel.
    await page.restart();
    await page.untilIdle();
    await assertAnswers();
  });

  it("fills its memory", async () => {
    await page.runCell(0, "try:\n    kept = []\n    while True:\n        kept.append(bytearray(200_000_000))\nexcept MemoryError:\n    kept = None\n    print('full')");
    assert.match(await page.outputText(0), /full/);
    await assertAnswers();
  });

  it("leaves what is stored as it was", async () => {
    await page.runCell(0, "'the end'");
    await page.untilSaved();
    await page.reload();
    await page.cell(0).waitFor();
    assert.equal([(await page.notebook()).cells[0].source].flat().join(""), "'the end'");
  });
});
