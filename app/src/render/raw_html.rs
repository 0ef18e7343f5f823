//! Raw HTML inside Markdown, rebuilt rather than cleaned: tags are read, and only known ones are written again, by us,
//! with the few attributes that are on their list. What is not recognised is dropped; text is escaped.
//! So no input, however malformed, can put anything into the page that is not spelled out in this file: no scripts,
//! styles, forms, frames, classes, ids or event handlers, no SVG or MathML (where parsers disagree), no foreign fetch.
//! A general sanitiser was measured: `ammonia` is 770 KB of wasm (260 KB gzip), more than the rest of the page.
//! Read next: `raw_tags.rs`, which reads, and `markdown.rs`.

use super::raw_tags::{RawTag, read_tag, skip_comment, skip_element};

/// Tags that may be written, without their attributes unless listed in [`attribute`].
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Elements whose content is not prose: they go with everything up to their end.
const DROPPED_WITH_CONTENT: &[&str] = &[
    "script",
    "style",
    "template",
    "title",
    "textarea",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "select",
    "xmp",
    "noembed",
    "noframes",
    "plaintext",
    "head",
];

/// Text made safe for element content and for quoted attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The attributes of a link to `address`, or nothing if it may not be followed.
/// Web and mail links open a new tab that knows nothing of this one; links within the document get the ids' prefix.
pub fn link_target(address: &str) -> Option<String> {
    if let Some(fragment) = address.strip_prefix('#') {
        return Some(format!(
            "href=\"#{}{}\"",
            super::markdown::ID_PREFIX,
            super::markdown::slug(fragment)
        ));
    }
    let starts_with = |scheme: &str| {
        address
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let is_allowed = ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| starts_with(scheme));
    let is_plain = !address.chars().any(|character| character.is_control());
    (is_allowed && is_plain).then(|| {
        format!(
            "href=\"{}\" rel=\"noopener noreferrer\" target=\"_blank\"",
            escape(address)
        )
    })
}

/// Whether the address holds a raster image itself.
pub fn is_safe_image(address: &str) -> bool {
    ["png", "jpeg", "jpg", "gif", "webp"].iter().any(|kind| {
        let data = address
            .strip_prefix("data:image/")
            .and_then(|rest| rest.strip_prefix(kind))
            .and_then(|rest| rest.strip_prefix(";base64,"));
        data.is_some_and(|data| {
            data.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        })
    })
}

/// Gives the picture behind an address, if the document carries it: an address that holds the picture itself.
pub type Images<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Writes the allowed part of `raw` again.
pub fn rebuild(raw: &str) -> String {
    rebuild_with(raw, &|_| None)
}

/// Writes the allowed part of `raw` again, with the pictures that the document carries beside it.
pub fn rebuild_with(raw: &str, images: Images<'_>) -> String {
    let mut html = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(start) = rest.find('<') {
        let (text, from_tag) = rest.split_at(start);
        html.push_str(&escape_text(text));
        rest = if let Some(after) = skip_comment(from_tag) {
            after
        } else if let Some((tag, after)) = read_tag(from_tag) {
            if DROPPED_WITH_CONTENT.contains(&tag.name.as_str()) && !tag.is_end {
                skip_element(after, &tag.name)
            } else {
                write_tag(&tag, images, &mut html);
                after
            }
        } else {
            html.push_str("&lt;");
            from_tag.get(1..).unwrap_or_default()
        };
    }
    html.push_str(&escape_text(rest));
    html
}

/// Escapes text of raw HTML, where character references are already spelled as such.
fn escape_text(text: &str) -> String {
    escape(text).replace("&amp;", "&")
}

fn write_tag(tag: &RawTag, images: Images<'_>, html: &mut String) {
    if !TAGS.contains(&tag.name.as_str()) {
        return;
    }
    if tag.is_end {
        html.push_str(&format!("</{}>", tag.name));
        return;
    }
    if tag.name == "img" {
        html.push_str(&image(tag, images));
        return;
    }
    let attributes: String = tag
        .attributes
        .iter()
        .filter_map(|(name, value)| attribute(&tag.name, name, value))
        .map(|attribute| format!(" {attribute}"))
        .collect();
    html.push_str(&format!("<{}{attributes}>", tag.name));
}

/// An attribute as it may be written on that tag, checked by value and not only by name.
fn attribute(tag: &str, name: &str, value: &str) -> Option<String> {
    match (tag, name) {
        ("a", "href") => link_target(&decode(value)),
        ("details", "open") => Some("open".to_owned()),
        ("td" | "th", "colspan" | "rowspan") | ("ol", "start") => {
            let number: u16 = value.trim().parse().ok()?;
            Some(format!("{name}=\"{number}\""))
        }
        ("p" | "div" | "td" | "th" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6", "align") => {
            let side = value.trim().to_ascii_lowercase();
            matches!(side.as_str(), "left" | "center" | "right").then(|| format!("align=\"{side}\""))
        }
        (_, "title") => Some(format!("title=\"{}\"", escape(&decode(value)))),
        _ => None,
    }
}

