// The languages of cells, and the classes their syntax gets.
//
// A class is a name (`syntax-keyword`), never a colour: app/styles/editor.css gives the colours, so that themes and
// read-only views share them.
//
// Read next: editor.js.

import { markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown";
import { pythonLanguage } from "@codemirror/lang-python";
import { LanguageSupport } from "@codemirror/language";
import { Prec } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

/**
 * The parser and its editing habits for a language name; nothing for text that has no grammar.
 *
 * The packages' ready-made `python()` and `markdown()` are not used: they bring completions (the kernel knows better)
 * and, for Markdown, whole parsers of HTML, CSS and JavaScript, which are a quarter of the bundle.
 */
export function languageSupport(language) {
  if (language === "python") return new LanguageSupport(pythonLanguage);
  if (language === "markdown") return new LanguageSupport(markdownLanguage, Prec.high(keymap.of(markdownKeymap)));
  return [];
}

/** Which part of speech gets which class. Names that are read far more often than marked stay in the text's colour. */
export const syntaxClasses = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], class: "syntax-keyword" },
  { tag: [tags.controlKeyword, tags.moduleKeyword, tags.definitionKeyword], class: "syntax-keyword" },
  { tag: [tags.bool, tags.null, tags.atom], class: "syntax-constant" },
  { tag: tags.number, class: "syntax-number" },
  { tag: [tags.string, tags.special(tags.string), tags.docString], class: "syntax-string" },
  { tag: [tags.escape, tags.regexp], class: "syntax-escape" },
  { tag: tags.comment, class: "syntax-comment" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], class: "syntax-call" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], class: "syntax-definition" },
  { tag: [tags.className, tags.typeName], class: "syntax-type" },
  { tag: tags.self, class: "syntax-self" },
  { tag: [tags.meta, tags.annotation], class: "syntax-meta" },
  { tag: tags.operator, class: "syntax-operator" },
  { tag: [tags.punctuation, tags.separator, tags.bracket], class: "syntax-punctuation" },
  { tag: tags.heading, class: "syntax-heading" },
  { tag: tags.strong, class: "syntax-strong" },
  { tag: tags.emphasis, class: "syntax-emphasis" },
  { tag: tags.strikethrough, class: "syntax-strike" },
  { tag: [tags.link, tags.url], class: "syntax-link" },
  { tag: [tags.monospace, tags.quote], class: "syntax-quiet" },
  { tag: [tags.processingInstruction, tags.contentSeparator], class: "syntax-mark" },
  { tag: tags.invalid, class: "syntax-invalid" },
]);
