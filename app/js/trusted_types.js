// The page's policy of trusted types: what a browser that has them asks before text becomes markup, a script or a script's
// address. index.html demands it, and allows no other policy.
//
// The page sets markup in two ways: what its views are made of, and prose that `render/` has written from nothing. This is
// a second look at both, by other rules than those by which they were written: known forms of tags alone, no element that
// runs, loads or restyles anything, no attribute that is code, no address but of the kinds that links and pictures have.
// What does not pass becomes text. No text becomes a script, and one address: the service worker's.
// Read next: render/raw_html.rs, which does the writing.

/** Elements that the page never sets as markup. Those that hold text without tags are among them: what is in them reads otherwise. */
const FORBIDDEN = new Set([
  "applet", "base", "embed", "form", "frame", "frameset", "iframe", "link", "listing", "math", "meta", "noembed", "noframes", "noscript",
  "object", "plaintext", "script", "style", "template", "textarea", "title", "xmp",
]);

const ADDRESSES = new Set(["href", "src", "xlink:href"]);
/** Others that name something to load, to send to, or a document. */
const FORBIDDEN_ATTRIBUTES = new Set(["action", "background", "data", "formaction", "http-equiv", "ping", "poster", "srcdoc", "srcset"]);

/** Places in this document, the web, mail, pictures that are in the address, and names of files beside the page. */
const ADDRESS = /^(?:#|https?:\/\/|mailto:|data:image\/(?:png|jpeg|jpg|gif|webp);base64,|[\w./-]*$)/i;

const NAME = /<\/?([a-zA-Z][a-zA-Z0-9-]*)/y;
const ATTRIBUTE = /\s+([a-zA-Z_][\w:.-]*)(="|(?=[\s/>]))/y;
const END = /\s*\/?>/y;

/** What a sticky pattern finds at a position, and where it ends. */
function at(pattern, text, position) {
  pattern.lastIndex = position;
  const found = pattern.exec(text);
  return found && { found, end: pattern.lastIndex };
}

function isHarmlessAttribute(name, value) {
  if (name.startsWith("on") || FORBIDDEN_ATTRIBUTES.has(name)) return false;
  return !ADDRESSES.has(name) || ADDRESS.test(value);
}

/** Where the tag that begins at `start` ends, or -1 if it is not one that the page sets. */
function endOfTag(html, start) {
  const name = at(NAME, html, start);
  if (!name || FORBIDDEN.has(name.found[1].toLowerCase())) return -1;
  let position = name.end;
  for (let next = at(ATTRIBUTE, html, position); next; next = at(ATTRIBUTE, html, position)) {
    position = next.end;
    let value = "";
    if (next.found[2] !== "") {
      const quote = html.indexOf('"', position);
      if (quote < 0) return -1;
      value = html.slice(position, quote);
      position = quote + 1;
    }
    if (!isHarmlessAttribute(next.found[1].toLowerCase(), value)) return -1;
  }
  return at(END, html, position)?.end ?? -1;
}

/** Whether markup is of the kind that the page sets. */
export function isHarmless(html) {
  let position = html.indexOf("<");
  while (position >= 0) {
    const end = endOfTag(html, position);
    if (end < 0) return false;
    position = html.indexOf("<", end);
  }
  return true;
}

/** Makes the policy; without trusted types there is nothing to do. To be called before any markup is set. */
export function installTrustedTypes() {
  globalThis.trustedTypes?.createPolicy("default", {
    createHTML(html) {
      if (isHarmless(html)) return html;
      console.warn("markup that the page does not set by itself is shown as text");
      return html.replaceAll("<", "&lt;");
    },
    createScriptURL(address) {
      const own = new URL("sw.js", document.baseURI).href;
      return new URL(address, document.baseURI).href === own ? address : null;
    },
  });
}
