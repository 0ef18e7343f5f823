// The code editor of a cell: one CodeMirror 6 view, set up for a notebook.
//
// Bundled into dist/editor.js and loaded by the page on demand (editor_loader.js), so that a document can be read
// before a byte of it has arrived. It knows text, language and keys. It refuses to know cells, kernels or storage, and
// it holds no colour: syntax classes and variables are styled in app/styles/editor.css.
//
// Read next: editor_keys.js (which keys leave the editor), editor_languages.js, app/src/web/editor.rs (the only caller).

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches } from "@codemirror/search";
import { EditorState, Prec, Transaction } from "@codemirror/state";
import { drawSelection, dropCursor, EditorView, highlightSpecialChars, keymap } from "@codemirror/view";

import { editingKeys, INDENT, notebookKeys } from "./editor_keys.js";
import { languageSupport, syntaxClasses } from "./editor_languages.js";

/**
 * Puts an editor into `parent`.
 *
 * @param {Element} parent an empty element; the editor fills it
 * @param {object} options
 * @param {string} options.doc the first text
 * @param {"python" | "markdown" | "plain"} options.language
 * @param {string} options.label what a screen reader calls the editor
 * @param {(doc: string) => void} options.onChange the user changed the text
 * @param {() => void} options.onFocus
 * @param {() => void} options.onBlur
 * @param {(command: string) => void} options.onCommand a notebook key was pressed, see editor_keys.js
 * @returns a handle; call `destroy` when the cell goes away
 */
export function mount(parent, options) {
  const view = new EditorView({
    parent,
    state: EditorState.create({ doc: options.doc, extensions: extensions(options) }),
  });
  return {
    setDoc: (doc) => setDoc(view, doc),
    focus: () => {
      if (!view.hasFocus) view.focus();
    },
    blur: () => view.contentDOM.blur(),
    destroy: () => view.destroy(),
  };
}

/** Everything an editor is made of, in order of precedence. */
function extensions({ language, label, onChange, onFocus, onBlur, onCommand }) {
  return [
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
