// The Python cells of the notebook in its order, with and without an editor: what "the cells above" are to one of them.
//
// An editor's text is its own; of a cell far from the screen, which has none, the page tells the text. Names of other cells
// can so be completed and gone to without asking anybody. It refuses to know what a cell is beyond its name.
// Read next: python_names.js, assist_definition.js, app/src/effects/texts.rs (what the page tells).

import { pythonLanguage } from "@codemirror/lang-python";
import { EditorState } from "@codemirror/state";

/** The most code, in characters, that is given to those who read the cells above as one program; the nearest cells count. */
const ABOVE_LIMIT = 200_000;

/** A cell, as those see it who read its code. */
class Place {
  #text = "";
  #state = null;
  /** The cell's editor, while it has one. */
  view = null;
  /** Its number among the Python cells. */
  index = 0;

  constructor(cell) {
    this.cell = cell;
  }

  /** Takes the text that the page tells. */
  set told(text) {
    if (text === this.#text) return;
    this.#text = text;
    this.#state = null;
  }

  get text() {
    return this.view ? this.view.state.doc.toString() : this.#text;
  }

  /** Whether somebody has asked for that before. */
  get hasState() {
    return this.view !== null || this.#state !== null;
  }

  /** The text as an editor holds it, with a syntax tree to be had. */
  get state() {
    if (this.view) return this.view.state;
    this.#state ??= EditorState.create({ doc: this.#text, extensions: pythonLanguage });
    return this.#state;
  }
}

/** Places by the names of their cells. @type {Map<string, Place>} */
const places = new Map();

/** The same in the notebook's order, as the page told it last. @type {Place[]} */
let inOrder = [];

/** The number of the page's last change that is known here. */
let known = 0;

/** Asks the page, see `EditorTexts` in app/src/web/editor.rs. */
let textsSince = null;

/** Where the caret shall go as soon as a cell has an editor. */
const awaited = new Map();

function placeOf(cell) {
  const place = places.get(cell) ?? new Place(cell);
  places.set(cell, place);
  return place;
}

/** Remembers the editor of a cell; the result forgets it again. */
export function register(cell, view, texts) {
  textsSince = texts;
  const place = placeOf(cell);
  place.view = view;
  const arrive = awaited.get(cell);
  awaited.delete(cell);
  arrive?.(view);
  return () => {
    if (place.view !== view) return;
    place.told = view.state.doc.toString();
    place.view = null;
  };
}

/** The editor of a cell, if it has one. */
export function viewOf(cell) {
  return places.get(cell)?.view ?? null;
}

/** Does something with the editor of a cell as soon as it has one. Of several wishes the last counts. */
export function whenMounted(cell, act) {
  const view = viewOf(cell);
  awaited.clear();
  if (view) act(view);
  else awaited.set(cell, act);
}

/** Brings what is known up to date. */
function update() {
  const [now, isAll, texts] = textsSince?.(known) ?? [known, false, []];
  known = now;
  for (let at = 0; at < texts.length; at += 2) placeOf(texts[at]).told = texts[at + 1];
  if (!isAll) return;
  inOrder = [];
  for (let at = 0; at < texts.length; at += 2) {
    const place = placeOf(texts[at]);
    place.index = inOrder.length;
    inOrder.push(place);
  }
  for (const [cell, place] of places) if (inOrder[place.index] !== place && !place.view) places.delete(cell);
}

/** All places from the top of the notebook to its end. */
export function placesInOrder() {
  update();
  return inOrder;
}

/** An editor's own place, and those above and below it, each list with the nearest first. */
export function neighbours(view) {
  const all = placesInOrder();
  const own = all.find((place) => place.view === view);
  if (!own) return { own: { cell: "", view, state: view.state, text: view.state.doc.toString() }, above: [], below: [] };
  return { own, above: all.slice(0, own.index).reverse(), below: all.slice(own.index + 1) };
}

/** Those of some places whose text has a word in it: they alone are worth a syntax tree. */
export const mentioning = (some, word) => some.filter(({ text }) => text.includes(word));

/** The code above an editor, for those who read it as one program. */
export function codeAbove(view) {
  const texts = [];
  let length = 0;
  for (const { text } of neighbours(view).above) {
    length += text.length + 1;
    if (length > ABOVE_LIMIT) break;
    texts.push(text);
  }
  return texts.reverse().join("\n");
}
