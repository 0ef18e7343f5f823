// Help in a cell's editor: on Shift+Tab, while a call is written, and under the mouse.
//
// What is shown is asked of the kernel; of functions that the notebook itself defines the page knows signature and
// documentation without it. It refuses to hold anything up: what comes late is dropped. Read next: assist_help_view.js.

import { syntaxTree } from "@codemirror/language";
import { EditorSelection, Prec, StateEffect, StateField } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, showTooltip } from "@codemirror/view";

import { describe } from "./assist_kernel.js";
import { findDefinition } from "./assist_definition.js";
import { helpElement, spoken } from "./assist_help_view.js";

/** The mouse rests so long before help comes. */
const HOVER_MS = 500;

/** Names under which a tooltip can be pointed to. */
let numTooltips = 0;

/** @type {import("@codemirror/state").StateEffectType<{position: number, described: object, isCall: boolean, isWhole: boolean} | null>} */
const setHelp = StateEffect.define();

/** The help that stays until it is closed: one at a time. */
const helpField = StateField.define({
  create: () => null,
  update(help, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHelp)) return effect.value && withTooltip(effect.value);
    if (!help) return null;
    if (!help.isCall && (transaction.docChanged || transaction.selection)) return null;
    if (!transaction.docChanged) return help;
    return withTooltip({ ...help, position: transaction.changes.mapPos(help.position) });
  },
  provide: (field) => [
    showTooltip.from(field, (help) => help?.tooltip ?? null),
    EditorView.contentAttributes.from(field, (help) => (help ? { "aria-describedby": help.id } : {})),
  ],
});

function withTooltip(help) {
  const id = help.id ?? `help-${++numTooltips}`;
  const create = () => ({ dom: tooltipElement(help.described, help, id) });
  return { ...help, id, tooltip: { pos: help.position, above: true, strictSide: false, arrow: false, create } };
}

function tooltipElement(described, how, id) {
  const dom = helpElement(described, how);
  dom.setAttribute("role", "tooltip");
  if (id) dom.id = id;
  // A press into the help, to scroll it, leaves the caret where it is.
  dom.addEventListener("mousedown", (event) => event.preventDefault());
  return dom;
}

/** Everything that help adds to an editor. */
export function help(ask) {
  return [
    helpField,
    asker.of(ask),
    Prec.highest(keymap.of([{ key: "Escape", run: close }, { key: "PageDown", run: scroll(1) }, { key: "PageUp", run: scroll(-1) }])),
    hoverTooltip((view, position) => hovered(view, position, ask), { hoverTime: HOVER_MS, hideOnChange: true }),
    EditorView.updateListener.of((update) => followCall(update, ask)),
    EditorView.domEventHandlers({ blur: (_event, view) => void close(view) }),
  ];
}

/** How an editor asks the kernel, for commands that come from outside of it. */
const asker = StateField.define({ create: () => null, update: (value) => value });
asker.of = (ask) => asker.init(() => ask);

function close(view) {
  if (!view.state.field(helpField, false)) return false;
  view.dispatch({ effects: setHelp.of(null) });
  return true;
}

/** Scrolls help that is shown whole. */
function scroll(direction) {
  return (view) => {
    const shown = view.state.field(helpField, false);
    const dom = shown?.isWhole ? document.getElementById(shown.id) : null;
    if (!dom) return false;
    dom.scrollBy({ top: direction * dom.clientHeight * 0.9 });
    return true;
  };
}

/** Shift+Tab: shows help about what stands at the caret, and all of it when pressed again. False where it shall dedent. */
export function showHelp(view) {
  const { main, ranges } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  const isBlank = line.text.slice(0, main.head - line.from).trim() === "";
  if (ranges.length > 1 || !main.empty || isBlank) return false;
  const shown = view.state.field(helpField, false);
  if (shown && shown.described.doc) {
    view.dispatch({ effects: setHelp.of({ ...shown, isCall: false, isWhole: !shown.isWhole }) });
    return true;
  }
  showAt(view, main.head);
  return true;
}

async function showAt(view, head) {
  const { state } = view;
  const ask = state.field(asker, false);
  const code = state.doc.toString();
  const found = (ask && (await describe(ask, "help", view, code, head))) || ownDescription(view, head) || ownCall(view, head);
  // What has been typed meanwhile is not what was asked about.
  if (view.state.doc !== state.doc || !view.hasFocus) return;
  const described = found ?? { name: "No help is known for this", kind: "", doc: "", facts: [], parameters: [] };
  const position = wordStart(state, head);
  view.dispatch({ effects: [setHelp.of({ position, described, isCall: false, isWhole: false }), EditorView.announce.of(spoken(described))] });
}

/** Signature help: opens when a call does, follows its arguments, closes with it. */
function followCall(update, ask) {
  const { view, state } = update;
  const shown = state.field(helpField, false);
  const isTyped = update.transactions.some((transaction) => transaction.isUserEvent("input.type") || transaction.isUserEvent("input.complete"));
  const { head, empty } = state.selection.main;
  const before = state.sliceDoc(Math.max(0, head - 1), head);
  const isOpening = update.docChanged && isTyped && (before === "(" || before === ",");
  if (!isOpening && !(shown?.isCall && (update.docChanged || update.selectionSet))) return;
  if (!view.hasFocus || !empty) return;
  // The view is being updated; what it leads to comes after that.
  queueMicrotask(() => showCall(view, state, head, ask));
}

