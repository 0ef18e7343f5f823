// Completions and descriptions from the kernel: live objects and jedi.
//
// A question is asked only where the answer may help, and no answer (no kernel, a cell runs, too late) is the same as
// nothing to offer. It refuses to show anything. Read next: assist_completion.js, assist_help.js, and
// engine/python/carrel_kernel/assist.py, which answers.

import { isPasted, notebookNames, placeAt, ranked } from "./assist_local.js";
import { codeAbove } from "./editor_places.js";

/** What may follow the caret's beginning without asking again. */
const VALID = { key: /^[^"'\n]*$/, string: /^[^"'\n/]*$/ };

/** Jupyter counts characters, JavaScript counts halves of rare ones. */
const charactersIn = (text) => [...text].length;
const unitsOf = (text, count) => [...text].slice(0, count).join("").length;

/**
 * Asks the kernel about a place.
 *
 * @param {(kind: string, content: string) => Promise<string | null>} ask
 * @param {string} kind what the question is about; the newest of a kind wins
 * @returns the content of the reply, or null
 */
export async function question(ask, kind, view, code, position, more = {}) {
  const content = { code, cursor_pos: charactersIn(code.slice(0, position)), detail_level: 0, above: codeAbove(view), ...more };
  const text = await ask(kind, JSON.stringify(content));
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** The source for CodeMirror. */
export function kernelSource(ask) {
  return async (context) => {
    const place = placeAt(context);
    if (!context.view || isPasted(context) || !isWorthAsking(place, context)) return null;
    const code = context.state.doc.toString();
    const reply = await question(ask, "complete", context.view, code, context.pos);
    if (context.aborted || reply?.status !== "ok") return null;
    const listed = reply.metadata?._jupyter_types_experimental;
    const found = Array.isArray(listed) ? listed : (reply.matches ?? []).map((text) => ({ text }));
    if (!Array.isArray(found) || found.length === 0) return null;
    const start = Math.max(0, unitsOf(code, Number(reply.cursor_start) || 0));
    const names = place.kind === "name" ? notebookNames(context) : null;
    const options = found.filter(({ text }) => typeof text === "string" && text).map(({ text, type }) => offered(text, type, names, context, place));
    return { from: Math.min(start, context.pos), options, validFor: VALID[place.kind] ?? /^\w*$/ };
  };
}

function isWorthAsking({ kind, word }, context) {
  switch (kind) {
    case "attribute":
    case "key":
      return true;
    case "import":
      return context.explicit || word.length > 0;
    case "name":
      return context.explicit || word.length > 1 || (word.length === 1 && isInCall(context));
    case "string":
      return context.explicit || context.state.sliceDoc(context.pos - 1, context.pos) === "/";
    default:
      return false;
  }
}

/** Whether the caret's line has an open parenthesis: then one letter may begin the name of an argument. */
function isInCall({ state, pos }) {
  const line = state.doc.lineAt(pos);
  const before = line.text.slice(0, pos - line.from);
  return before.split("(").length > before.split(")").length;
}

function offered(label, type, names, { state, pos }, place) {
  const option = { label, type: typeof type === "string" && type !== "statement" ? type : undefined };
  if (place.kind === "key") {
    const quote = /(["'])[^"']*$/.exec(state.sliceDoc(Math.max(0, pos - 200), pos))?.[1] ?? "";
    const isClosed = state.sliceDoc(pos, pos + 1) === quote;
    if (quote && !isClosed) return { ...option, apply: `${label}${quote}` };
  }
  return ranked(option, names);
}

/** What the kernel says about a place: the description that assist_help_view.js shows, or null. */
export async function describe(ask, kind, view, code, position, about = "name") {
  const reply = await question(ask, kind, view, code, position, { about });
  const described = reply?.found ? reply.metadata?.carrel : null;
  if (described && typeof described === "object") return described;
  const text = reply?.found ? reply.data?.["text/plain"] : null;
  return typeof text === "string" ? { name: "", kind: "", facts: [], doc: text, parameters: [] } : null;
}
