//! The outputs of a cell, in order, each drawn by the renderer of its kind.
//! Whatever could run or fetch goes into an output frame (`frame.rs`); nothing else of an output becomes HTML of the page.
//! Read next: `item.rs` (which renderer), then the renderer's file.

mod error;
mod frame;
mod image;
mod item;
mod text;
mod widget;

use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

use self::item::OutputItem;
use crate::model::action::Action;
use crate::model::output::Output;
use crate::render::whole_output::left_out_of;
use crate::state::AppState;

/// How long an emptied list keeps its height. A cell that runs again usually prints within this time, and the page
/// below it then does not jump up and down.
const HELD_HEIGHT: Duration = Duration::from_millis(400);

/// Shows the outputs of one cell and announces errors that appear while it is on the page.
#[component]
pub fn OutputList(
    /// The outputs, oldest first.
    #[prop(into)]
    outputs: Signal<Vec<Output>>,
    /// Whether they were made by running the cell in this session, and did not come with the document. Only then do
    /// their scripts run unasked, and even then in a frame that can reach nothing.
    #[prop(optional, into)]
    made_here: Signal<bool>,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let held_height = RwSignal::new(None::<i32>);
    let count = Memo::new(move |_| outputs.with(Vec::len));
    // Positions are the keys: an output that grows or is replaced keeps its place and its elements.
    let positions = move || {
        let count = count.get();
        if count == 0 {
            // This runs before the elements go, so the height is still that of the old outputs.
            let height = list
                .get_untracked()
                .map(|list| list.offset_height())
                .filter(|height| *height > 0);
            if height.is_some() {
                held_height.set(height);
                set_timeout(
                    move || {
                        held_height.try_set(None);
                    },
                    HELD_HEIGHT,
                );
            }
        }
        0..count
    };
    let whole = Memo::new(move |_| outputs.with(|outputs| outputs.iter().flat_map(left_out_of).collect::<Vec<_>>()));
    let announcement = Memo::new(move |old: Option<&Announcement>| Announcement::next(old, &outputs.read()));
    view! {
        <div class="outputs" node_ref=list style:min-height=move || held_height.get().map(|height| format!("{height}px")).unwrap_or_default()>
            <For each=positions key=|position| *position let:position>
                <OutputItem outputs position made_here />
            </For>
            <For each=move || whole.get() key=String::clone let:path>
                <WholeOutput path />
            </For>
        </div>
        <div class="visually-hidden" role="alert">
            {move || announcement.with(|announcement| announcement.words.clone())}
        </div>
    }
}

/// The way to what was too long to be shown.
#[component]
fn WholeOutput(
    /// The working file that holds it.
    path: String,
) -> impl IntoView {
    let app = AppState::from_context();
    let title = path.clone();
    let on_click = move |_| app.dispatch(Action::DownloadFile(path.clone()));
    view! {
        <button type="button" class="output-more" title=title on:click=on_click>
            "Download whole output"
        </button>
    }
}

/// What a screen reader is told: errors that were not there when the cell was first shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Announcement {
    num_errors: usize,
    words: String,
}

impl Announcement {
    fn next(old: Option<&Self>, outputs: &[Output]) -> Self {
        let errors = || {
            outputs.iter().filter_map(|output| match output {
                Output::Error { ename, evalue, .. } => Some((ename, evalue)),
                Output::Stream { .. }
                | Output::DisplayData { .. }
                | Output::ExecuteResult { .. }
                | Output::Unknown(_) => None,
            })
        };
        let num_errors = errors().count();
        let words = match (old, errors().next_back()) {
            (Some(old), Some((ename, evalue))) if num_errors > old.num_errors => {
                format!("{ename}: {evalue}")
            }
            (Some(old), Some(_)) => old.words.clone(),
            _ => String::new(),
        };
        Self { num_errors, words }
    }
}
