// `ipywidgets.Output`: outputs that Python has captured, drawn inside the widget's frame. Prints, errors, text, HTML, SVG,
// pictures and other widgets; a format that it does not know shows as text. Read next: carrel_kernel/comms/capture.py.

import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";

const WIDGET = "application/vnd.jupyter.widget-view+json";
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

const joined = (text) => (Array.isArray(text) ? text.join("") : String(text ?? ""));
// Colours of terminals are left out; a carriage return starts its line anew.
const plain = (text) =>
  joined(text)
    .replace(/\u001b\[[0-9;]*[A-Za-z]/g, "")
    .split("\n")
    .map((line) => line.replace(/\r+$/, "").split("\r").at(-1))
    .join("\n");

export class OutputModel extends DOMWidgetModel {
  defaults() {
    return {
      ...super.defaults(),
      _model_name: "OutputModel",
      _view_name: "OutputView",
      _model_module: "@jupyter-widgets/output",
      _view_module: "@jupyter-widgets/output",
      msg_id: "",
      outputs: [],
    };
  }
}

function lines(text, kind) {
  const element = document.createElement("pre");
  element.className = `output-${kind}`;
  element.textContent = plain(text);
  return element;
}

/** HTML whose scripts run, as they do in an output of their own. */
function markup(text) {
  const element = document.createElement("div");
  element.append(document.createRange().createContextualFragment(text));
  return element;
}

function picture(type, data, alt) {
  const element = document.createElement("img");
  element.src = `data:${type};base64,${joined(data).replace(/\s/g, "")}`;
  element.alt = alt;
  return element;
}

export class OutputView extends DOMWidgetView {
  render() {
    super.render();
    this.el.classList.add("widget-output");
    this.listenTo(this.model, "change:outputs", () => this.draw());
    return this.draw();
  }

  async draw() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const elements = await Promise.all((this.model.get("outputs") ?? []).map((output) => this.elementOf(output)));
    if (turn === this.turn) this.el.replaceChildren(...elements);
  }

  async elementOf(output) {
    if (output.output_type === "stream") return lines(output.text, output.name === "stderr" ? "stderr" : "stdout");
    if (output.output_type === "error") return lines(output.traceback?.join("\n") || `${output.ename}: ${output.evalue}`, "error");
    const data = output.data ?? {};
    if (data[WIDGET]) return await this.viewOf(data[WIDGET].model_id, data["text/plain"]);
    if (data["text/html"]) return markup(joined(data["text/html"]));
    if (data["image/svg+xml"]) return markup(joined(data["image/svg+xml"]));
    const type = PICTURES.find((name) => data[name]);
    if (type) return picture(type, data[type], plain(data["text/plain"]));
    return lines(data["text/markdown"] ?? data["text/latex"] ?? data["text/plain"] ?? "", "value");
  }

  /** A widget among the outputs. */
  async viewOf(id, text) {
    try {
      const view = await this.create_child_view(await this.model.widget_manager.get_model(id));
      return view.el;
    } catch {
      return lines(text, "value");
    }
  }
}
