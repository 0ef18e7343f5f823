//! Pictures that a Markdown cell carries under `attachments`, and that its text shows by the address `attachment:NAME`.
//! What is no raster image in base64 is not shown. Read next: `markdown.rs`, `raw_html.rs` (what an image's address may be).

use super::raw_html::is_safe_image;
use serde_json::Value;

const SCHEME: &str = "attachment:";

/// Which of several forms of the same picture is shown.
const FORMATS: [&str; 5] = ["image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp"];

/// The address that holds the picture itself, if the cell carries it.
pub fn attached_image(attachments: Option<&Value>, address: &str) -> Option<String> {
    let name = unescaped(address.strip_prefix(SCHEME)?);
    let forms = attachments?.get(&name)?;
    let address = FORMATS.iter().find_map(|mime| {
        let data = base64_text(forms.get(*mime)?)?;
        Some(format!("data:{mime};base64,{data}"))
    })?;
    is_safe_image(&address).then_some(address)
}

/// The text of a value that may be split into lines, without the white space that files put between them.
fn base64_text(value: &Value) -> Option<String> {
    let joined = match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    Some(joined.split_whitespace().collect())
}

/// A name in an address, where spaces and letters may be written as `%20`.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| byte == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(byte));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::markdown::markdown_with_images;
    use serde_json::json;

    #[test]
    fn pictures_of_the_cell_are_shown_and_nothing_else() {
        let attachments = json!({
            "a b.png": {"image/png": "QUJD\n"},
            "lines.jpg": {"image/jpeg": ["QU\n", "JD\n"]},
            "drawing": {"image/svg+xml": "QUJD"},
            "bad.png": {"image/png": "\"><script>"},
        });
        let shown = |address: &str| attached_image(Some(&attachments), address);
        assert_eq!(
            shown("attachment:a%20b.png").as_deref(),
            Some("data:image/png;base64,QUJD")
        );
        assert_eq!(
            shown("attachment:a b.png").as_deref(),
            Some("data:image/png;base64,QUJD")
        );
        assert_eq!(
            shown("attachment:lines.jpg").as_deref(),
            Some("data:image/jpeg;base64,QUJD")
        );
        for address in [
            "attachment:drawing",
            "attachment:bad.png",
            "attachment:none",
            "a b.png",
            "attachment:%",
            "attachment:%zz",
        ] {
            assert_eq!(shown(address), None, "{address}");
        }
        assert_eq!(attached_image(None, "attachment:a"), None);
    }

    #[test]
    fn both_ways_to_write_a_picture_find_it() {
        let attachments = json!({"x.png": {"image/png": "QUJD"}});
        let images = |address: &str| attached_image(Some(&attachments), address);
        let html = markdown_with_images(
            "![alt](attachment:x.png)\n\n<img src=\"attachment:x.png\" width=\"20\">\n",
            &images,
        );
        assert_eq!(html.matches("src=\"data:image/png;base64,QUJD\"").count(), 2, "{html}");
        assert!(html.contains("width=\"20\"") && html.contains("alt=\"alt\""), "{html}");
        assert!(!markdown_with_images("![alt](attachment:y.png)", &images).contains("<img"));
    }
}
