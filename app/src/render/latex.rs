//! Where the formulas are in a text with LaTeX, by the delimiters that Jupyter knows: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and
//! environments (`\begin{align}…\end{align}`). A delimiter that nothing closes is text, and `\$` is a dollar sign.
//! It refuses to know what a formula means: that is `js/mathematics.js`.
//! Read next: `markdown.rs`, which finds formulas between dollars by itself and asks here for environments.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::raw_html::escape;

const BEGIN: &str = "\\begin{";

/// Longest text that is searched for formulas, in bytes, most environments in a Markdown text and deepest nesting of one
/// name: documents are not to be trusted, and looking for the end of each of many beginnings takes its time.
const MAX_BYTES: usize = 50_000;
const MAX_ENVIRONMENTS: usize = 1000;
const MAX_DEPTH: usize = 16;

/// How formulas are delimited, in the order in which they are tried, and whether they stand on a line of their own.
const DELIMITERS: [(&str, &str, bool); 4] = [
    ("$$", "$$", true),
    ("\\[", "\\]", true),
    ("\\(", "\\)", false),
    ("$", "$", false),
];

/// A formula's source as HTML that the page typesets in place.
pub fn formula_to_html(formula: &str, is_block: bool) -> String {
    let kind = if is_block { " markdown__math--block" } else { "" };
    format!("<code class=\"markdown__math{kind}\">{}</code>", escape(formula))
}

/// Renders a value's LaTeX: text as it is, formulas as source for the page to typeset. A very long one is text throughout.
pub fn latex_to_html(source: &str) -> String {
    if source.len() > MAX_BYTES {
        return format!("<p>{}</p>", escape(source));
    }
    let mut page = String::from("<p>");
    let mut text = String::new();
    let mut rest = source;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\$") {
            text.push('$');
            rest = after;
        } else if let Some((formula, is_block, after)) = formula_at_start(rest) {
            page.push_str(&escape(&std::mem::take(&mut text)));
            page.push_str(&formula_to_html(formula, is_block));
            rest = after;
        } else {
            text.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    page.push_str(&escape(&text));
    page.push_str("</p>");
    page
}

/// The formula that a text begins with, whether it is a block, and what follows it.
fn formula_at_start(text: &str) -> Option<(&str, bool, &str)> {
    if let Some(length) = environment_length(text) {
        return Some((&text[..length], true, &text[length..]));
    }
    DELIMITERS.iter().find_map(|&(open, close, is_block)| {
        let inside = text.strip_prefix(open)?;
        let end = find_unescaped(inside, close)?;
        let formula = inside[..end].trim();
        (!formula.is_empty()).then(|| (formula, is_block, &inside[end + close.len()..]))
    })
}

/// Where a delimiter first stands without a backslash before it. One that begins with a backslash is one by itself.
fn find_unescaped(text: &str, delimiter: &str) -> Option<usize> {
    text.match_indices(delimiter)
        .map(|(position, _)| position)
        .find(|&position| {
            let before = text[..position].bytes().rev().take_while(|byte| *byte == b'\\').count();
            before % 2 == 0
        })
}

/// The length of the environment that a text begins with, to the end that matches its beginning.
fn environment_length(text: &str) -> Option<usize> {
    let name = text.strip_prefix(BEGIN)?.split_once('}')?.0;
    if name.is_empty()
        || !name
            .chars()
            .all(|character| character.is_ascii_alphabetic() || character == '*')
    {
        return None;
    }
    let (begin, end) = (format!("{BEGIN}{name}}}"), format!("\\end{{{name}}}"));
    let mut depth = 0_usize;
    let mut position = 0;
    loop {
        let rest = text.get(position..)?;
        let next_end = rest.find(&end)?;
        match rest.find(&begin) {
            Some(next_begin) if next_begin < next_end => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return None;
                }
                position += next_begin + begin.len();
            }
            _ => {
                depth -= 1;
                position += next_end + end.len();
            }
        }
        if depth == 0 {
            return Some(position);
        }
    }
}

