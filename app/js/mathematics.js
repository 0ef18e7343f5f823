// Draws formulas written in TeX, with KaTeX: for the eye as text in its fonts, for screen readers as MathML.
//
// Formulas come from documents that nobody vouches for. So commands that make links, fetch pictures or set attributes are
// refused (`trust`), and so are macros without an end and boxes larger than a page. What cannot be drawn stays as source
// and says why. KaTeX sets styles through the DOM only, which the page's policy allows.
//
// Read next: mathematics_loader.js (who calls this), tools/build/javascript.mjs (how its fonts come along).

import katex from "katex";

/** Longest formula that is drawn, in characters: longer ones would hold up the page. */
const MAX_CHARACTERS = 20_000;
const OPTIONS = { trust: false, strict: "ignore", maxExpand: 1000, maxSize: 50, globalGroup: true, output: "htmlAndMathml" };

/** Macros that a document defines with \newcommand or \def hold for its later formulas, as in Jupyter. */
const macrosOfDocument = new WeakMap();

/** As in Jupyter's MathJax, \newcommand may define anew what there is: a cell that is edited is drawn again. */
function newCommand(context) {
  const name = context.consumeArg().tokens;
  if (name.length === 1 && !context.isDefined(name[0].text)) context.macros.set(name[0].text, "");
  context.pushTokens(name);
  return "\\renewcommand";
}

const style = document.createElement("link");
style.rel = "stylesheet";
style.href = new URL("mathematics.css", document.baseURI).href;
const isStyled = new Promise((resolve) => {
  style.onload = style.onerror = resolve;
});
document.head.append(style);
await isStyled;

/** Puts the drawn formula in the place of its source. */
export function typeset(source) {
  const formula = source.textContent;
  const displayMode = source.classList.contains("markdown__math--block");
  if (formula.length > MAX_CHARACTERS) return explain(source, `Formulas of more than ${MAX_CHARACTERS} characters are shown as source`);
  const place = document.createElement("span");
  place.className = displayMode ? "mathematics mathematics--block" : "mathematics";
  try {
    katex.render(formula, place, { ...OPTIONS, displayMode, macros: macrosFor(source) });
  } catch (error) {
    return explain(source, error.rawMessage ?? String(error.message ?? error));
  }
  source.replaceWith(place);
}

/** The source stays, and says what is wrong with it. */
function explain(source, reason) {
  source.classList.add("markdown__math--wrong");
  source.title = `This formula cannot be drawn: ${reason}`;
  source.setAttribute("aria-description", source.title);
}

function macrosFor(element) {
  const notebook = element.closest("main") ?? document.body;
  if (!macrosOfDocument.has(notebook)) macrosOfDocument.set(notebook, { "\\newcommand": newCommand });
  return macrosOfDocument.get(notebook);
}
