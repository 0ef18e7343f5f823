// Widgets made with anywidget: the front end is a module whose text the model carries, as the Anywidget Front-End Module
// says (https://anywidget.dev/en/afm/): `initialize({model})` once, `render({model, el})` for each view, both may return a
// function that cleans up. The text runs in this frame alone. Read next: manager.js.

import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";

/**
 * Whether code of models runs here. A frame whose own script is marked by a word shows what came with a file: there nothing else
 * may run, and that has to be seen to here, because a module that a marked script imports counts as marked as well.
 */
const RUNS_CODE = !document.currentScript?.nonce;

/** What stands for the views of such models. */
class NotRun extends Error {}

/** Imports a module from its text. */
async function importText(text) {
  if (!RUNS_CODE) throw new NotRun();
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** What a module offers, whichever way it is written. */
async function widgetOf(text) {
  const module = await importText(text);
  if (typeof module.render === "function") return { render: module.render };
  const offered = module.default;
  return typeof offered === "function" ? await offered() : (offered ?? {});
}

/** Asks the Python class something (`anywidget.experimental.command`). */
function invoke(model, name, msg, { buffers = [], signal = AbortSignal.timeout(3000) } = {}) {
  const id = crypto.getRandomValues(new Uint32Array(4)).join("-");
  return new Promise((resolve, reject) => {
    const onReply = (reply, replyBuffers) => {
      if (reply?.id !== id) return;
      model.off("msg:custom", onReply);
      resolve([reply.response, replyBuffers]);
    };
    signal.addEventListener("abort", () => {
      model.off("msg:custom", onReply);
      reject(signal.reason);
    });
    model.on("msg:custom", onReply);
    model.send({ id, kind: "anywidget-command", name, msg }, undefined, buffers);
  });
}

/** The model as a module sees it: nothing but what the specification names. What it listens to ends with `signal`. */
function proxyOf(model, signal) {
  const listening = (name, callback) => {
    model.on(name, callback);
    signal.addEventListener("abort", () => model.off(name, callback));
  };
  return {
    get: (name) => model.get(name),
    set: (name, value) => void model.set(name, value),
    save_changes: () => void model.save_changes(),
    send: (content, callbacks, buffers) => model.send(content, callbacks, buffers),
    on: listening,
    off: (name = null, callback = null) => void model.off(name, callback),
    widget_manager: { get_model: (id) => model.widget_manager.get_model(id) },
  };
}

export class AnyModel extends DOMWidgetModel {
  initialize(attributes, options) {
    super.initialize(attributes, options);
    this.load();
    this.on("change:_esm", () => this.load());
  }

  /** Takes the module in its present form; views wait for it. */
  load() {
    this.ending?.abort();
    this.ending = new AbortController();
    const { signal } = this.ending;
    this.widget = widgetOf(String(this.get("_esm") ?? "")).then(async (widget) => {
      const clean = await widget.initialize?.({ model: proxyOf(this, signal), experimental: { invoke: invoke.bind(null, this) } });
      if (typeof clean === "function") signal.addEventListener("abort", () => clean());
      return widget;
    });
    this.widget.catch(() => {});
  }
}

export class AnyView extends DOMWidgetView {
  render() {
    const style = document.createElement("style");
    document.head.append(style);
    const dress = () => (style.textContent = String(this.model.get("_css") ?? ""));
    dress();
    this.listenTo(this.model, "change:_css", dress);
    this.listenTo(this.model, "change:_esm", () => this.draw());
    this.once("remove", () => {
      this.ending?.abort();
      style.remove();
    });
    return this.draw();
  }

  async draw() {
    this.ending?.abort();
    this.ending = new AbortController();
    const { signal } = this.ending;
    this.el.replaceChildren();
    try {
      const widget = await this.model.widget;
      const clean = await widget.render?.({
        model: proxyOf(this.model, signal),
        el: this.el,
        experimental: { invoke: invoke.bind(null, this.model) },
      });
      if (typeof clean === "function") signal.addEventListener("abort", () => clean());
    } catch (error) {
      const note = document.createElement("pre");
      note.textContent =
        error instanceof NotRun ? "This widget is drawn by code of the notebook, which has not been run." : `This widget's module failed: ${error?.stack ?? error}`;
      this.el.replaceChildren(note);
    }
  }
}
