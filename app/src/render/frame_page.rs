//! The page inside an output frame: untrusted HTML or SVG with a policy that lets it fetch nothing, or pictures at most,
//! and the theme's colours.
//! The frame is sandboxed without an origin, so what stands in it cannot reach the documents; this file refuses to
//! clean or judge the content. The only thing that ever comes out of a frame is a height.
//! Read next: `web/output_frame.rs` (the messages), `ui/output/frame.rs` (the component).

use std::borrow::Cow;
use std::fmt::Write as _;

/// What an output may load: pictures and fonts it carries itself, and its own styles. Sources of pictures and scripts follow.
const CONTENT_POLICY: &str = "default-src 'none'; media-src data: blob:; style-src 'unsafe-inline'; font-src data:; form-action 'none'; base-uri 'none'; img-src data: blob: ";

/// From where an output may load pictures besides its own, in the words of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramePictures<'a> {
    /// From nowhere. So are all outputs that came with a document: opening one must not tell anybody.
    Carried,
    /// From these sources, for what a run of this visit has shown in a notebook that has a network.
    From(&'a str),
}

/// Which scripts a frame runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameScripts<'a> {
    /// The output's own too: it was made by a run that the user asked for.
    All,
    /// Only the one that reports the height, marked by this word, which the content cannot know. Opening a document
    /// runs nothing that stands in it.
    OursAlone(&'a str),
}

/// The style of the frame's content, so that tables look like ours without any effort of the author.
const STYLE: &str = include_str!("../../styles/output_frame.css");

/// Reports the height and takes theme changes. It stands before the content, so that broken content cannot swallow it.
const SCRIPT: &str = include_str!("../../js/frame_script.js");

/// The theme variables that a frame gets, by their names in app/styles/tokens.css.
pub const THEME_VARIABLES: [&str; 27] = [
    "--ink",
    "--ink-quiet",
    "--ink-faint",
    "--surface",
    "--surface-sunken",
    "--hairline",
    "--hairline-strong",
    "--accent",
    "--accent-ink",
    "--accent-soft",
    "--font-mono",
    "--ansi-0",
    "--ansi-1",
    "--ansi-2",
    "--ansi-3",
    "--ansi-4",
    "--ansi-5",
    "--ansi-6",
    "--ansi-7",
    "--ansi-8",
    "--ansi-9",
    "--ansi-10",
    "--ansi-11",
    "--ansi-12",
    "--ansi-13",
    "--ansi-14",
    "--ansi-15",
];

/// Colours and fonts of the page, as its style sheets resolve them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameTheme {
    /// Whether the page is dark.
    pub is_dark: bool,
    /// Variable names and values.
    pub variables: Vec<(String, String)>,
}

impl FrameTheme {
    /// A rule that sets the variables on the frame's root.
    pub fn css(&self) -> String {
        let mut css = format!(":root{{color-scheme:{};", if self.is_dark { "dark" } else { "light" });
        for (name, value) in &self.variables {
            // The values are our own, but a frame's page is one string: nothing in it may close the style element.
            if !value.contains(['<', '{', '}', ';']) {
                write!(css, "{name}:{};", value.trim()).ok();
            }
        }
        css.push('}');
        css
    }
}

