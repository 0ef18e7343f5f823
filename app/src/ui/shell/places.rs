//! The pages that are shown while a document is on its way, or when it cannot be had.

use crate::model::action::Action;
use crate::state::AppState;
use crate::ui::base::{Button, ButtonKind};
use leptos::prelude::*;

/// A document is being read from storage.
#[component]
pub fn LoadingPage() -> impl IntoView {
    view! {
        <main class="place" aria-busy="true">
            <p class="place__text" role="status">"Opening…"</p>
        </main>
    }
}

/// A document could not be opened.
#[component]
pub fn MissingPage(
    /// Why not.
    reason: String,
) -> impl IntoView {
    let app = AppState::from_context();
    let on_click = Callback::new(move |()| app.dispatch(Action::ShowStart));
    view! {
        <main class="place">
            <h1 class="place__title">"This notebook could not be opened"</h1>
            <p class="place__text">{reason}</p>
            <Button label="All notebooks".to_owned() on_click kind=ButtonKind::Primary />
        </main>
    }
}
