// Finds the formulas that the page rendered as source and has them typeset, fetching the bundle when the first is there.
//
// Until then, and if the bundle never comes, the source stands. It refuses to know what a formula means (mathematics.js).
// Read next: mathematics.js, app/src/render/markdown.rs (who marks formulas).

/** Longest piece of work before the page may draw and answer again, in milliseconds. */
const SLICE_MS = 12;

/** Typesets every formula within an element; those that were replaced meanwhile are left alone. */
export async function typesetMathematics(root) {
  const formulas = [...root.querySelectorAll(".markdown__math")];
  if (formulas.length === 0) return;
  const { typeset } = await import(new URL("mathematics.js", document.baseURI).href);
  let started = performance.now();
  for (const formula of formulas) {
    if (formula.isConnected) typeset(formula);
    if (performance.now() - started < SLICE_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    started = performance.now();
  }
}