fn image(tag: &RawTag, images: Images<'_>) -> String {
    let value = |wanted: &str| {
        tag.attributes
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| decode(value))
    };
    let source = value("src").unwrap_or_default();
    let source = images(&source).unwrap_or(source);
    let alt = value("alt").unwrap_or_default();
    if is_safe_image(&source) {
        let size = |name: &str| {
            value(name)
                .and_then(|size| size.trim().parse::<u16>().ok())
                .map(|size| format!(" {name}=\"{size}\""))
                .unwrap_or_default()
        };
        return format!(
            "<img src=\"{}\" alt=\"{}\"{}{}>",
            escape(&source),
            escape(&alt),
            size("width"),
            size("height")
        );
    }
    let words = if alt.trim().is_empty() {
        "Image".to_owned()
    } else {
        escape(&alt)
    };
    // No link of its own: raw images often stand inside one, and links do not nest.
    format!("<span class=\"markdown__image-link\">{words}</span>")
}

/// Resolves the character references that occur in addresses; any other is left as text, which can only break a link.
fn decode(value: &str) -> String {
    value
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tags_lose_what_is_not_listed() {
        assert_eq!(rebuild("<B CLASS=x id=y>t</B>"), "<b>t</b>");
        assert_eq!(rebuild("<td colspan='2' onclick=x>"), "<td colspan=\"2\">");
        assert_eq!(
            rebuild("<div align=\"center\" style=\"position:fixed\">"),
            "<div align=\"center\">"
        );
        assert_eq!(rebuild("x < y &amp; <3 &eacute;"), "x &lt; y &amp; &lt;3 &eacute;");
        assert_eq!(
            rebuild("<a href='https://x.org/?a&amp;b'>t</a>"),
            "<a href=\"https://x.org/?a&amp;b\" rel=\"noopener noreferrer\" target=\"_blank\">t</a>"
        );
    }

    #[test]
    fn elements_that_are_not_prose_go_whole() {
        assert_eq!(rebuild("a<script>alert('<b>')</script>b"), "ab");
        assert_eq!(rebuild("a<STYLE>*{}</style >b"), "ab");
        assert_eq!(rebuild("a<svg><script>x</script></svg>b<math><mi>x"), "ab");
        assert_eq!(rebuild("a<!-- <b> -->b<!doctype x>c<?php ?>d<!-- x"), "abcd");
    }

    /// What no output of this file may ever contain.
    fn is_inert(html: &str) -> bool {
        let lower = html.to_ascii_lowercase();
        let has_bad_tag = [
            "<script", "<svg", "<math", "<iframe", "<style", "<object", "<form", "<input", "<base", "<meta", "<link",
        ]
        .iter()
        .any(|tag| lower.contains(tag));
        // Inside a tag that was written, but outside its quoted titles: an event handler, or an address that runs.
        let has_bad_attribute = lower.split('<').skip(1).any(|part| {
            let tag = part
                .split('>')
                .next()
                .unwrap_or_default()
                .split(" title=")
                .next()
                .unwrap_or_default();
            tag.contains(" on")
                || tag.contains("javascript:")
                || tag.contains("style=")
                || tag.contains("srcdoc")
                || tag.contains("\"data:text")
        });
        !has_bad_tag && !has_bad_attribute
    }

    #[test]
    fn hostile_pieces_come_out_inert() {
        let pieces = [
            "<img src=x onerror=alert(1)>",
            "<img src=\"data:image/svg+xml;base64,QUJD\">",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\" javascript:alert(1)\">x</a>",
            "<a href=\"java&#x09;script:alert(1)\">x</a>",
            "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
            "<details open ontoggle=alert(1)>",
            "<b/onmouseover=alert(1)>x",
            "<b title='\" onmouseover=\"alert(1)'>x",
            "<p title=\"&quot; onmouseover=&quot;alert(1)\">x",
            "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
            "<svg onload=alert(1)>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "<form action=https://x.org><input name=attributes>",
            "<base href=//x.org>",
            "<meta http-equiv=refresh content='0;url=//x.org'>",
            "<<script>script>alert(1)<</script>/script>",
            "<scr<script>ipt>alert(1)</script>",
            "<b x='<script>alert(1)</script>",
            "<!--><img src=x onerror=alert(1)>-->",
            "<a href=\"https://x.org\" target=_self rel=opener style=x>y",
            "<table background='javascript:alert(1)'><td>",
            "<style>@import 'x'",
            "<xmp><img src=x onerror=alert(1)></xmp>",
        ];
        for piece in pieces {
            let html = rebuild(piece);
            assert!(is_inert(&html), "{piece} became {html}");
        }
    }

    #[test]
    fn a_quote_in_a_title_stays_in_it() {
        assert_eq!(
            rebuild("<p title=\"a&quot; onclick=&quot;b\">"),
            "<p title=\"a&quot; onclick=&quot;b\">"
        );
    }

    #[test]
    fn images_show_only_when_carried() {
        assert!(is_safe_image("data:image/png;base64,QUJD"));
        assert!(
            !is_safe_image("data:image/svg+xml;base64,QUJD")
                && !is_safe_image("data:image/png;base64,\"")
                && !is_safe_image("x.png")
        );
        assert_eq!(
            rebuild("<img alt='a' width=20 src='data:image/png;base64,QUJD'>"),
            "<img src=\"data:image/png;base64,QUJD\" alt=\"a\" width=\"20\">"
        );
        assert_eq!(
            rebuild("<img alt='Open in Colab' src='https://x.org/badge.svg'>"),
            "<span class=\"markdown__image-link\">Open in Colab</span>"
        );
    }
}
