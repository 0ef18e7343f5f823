// The keys of a cell's editor.
//
// Three tables: keys that belong to the notebook (they leave the editor as a command name and do nothing here), keys
// that help with writing, and keys that edit. The names are those of `EditorCommand` in app/src/web/editor.rs; what they
// do is the notebook's affair.
//
// Read next: editor.js.

import { indentLess, indentMore } from "@codemirror/commands";
import { selectNextOccurrence, selectSelectionMatches } from "@codemirror/search";
import { EditorSelection } from "@codemirror/state";

/** Python's own indent; the same in every language, so that a cell never mixes widths. */
export const INDENT = "    ";

/** Keys that leave the editor. `Mod` is Ctrl, or Cmd on a Mac; Ctrl-Enter runs there too, as in Jupyter. */
export function notebookKeys(onCommand) {
  const leave = (command, when) => (view) => {
    if (when && !when(view)) return false;
    onCommand(command);
    return true;
  };
  return [
    { key: "Shift-Enter", run: leave("run-and-advance"), preventDefault: true },
    { key: "Mod-Enter", run: leave("run"), preventDefault: true },
    { key: "Ctrl-Enter", run: leave("run"), preventDefault: true },
    { key: "Alt-Enter", run: leave("run-and-insert"), preventDefault: true },
    { key: "Escape", run: leave("leave-edit", hasSingleSelection) },
    { key: "ArrowUp", run: leave("move-up", (view) => isOnEdgeLine(view, 0)) },
    { key: "ArrowDown", run: leave("move-down", (view) => isOnEdgeLine(view, view.state.doc.length)) },
  ];
}

/** Keys of completion, help and definitions; each gives the key on where it has nothing to do. */
export function assistKeys(jobs) {
  return [
    { key: "Tab", run: jobs.complete, shift: jobs["show-help"] },
    { key: "F12", run: jobs["go-to-definition"], preventDefault: true },
  ];
}

/** Keys that edit, beyond CodeMirror's defaults. */
export const editingKeys = [
  { key: "Tab", run: indent, shift: indentLess },
  { key: "Mod-d", run: selectNextOccurrence, preventDefault: true },
  { key: "Mod-Shift-l", run: selectSelectionMatches },
];

/** With several carets Escape first returns to one; only then does it leave. */
function hasSingleSelection(view) {
  return view.state.selection.ranges.length === 1;
}

/** Whether a lone caret stands on the same screen line as `edge` (the first or the last position of the text). */
function isOnEdgeLine(view, edge) {
  const { ranges, main } = view.state.selection;
  if (ranges.length > 1 || !main.empty) return false;
  const { doc } = view.state;
  if (doc.lineAt(main.head).number !== doc.lineAt(edge).number) return false;
  // The line may be wrapped: then it has several screen lines, and only the outermost is the edge.
  const caret = view.coordsAtPos(main.head, main.assoc || 1);
  const border = view.coordsAtPos(edge, edge === 0 ? 1 : -1);
  return !caret || !border || Math.abs(caret.top - border.top) < (border.bottom - border.top) / 2;
}

/** A selection is indented as lines; a caret moves to the next indent stop by spaces, never by a tab character. */
function indent(view) {
  if (view.state.selection.ranges.some((range) => !range.empty)) return indentMore(view);
  const spec = view.state.changeByRange((range) => {
    const column = range.head - view.state.doc.lineAt(range.head).from;
    const insert = INDENT.slice(column % INDENT.length);
    return { changes: { from: range.head, insert }, range: EditorSelection.cursor(range.head + insert.length) };
  });
  view.dispatch(view.state.update(spec, { scrollIntoView: true, userEvent: "input" }));
  return true;
}
