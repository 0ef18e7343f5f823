//! Everything visible. Components read state and send actions; they start no input or output themselves.

use leptos::prelude::*;

/// An empty page, shown until the rooms are built.
#[component]
pub fn Placeholder() -> impl IntoView {
    view! { <main></main> }
}
