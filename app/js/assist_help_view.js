// How help looks: signature with the current parameter marked, facts, documentation as text.
//
// Everything the kernel says is put in as text, never as markup. It refuses to ask for help or to place it.
// Read next: assist_help.js, app/styles/assist.css.

/** Lines of documentation that are shown before one asks for all of it. */
const BRIEF_LINES = 8;

const element = (tag, name, ...children) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children);
  return made;
};

const textOf = (value) => (typeof value === "string" ? value : "");
const listOf = (value) => (Array.isArray(value) ? value : []);

/**
 * The content of a tooltip.
 *
 * @param {object} described what engine/python/carrel_kernel/assist_describe.py says
 * @param {{isWhole?: boolean, isCall?: boolean}} how whether all of the documentation is shown, and whether it is about
 *   a call that is being written
 */
export function helpElement(described, { isWhole = false, isCall = false } = {}) {
  const box = element("div", `help${isWhole ? " help--whole" : ""}`);
  box.append(heading(described));
  const facts = listOf(described.facts).filter((fact) => Array.isArray(fact));
  if (facts.length > 0) {
    const rows = facts.flatMap(([label, text]) => [element("dt", "", String(label)), element("dd", "", String(text))]);
    box.append(element("dl", "help__facts", ...rows));
  }
  const doc = textOf(described.doc).trimEnd();
  if (doc) {
    const lines = doc.split("\n");
    const limit = isCall ? 2 : BRIEF_LINES;
    const isCut = !isWhole && lines.length > limit;
    box.append(element("div", "help__doc", isCut ? `${lines.slice(0, limit).join("\n").trimEnd()}\n…` : doc));
    if (isCut && !isCall) box.append(element("div", "help__hint", "Shift+Tab shows all of it"));
  }
  return box;
}

function heading({ name, kind, parameters, returns, active, callable }) {
  const line = element("div", "help__signature");
  line.append(element("span", "help__name", textOf(name)));
  if (!callable) {
    if (kind) line.append(element("span", "help__kind", ` ${kind}`));
    return line;
  }
  line.append("(");
  listOf(parameters).forEach((parameter, index) => {
    if (index > 0) line.append(", ");
    const isActive = index === active;
    line.append(element(isActive ? "strong" : "span", isActive ? "help__parameter help__parameter--active" : "help__parameter", textOf(parameter?.text)));
  });
  line.append(textOf(returns) ? `) → ${returns}` : ")");
  return line;
}

/** What a screen reader is told: one line. */
export function spoken({ name, kind, parameters, active, callable, facts, doc }) {
  if (!callable) {
    const told = listOf(facts).map((fact) => listOf(fact).join(" ")).join(", ");
    return `${textOf(name)}: ${told || textOf(kind)}. ${textOf(doc).split("\n")[0]}`;
  }
  const current = listOf(parameters)[active];
  const list = listOf(parameters).map((parameter) => textOf(parameter?.text)).join(", ");
  return `${textOf(name)}(${list})${current ? `. Now: ${textOf(current.text)}` : ""}`;
}
