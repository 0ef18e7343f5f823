// Widgets without a kernel: their state is in the file, they show when it is opened, nothing that came with it runs unasked,
// and a restart leaves their last state on the page.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { useSite } from "./harness/site.mjs";

const STATE = "application/vnd.jupyter.widget-state+json";
const VIEW = "application/vnd.jupyter.widget-view+json";

const ANYWIDGET = `import anywidget, traitlets
class Pixels(anywidget.AnyWidget):
    _esm = """export default { render({ model, el }) {
      const value = model.get("value");
      el.textContent = "bytes " + [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)].join();
    } }"""
    value = traitlets.Bytes(b"\\x00\\x01\\xff").tag(sync=True)
Pixels()`;

describe("the state of widgets", () => {
  const site = useSite();

  const cell = (index, source = "", outputs = []) => ({ cell_type: "code", id: `c${index}`, source, metadata: {}, outputs, execution_count: null });

  async function ran(...sources) {
    const page = await site.open();
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [...sources, ""].map((_, index) => cell(index)) }, { name: "kept.ipynb" });
    for (let index = 0; index < sources.length; index += 1) await page.runCell(index, sources[index]);
    return page;
  }

  it("is written with the notebook, and shows in a page whose kernel knows nothing of it", async () => {
    const page = await ran(
      "import ipywidgets as w\none, two = w.IntSlider(value=3, description='one'), w.IntText()\nlink = w.jslink((one, 'value'), (two, 'value'))\nunseen = w.Text('unseen')\nw.VBox([one, two])",
      "out = w.Output()\nwith out:\n    print('captured')\n    display(w.Label('inside'))\nout",
    );
    await page.outputFrame(0).locator("[role=slider]").focus();
    await page.press("ArrowRight");
    await page.press("ArrowRight");
    await page.until(async () => (await page.outputFrame(0).locator("input[type=number]").inputValue()) === "5");
    await page.outputFrame(1).getByText("inside").waitFor();
    const { text } = await page.download();
    const { [STATE]: saved } = JSON.parse(text).metadata.widgets;
    assert.equal(saved.version_major, 2);
    const models = Object.values(saved.state);
    assert.ok(!text.includes('"unseen"'), "what no output shows is not written");
    assert.equal(models.find((model) => model.model_name === "IntSliderModel").state.value, 5);
    await page.close();

    const other = await site.open();
    await other.open(JSON.parse(text), { name: "kept.ipynb" });
    const frame = other.outputFrame(0);
    await other.until(async () => (await frame.locator("input[type=number]").inputValue()) === "5");
    // Views and links work among themselves.
    await frame.locator("[role=slider]").focus();
    await other.press("ArrowRight");
    await other.until(async () => (await frame.locator("input[type=number]").inputValue()) === "6");
    await other.outputFrame(1).getByText("captured").waitFor();
    await other.outputFrame(1).getByText("inside").waitFor();
    await other.screenshot("widgets-kept");
    const again = JSON.parse((await other.download()).text);
    assert.equal(Object.keys(again.metadata.widgets[STATE].state).length, models.length);
    await other.close();
  });

  it("survives a reload, and a restart leaves it on the page until the cell runs again", async () => {
    const source = "import ipywidgets as w\ns = w.IntSlider(value=3)\ns";
    const page = await ran(source);
    await page.outputFrame(0).locator("[role=slider]").focus();
    await page.press("ArrowRight");
    await page.outputFrame(0).getByText("4", { exact: true }).waitFor();
    await page.restart();
    await page.outputs(0).getByText("The kernel was restarted").waitFor();
    await page.outputFrame(0).getByText("4", { exact: true }).waitFor();
    await page.untilSaved();
    await page.reload();
    await page.outputs(0).getByText("Run the cell to use this widget").waitFor();
    await page.outputFrame(0).getByText("4", { exact: true }).waitFor();
    await page.runCell(0, source);
    await page.outputFrame(0).getByText("3", { exact: true }).waitFor();
    await page.close();
  });

  it("runs code that came with the file when it is asked to, and no sooner", async () => {
    const page = await ran(ANYWIDGET);
    await page.outputFrame(0).getByText("bytes 0,1,255").waitFor();
    const file = JSON.parse((await page.download()).text);
    await page.close();
    const other = await site.open();
    await other.open(file, { name: "kept.ipynb" });
    const run = other.button("Run the code of this widget");
    await run.waitFor();
    await other.outputFrame(0).getByText("which has not been run").waitFor();
    await run.click();
    await other.outputFrame(0).getByText("bytes 0,1,255").waitFor();
    await other.close();
  });

  it("cannot bring scripts in by the text of a widget", async () => {
    const html = (id, value) => [id, { model_name: "HTMLModel", model_module: "@jupyter-widgets/controls", model_module_version: "2.0.0", state: { value, layout: "IPY_MODEL_l" } }];
    const attack = `<p>text</p><img src=x onerror="document.body.append('ATTACK')"><svg onload="document.body.append('ATTACK')"></svg>`;
    const outputs = [{ output_type: "stream", name: "stdout", text: "" }, { output_type: "display_data", data: { "text/html": `${attack}<script>document.body.append('ATTACK')</script>` }, metadata: {} }];
    const state = Object.fromEntries([
      html("h", attack),
      ["o", { model_name: "OutputModel", model_module: "@jupyter-widgets/output", model_module_version: "1.0.0", state: { outputs, layout: "IPY_MODEL_l" } }],
      ["b", { model_name: "VBoxModel", model_module: "@jupyter-widgets/controls", model_module_version: "2.0.0", state: { children: ["IPY_MODEL_h", "IPY_MODEL_o"], layout: "IPY_MODEL_l" } }],
      ["l", { model_name: "LayoutModel", model_module: "@jupyter-widgets/base", model_module_version: "2.0.0", state: {} }],
    ]);
    const view = { output_type: "display_data", data: { [VIEW]: { model_id: "b", version_major: 2, version_minor: 0 }, "text/plain": "VBox()" }, metadata: {} };
    const page = await site.open();
    const metadata = { widgets: { [STATE]: { state, version_major: 2, version_minor: 0 } } };
    await page.open({ nbformat: 4, nbformat_minor: 5, metadata, cells: [cell(0, "", [view])] }, { name: "hostile.ipynb" });
    const frame = page.outputFrame(0);
    await frame.getByText("text").first().waitFor();
    await page.until(async () => (await frame.locator("p").count()) === 2);
    await page.untilIdle();
    assert.equal(await frame.getByText("ATTACK").count(), 0);
    await page.close();
  });
});
