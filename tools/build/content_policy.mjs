// Completes the page's content security policy: the hashes of the scripts that stand in index.html itself.
// The policy is written in app/index.html; nothing else of it is decided here.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { sha256 } from "./site.mjs";

/** The beginning of the page's script-src; hashes follow, those of an earlier build are replaced. */
const SCRIPT_SOURCES = /script-src 'self' 'wasm-unsafe-eval'(?: 'sha256-[^']*')*/;

/** A script with its text in the page. Its attributes may say anything but where it comes from. */
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g;

/** Allows exactly the scripts that index.html of the site holds. */
export function allowInlineScripts(site) {
  const path = join(site, "index.html");
  const page = readFileSync(path, "utf8");
  const hashes = [...page.matchAll(INLINE_SCRIPT)].map(([, text]) => `'sha256-${sha256(text, "base64")}'`);
  writeFileSync(path, page.replace(SCRIPT_SOURCES, () => ["script-src 'self' 'wasm-unsafe-eval'", ...hashes].join(" ")));
}
