//! Everything visible. Components read state and send actions; they start no input or output themselves.
//! Read next: `start` (the list of notebooks), `notebook` (the open one), `shell` (what surrounds both).

pub mod base;
pub mod icons;
pub mod markdown;
pub mod output;

mod cell;
mod files;
mod inspector;
mod notebook;
mod packages;
mod shell;
mod start;

use crate::model::facet::Facet;
use crate::model::view::Route;
use crate::state::AppState;
use leptos::prelude::*;

/// The page that the route names, with notices above it.
#[component]
pub fn Page() -> impl IntoView {
    let app = AppState::from_context();
    let route = app.read(Facet::Route, |state| state.route.clone());
    // Every document is shown by a fresh page, also one that follows another or is read anew.
    let num_opened = app.read(Facet::Route, |state| state.num_opened);
    view! {
        {move || {
            num_opened.track();
            match route.get() {
                Route::Start => view! { <start::StartPage /> }.into_any(),
                Route::Loading(_) => view! { <shell::LoadingPage /> }.into_any(),
                Route::Missing(reason) => view! { <shell::MissingPage reason /> }.into_any(),
                Route::Notebook => view! { <notebook::NotebookPage /> }.into_any(),
            }
        }}
        <shell::Notices />
    }
}
