// `ipywidgets.Output`: outputs that Python has captured, drawn inside the widget's frame. Prints, errors, text, HTML, SVG,
// pictures and other widgets; a format that it does not know shows as text. Read next: ansi.js, carrel_kernel/comms/capture.py.

import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";
import { Widget } from "@lumino/widgets";

import { nodesOf, plain } from "./ansi.js";

const WIDGET = "application/vnd.jupyter.widget-view+json";
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

const joined = (text) => (Array.isArray(text) ? text.join("") : String(text ?? ""));

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
  element.append(...nodesOf(joined(text)));
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
    /** Views of widgets among the outputs that are not in the page yet, by their places. */
    this.places = new Map();
    return this.draw();
  }

  async draw() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const elements = await Promise.all((this.model.get("outputs") ?? []).map((output) => this.elementOf(output)));
    if (turn !== this.turn) return;
    this.el.replaceChildren(...elements);
    // Views draw some of what they show when they are told that they are in the page.
    this.displayed.then(() => {
      for (const element of elements) {
        const view = this.places.get(element);
        if (view && element.isConnected) Widget.attach(view.luminoWidget, element);
        this.places.delete(element);
      }
    });
  }

  async elementOf(output) {
    if (output.output_type === "stream") return lines(output.text, output.name === "stderr" ? "stderr" : "stdout");
    if (output.output_type === "error") return lines(output.traceback?.join("\n") || `${output.ename}: ${output.evalue}`, "error");
    const data = output.data ?? {};
    if (data[WIDGET]) return await this.viewOf(data[WIDGET].model_id, data["text/plain"]);
    if (data["text/html"]) return markup(joined(data["text/html"]));
    if (data["image/svg+xml"]) return markup(joined(data["image/svg+xml"]));
    const type = PICTURES.find((name) => data[name]);
    if (type) return picture(type, data[type], plain(joined(data["text/plain"])));
    return lines(data["text/markdown"] ?? data["text/latex"] ?? data["text/plain"] ?? "", "value");
  }

  /** A widget among the outputs. */
  async viewOf(id, text) {
    try {
      const view = await this.create_child_view(await this.model.widget_manager.get_model(id));
      const place = document.createElement("div");
      this.places.set(place, view);
      return place;
    } catch {
      return lines(text, "value");
    }
  }
}
