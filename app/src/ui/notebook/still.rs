//! A cell far from the screen: its text and what it has printed, set as the whole cell will set it, so that nothing jumps
//! when one takes the other's place. It has no buttons and listens to nothing.
//! Read next: `group.rs` (when it is drawn), `ui/cell/mod.rs` (the whole cell).

use crate::model::cell::{Cell, CellKind};
use crate::model::output::Output;
use crate::model::state::State;
use crate::render::ansi::parse_ansi;
use crate::render::mime::{Shown, choose};
use crate::web::editor::Language;
use leptos::prelude::*;

/// The most text, in bytes, that is drawn of what a far cell has printed: about what is seen of it before one scrolls in it.
const MAX_PRINTED_BYTES: usize = 4096;

/// The most lines of a text that are seen before one scrolls in it; that of `output.css`.
const SHOWN_LINES: usize = 28;

/// Heights in pixels at the usual size of type; a guess that only the scroll bar sees.
const LINE_PX: f64 = 21.6;
const AROUND_SOURCE_PX: f64 = 36.0;
const AROUND_OUTPUT_PX: f64 = 14.0;
const PICTURE_PX: f64 = 300.0;

/// What is drawn of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StillCell {
    name: String,
    kind: CellKind,
    is_rendered: bool,
    source: String,
    count: Option<u32>,
    printed: Vec<String>,
}

/// What there is to draw.
pub(super) fn still_of(cell: &Cell, state: &State) -> StillCell {
    StillCell {
        name: cell.id.to_string(),
        kind: cell.kind,
        is_rendered: is_rendered(cell, state),
        source: cell.source.clone(),
        count: cell.execution_count,
        printed: cell.outputs.iter().filter_map(printed).collect(),
    }
}

/// How tall a cell will be, roughly.
pub(super) fn estimated_height(cell: &Cell, state: &State) -> f64 {
    let lines = |text: &str| text.lines().count().max(1) as f64;
    let source = if is_rendered(cell, state) {
        lines(&cell.source).mul_add(LINE_PX, LINE_PX)
    } else {
        lines(&cell.source).mul_add(LINE_PX, AROUND_SOURCE_PX)
    };
    let outputs = cell.outputs.iter().map(|output| match printed(output) {
        Some(text) => lines(&text).min(SHOWN_LINES as f64).mul_add(LINE_PX, AROUND_OUTPUT_PX),
        None => PICTURE_PX,
    });
    source + outputs.sum::<f64>()
}

fn is_rendered(cell: &Cell, state: &State) -> bool {
    cell.kind == CellKind::Markdown && !state.view.open_sources.contains(&cell.id)
}

/// The words of an output, if it is one of words.
fn printed(output: &Output) -> Option<String> {
    let plain = |text: &str| parse_ansi(text).into_iter().map(|span| span.text).collect::<String>();
    let text = match output {
        Output::Stream { text, .. } => plain(beginning(text)),
        Output::Error { traceback, .. } => plain(beginning(&traceback.join("\n"))),
        Output::DisplayData { bundle, .. } | Output::ExecuteResult { bundle, .. } => match choose(bundle) {
            Shown::Markdown(text) | Shown::Latex(text) | Shown::Json(text) | Shown::Text(text) => {
                plain(beginning(&text))
            }
            Shown::Widget(..) | Shown::Html(_) | Shown::Svg(_) | Shown::Image(_) | Shown::Nothing(_) => return None,
        },
        Output::Unknown(_) => return None,
    };
    Some(text)
}

fn beginning(text: &str) -> &str {
    let end = (0..=MAX_PRINTED_BYTES.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// The cell.
#[component]
pub(super) fn Still(still: StillCell) -> impl IntoView {
    let StillCell {
        name,
        kind,
        is_rendered,
        source,
        count,
        printed,
    } = still;
    let language = match kind {
        CellKind::Code => Language::Python,
        CellKind::Markdown => Language::Markdown,
        CellKind::Raw => Language::Plain,
    };
    let source = if is_rendered {
        view! { <div class="cell__rendered"><p class="cell__far-prose">{source}</p></div> }.into_any()
    } else {
        // The added newline gives an empty source, and one that ends in a newline, the height it will have.
        let class = match kind {
            CellKind::Code => "cell__source",
            CellKind::Markdown => "cell__source cell__source--markdown",
            CellKind::Raw => "cell__source cell__source--raw",
        };
        view! {
            <div class=class>
                <div class="editor" data-language=language.name()>
                    <pre class="editor__plain">{format!("{source}\n")}</pre>
                </div>
            </div>
        }
        .into_any()
    };
    let has_printed = !printed.is_empty();
    let printed = printed
        .into_iter()
        .map(|text| view! { <div class="output-block output-block--scrolling"><pre class="output-text">{text}</pre></div> })
        .collect_view();
    let gutter = (kind == CellKind::Code).then(|| {
        let text = count.map_or("[ ]".to_owned(), |count| format!("[{count}]"));
        view! { <span class="cell__count">{text}</span> }
    });
    view! {
        <div class="cell" role="group" aria-label=format!("{} cell", kind.label()) data-cell=name data-kind=kind.as_str()>
            <div class="cell__gutter">{gutter}</div>
            <div class="cell__body">
                {source}
                {has_printed.then(|| view! { <div class="cell__outputs"><div class="outputs">{printed}</div></div> })}
            </div>
        </div>
        <div class="insert"></div>
    }
}
