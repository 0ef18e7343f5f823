//! Markdown source to HTML that is safe to put into the page.
//! Everything that could fetch, run or reach outside is refused here: raw HTML is rebuilt from a short list of tags
//! (`raw_html.rs`), links go to web and mail addresses only, and images show only when the document carries them.
//! Read next: `raw_html.rs`, `latex.rs` for formulas, then `ui/markdown` for the component.

use std::collections::HashMap;

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

use super::latex::{delimit_environments, formula_to_html};
use super::raw_html::{Images, escape, is_safe_image, link_target, rebuild_with};

/// The prefix of every id that a document can create, so that none can stand in for one of the page's own.
pub const ID_PREFIX: &str = "md-";

/// The flavour: CommonMark with GitHub's tables, tasks, strikethrough, footnotes and alerts, and formulas between dollars.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

/// Renders `source`. The result is well-formed on its own and holds no scripts, styles, forms, frames or foreign addresses.
pub fn markdown_to_html(source: &str) -> String {
    markdown_with_images(source, &|_| None)
}

/// Renders `source` in the same way; `images` gives the pictures that the document carries beside it.
pub fn markdown_with_images(source: &str, images: Images<'_>) -> String {
    let mut writer = Writer {
        images,
        events: Vec::new(),
        slugs: HashMap::new(),
        open_links: Vec::new(),
    };
    let source = &*delimit_environments(source, options());
    let mut parser = Parser::new_ext(source, options());
    while let Some(event) = parser.next() {
        writer.take(event, &mut parser);
    }
    let mut page = String::with_capacity(source.len() * 2);
    html::push_html(&mut page, writer.events.into_iter());
    page
}

/// Rewrites the parser's events into ones that `pulldown_cmark::html` renders safely.
struct Writer<'a, 'i> {
    images: Images<'i>,
    events: Vec<Event<'a>>,
    /// How often each heading id was given out.
    slugs: HashMap<String, usize>,
    /// For each open link, whether it was written.
    open_links: Vec<bool>,
}

impl<'a> Writer<'a, '_> {
    fn take(&mut self, event: Event<'a>, rest: &mut Parser<'a>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let first = self.events.len();
                self.events.push(Event::Start(Tag::Heading {
                    level,
                    id: None,
                    classes: Vec::new(),
                    attrs: Vec::new(),
                }));
                self.take_until_end(rest, |end| matches!(end, TagEnd::Heading(_)));
                let id = self.heading_id(first);
                if let Some(Event::Start(Tag::Heading { id: slot, .. })) = self.events.get_mut(first) {
                    *slot = Some(CowStr::from(id));
                }
            }
            Event::Start(Tag::HtmlBlock) => {
                let mut raw = String::new();
                for event in rest.by_ref() {
                    match event {
                        Event::Html(part) | Event::Text(part) => raw.push_str(&part),
                        Event::End(TagEnd::HtmlBlock) => break,
                        _ => {}
                    }
                }
                self.push_html(rebuild_with(&raw, self.images));
            }
            Event::Html(raw) | Event::InlineHtml(raw) => self.push_html(rebuild_with(&raw, self.images)),
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                let alt = collect_text(rest, |end| *end == TagEnd::Image);
                let carried = (self.images)(&dest_url);
                self.push_html(image(carried.as_deref().unwrap_or(&dest_url), &alt, &title));
            }
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            }) => self.open_link(link_type, &dest_url, &title),
            Event::End(TagEnd::Link) => {
                if self.open_links.pop() == Some(true) {
                    self.push_html("</a>".to_owned());
                }
            }
            Event::Start(Tag::Table(alignment)) => {
                self.push_html("<div class=\"markdown__table\">".to_owned());
                self.events.push(Event::Start(Tag::Table(alignment)));
            }
            Event::End(TagEnd::Table) => {
                self.events.push(Event::End(TagEnd::Table));
                self.push_html("</div>".to_owned());
            }
            Event::FootnoteReference(name) => {
                let name = slug(&name);
                self.push_html(format!(
                    "<sup class=\"markdown__note-mark\"><a href=\"#{ID_PREFIX}note-{name}\">{name}</a></sup>"
                ));
            }
            Event::Start(Tag::FootnoteDefinition(name)) => {
                let name = slug(&name);
                self.push_html(format!("<div class=\"markdown__note\" id=\"{ID_PREFIX}note-{name}\"><span class=\"markdown__note-name\">{name}</span>"));
            }
            Event::End(TagEnd::FootnoteDefinition) => self.push_html("</div>".to_owned()),
            Event::InlineMath(formula) => self.push_html(formula_to_html(&formula, false)),
            Event::DisplayMath(formula) => self.push_html(formula_to_html(formula.trim(), true)),
            other => self.events.push(other),
        }
    }

    fn take_until_end(&mut self, rest: &mut Parser<'a>, is_end: impl Fn(&TagEnd) -> bool) {
        while let Some(event) = rest.next() {
            let is_last = matches!(&event, Event::End(end) if is_end(end));
            self.take(event, rest);
            if is_last {
                return;
            }
        }
    }

    fn push_html(&mut self, html: String) {
        self.events.push(Event::InlineHtml(CowStr::from(html)));
    }

    fn open_link(&mut self, link_type: LinkType, address: &str, title: &str) {
        let address = if link_type == LinkType::Email {
            format!("mailto:{address}")
        } else {
            address.to_owned()
        };
        let target = link_target(&address);
        self.open_links.push(target.is_some());
        if let Some(attributes) = target {
            let title = if title.is_empty() {
                String::new()
            } else {
                format!(" title=\"{}\"", escape(title))
            };
            self.push_html(format!("<a {attributes}{title}>"));
        }
    }

    /// An id from the heading's words, unique in this document.
    fn heading_id(&mut self, first: usize) -> String {
        let words: String = self
            .events
            .get(first..)
            .unwrap_or_default()
            .iter()
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect();
        let base = slug(&words);
        let uses = self
            .slugs
            .entry(base.clone())
            .and_modify(|uses| *uses += 1)
            .or_insert(0);
        if *uses == 0 {
            format!("{ID_PREFIX}{base}")
        } else {
            format!("{ID_PREFIX}{base}-{uses}")
        }
    }
}

