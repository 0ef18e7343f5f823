// Which names a piece of Python defines, and where: read off the editor's own syntax tree, so that it needs no kernel.
//
// Assignments, definitions, imports, loops, `with`, `except`, `:=`, patterns and parameters count. It refuses to know
// values and types. Unfinished code is the usual case. Read next: assist_definition.js, assist_local.js.

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";

/** Longest that reading a cell may take; what is left of a huge cell is read later. */
const PARSE_LIMIT_MS = 25;

const FUNCTIONS = new Set(["FunctionDefinition", "LambdaExpression"]);
const COMPREHENSIONS = /Comprehension/;
const GROUPS = new Set(["TupleExpression", "ArrayExpression", "ParenthesizedExpression"]);

/**
 * @typedef {object} Definition
 * @property {string} name
 * @property {number} from where the name stands
 * @property {number} to
 * @property {"function" | "class" | "module" | "argument" | "property" | undefined} kind what is sure about it
 * @property {{from: number, to: number} | null} scope the function or comprehension that it belongs to; null for the cell
 * @property {boolean} isMember true for what belongs to a class, which bare names do not find
 * @property {import("@lezer/common").SyntaxNode} node
 */

/** Definitions of documents that have not changed since. */
const known = new WeakMap();

/** All definitions of an editor's text, in its order. @returns {Definition[]} */
export function definitionsIn(state) {
  const kept = known.get(state.doc);
  if (kept) return kept;
  const tree = ensureSyntaxTree(state, state.doc.length, PARSE_LIMIT_MS);
  const found = [];
  (tree ?? syntaxTree(state)).iterate({
    enter(reference) {
      if (reference.name !== "VariableName" && reference.name !== "PropertyName") return;
      const node = reference.node;
      const kind = definedKind(node, state.doc);
      if (kind === null) return;
      const { scope, isMember } = scopeOf(node, kind);
      const name = state.sliceDoc(node.from, node.to);
      found.push({ name, from: node.from, to: node.to, kind: kind || undefined, scope, isMember, node });
    },
  });
  if (tree) known.set(state.doc, found);
  return found;
}

/** Whether the definitions of an editor's text are known already. */
export const isKnown = (state) => known.has(state.doc);

/** What a name's place defines: a kind, "" for a value of any kind, null where it only uses the name. */
function definedKind(node, doc) {
  const parent = node.parent;
  if (node.name === "PropertyName") {
    const owner = parent?.name === "MemberExpression" ? parent.firstChild : null;
    const isSelf = owner?.name === "VariableName" && doc.sliceString(owner.from, owner.to) === "self";
    return isSelf && isTarget(parent) ? "property" : null;
  }
  switch (parent?.name) {
    case "FunctionDefinition":
      return "function";
    case "ClassDefinition":
      return "class";
    case "ParamList":
      return node.prevSibling?.name === "AssignOp" ? null : "argument";
    case "ImportStatement":
      return importedKind(node);
    case "TypeDefinition":
      return parent.getChild("VariableName")?.from === node.from ? "class" : null;
    case "CapturePattern":
      return "";
    case "AsPattern":
      return parent.lastChild.from === node.from ? "" : null;
    case "WithStatement":
    case "TryStatement":
      return node.prevSibling?.name === "as" ? "" : null;
    case "NamedExpression":
      return parent.firstChild.from === node.from ? "" : null;
    case "ArgList":
      return node.nextSibling?.name === "AssignOp" && doc.sliceString(node.nextSibling.from, node.nextSibling.to) === ":=" ? "" : null;
    default:
      return isTarget(node) ? "" : null;
  }
}

/** Whether a name or attribute is assigned to where it stands, alone or in a group. */
function isTarget(node) {
  let at = node;
  while (at.parent && GROUPS.has(at.parent.name)) at = at.parent;
  const parent = at.parent;
  if (!parent) return false;
  if (parent.name === "AssignStatement") {
    for (let next = at.nextSibling; next; next = next.nextSibling) if (next.name === "AssignOp" || next.name === "TypeDef") return true;
    return false;
  }
  if (parent.name !== "ForStatement" && !COMPREHENSIONS.test(parent.name)) return false;
  for (let before = at.prevSibling; before; before = before.prevSibling) {
    if (before.name === "for") return true;
    if (before.name === "in" || before.name === "if" || before.name === "Body") return false;
  }
  return false;
}

/** Of an import: `import a.b` defines a, `import a.b as c` defines c, `from a import b` defines b. */
function importedKind(node) {
  const statement = node.parent;
  const isFrom = statement.getChild("from") !== null;
  const keyword = statement.getChild("import");
  if (!keyword || node.from < keyword.from) return null;
  if (node.nextSibling?.name === "as") return null;
  if (node.prevSibling?.name === "as") {
    return isFrom ? "" : "module";
  }
  if (node.prevSibling?.name === ".") return null;
  if (isFrom) return "";
  // Of `a.b as c` the first part defines nothing.
  for (let next = node.nextSibling; next && next.name !== ","; next = next.nextSibling) if (next.name === "as") return null;
  return "module";
}

/** What a definition belongs to. Names of functions and classes belong to what is around them, and so do theirs. */
function scopeOf(node, kind) {
  let at = kind === "function" || kind === "class" ? node.parent.parent : node.parent;
  const isProperty = kind === "property";
  for (; at; at = at.parent) {
    if (at.name === "ClassDefinition") return { scope: at, isMember: true };
    // Attributes of `self` are made in methods and belong to the class.
    if (FUNCTIONS.has(at.name) && !isProperty) return { scope: at, isMember: false };
    // `:=` in a comprehension defines outside of it.
    if (COMPREHENSIONS.test(at.name) && node.parent.name !== "NamedExpression" && !isProperty) return { scope: at, isMember: false };
  }
  return { scope: null, isMember: isProperty };
}

/** The definitions that a bare name at a place may mean: those of the cell itself and of what is around the place. */
export function visibleAt(state, position) {
  const holds = ({ scope }) => scope === null || (scope.from <= position && position <= scope.to);
  return definitionsIn(state).filter((definition) => !definition.isMember && holds(definition));
}

/** The definitions of a cell that other cells see. */
export function sharedBy(state) {
  return definitionsIn(state).filter((definition) => definition.scope === null && !definition.isMember);
}

/** The class around a place. */
export function classAround(state, position) {
  for (let node = syntaxTree(state).resolveInner(position, -1); node; node = node.parent) {
    if (node.name === "ClassDefinition") return node;
  }
  return null;
}
