//! Which of a value's formats is shown: the richest that this page can show safely.
//! It decides and prepares, nothing more; formats it does not know are passed over, and text is always the last resort.
//! Read next: `frame_page.rs` for what happens to HTML and SVG, `markdown.rs` for Markdown.

use serde_json::Value;

use crate::model::output::{JsonMap, MimeBundle};

/// A value in the one format that is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// A widget, by the name of its model, with the text to show where there is none.
    Widget(String, String),
    /// HTML of unknown intent: only for an output frame.
    Html(String),
    /// An SVG document of unknown intent: only for an output frame.
    Svg(String),
    /// A raster image.
    Image(Image),
    /// Markdown source.
    Markdown(String),
    /// LaTeX source: text with formulas.
    Latex(String),
    /// A JSON value, printed with indents.
    Json(String),
    /// Text, possibly with ANSI codes.
    Text(String),
    /// No format that can be shown; the names of those that were offered.
    Nothing(Vec<String>),
}

/// A raster image with what the bundle says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// A `data:` address holding the whole image.
    pub source: String,
    /// What to say where the image cannot be seen.
    pub alt: String,
    /// The width to show it at, in CSS pixels.
    pub width: Option<u32>,
    /// The height to show it at, in CSS pixels.
    pub height: Option<u32>,
}

/// The raster formats that every browser shows, best first.
const RASTER_FORMATS: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// The format of a widget's view.
const WIDGET_FORMAT: &str = "application/vnd.jupyter.widget-view+json";

/// The largest size in pixels that metadata may ask for; larger is a mistake or a prank.
const MAX_IMAGE_PIXELS: u32 = 10_000;

/// Picks the format to show.
pub fn choose(bundle: &MimeBundle) -> Shown {
    let text = |mime: &str| {
        bundle
            .data
            .get(mime)
            .and_then(text_of)
            .filter(|text| !text.trim().is_empty())
    };
    if let Some(model) = bundle
        .data
        .get(WIDGET_FORMAT)
        .and_then(|view| view.get("model_id"))
        .and_then(Value::as_str)
    {
        return Shown::Widget(model.to_owned(), text("text/plain").unwrap_or_default());
    }
    if let Some(html) = text("text/html") {
        return Shown::Html(html);
    }
    if let Some(svg) = text("image/svg+xml") {
        return Shown::Svg(svg);
    }
    if let Some(image) = RASTER_FORMATS.iter().find_map(|mime| raster_image(bundle, mime)) {
        return Shown::Image(image);
    }
    if let Some(source) = text("text/markdown") {
        return Shown::Markdown(source);
    }
    if let Some(source) = text("text/latex") {
        return Shown::Latex(source);
    }
    if let Some(value) = bundle.data.get("application/json") {
        return Shown::Json(serde_json::to_string_pretty(value).unwrap_or_default());
    }
    match bundle.data.get("text/plain").and_then(text_of) {
        Some(text) => Shown::Text(text),
        None => Shown::Nothing(bundle.data.keys().cloned().collect()),
    }
}

/// Text as nbformat allows it: one string, or lines.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

fn raster_image(bundle: &MimeBundle, mime: &str) -> Option<Image> {
    let base64: String = text_of(bundle.data.get(mime)?)?.split_whitespace().collect();
    let is_base64 = base64
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    if base64.is_empty() || !is_base64 {
        return None;
    }
    let hints = bundle
        .metadata
        .get(mime)
        .and_then(Value::as_object)
        .or(Some(&bundle.metadata));
    let pixels = |name: &str| hints.and_then(|hints| hints.get(name)).and_then(positive_pixels);
    Some(Image {
        source: format!("data:{mime};base64,{base64}"),
        alt: alternative_text(bundle, hints),
        width: pixels("width"),
        height: pixels("height"),
    })
}

/// What the bundle itself says of the image, or that there is one.
fn alternative_text(bundle: &MimeBundle, hints: Option<&JsonMap>) -> String {
    let given = hints
        .and_then(|hints| hints.get("alt"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    let plain = || bundle.data.get("text/plain").and_then(text_of);
    given
        .or_else(plain)
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| "Image output".to_owned())
}

/// A size in pixels: a number or a string of digits.
fn positive_pixels(value: &Value) -> Option<u32> {
    let pixels = match value {
        Value::Number(number) => number
            .as_u64()
            .or_else(|| number.as_f64().filter(|size| *size >= 1.0).map(|size| size as u64))?,
        Value::String(digits) => digits.trim().parse().ok()?,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    u32::try_from(pixels)
        .ok()
        .filter(|pixels| (1..=MAX_IMAGE_PIXELS).contains(pixels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bundle(data: Value, metadata: Value) -> MimeBundle {
        let object = |value: Value| value.as_object().cloned().unwrap_or_default();
        MimeBundle {
            data: object(data),
            metadata: object(metadata),
        }
    }

    fn shown(data: Value) -> Shown {
        choose(&bundle(data, json!({})))
    }

    #[test]
    fn the_richest_known_format_wins() {
        assert_eq!(
            shown(json!({"text/plain": "t", "text/html": "<b>h</b>"})),
            Shown::Html("<b>h</b>".into())
        );
        assert_eq!(
            shown(json!({"text/plain": "t", "image/png": "QUJD", "image/svg+xml": "<svg/>"})),
            Shown::Svg("<svg/>".into())
        );
        assert_eq!(
            shown(json!({"text/plain": "t", "text/markdown": "*m*"})),
            Shown::Markdown("*m*".into())
        );
        assert_eq!(
            shown(json!({"text/plain": "t", "text/latex": "$x$"})),
            Shown::Latex("$x$".into())
        );
        assert_eq!(
            shown(json!({"text/plain": "t", "application/json": [1]})),
            Shown::Json("[\n  1\n]".into())
        );
        assert_eq!(
            shown(json!({"text/plain": "t", "application/vnd.vendor+json": {}})),
            Shown::Text("t".into())
        );
    }

    #[test]
    fn lines_are_joined_and_blank_formats_passed_over() {
        assert_eq!(
            shown(json!({"text/plain": ["a\n", "b"], "text/html": " \n"})),
            Shown::Text("a\nb".into())
        );
        assert_eq!(
            shown(json!({"application/x-unknown": 1})),
            Shown::Nothing(vec!["application/x-unknown".into()])
        );
    }

    #[test]
    fn images_become_data_addresses_with_their_hints() {
        let metadata = json!({"image/png": {"width": 320, "height": "200"}});
        let image = choose(&bundle(
            json!({"image/png": "QU\nJD\n", "text/plain": "<Figure size 320x200>"}),
            metadata,
        ));
        let expected = Image {
            source: "data:image/png;base64,QUJD".into(),
            alt: "<Figure size 320x200>".into(),
            width: Some(320),
            height: Some(200),
        };
        assert_eq!(image, Shown::Image(expected));
    }

    #[test]
    fn what_is_not_base64_is_not_an_image() {
        assert_eq!(
            shown(json!({"image/png": "\" onerror=alert(1)", "text/plain": "t"})),
            Shown::Text("t".into())
        );
        assert_eq!(positive_pixels(&json!(-1)), None);
        assert_eq!(positive_pixels(&json!(1e9)), None);
        assert_eq!(positive_pixels(&json!(12.5)), Some(12));
    }
}
