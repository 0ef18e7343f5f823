// Text of terminals inside an Output widget: colours and emphasis as elements, lines that are written over as they end up.
// What it knows of codes is what the page's own outputs know (app/src/render/ansi.rs); every other code is dropped.
// Read next: output_view.js.

/** A control sequence; those that end with `m` say how text looks. Then codes with a text (titles, links), and single ones. */
const CODES = /\u001b\[([\d;:?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-~]/g;

/** The levels of the 6×6×6 cube of the 256 colours. */
const LEVELS = [0, 95, 135, 175, 215, 255];

const named = (index) => `var(--ansi-${index})`;

/** The colour of a number of the 256. */
function indexed(index) {
  if (index < 16) return named(index);
  if (index >= 232) return `rgb(${Array(3).fill((index - 232) * 10 + 8).join()})`;
  const cube = index - 16;
  return `rgb(${[36, 6, 1].map((step) => LEVELS[Math.floor(cube / step) % 6]).join()})`;
}

/** A colour after 38 or 48; takes its numbers away. */
function extended(numbers) {
  const kind = numbers.shift();
  if (kind === 5) return indexed(Math.min(255, numbers.shift() ?? 0));
  return kind === 2 ? `rgb(${[0, 1, 2].map(() => Math.min(255, numbers.shift() ?? 0)).join()})` : null;
}

/** What the numbers of a code make of a look. */
function changed(look, numbers) {
  let next = { ...look };
  while (numbers.length > 0) {
    const number = numbers.shift();
    if (number === 0) next = {};
    else if (number === 1) next.bold = true;
    else if (number === 2) next.faint = true;
    else if (number === 3) next.italic = true;
    else if (number === 4) next.underline = true;
    else if (number === 7) next.inverse = true;
    else if (number === 9) next.strike = true;
    else if (number === 22) next.bold = next.faint = false;
    else if (number === 23) next.italic = false;
    else if (number === 24) next.underline = false;
    else if (number === 27) next.inverse = false;
    else if (number === 29) next.strike = false;
    else if (number === 38) next.ink = extended(numbers);
    else if (number === 48) next.ground = extended(numbers);
    else if (number === 39) next.ink = null;
    else if (number === 49) next.ground = null;
    else if (number >= 30 && number <= 37) next.ink = named(number - 30);
    else if (number >= 40 && number <= 47) next.ground = named(number - 40);
    else if (number >= 90 && number <= 97) next.ink = named(number - 82);
    else if (number >= 100 && number <= 107) next.ground = named(number - 92);
  }
  return next;
}

function dressed(text, look) {
  const { inverse, ink, ground } = look;
  const [front, back] = inverse ? [ground ?? "var(--surface)", ink ?? "var(--ink)"] : [ink, ground];
  const lines = [look.underline && "underline", look.strike && "line-through"].filter(Boolean).join(" ");
  if (!front && !back && !lines && !look.bold && !look.faint && !look.italic) return document.createTextNode(text);
  const element = document.createElement("span");
  element.textContent = text;
  if (front) element.style.color = front;
  // Named grounds are as pale as in the page's own outputs, so that text stays readable.
  if (back) element.style.background = back.startsWith("var(--ansi") && !inverse ? `color-mix(in oklab, ${back} 24%, var(--surface))` : back;
  if (look.bold) element.style.fontWeight = "bold";
  if (look.faint) element.style.opacity = "0.7";
  if (look.italic) element.style.fontStyle = "italic";
  if (lines) element.style.textDecoration = lines;
  return element;
}

/** A line in which carriage returns have written over what was there. */
function written(line) {
  const pieces = line.replace(/\r+$/, "").split("\r");
  return pieces.reduce((under, piece) => (/\u001b/.test(under + piece) ? piece || under : piece + under.slice(piece.length)));
}

/** The text as a terminal would leave it, with its codes. */
export function settled(text) {
  let left = text;
  for (let before = ""; before !== left; ) {
    before = left;
    left = left.replace(/[^\n\u0008]\u0008/g, "");
  }
  return left.replace(/\u0008/g, "").split("\n").map(written).join("\n");
}

/** The text without codes. */
export const plain = (text) => settled(text).replace(CODES, "");

/** The text as nodes of a page. */
export function nodesOf(text) {
  const whole = settled(text);
  const nodes = [];
  let look = {};
  let from = 0;
  for (const code of whole.matchAll(CODES)) {
    if (code.index > from) nodes.push(dressed(whole.slice(from, code.index), look));
    from = code.index + code[0].length;
    if (code[2] === "m") look = changed(look, code[1].split(/[;:]/).map(Number));
  }
  if (from < whole.length) nodes.push(dressed(whole.slice(from), look));
  return nodes;
}