/// What stands in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameContent<'a> {
    /// A piece of HTML.
    Html(&'a str),
    /// An SVG document.
    Svg(&'a str),
    /// A widget: the scripts and styles that draw it (dist/widgets.js, dist/widgets.css).
    Widget {
        /// The scripts.
        script: &'a str,
        /// The styles.
        style: &'a str,
    },
}

/// Whether the content would run scripts if it were allowed to. A guess for offering to; the policy decides.
pub fn has_scripts(content: &str) -> bool {
    content.to_ascii_lowercase().contains("<script")
}

/// The whole document for the frame's `srcdoc`.
pub fn frame_page(
    content: FrameContent<'_>,
    theme: &FrameTheme,
    scripts: FrameScripts<'_>,
    pictures: FramePictures<'_>,
) -> String {
    let (nonce, allowed) = match scripts {
        FrameScripts::All => ("", "'unsafe-inline'".to_owned()),
        FrameScripts::OursAlone(nonce) => (nonce, format!("'nonce-{nonce}'")),
    };
    let (class, body) = match content {
        FrameContent::Html(html) => ("html", Cow::Borrowed(html)),
        FrameContent::Svg(svg) => ("svg", Cow::Borrowed(without_prologue(svg))),
        FrameContent::Widget { script, style } => ("widget", Cow::Owned(widget_body(script, style, nonce))),
    };
    // Code of a widget comes as a text (anywidget), which a browser runs as a module only from an address.
    let modules = if class == "widget" && scripts == FrameScripts::All {
        " blob:"
    } else {
        ""
    };
    let theme = theme.css();
    let pictures = match pictures {
        FramePictures::Carried => "",
        FramePictures::From(sources) => sources,
    };
    format!(
        "<!doctype html><html class=\"{class}\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{CONTENT_POLICY}{pictures}; script-src {allowed}{modules}\">\
         <base target=\"_blank\"><style>{STYLE}</style><style id=\"theme\">{theme}</style>\
         <script nonce=\"{nonce}\">{SCRIPT}</script></head><body>{body}</body></html>"
    )
}

/// The elements that draw a widget. The build has seen to it that nothing in the texts ends an element early.
fn widget_body(script: &str, style: &str, nonce: &str) -> String {
    format!("<style>{style}</style><div id=\"widget\"></div><script nonce=\"{nonce}\">{script}</script>")
}

/// An XML declaration or document type in front of the `<svg>` element means nothing inside HTML.
fn without_prologue(svg: &str) -> &str {
    svg.find("<svg").and_then(|start| svg.get(start..)).unwrap_or(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_and_script_come_before_the_content() {
        let page = frame_page(
            FrameContent::Html("<p>content</p>"),
            &FrameTheme::default(),
            FrameScripts::All,
            FramePictures::Carried,
        );
        let place = |part: &str| page.find(part).unwrap_or(usize::MAX);
        assert!(place("Content-Security-Policy") < place("<style>"));
        assert!(place("carrel:output-height") < place("<p>content</p>"));
        assert!(place("<p>content</p>") < usize::MAX);
    }

    #[test]
    fn a_stored_output_runs_only_our_script() {
        let page = frame_page(
            FrameContent::Html("<script>x</script>"),
            &FrameTheme::default(),
            FrameScripts::OursAlone("word"),
            FramePictures::Carried,
        );
        assert!(page.contains("script-src 'nonce-word'\"") && page.contains("<script nonce=\"word\">//"));
        assert!(!page.contains("script-src 'unsafe-inline'"));
        assert!(has_scripts("<p><SCRIPT>") && !has_scripts("<p>script"));
    }

    #[test]
    fn pictures_come_from_where_it_is_said() {
        let page = |pictures| {
            let content = FrameContent::Html("");
            frame_page(content, &FrameTheme::default(), FrameScripts::All, pictures)
        };
        assert!(page(FramePictures::Carried).contains("img-src data: blob: ; script-src "));
        assert!(page(FramePictures::From("https:")).contains("img-src data: blob: https:; script-src "));
    }

    #[test]
    fn our_own_parts_cannot_end_their_elements_early() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        assert!(!CONTENT_POLICY.contains('"'));
        let theme = FrameTheme {
            is_dark: true,
            variables: vec![
                ("--ink".into(), "</style><script>".into()),
                ("--a".into(), " #123 ".into()),
            ],
        };
        assert_eq!(theme.css(), ":root{color-scheme:dark;--a:#123;}");
    }

    #[test]
    fn svg_loses_its_prologue() {
        assert_eq!(
            without_prologue("<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg a>"),
            "<svg a>"
        );
        assert_eq!(without_prologue("text"), "text");
    }
}
