//! Text as a terminal would show it: colours, selectable, scrolling inside when long, following its end while it grows.
//! Text becomes text nodes only; nothing in it can become an element.
//! Read next: `render/ansi.rs` and `render/text.rs`.

use leptos::html;
use leptos::prelude::*;

use crate::model::source_place::SourcePlace;
use crate::render::ansi::Span;
use crate::render::frames::{Piece, pieces};
use crate::render::text::{Block, lay_out};

/// What kind of text it is, which decides how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextKind {
    /// Printed.
    Stdout,
    /// Printed as a diagnosis: warnings, logs, progress bars.
    Stderr,
    /// The text form of a value; its lines are not wrapped, because its columns mean something.
    Value,
    /// A traceback.
    Error,
}

impl TextKind {
    fn class(self) -> &'static str {
        match self {
            Self::Stdout => "output-text output-text--stdout",
            Self::Stderr => "output-text output-text--stderr",
            Self::Value => "output-text output-text--value",
            Self::Error => "output-text output-text--error",
        }
    }
}

/// The number of lines from which a text scrolls inside; the style sheet's `--output-lines` shows a little fewer.
const SCROLLING_LINES: usize = 32;

/// The distance from the end, in pixels, within which the reader counts as following it.
const FOLLOW_DISTANCE: i32 = 24;

/// A block of text with ANSI colours.
#[component]
pub(super) fn TextOutput(
    text: Signal<String>,
    kind: TextKind,
    /// Goes to a place in code that the text names; without it the text names none.
    #[prop(optional, into)]
    on_place: Option<Callback<SourcePlace>>,
) -> impl IntoView {
    let layout = Memo::new(move |_| text.with(|text| lay_out(text)));
    let num_lines = Memo::new(move |_| layout.with(|layout| layout.num_lines));
    let shows_all = RwSignal::new(false);
    let is_long = Memo::new(move |_| num_lines.get() > SCROLLING_LINES);
    let is_scrolling = move || is_long.get() && !shows_all.get();

    let area = NodeRef::<html::Pre>::new();
    let is_following = StoredValue::new(true);
    let on_scroll = move |_| {
        if let Some(area) = area.get_untracked() {
            is_following.set_value(area.scroll_height() - area.scroll_top() - area.client_height() <= FOLLOW_DISTANCE);
        }
    };
    Effect::new(move |was_shown: Option<()>| {
        layout.track();
        // Only growth is followed: a long output of an opened document is read from its start.
        if was_shown.is_some() && is_following.get_value() {
            request_animation_frame(move || {
                if let Some(area) = area.try_get_untracked().flatten() {
                    area.set_scroll_top(area.scroll_height());
                }
            });
        }
    });

    view! {
        <div class="output-block" class:output-block--scrolling=is_scrolling>
            {move || {
                let hidden = layout.with(|layout| layout.num_hidden_bytes);
                (hidden > 0).then(|| view! { <p class="output-note">{format!("The first {} are not shown", in_units(hidden))}</p> })
            }}
            // A region that scrolls must be reachable by keyboard.
            <pre class=kind.class() node_ref=area on:scroll=on_scroll tabindex=move || is_scrolling().then_some("0")>
                <For each=move || layout.get().blocks key=|block| block.key let:block>
                    <TextBlock block on_place />
                </For>
            </pre>
            <Show when=move || is_long.get()>
                <button type="button" class="output-more" on:click=move |_| shows_all.update(|shows_all| *shows_all = !*shows_all)>
                    {move || if shows_all.get() { "Show less".to_owned() } else { format!("Show all {} lines", num_lines.get()) }}
                </button>
            </Show>
        </div>
    }
}

/// Consecutive lines; never changed once drawn.
#[component]
fn TextBlock(block: Block, on_place: Option<Callback<SourcePlace>>) -> impl IntoView {
    let Some(on_place) = on_place else {
        return view_spans(block.spans).into_any();
    };
    pieces(block.spans)
        .into_iter()
        .map(|Piece { place, spans }| match place {
            Some(place) => {
                let on_click = move |_| on_place.run(place.clone());
                view! { <button type="button" class="output-place" on:click=on_click>{view_spans(spans)}</button> }
                    .into_any()
            }
            None => view_spans(spans).into_any(),
        })
        .collect_view()
        .into_any()
}

fn view_spans(spans: Vec<Span>) -> impl IntoView {
    spans
        .into_iter()
        .map(|span| {
            let (class, style) = (span.style.classes(), span.style.inline());
            if class.is_empty() && style.is_empty() {
                return span.text.into_any();
            }
            let style = (!style.is_empty()).then_some(style);
            view! { <span class=class style=style>{span.text}</span> }.into_any()
        })
        .collect_view()
}

/// A number of bytes as people say it.
fn in_units(num_bytes: usize) -> String {
    /// Bytes in a megabyte, as storage is sold.
    const MEGABYTE: usize = 1_000_000;
    if num_bytes < MEGABYTE {
        format!("{} kB", num_bytes.div_ceil(1000))
    } else {
        format!("{:.1} MB", num_bytes as f64 / MEGABYTE as f64)
    }
}
