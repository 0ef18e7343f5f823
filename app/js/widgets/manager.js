// The models of this frame and their views: what Jupyter calls a widget manager, without a kernel or a document.
// Classes come from this bundle alone; a widget that needs others says so. Read next: link.js, anywidget.js.

import * as base from "@jupyter-widgets/base";
import * as controls from "@jupyter-widgets/controls";

import * as anywidget from "./anywidget.js";
import { buffersOf } from "./link.js";
import * as output from "./output_view.js";

const modules = {
  "@jupyter-widgets/base": base,
  "@jupyter-widgets/controls": controls,
  "@jupyter-widgets/output": output,
  anywidget,
};

/** How long a model waits for another that it names. */
const PATIENCE_MS = 10_000;

export class Manager {
  constructor(link) {
    this.link = link;
    this.models = new Map();
    this.expected = new Map();
    this.numViews = 0;
  }

  /** Makes a model that the kernel has told of. */
  addModel({ comm_id: id, state, buffer_paths: paths, buffers }) {
    const made = this.makeModel(id, state, paths, buffersOf(buffers));
    made.catch((error) => console.error(error));
    this.models.set(id, made);
    this.expected.get(id)?.(made);
    this.expected.delete(id);
  }

  async makeModel(id, state, paths, buffers) {
    base.put_buffers(state, paths, buffers);
    const { _model_module: module, _model_name: name } = state;
    const Model = await this.loadClass(name, module);
    const comm = this.link.comm(id);
    const attributes = await Model._deserialize_state(state, this);
    const model = new Model(attributes, { widget_manager: this, model_id: id, comm });
    model.name = name;
    model.module = module;
    return model;
  }

  /** The model of that name; models may name others that come after them. */
  get_model(id) {
    const known = this.models.get(id);
    if (known) return known;
    const coming = new Promise((resolve, reject) => {
      this.expected.set(id, resolve);
      setTimeout(() => reject(new Error(`the widget ${id} does not exist any more`)), PATIENCE_MS);
    });
    this.models.set(id, coming);
    return coming;
  }

  has_model(id) {
    return this.models.has(id);
  }

  async viewOf(id) {
    return this.create_view(await this.get_model(id));
  }

  create_view(model, options = {}) {
    const id = String(++this.numViews);
    const made = (model.state_change = model.state_change.then(async () => {
      const View = await this.loadClass(model.get("_view_name"), model.get("_view_module"));
      const view = new View({ model, options: { ...options } });
      view.listenTo(model, "destroy", view.remove);
      await view.render();
      view.once("remove", () => {
        if (model.views) delete model.views[id];
      });
      return view;
    }));
    model.views[id] = made;
    return made;
  }

  async loadClass(name, module) {
    const found = modules[module]?.[name];
    if (!found) throw new Error(`${module} (${name}) is not part of this site; widgets of other packages work if they are made with anywidget`);
    return found;
  }

  // What Jupyter's views ask of a manager besides.

  callbacks() {
    return {};
  }

  async resolve_url(url) {
    return url;
  }

  // The frame is the protection: it has no origin and no network.
  inline_sanitize(html) {
    return html;
  }

  async get_state() {
    return {};
  }

  setViewOptions(options) {
    return options ?? {};
  }

  new_widget() {
    return Promise.reject(new Error("only Python makes widgets here"));
  }

  new_model() {
    return this.new_widget();
  }

  register_model(id, model) {
    this.models.set(id, model);
  }
}
