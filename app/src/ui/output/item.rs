//! One output: finds its kind and hands its content to the renderer, as signals, so that growing text redraws only its end.
//! It renders nothing itself beyond a note for kinds that cannot be shown.
//! Read next: `render/mime.rs` for the choice among formats.

use leptos::prelude::*;

use super::error::ErrorOutput;
use super::frame::{FrameKind, OutputFrame};
use super::image::ImageOutput;
use super::text::{TextKind, TextOutput};
use super::widget::WidgetOutput;
use crate::model::output::{Output, StreamName};
use crate::render::mime::{Shown, choose};
use crate::ui::markdown::{LatexView, MarkdownView};

/// Which renderer an output needs. While it stays the same, so do the elements on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Stdout,
    Stderr,
    Rich,
    Error,
    Other,
}

/// The output at a position of the list.
#[component]
pub(super) fn OutputItem(outputs: Signal<Vec<Output>>, position: usize, made_here: Signal<bool>) -> impl IntoView {
    let kind = Memo::new(move |_| outputs.with(|outputs| outputs.get(position).map_or(Kind::Other, kind_of)));
    move || match kind.get() {
        Kind::Stdout => view! { <TextOutput text=stream_text(outputs, position) kind=TextKind::Stdout /> }.into_any(),
        Kind::Stderr => view! { <TextOutput text=stream_text(outputs, position) kind=TextKind::Stderr /> }.into_any(),
        Kind::Error => view! { <ErrorOutput text=error_text(outputs, position) /> }.into_any(),
        Kind::Rich => view! { <RichOutput outputs position made_here /> }.into_any(),
        Kind::Other => {
            view! { <p class="output-note">"This output is of a kind that cannot be shown here"</p> }.into_any()
        }
    }
}

fn kind_of(output: &Output) -> Kind {
    match output {
        Output::Stream {
            name: StreamName::Stdout,
            ..
        } => Kind::Stdout,
        Output::Stream {
            name: StreamName::Stderr,
            ..
        } => Kind::Stderr,
        Output::DisplayData { .. } | Output::ExecuteResult { .. } => Kind::Rich,
        Output::Error { .. } => Kind::Error,
        Output::Unknown(_) => Kind::Other,
    }
}

fn stream_text(outputs: Signal<Vec<Output>>, position: usize) -> Signal<String> {
    Signal::derive(move || {
        outputs.with(|outputs| match outputs.get(position) {
            Some(Output::Stream { text, .. }) => text.clone(),
            _ => String::new(),
        })
    })
}

fn error_text(outputs: Signal<Vec<Output>>, position: usize) -> Signal<String> {
    Signal::derive(move || {
        outputs.with(|outputs| match outputs.get(position) {
            Some(Output::Error {
                ename,
                evalue,
                traceback,
            }) if traceback.is_empty() => format!("{ename}: {evalue}"),
            Some(Output::Error { traceback, .. }) => traceback.join("\n"),
            _ => String::new(),
        })
    })
}

/// A displayed value in the format chosen for it.
#[component]
fn RichOutput(outputs: Signal<Vec<Output>>, position: usize, made_here: Signal<bool>) -> impl IntoView {
    let shown = Memo::new(move |_| {
        outputs.with(|outputs| match outputs.get(position) {
            Some(Output::DisplayData { bundle, .. } | Output::ExecuteResult { bundle, .. }) => choose(bundle),
            _ => Shown::Nothing(Vec::new()),
        })
    });
    move || match shown.get() {
        Shown::Widget(model, text) => view! { <WidgetOutput model text /> }.into_any(),
        Shown::Html(content) => view! { <OutputFrame content kind=FrameKind::Html made_here /> }.into_any(),
        Shown::Svg(content) => view! { <OutputFrame content kind=FrameKind::Svg made_here /> }.into_any(),
        Shown::Image(image) => view! { <ImageOutput image /> }.into_any(),
        Shown::Markdown(source) => view! { <MarkdownView source /> }.into_any(),
        Shown::Latex(source) => view! { <LatexView source /> }.into_any(),
        Shown::Json(text) | Shown::Text(text) => {
            view! { <TextOutput text=Signal::stored(text) kind=TextKind::Value /> }.into_any()
        }
        Shown::Nothing(formats) if formats.is_empty() => ().into_any(),
        Shown::Nothing(formats) => {
            let note = format!("No format of this output can be shown here: {}", formats.join(", "));
            view! { <p class="output-note">{note}</p> }.into_any()
        }
    }
}
