// Going to where a name is defined, in this cell or another: read off the cells' syntax trees, without the kernel.
//
// The nearest definition wins: what is around the place, then above it in the cell, then the cells above, then what
// comes later. It refuses to look into libraries. Read next: python_names.js, editor_places.js.

import { syntaxTree } from "@codemirror/language";
import { EditorView } from "@codemirror/view";

import { mentioning, neighbours, whenMounted } from "./editor_places.js";
import { classAround, definitionsIn, sharedBy, visibleAt } from "./python_names.js";

/** Everything that going to definitions adds to an editor. */
export function definitions(onNotice, onGoTo) {
  const press = (event, view) => {
    if (event.button !== 0 || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return false;
    const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
    if (position === null || !nameAt(view.state, position)) return false;
    event.preventDefault();
    // The press is over before the focus goes elsewhere, or it would bring it back.
    setTimeout(() => goToDefinition(view, position, onNotice, onGoTo));
    return true;
  };
  return EditorView.domEventHandlers({ mousedown: press });
}

/** Goes to the definition of the name at a place; says so where there is none. */
export function goToDefinition(view, position, onNotice, onGoTo) {
  const node = nameAt(view.state, position);
  if (!node) {
    onNotice("There is no name at the caret");
    return true;
  }
  const found = findDefinition(view, node);
  if (!found) {
    onNotice(`No definition of “${view.state.sliceDoc(node.from, node.to)}” in this notebook`);
    return true;
  }
  const { from, to } = found.definition;
  if (found.place.view) goToRange(found.place.view, from, to);
  else {
    // Cells far from the screen have no editor; the page gives one to the cell it goes to.
    whenMounted(found.place.cell, (mounted) => goToRange(mounted, from, to));
    onGoTo(found.place.cell);
  }
  return true;
}

/** Selects a piece of an editor's text and brings it into sight. */
export function goToRange(view, from, to) {
  const end = view.state.doc.length;
  view.focus();
  view.dispatch({
    selection: { anchor: Math.min(from, end), head: Math.min(to, end) },
    effects: EditorView.scrollIntoView(Math.min(from, end), { y: "center" }),
    userEvent: "select",
  });
}

/** The name that a place touches. */
function nameAt(state, position) {
  const tree = syntaxTree(state);
  const isName = ({ name }) => name === "VariableName" || name === "PropertyName";
  return [tree.resolveInner(position, 1), tree.resolveInner(position, -1)].find(isName) ?? null;
}

/**
 * The definition that a name means, and the place that holds it.
 *
 * @param {EditorView} view the editor of the name
 * @param {import("@lezer/common").SyntaxNode} node the name
 */
export function findDefinition(view, node) {
  const { state } = view;
  const name = state.sliceDoc(node.from, node.to);
  const { own: place, above, below } = neighbours(view);
  if (node.name === "PropertyName") return memberDefinition(place, node, name, [place, ...mentioning([...above, ...below], name)]);

  const here = visibleAt(state, node.from).filter((definition) => definition.name === name);
  const own = nearest(here, node.from);
  if (own && (own.scope !== null || own.from <= node.from)) return { place, definition: own };
  for (const other of mentioning(above, name)) {
    const definition = sharedBy(other.state).findLast((candidate) => candidate.name === name);
    if (definition) return { place: other, definition };
  }
  if (own) return { place, definition: own };
  for (const other of mentioning(below, name)) {
    const definition = sharedBy(other.state).find((candidate) => candidate.name === name);
    if (definition) return { place: other, definition };
  }
  return null;
}

/** Of several definitions in a cell: the innermost scope's, and there the last above the place, or else the first. */
function nearest(found, position) {
  if (found.length === 0) return null;
  const depth = ({ scope }) => (scope === null ? 0 : 1 + scope.from);
  const deepest = Math.max(...found.map(depth));
  const inner = found.filter((definition) => depth(definition) === deepest);
  return inner.findLast(({ from, to }) => to <= position) ?? inner.find(({ from, to }) => from <= position && position <= to) ?? inner[0];
}

/** Of `self.name` the class's own member; of another owner a member that only one class of the notebook has. */
function memberDefinition(place, node, name, places) {
  const { state } = place;
  const owner = node.parent?.firstChild;
  const isSelf = owner?.name === "VariableName" && state.sliceDoc(owner.from, owner.to) === "self";
  if (isSelf) {
    const around = classAround(state, node.from);
    const members = definitionsIn(state).filter((definition) => definition.isMember && definition.name === name);
    const own = members.find(({ from }) => around && around.from <= from && from < around.to);
    if (own) return { place, definition: own };
  }
  const found = places.flatMap((other) =>
    definitionsIn(other.state)
      .filter((definition) => definition.isMember && definition.name === name)
      .map((definition) => ({ place: other, definition })),
  );
  const owners = new Set(found.map((one) => `${places.indexOf(one.place)} ${one.definition.scope?.from}`));
  return owners.size === 1 ? found[0] : null;
}
