//! Reads HTML as it is found in Markdown: tags with their attributes, and what is passed over.
//!
//! Says nothing of what may be written: see `raw_html.rs`.

/// A tag as it was read.
pub(super) struct RawTag {
    /// In lower case.
    pub name: String,
    /// It ends an element.
    pub is_end: bool,
    /// Names in lower case and values as they are spelled.
    pub attributes: Vec<(String, String)>,
}

/// Reads a tag at the start of `text`, and what follows it. Nothing if it is not a complete tag.
pub(super) fn read_tag(text: &str) -> Option<(RawTag, &str)> {
    let mut rest = text.strip_prefix('<')?;
    let is_end = rest.starts_with('/');
    rest = rest.strip_prefix('/').unwrap_or(rest);
    let name_length = rest
        .find(|character: char| !character.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    let (name, mut rest) = rest.split_at(name_length);
    if !name.starts_with(|character: char| character.is_ascii_alphabetic()) {
        return None;
    }
    let mut tag = RawTag {
        name: name.to_ascii_lowercase(),
        is_end,
        attributes: Vec::new(),
    };
    loop {
        rest = rest.trim_start_matches(|character: char| character.is_ascii_whitespace() || character == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((tag, after));
        }
        let (attribute, after) = read_attribute(rest)?;
        tag.attributes.push(attribute);
        rest = after;
    }
}

/// Reads one attribute, its value with character references left as they are.
fn read_attribute(text: &str) -> Option<((String, String), &str)> {
    let ends_name =
        |character: char| character.is_ascii_whitespace() || matches!(character, '=' | '>' | '/' | '"' | '\'' | '<');
    let length = text.find(ends_name).filter(|length| *length > 0)?;
    let (name, rest) = text.split_at(length);
    let name = name.to_ascii_lowercase();
    let after_name = rest.trim_start();
    let Some(value) = after_name.strip_prefix('=') else {
        return Some(((name, String::new()), rest));
    };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            let (value, after) = quoted.split_once(quote)?;
            return Some(((name, value.to_owned()), after));
        }
    }
    let end = value.find(|character: char| character.is_ascii_whitespace() || character == '>')?;
    let (value, after) = value.split_at(end);
    Some(((name, value.to_owned()), after))
}

/// What follows a comment, declaration or processing instruction; an unfinished one takes everything.
pub(super) fn skip_comment(text: &str) -> Option<&str> {
    let end = match text {
        _ if text.starts_with("<!--") => "-->",
        _ if text.starts_with("<!") || text.starts_with("<?") => ">",
        _ => return None,
    };
    Some(
        text.find(end)
            .and_then(|at| text.get(at + end.len()..))
            .unwrap_or_default(),
    )
}

/// What follows the end tag of `name`; an element that is never closed takes everything.
pub(super) fn skip_element<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        let from_tag = rest.get(at..).unwrap_or_default();
        match read_tag(from_tag) {
            Some((tag, after)) if tag.name == name => return after,
            _ => rest = from_tag.get(2..).unwrap_or_default(),
        }
    }
    ""
}
