//! The page's icons: one small set in one table, drawn in the text's colour.
//! An icon never speaks: it is hidden from screen readers, and the control around it carries the words.
//! Read next: `table.rs` for the drawings.

mod table;

use leptos::prelude::*;

pub use table::Icon;

/// Draws an icon at the size of the text around it (see `.icon` in app/styles/base.css).
#[component]
pub fn IconView(
    /// Which one.
    #[prop(into)]
    icon: Signal<Icon>,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=move || icon.get().path() />
        </svg>
    }
}