/// Letters and digits in lower case, everything else as single hyphens.
pub fn slug(words: &str) -> String {
    let mut slug = String::new();
    for character in words.chars() {
        if character.is_alphanumeric() {
            slug.extend(character.to_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The plain text up to an end tag.
fn collect_text(rest: &mut Parser<'_>, is_end: impl Fn(&TagEnd) -> bool) -> String {
    let mut text = String::new();
    for event in rest.by_ref() {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(end) if is_end(&end) => break,
            _ => {}
        }
    }
    text
}

/// An image that the document carries, or else a link to it: showing a foreign image would tell its host who reads.
fn image(address: &str, alt: &str, title: &str) -> String {
    let title = if title.is_empty() {
        String::new()
    } else {
        format!(" title=\"{}\"", escape(title))
    };
    if is_safe_image(address) {
        return format!("<img src=\"{}\" alt=\"{}\"{title}>", escape(address), escape(alt));
    }
    let words = if alt.trim().is_empty() { "Image" } else { alt };
    match link_target(address) {
        Some(attributes) => format!(
            "<a class=\"markdown__image-link\" {attributes}{title}>{}</a>",
            escape(words)
        ),
        None => format!("<span class=\"markdown__image-link\">{}</span>", escape(words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_get_unique_prefixed_ids() {
        let page = markdown_to_html("# A *b* `c`!\n\n# A b c\n");
        assert_eq!(
            page,
            "<h1 id=\"md-a-b-c\">A <em>b</em> <code>c</code>!</h1>\n<h1 id=\"md-a-b-c-1\">A b c</h1>\n"
        );
    }

    #[test]
    fn links_are_marked_or_dropped() {
        let rel = "rel=\"noopener noreferrer\" target=\"_blank\"";
        assert_eq!(
            markdown_to_html("[a](https://x.org/?a&b \"t\")"),
            format!("<p><a href=\"https://x.org/?a&amp;b\" {rel} title=\"t\">a</a></p>\n")
        );
        assert_eq!(
            markdown_to_html("<me@x.org>"),
            format!("<p><a href=\"mailto:me@x.org\" {rel}>me@x.org</a></p>\n")
        );
        assert_eq!(
            markdown_to_html("[a](#The-End)"),
            "<p><a href=\"#md-the-end\">a</a></p>\n"
        );
        for hostile in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc",
            "//x.org",
            "java&#115;cript:x",
            "<java\tscript:x>",
        ] {
            assert_eq!(
                markdown_to_html(&format!("[a]({hostile})")).replace(['\t'], ""),
                "<p>a</p>\n",
                "{hostile}"
            );
        }
    }

    #[test]
    fn only_carried_images_are_shown() {
        assert_eq!(
            markdown_to_html("![a \"b\"](data:image/png;base64,QUJD)"),
            "<p><img src=\"data:image/png;base64,QUJD\" alt=\"a &quot;b&quot;\"></p>\n"
        );
        assert!(
            markdown_to_html("![pixel](https://x.org/p.png)")
                .contains("class=\"markdown__image-link\" href=\"https://x.org/p.png\"")
        );
        assert_eq!(
            markdown_to_html("![x](data:text/html;base64,QUJD)"),
            "<p><span class=\"markdown__image-link\">x</span></p>\n"
        );
    }

    #[test]
    fn tables_tasks_notes_and_formulas() {
        assert!(markdown_to_html("|a|\n|-|\n|1|\n").starts_with("<div class=\"markdown__table\"><table>"));
        assert!(markdown_to_html("- [x] done\n").contains("<input disabled=\"\" type=\"checkbox\" checked=\"\"/>"));
        let note = markdown_to_html("word[^1]\n\n[^1]: text\n");
        assert!(
            note.contains("href=\"#md-note-1\"") && note.contains("id=\"md-note-1\""),
            "{note}"
        );
        assert_eq!(
            markdown_to_html("\\begin{align}\na &= b \\\\\nc &= *d*\n\\end{align}"),
            "<p><code class=\"markdown__math markdown__math--block\">\\begin{align}\na &amp;= b \\\\\nc &amp;= *d*\n\\end{align}</code></p>\n"
        );
        assert_eq!(
            markdown_to_html("$a_1 < b_2$"),
            "<p><code class=\"markdown__math\">a_1 &lt; b_2</code></p>\n"
        );
    }

    #[test]
    fn code_is_text() {
        assert_eq!(
            markdown_to_html("```python\n<b>\n```"),
            "<pre><code class=\"language-python\">&lt;b&gt;\n</code></pre>\n"
        );
        assert!(!markdown_to_html("```x\" onclick=\"y\n```").contains("\" onclick"));
    }

    #[test]
    fn raw_html_is_rebuilt() {
        assert_eq!(
            markdown_to_html("a<br>b <span onclick=x>c</span>"),
            "<p>a<br>b <span>c</span></p>\n"
        );
        assert_eq!(
            markdown_to_html("<script>\nalert(1)\n</script>\n\nafter").trim_start(),
            "<p>after</p>\n"
        );
        assert_eq!(
            markdown_to_html("<img src=x onerror=alert(1)>").trim(),
            "<span class=\"markdown__image-link\">Image</span>"
        );
    }
}
