// The Python editors that are on the page, in the page's order: what "the cells above" are to one of them.
//
// Editors find each other here, so that names of other cells can be completed and gone to without asking anybody. It
// refuses to know what a cell is beyond its name. Read next: python_names.js, assist_definition.js.

/** Mounted editors by the names of their cells. */
const views = new Map();

/** Remembers the editor of a cell; the result forgets it again. */
export function register(cell, view) {
  views.set(cell, view);
  return () => {
    if (views.get(cell) === view) views.delete(cell);
  };
}

/** The editor of a cell, if it has one. */
export function viewOf(cell) {
  return views.get(cell);
}

/** All editors from the top of the page to its end. */
export function viewsInOrder() {
  const isBefore = (a, b) => (a.dom.compareDocumentPosition(b.dom) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  return [...views.values()].filter((view) => view.dom.isConnected).sort(isBefore);
}

/** The editors above and below one, each list with the nearest first. */
export function neighbours(view) {
  const all = viewsInOrder();
  const index = all.indexOf(view);
  return index < 0 ? { above: [], below: [] } : { above: all.slice(0, index).reverse(), below: all.slice(index + 1) };
}

/** The code above an editor, for those who read it as one program. */
export function codeAbove(view) {
  const { above } = neighbours(view);
  return above
    .reverse()
    .map((other) => other.state.doc.toString())
    .join("\n");
}
