//! Everything visible. Components read state and send actions; they start no input or output themselves.

pub mod base;
pub mod icons;
pub mod markdown;
pub mod output;

use leptos::prelude::*;

/// An empty page, shown until the rooms are built.
#[component]
pub fn Placeholder() -> impl IntoView {
    view! { <main></main> }
}