async function showCall(view, state, head, ask) {
  const call = callAt(state, head);
  if (!call) {
    if (view.state.field(helpField, false)?.isCall) close(view);
    return;
  }
  const asked = await describe(ask, "call", view, state.doc.toString(), head, "call");
  const found = asked?.callable ? asked : ownCall(view, head);
  const now = view.state.field(helpField, false);
  if (view.state.doc !== state.doc || view.state.selection.main.head !== head || !view.hasFocus) return;
  if (now && !now.isCall) return;
  if (!found) {
    if (now) close(view);
    return;
  }
  const isNew = now?.described.name !== found.name || now?.described.active !== found.active;
  const effects = [setHelp.of({ position: call.from, described: found, isCall: true, isWhole: false })];
  if (isNew) effects.push(EditorView.announce.of(spoken(found)));
  view.dispatch({ effects });
}

/** The innermost call whose arguments a place is in. */
function callAt(state, position) {
  for (let node = syntaxTree(state).resolveInner(position, -1); node; node = node.parent) {
    if (node.name !== "ArgList" || node.parent?.name !== "CallExpression") continue;
    const isClosed = node.lastChild?.name === ")" && !node.lastChild.type.isError;
    if (node.from < position && (position < node.to || !isClosed)) return node.parent;
  }
  return null;
}

async function hovered(view, position, ask) {
  const node = syntaxTree(view.state).resolveInner(position, 1);
  if (node.name !== "VariableName" && node.name !== "PropertyName") return null;
  if (view.state.field(helpField, false)) return null;
  const found = (await describe(ask, "hover", view, view.state.doc.toString(), node.to)) || ownDescription(view, node.to);
  if (!found) return null;
  return { pos: node.from, end: node.to, above: true, create: () => ({ dom: tooltipElement(found, {}, "") }) };
}

function wordStart(state, head) {
  return state.wordAt(head)?.from ?? EditorSelection.cursor(head).from;
}

/** What the page itself knows about a function or class of the notebook. */
function ownDescription(view, position) {
  const node = syntaxTree(view.state).resolveInner(position, -1);
  if (node.name !== "VariableName") return null;
  const found = findDefinition(view, node);
  return found && (found.definition.kind === "function" || found.definition.kind === "class") ? ownSignature(found) : null;
}

function ownCall(view, position) {
  const call = callAt(view.state, position);
  const callee = call?.firstChild;
  if (callee?.name !== "VariableName") return null;
  const found = findDefinition(view, callee);
  const described = found && ownSignature(found);
  return described?.callable ? { ...described, active: argumentAt(call, position, described.parameters, view.state) } : null;
}

/** Name, parameters and documentation of a definition, from its text. */
function ownSignature({ place, definition }) {
  const { state } = place;
  const text = (node) => state.sliceDoc(node.from, node.to);
  const definer = definition.node.parent;
  let list = definer.getChild("ParamList");
  if (definition.kind === "class") {
    const methods = definer.getChild("Body")?.getChildren("FunctionDefinition") ?? [];
    const init = methods.find((method) => text(method.getChild("VariableName") ?? method) === "__init__");
    list = init?.getChild("ParamList") ?? null;
  }
  const first = definer.getChild("Body")?.getChild("ExpressionStatement");
  const docNode = first?.prevSibling?.name === ":" ? first.getChild("String") : null;
  const doc = docNode ? text(docNode).replace(/^[rRuU]?("""|'''|"|')/, "").replace(/("""|'''|"|')$/, "") : "";
  const parameters = list ? parametersOf(list, text) : [];
  const isMethod = definition.kind === "class";
  return {
    name: definition.name,
    kind: definition.kind,
    facts: [],
    doc: doc.split("\n").map((line) => line.trim()).join("\n").trim(),
    parameters: isMethod ? parameters.slice(1) : parameters,
    returns: definition.kind === "function" ? text(definer.getChild("TypeDef") ?? { from: 0, to: 0 }).replace(/^->\s*/, "") : "",
    callable: true,
  };
}

function parametersOf(list, text) {
  const parameters = [];
  let part = null;
  for (let node = list.firstChild; node; node = node.nextSibling) {
    if (node.name === "(" || node.name === ")") continue;
    if (node.name === ",") part = null;
    else if (part) part.to = node.to;
    else parameters.push((part = { from: node.from, to: node.to, node }));
    if (part && node.name === "VariableName" && !part.name) part.name = text(node);
  }
  return parameters.map((found) => ({ text: text(found), name: found.name ?? "" }));
}

function argumentAt(call, position, parameters, state) {
  let index = 0;
  let named = null;
  for (let node = call.getChild("ArgList").firstChild; node && node.from < position; node = node.nextSibling) {
    if (node.name === ",") [index, named] = [index + 1, null];
    else if (node.name === "VariableName" && node.nextSibling?.name === "AssignOp") named = state.sliceDoc(node.from, node.to);
  }
  if (named) return parameters.findIndex(({ name }) => name === named);
  const gathering = parameters.findIndex(({ text }) => /^\*(?!\*)/.test(text));
  return gathering >= 0 && index >= gathering ? gathering : index < parameters.length ? index : -1;
}
