//! An exception: its traceback as the kernel coloured it, set apart from what was printed.
//! It is not announced from here; `mod.rs` announces errors that are new, and stays silent for those of an opened file.
//! Read next: `text.rs`.

use leptos::prelude::*;

use super::text::{TextKind, TextOutput};
use crate::model::action::Action;
use crate::state::AppState;
use crate::ui::packages::{InstallButton, OutputCell};

/// A traceback.
#[component]
pub(super) fn ErrorOutput(text: Signal<String>) -> impl IntoView {
    let app = AppState::from_context();
    let cell = use_context::<OutputCell>();
    let on_place = Callback::new(move |place| {
        if let Some(OutputCell(from)) = cell.clone() {
            app.dispatch(Action::GoToPlace { from, place });
        }
    });
    view! {
        <div class="output-error" role="group" aria-label="Error">
            <TextOutput text kind=TextKind::Error on_place />
            <InstallButton text />
        </div>
    }
}
