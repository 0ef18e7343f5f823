// Completions that need no kernel: always instant, also while a cell runs or Python has not started.
//
// Names come from this cell and the others, words from assist_words.js; attributes are those that the notebook has
// written behind the same owner before. It refuses to guess types. Read next: assist_completion.js.

import { syntaxTree } from "@codemirror/language";

import { MAGICS, MODULES, PYTHON, SHELL, WHOLE_CELL_MAGICS } from "./assist_words.js";
import { mentioning, neighbours, placesInOrder } from "./editor_places.js";
import { isKnown, sharedBy, visibleAt } from "./python_names.js";

/** Names shorter than this are offered when asked for, not while one types them. */
const MIN_TYPED = 2;

/** So long cells may be read for one list of names. */
const READ_LIMIT_MS = 30;

/** What the caret stands in: enough to know which sources have something to say. */
export function placeAt(context) {
  const { state, pos } = context;
  const line = state.doc.lineAt(pos);
  const before = line.text.slice(0, pos - line.from);
  const node = syntaxTree(state).resolveInner(pos, -1);
  const command = /^(\s*)(%%?|!)([\w-]*)$/.exec(before);
  if (command) return { kind: command[2] === "!" ? "shell" : "magic", from: pos - command[3].length - (command[2] === "!" ? 0 : command[2].length), line };
  if (node.name === "Comment") return { kind: "comment" };
  if (isInString(node, pos)) {
    const isKey = /\[\s*$/.test(state.sliceDoc(Math.max(0, node.from - 200), node.from)) && node.from < pos;
    return { kind: isKey ? "key" : "string", from: pos };
  }
  const word = /\w*$/.exec(before)[0];
  const from = pos - word.length;
  const imported = /^\s*(?:import|from)\s+[\w., ]*$/.test(before) && !/\bimport\b.*\bas\s+\w*$/.test(before);
  if (imported) return { kind: "import", from, word, isTop: !/[\w]\.\w*$/.test(before) };
  if (/^\s*from\s+[\w.]+\s+import\b[\w, (]*$/.test(before)) return { kind: "import", from, word, isTop: false };
  const owner = /((?:[A-Za-z_]\w*\.)+)\w*$/.exec(before);
  if (owner && !/[\w)\]"']\s*\.$/.test(before.slice(0, owner.index))) return { kind: "attribute", from, word, owner: owner[1] };
  if (/[^\d\s.(,=+*/<>&|^%~-]\s*\.\w*$/.test(before)) return { kind: "attribute", from, word, owner: null };
  if (/^\d/.test(word) || /\d\.$/.test(before)) return { kind: "number" };
  if (/\b(?:def|class|lambda|as)\s+\w*$/.test(before)) return { kind: "naming" };
  return { kind: "name", from, word };
}

function isInString(node, pos) {
  for (let at = node; at; at = at.parent) {
    if (at.name === "FormatReplacement") return false;
    if (at.name === "String" || at.name === "FormatString") return at.from < pos;
  }
  return false;
}

/** The source for CodeMirror. */
export function localSource(context) {
  if (isPasted(context)) return null;
  const place = placeAt(context);
  const { from } = place;
  switch (place.kind) {
    case "magic": {
      const isFirst = place.line.number === 1 && place.from === place.line.from;
      return { from, options: isFirst ? [...WHOLE_CELL_MAGICS, ...MAGICS] : MAGICS, validFor: /^%{0,2}\w*$/ };
    }
    case "shell":
      return { from, options: SHELL, validFor: /^[\w-]*$/ };
    case "import":
      if (!place.isTop || (!context.explicit && !place.word)) return null;
      return { from, options: MODULES.map((label) => ranked({ label, type: "module" }, null)), validFor: /^\w*$/ };
    case "attribute": {
      const options = place.owner ? writtenAttributes(place.owner, context) : [];
      return options.length > 0 ? { from, options, validFor: /^\w*$/ } : null;
    }
    case "name": {
      if (!context.explicit && place.word.length < MIN_TYPED) return null;
      const names = notebookNames(context);
      const options = [...names.values(), ...PYTHON.filter(({ label }) => !names.has(label))].map((option) => ranked(option, names));
      return { from, options, validFor: /^\w*$/ };
    }
    default:
      return null;
  }
}

/** The names that code at the caret may use, as completions by name. */
export function notebookNames(context) {
  const names = new Map();
  const add = ({ name, kind }) => {
    if (!names.has(name)) names.set(name, { label: name, type: kind === "argument" ? undefined : kind });
  };
  const isWritten = (definition) => definition.from <= context.pos && context.pos <= definition.to;
  visibleAt(context.state, context.pos).filter((definition) => !isWritten(definition)).reverse().forEach(add);
  if (context.view) {
    const { above, below } = neighbours(context.view);
    for (const { state } of readInTime([...above, ...below], wordBefore(context))) sharedBy(state).forEach(add);
  }
  return names;
}

const wordBefore = ({ state, pos }) => /\w*$/.exec(state.sliceDoc(Math.max(0, pos - 200), pos))[0];

/**
 * The places that can be told of now: those read before, and as many more as there is time for, beginning with those that
 * have the typed word in them. The rest of a long notebook is read while nobody types.
 */
function* readInTime(places, word) {
  const end = performance.now() + READ_LIMIT_MS;
  const unread = [];
  for (const place of places) {
    if (isRead(place)) yield place;
    else unread.push(place);
  }
  const likely = new Set(mentioning(unread, word));
  const waiting = [...likely, ...unread.filter((place) => !likely.has(place))];
  while (waiting.length > 0 && performance.now() < end) yield waiting.shift();
  if (waiting.length > 0) readLater(waiting);
}

/** A place that has no state yet was never read, and is not given one to find that out. */
const isRead = (place) => place.hasState && isKnown(place.state);

let isReading = false;

function readLater(places) {
  if (isReading) return;
  isReading = true;
  const go = (deadline) => {
    do sharedBy(places.shift().state);
    while (places.length > 0 && deadline.timeRemaining() > 1);
    isReading = places.length > 0;
    if (isReading) rest(go);
  };
  // Safari does not tell when nobody types.
  const rest = globalThis.requestIdleCallback ?? ((act) => setTimeout(() => act({ timeRemaining: () => 0 }), 20));
  rest(go);
}

/** Attributes that stand behind the same owner somewhere in the notebook. */
function writtenAttributes(owner, context) {
  const pattern = new RegExp(`(?<![\\w.])${owner.replaceAll(".", "\\.")}([A-Za-z_]\\w*)`, "g");
  const found = new Set();
  for (const { text, view } of mentioning(placesInOrder(), owner)) {
    for (const match of text.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (!(view === context.view && end === context.pos)) found.add(match[1]);
    }
  }
  return [...found].map((label) => ranked({ label }, null));
}

/** A completion with its rank: arguments and the notebook's own names first, private names last. */
export function ranked(option, names) {
  const { label, type } = option;
  let boost = 0;
  if (type === "argument") boost = 40;
  else if (label.startsWith("__")) boost = -80;
  else if (label.startsWith("_")) boost = -60;
  else if (names?.has(label)) boost = 10;
  return boost === 0 ? option : { ...option, boost };
}

/** Whether the last change put in more than a key does; what is pasted asks for nothing. */
export function isPasted(context) {
  return !context.explicit && (context.view ? lastInsert.get(context.view) ?? 0 : 0) > 2;
}

/** How much the last change of an editor put in; kept by assist_completion.js. */
export const lastInsert = new WeakMap();
