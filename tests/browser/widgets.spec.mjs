// Widgets, driven as a person drives them: by keyboard and mouse, while a cell runs, in several outputs, after a restart;
// and what a hostile view of one may not do.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const COUNTER = `import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = """
    export default {
      render({ model, el }) {
        const button = document.createElement("button");
        const show = () => { button.textContent = "count is " + model.get("value"); };
        button.addEventListener("click", () => { model.set("value", model.get("value") + 1); model.save_changes(); });
        model.on("change:value", show);
        show();
        el.append(button);
      },
    };
    """
    _css = "button { color: rgb(1, 2, 3) }"
    value = traitlets.Int(0).tag(sync=True)
counter = Counter(value=5)
counter`;

describe("widgets", () => {
  const site = useSite();

  /** A notebook whose cells have been run, but for two empty ones at its end. */
  async function ran(...sources) {
    const page = await site.open();
    const cells = [...sources, "", ""].map((_, index) => ({ cell_type: "code", id: `c${index}`, source: "", metadata: {}, outputs: [], execution_count: null }));
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, { name: "widgets.ipynb" });
    for (let index = 0; index < sources.length; index += 1) await page.runCell(index, sources[index]);
    return page;
  }

  it("tells Python what keys and clicks change, and shows what callbacks print", async () => {
    const page = await ran(
      "import ipywidgets as w\ns = w.IntSlider(value=3, description='n')\ns",
      "b = w.Button(description='Press')\nb.on_click(lambda _: print('pressed at', s.value))\nb",
    );
    const handle = page.outputFrame(0).locator("[role=slider]");
    await page.focusInside(handle);
    await page.press("ArrowRight");
    await page.press("ArrowRight");
    await page.outputFrame(1).getByRole("button", { name: "Press" }).click();
    await page.untilOutput(1, "pressed at 5");
    await page.screenshot("widgets-slider");
    await page.close();
  });

  it("shows progress while the cell runs, and the same model in another cell", async () => {
    const page = await ran("import ipywidgets as w, time\np = w.IntProgress(max=1000, description='at')\nl = w.Label()\nw.VBox([p, l])");
    await page.outputFrame(0).locator(".widget-label").last().waitFor();
    await page.type(1, "import itertools\ndisplay(l)\nfor i in itertools.count():\n    p.value = i\n    l.value = f'step {i}'\n    time.sleep(0.05)");
    await page.press("Control+Enter");
    for (const index of [0, 1]) {
      await page.outputFrame(index).getByText(/step [1-9]\d*/).waitFor();
    }
    await page.untilBusy();
    await page.close();
  });

  it("redraws what a function of interact prints and displays", async () => {
    const page = await ran("from ipywidgets import interact\n@interact(x=(0, 10), name=['a', 'b'])\ndef f(x=2, name='a'):\n    print('x is', x, name)\n    return x * 100");
    const frame = page.outputFrame(0);
    await frame.getByText("x is 2 a").waitFor();
    await frame.getByText("200").waitFor();
    await page.focusInside(frame.locator("[role=slider]"));
    await page.press("ArrowRight");
    await frame.getByText("x is 3 a").waitFor();
    await frame.locator("select").selectOption("b");
    await frame.getByText("x is 3 b").waitFor();
    assert.equal(await frame.getByText("x is 2 a").count(), 0);
    await page.screenshot("widgets-interact");
    await page.close();
  });

  it("shows the everyday controls, and links them", async () => {
    const page = await ran(
      `import ipywidgets as w
one, two = w.FloatSlider(value=1.5, description='one'), w.FloatText(description='two')
link = w.jslink((one, 'value'), (two, 'value'))
tab = w.Tab([w.Text('text'), w.Checkbox(True, description='check')], titles=['First', 'Second'])
w.VBox([w.HBox([one, two]), w.HTML('<b>bold</b>'), w.Dropdown(options=['x', 'y']), w.FloatProgress(value=40),
        tab, w.Accordion([w.Label('inside')], titles=['Fold'])])`,
    );
    const frame = page.outputFrame(0);
    await page.focusInside(frame.locator("[role=slider]"));
    await page.press("ArrowRight");
    await page.until(async () => (await frame.locator("input[type=number]").inputValue()) === "1.6");
    await frame.getByText("Second", { exact: true }).click();
    await frame.getByText("check").waitFor();
    await page.screenshot("widgets-controls");
    await page.close();
  });

  it("runs an anywidget", async () => {
    const page = await ran(COUNTER);
    const button = page.outputFrame(0).getByRole("button");
    await page.outputFrame(0).getByText("count is 5").waitFor();
    await button.click();
    await page.outputFrame(0).getByText("count is 6").waitFor();
    assert.equal(await button.evaluate((element) => getComputedStyle(element).color), "rgb(1, 2, 3)");
    await page.type(1, "print('python has', counter.value)\ncounter.value = 20");
    await page.press("Control+Enter");
    await page.untilOutput(1, "python has 6");
    await page.outputFrame(0).getByText("count is 20").waitFor();
    await page.close();
  });

  it("drops what a view says of models that it does not show, and forged frames", async () => {
    const page = await ran("import ipywidgets as w\nsafe = w.IntText(1)\nsafe", "mine = w.IntText(1)\nmine", "print(safe.model_id, mine.model_id)");
    await page.outputFrame(1).locator("input").waitFor();
    const [safe, mine] = (await page.outputText(2)).trim().split(" ");
    const frames = page.page.frames();
    const owners = await Promise.all(frames.map(async (frame) => (await frame.$("#widget input")) && frame));
    const hostile = owners.filter(Boolean).at(-1);
    await hostile.evaluate(
      ([safe, mine]) => {
        const say = (message) => parent.parent.postMessage({ type: "carrel:widget", text: JSON.stringify(message) }, "*");
        const update = (comm_id, state) => say({ kind: "msg", comm_id, token: 1, data: { method: "update", state, buffer_paths: [] } });
        update(safe, { value: 666 });
        update(mine, { tooltip: `IPY_MODEL_${safe}` });
        update(mine, { _esm: "alert(1)" });
        update(safe, { value: 667 });
        say({ kind: "msg", comm_id: safe, token: 2, data: { method: "custom", content: {} } });
        parent.parent.postMessage({ type: "carrel:widget", text: "{" }, "*");
        update(mine, { value: 42 });
      },
      [safe, mine],
    );
    await page.page.evaluate((safe) => {
      const text = JSON.stringify({ kind: "msg", comm_id: safe, token: 1, data: { method: "update", state: { value: 668 } } });
      window.postMessage({ type: "carrel:widget", text }, "*");
    }, safe);
    await page.runCell(3, "print('safe', safe.value, 'mine', mine.value, mine.tooltip)");
    await page.untilOutput(3, "safe 1 mine 42 None");
    await page.close();
  });

  it("says after a restart that the cell must run again", async () => {
    const source = "import ipywidgets as w\nw.IntSlider()";
    const page = await ran(source);
    await page.outputFrame(0).locator("[role=slider]").waitFor();
    await page.restart();
    await page.outputs(0).getByText("The kernel was restarted").waitFor();
    await page.runCell(0, source);
    await page.outputFrame(0).locator("[role=slider]").waitFor();
    await page.close();
  });
});