/// Markdown in which environments outside of code and formulas stand between double dollars, as the parser knows formulas.
pub(super) fn delimit_environments(source: &str, options: Options) -> Cow<'_, str> {
    if !source.contains(BEGIN) {
        return Cow::Borrowed(source);
    }
    let taken = taken_ranges(source, options);
    let mut delimited = String::with_capacity(source.len() + 8);
    let mut copied = 0;
    for (start, _) in source.match_indices(BEGIN).take(MAX_ENVIRONMENTS) {
        let Some(length) = environment_length(&source[start..]) else {
            continue;
        };
        let end = start + length;
        let formula = &source[start..end];
        let is_taken = taken.iter().any(|range| range.start < end && start < range.end);
        // The parser's formulas end at a blank line and at a dollar sign.
        let has_blank_line = formula.lines().any(|line| line.trim().is_empty());
        if start < copied || is_taken || has_blank_line || formula.contains('$') {
            continue;
        }
        delimited.push_str(&source[copied..start]);
        delimited.push_str("$$");
        delimited.push_str(formula);
        delimited.push_str("$$");
        copied = end;
    }
    delimited.push_str(&source[copied..]);
    Cow::Owned(delimited)
}

/// Where Markdown holds code, HTML or formulas between dollars.
fn taken_ranges(source: &str, options: Options) -> Vec<Range<usize>> {
    Parser::new_ext(source, options)
        .into_offset_iter()
        .filter_map(|(event, range)| match event {
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock)
            | Event::Code(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => Some(range),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline(formula: &str) -> String {
        formula_to_html(formula, false)
    }

    fn block(formula: &str) -> String {
        formula_to_html(formula, true)
    }

    #[test]
    fn formulas_are_found_between_every_delimiter() {
        for (source, expected) in [
            ("$x^2$", inline("x^2")),
            ("\\(x\\)", inline("x")),
            ("$$x$$", block("x")),
            (
                "\\[\\begin{matrix}1\\end{matrix}\\]",
                block("\\begin{matrix}1\\end{matrix}"),
            ),
            (
                "\\begin{align} a &= b \\\\ c \\end{align}",
                block("\\begin{align} a &= b \\\\ c \\end{align}"),
            ),
        ] {
            assert_eq!(latex_to_html(source), format!("<p>{expected}</p>"), "{source}");
        }
    }

    #[test]
    fn the_rest_is_text() {
        assert_eq!(
            latex_to_html("a <b> $x$ c"),
            format!("<p>a &lt;b&gt; {} c</p>", inline("x"))
        );
        assert_eq!(latex_to_html("costs \\$5 or $6"), "<p>costs $5 or $6</p>");
        assert_eq!(latex_to_html("$$"), "<p>$$</p>");
        assert_eq!(latex_to_html("\\begin{align} x"), "<p>\\begin{align} x</p>");
        assert_eq!(latex_to_html("$a \\$ b$"), format!("<p>{}</p>", inline("a \\$ b")));
        assert_eq!(latex_to_html("é\u{301}$x$"), format!("<p>é\u{301}{}</p>", inline("x")));
    }

    #[test]
    fn environments_nest() {
        let nested = "\\begin{a}\\begin{a}x\\end{a}\\end{a}";
        assert_eq!(
            latex_to_html(&format!("{nested}y")),
            format!("<p>{}y</p>", block(nested))
        );
    }

    #[test]
    fn many_beginnings_are_given_up() {
        let hostile = "\\begin{a}".repeat(100_000);
        assert_eq!(latex_to_html(&hostile), format!("<p>{hostile}</p>"));
        assert_eq!(delimit_environments(&hostile, Options::empty()), hostile);
        let deep = format!("{}{}", "\\begin{a}".repeat(2000), "\\end{a}".repeat(2000));
        assert!(latex_to_html(&deep).len() > deep.len());
    }

    #[test]
    fn environments_in_markdown_are_delimited_outside_of_code_and_formulas() {
        let options = Options::ENABLE_MATH;
        let matrix = "\\begin{matrix}\na & b \\\\\nc\n\\end{matrix}";
        assert_eq!(delimit_environments(matrix, options), format!("$${matrix}$$"));
        for kept in [
            format!("`{matrix}`"),
            format!("```\n{matrix}\n```"),
            format!("$$ {matrix} $$"),
            "\\begin{align}\n\nx\\end{align}".to_owned(),
            "\\begin{align}$x$\\end{align}".to_owned(),
        ] {
            assert_eq!(delimit_environments(&kept, options), kept);
        }
    }
}
