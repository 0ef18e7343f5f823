// Fetches the editor bundle when the first editor is wanted.
//
// It is a file of its own because a dynamic import cannot be written in Rust. It refuses to know what is in the bundle.
// The address is relative to the page, so that the site works from any folder of any host.
//
// Read next: editor.js, app/src/web/editor.rs.

/** Resolves to the bundle's exports; the browser keeps one copy however often it is asked. */
export function loadEditor() {
  return import(new URL("editor.js", document.baseURI).href);
}
