// Draws one widget inside an output frame. Bundled into dist/widgets.js with Jupyter's own views of ipywidgets (BSD-3-Clause),
// and put into the frame's text by the page, which also carries every message between the models here and the kernel.
// It has no network and no origin; what it may speak of, the page decides (app/src/kernel/comm_view.rs).
// Read next: manager.js (models and views), link.js (messages), anywidget.js, output_view.js, icons.js.

import { Panel, Widget } from "@lumino/widgets";
import { MessageLoop } from "@lumino/messaging";

import { askForIcons, takeIcons } from "./icons.js";
import { Link } from "./link.js";
import { Manager } from "./manager.js";

const link = new Link(parent.parent);
const manager = new Manager(link);
const place = () => document.getElementById("widget");

async function show(modelId) {
  const panel = new Panel();
  try {
    const view = await manager.viewOf(modelId);
    Widget.attach(panel, place());
    panel.addWidget(view.luminoWidget);
    new ResizeObserver(() => MessageLoop.postMessage(panel, Widget.ResizeMessage.UnknownSize)).observe(document.documentElement);
  } catch (error) {
    place().textContent = `This widget cannot be shown: ${error?.message ?? error}`;
    console.error(error);
  }
}

link.listen({
  open: (message) => manager.addModel(message),
  show: ({ model_id }) => show(model_id),
  icons: ({ css }) => takeIcons(css),
});
askForIcons(() => link.post({ kind: "icons" }));
