// The code editor of a cell: one CodeMirror 6 view, set up for a notebook.
//
// Bundled into dist/editor.js and loaded by the page on demand (editor_loader.js), so that a document can be read
// before a byte of it has arrived. It knows text, language and keys. It refuses to know kernels and storage, and it
// holds no colour: syntax classes and variables are styled in app/styles/editor.css.
//
// Read next: editor_keys.js (which keys leave the editor), editor_languages.js, assist_completion.js, assist_help.js, assist_definition.js,
// app/src/web/editor.rs (the only caller).

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches } from "@codemirror/search";
import { EditorState, Facet, Prec, Transaction } from "@codemirror/state";
import { drawSelection, dropCursor, EditorView, highlightSpecialChars, keymap } from "@codemirror/view";

import { completeOrDecline, completion } from "./assist_completion.js";
import { definitions, goToDefinition, goToRange } from "./assist_definition.js";
import { help, showHelp } from "./assist_help.js";
import { assistKeys, editingKeys, INDENT, notebookKeys } from "./editor_keys.js";
import { languageSupport, syntaxClasses } from "./editor_languages.js";
import { register, viewOf, whenMounted } from "./editor_places.js";

/** What an editor can be asked to do, by name. */
const tasks = Facet.define();

/**
 * Puts an editor into `parent`.
 *
 * @param {Element} parent an empty element; the editor fills it
 * @param {object} options
 * @param {string} options.cell the name of the cell, by which editors find each other
 * @param {string} options.doc the first text
 * @param {"python" | "markdown" | "plain"} options.language
 * @param {string} options.label what a screen reader calls the editor
 * @param {(doc: string) => void} options.onChange the user changed the text
 * @param {() => void} options.onFocus
 * @param {() => void} options.onBlur
 * @param {(command: string) => void} options.onCommand a notebook key was pressed, see editor_keys.js
 * @param {(text: string) => void} options.onNotice something is to be told to the user
 * @param {(cell: string) => void} options.onGoTo the user goes to another cell, which may not have an editor yet
 * @param {(since: number) => [number, boolean, string[]]} options.texts tells code that has changed, see editor_places.js
 * @param {(kind: string, content: string) => Promise<string | null>} options.ask asks the kernel, see assist_kernel.js
 * @returns a handle; call `destroy` when the cell goes away
 */
export function mount(parent, options) {
  // Made outside of the page: CodeMirror asks for fonts and selections, which makes the browser lay out whatever has changed.
  const view = new EditorView({ state: EditorState.create({ doc: options.doc, extensions: extensions(options) }) });
  let forget = () => {};
  attachSoon(() => {
    parent.append(view.dom);
    if (options.language === "python") forget = register(options.cell, view, options.texts);
  });
  return {
    setDoc: (doc) => setDoc(view, doc),
    focus: () => {
      attachAll();
      if (!view.hasFocus) view.focus();
    },
    blur: () => view.contentDOM.blur(),
    destroy: () => {
      attachAll();
      forget();
      view.destroy();
    },
  };
}

/** Editors that wait to be put into the page, all at once when the last of those that come together is made. */
let waiting = [];

function attachSoon(attach) {
  if (waiting.push(attach) === 1) queueMicrotask(attachAll);
}

function attachAll() {
  const all = waiting;
  waiting = [];
  for (const attach of all) attach();
}

/** Does something at the caret of a cell's editor; the names are those of `EditorTask` in app/src/model/action.rs. */
export function perform(cell, task) {
  const view = viewOf(cell);
  if (!view) return;
  view.focus();
  view.state.facet(tasks)[0]?.[task]?.(view);
}

/** Puts the caret on a line of a cell, counted from 1, once the cell has its editor. */
export function goToLine(cell, number) {
  whenMounted(cell, (view) => {
    const { from, to } = view.state.doc.line(Math.max(1, Math.min(number, view.state.doc.lines)));
    goToRange(view, from, to);
  });
}

/** Everything an editor is made of, in order of precedence. */
function extensions({ language, label, onChange, onFocus, onBlur, onCommand, onNotice, onGoTo, ask }) {
  return [
    language === "python" ? assistance(onNotice, onGoTo, ask) : [],
    Prec.high(keymap.of(notebookKeys(onCommand))),
    keymap.of([...editingKeys, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
    history(),
    drawSelection(),
    dropCursor(),
    EditorState.allowMultipleSelections.of(true),
    EditorState.tabSize.of(INDENT.length),
    indentUnit.of(INDENT),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightSpecialChars(),
    highlightSelectionMatches({ minSelectionLength: 2 }),
    syntaxHighlighting(syntaxClasses),
    languageSupport(language),
    // Code keeps its lines, because their indent carries meaning; prose wraps.
    language === "python" ? [] : EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, autocapitalize: "off", spellcheck: String(language === "markdown") }),
    EditorView.updateListener.of((update) => {
      const typed = update.transactions.some((transaction) => transaction.docChanged && !transaction.annotation(Transaction.remote));
      if (typed) onChange(update.state.doc.toString());
      if (update.focusChanged) (update.view.hasFocus ? onFocus : onBlur)();
    }),
  ];
}

/** What helps with writing code: completion, help, going to definitions, and their keys. */
function assistance(onNotice, onGoTo, ask) {
  const jobs = {
    complete: completeOrDecline,
    "show-help": showHelp,
    "go-to-definition": (view) => goToDefinition(view, view.state.selection.main.head, onNotice, onGoTo),
  };
  return [completion(ask), help(ask), definitions(onNotice, onGoTo), tasks.of(jobs), keymap.of(assistKeys(jobs))];
}

/**
 * Makes the text `doc`, touching only what differs, so that caret, scroll and marks elsewhere stay where they are.
 * The change is not the user's: it is neither reported back nor put into the undo history.
 */
function setDoc(view, doc) {
  const current = view.state.doc.toString();
  if (current === doc) return;
  const shorter = Math.min(current.length, doc.length);
  let start = 0;
  while (start < shorter && current.charCodeAt(start) === doc.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < shorter - start && current.charCodeAt(current.length - 1 - end) === doc.charCodeAt(doc.length - 1 - end)) end += 1;
  view.dispatch({
    changes: { from: start, to: current.length - end, insert: doc.slice(start, doc.length - end) },
    annotations: [Transaction.remote.of(true), Transaction.addToHistory.of(false)],
  });
}
