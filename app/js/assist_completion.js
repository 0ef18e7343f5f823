// Completion in a cell's editor: the sources, the list, and its keys.
//
// Nothing waits for the kernel: what the page knows is shown at once, what the kernel adds is put in between. Enter takes
// only what was chosen with the arrows, Tab extends what all have in common or takes the first. It refuses to know where
// completions come from. Read next: assist_local.js, assist_kernel.js.

import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
  currentCompletions,
  insertCompletionText,
  moveCompletionSelection,
  selectedCompletionIndex,
  startCompletion,
} from "@codemirror/autocomplete";
import { insertNewlineAndIndent } from "@codemirror/commands";
import { Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";

import { describe, kernelSource } from "./assist_kernel.js";
import { helpElement } from "./assist_help_view.js";
import { lastInsert, localSource } from "./assist_local.js";

/** After so long a rest the sources are asked. */
const TYPING_DELAY_MS = 40;

/** So long the list waits for the kernel, so that it does not change under a choice; a busy kernel declines at once. */
const SYNC_MS = 250;

/** Kinds of completions that the kernel can say more about. */
const DESCRIBED = new Set([undefined, "function", "class", "module", "instance", "property", "argument"]);

/** Kinds as they are shown beside a name. */
const KIND_NAMES = { instance: "value", path: "file" };

/** Editors that shall extend what is typed as soon as their list is there, because Tab opened it. */
const extending = new WeakSet();

/** What keys ask of a list that is being made anew, by editor: it is done when the list is there. */
const waiting = new WeakMap();

/** Everything that completion adds to an editor. */
export function completion(ask) {
  return [
    autocompletion({
      override: [localSource, kernelSource(ask)].map((source) => withInfo(source, ask)),
      defaultKeymap: false,
      selectOnOpen: false,
      interactionDelay: 0,
      activateOnTypingDelay: TYPING_DELAY_MS,
      // What the kernel adds belongs into the same list; it is waited for only so long.
      updateSyncTime: SYNC_MS,
      maxRenderedOptions: 80,
      closeOnBlur: true,
      addToOptions: [{ position: 90, render: kindElement }],
      optionClass: ({ type }) => (type ? `completion completion--${type}` : "completion"),
    }),
    Prec.highest(keymap.of(KEYS)),
    EditorView.updateListener.of(noteUpdate),
  ];
}

const KEYS = [
  { key: "Ctrl-Space", run: startCompletion },
  { mac: "Alt-`", run: startCompletion },
  { key: "Escape", run: close },
  { key: "ArrowDown", run: choose(true) },
  { key: "ArrowUp", run: choose(false) },
  { key: "PageDown", run: choose(true, "page") },
  { key: "PageUp", run: choose(false, "page") },
  { key: "Enter", run: take },
];

/** Closes the list and stays in the editor; a list that is not there yet is given up, and Escape goes on. */
function close(view) {
  const wasShown = isListShown(view);
  waiting.delete(view);
  closeCompletion(view);
  return wasShown;
}

/** Moves the choice, of a shown list that is made anew when it is there. */
function choose(isForward, by) {
  const move = moveCompletionSelection(isForward, by);
  return (view) => move(view) || (isListShown(view) && wait(view, move));
}

/** Takes what is chosen, also by a key that waits itself; where nothing fits any more after all, Enter breaks the line. */
function take(view) {
  return acceptCompletion(view) || (waiting.has(view) && wait(view, () => acceptCompletion(view) || insertNewlineAndIndent(view)));
}

function wait(view, act) {
  waiting.set(view, [...(waiting.get(view) ?? []), act]);
  return true;
}

/** Does what keys have asked of a list that is there now, or gone. */
function catchUp(view) {
  const acts = waiting.get(view) ?? [];
  waiting.delete(view);
  for (const act of acts) act(view);
}

/**
 * Whether a list is on the screen. After each key that is typed the sources are asked anew: until they have answered, the
 * list stays, but CodeMirror tells of no current completions, and its status is "pending" as before a list is shown.
 */
const isListShown = (view) => view.contentDOM.hasAttribute("aria-controls");

/** Tab: completes behind a name, a dot or inside of a string; false where it shall indent. */
export function completeOrDecline(view) {
  if (view.state.readOnly || view.state.selection.ranges.length > 1 || !view.state.selection.main.empty) return false;
  if (waiting.has(view)) return wait(view, acceptCompletion);
  if (currentCompletions(view.state).length > 0) return takeOrExtend(view);
  const { head } = view.state.selection.main;
  const line = view.state.doc.lineAt(head);
  const before = line.text.slice(0, head - line.from);
  if (!/[\w.%!"'/[(]$/.test(before)) return false;
  extending.add(view);
  startCompletion(view);
  return true;
}

/** Takes what is chosen; else what all that begin as typed have in common; else the first. */
function takeOrExtend(view) {
  if (acceptCompletion(view)) return true;
  if (extend(view)) return true;
  moveCompletionSelection(true)(view);
  return acceptCompletion(view);
}

/** Puts in the common beginning of all completions that begin as typed. True when that adds something. */
function extend(view) {
  const options = currentCompletions(view.state);
  const { head } = view.state.selection.main;
  const typed = typedBefore(view.state, head, options);
  const fitting = options.map(({ label }) => label).filter((label) => label.startsWith(typed));
  if (fitting.length === 0) return false;
  let common = fitting[0];
  for (const label of fitting) while (!label.startsWith(common)) common = common.slice(0, -1);
  if (common.length <= typed.length) return false;
  view.dispatch(insertCompletionText(view.state, common, head - typed.length, head));
  // The list goes on with what is left to choose.
  if (fitting.length > 1) startCompletion(view);
  else closeCompletion(view);
  return true;
}

/** The longest end of the line that some completion begins with. */
function typedBefore(state, head, options) {
  const line = state.doc.lineAt(head);
  const before = line.text.slice(0, head - line.from);
  const word = /\w*$/.exec(before)[0];
  for (let length = Math.min(before.length, 60); length > word.length; length -= 1) {
    const end = before.slice(-length);
    if (options.some(({ label }) => label.startsWith(end))) return end;
  }
  return word;
}

/** Notes what was put in, and extends once a list that Tab asked for is complete. */
function noteUpdate(update) {
  const { view } = update;
  for (const transaction of update.transactions) {
    if (!transaction.docChanged) continue;
    let inserted = 0;
    transaction.changes.iterChanges((_fromA, _toA, _fromB, _toB, text) => {
      inserted += text.length;
    });
    const isTyped = transaction.isUserEvent("input.type") || transaction.isUserEvent("delete");
    lastInsert.set(view, isTyped ? inserted : Infinity);
    extending.delete(view);
    waiting.delete(view);
  }
  const isSettled = currentCompletions(update.state).length > 0 || !isListShown(view);
  if (waiting.has(view) && isSettled) queueMicrotask(() => catchUp(view));
  if (update.selectionSet && !update.docChanged) extending.delete(view);
  if (!extending.has(view)) return;
  const status = completionStatus(update.state);
  if (status === "pending") return;
  extending.delete(view);
  if (status !== "active") return;
  // A view cannot be changed while it is being updated.
  queueMicrotask(() => {
    if (completionStatus(view.state) !== "active" || selectedCompletionIndex(view.state) !== null) return;
    const options = currentCompletions(view.state);
    const { head } = view.state.selection.main;
    const typed = typedBefore(view.state, head, options);
    if (options.length === 1 && options[0].label.toLowerCase().startsWith(typed.toLowerCase())) {
      moveCompletionSelection(true)(view);
      acceptCompletion(view);
    } else extend(view);
  });
}

/** A source whose completions can be described while they are chosen. */
function withInfo(source, ask) {
  return (context) => {
    const result = source(context);
    return result instanceof Promise ? result.then((found) => described(found, context, ask)) : described(result, context, ask);
  };
}

function described(result, context, ask) {
  if (!result || !context.view) return result;
  const { view } = context;
  const options = result.options.map((option) => {
    if (option.info || !DESCRIBED.has(option.type)) return option;
    return { ...option, info: () => information(option, result.from, view, ask) };
  });
  return { ...result, options };
}

/** What is shown beside the chosen completion: the kernel's word on the code as it would be. */
async function information({ label }, from, view, ask) {
  const code = view.state.doc.toString();
  const { head } = view.state.selection.main;
  const name = label.replace(/=$/, "");
  const completed = code.slice(0, from) + name + code.slice(head);
  const about = label.endsWith("=") ? "call" : "name";
  const found = await describe(ask, "completion", view, completed, from + name.length, about);
  if (!found) return null;
  const shown = about === "call" ? { ...found, active: (found.parameters ?? []).findIndex((item) => item?.name === name) } : found;
  return { dom: helpElement(shown) };
}

function kindElement({ type }) {
  if (!type) return null;
  const shown = document.createElement("span");
  shown.className = "completion__kind";
  shown.textContent = KIND_NAMES[type] ?? type;
  return shown;
}
