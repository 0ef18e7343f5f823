//! A link to a document of this page: opens it in place, or, with a modifier, wherever the browser would.

use crate::model::action::Action;
use crate::model::ids::DocumentId;
use crate::state::AppState;
use leptos::prelude::*;

/// The link, around its children.
#[component]
pub fn DocumentLink(
    /// The document.
    id: DocumentId,
    /// The class of its style.
    class: &'static str,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let app = AppState::from_context();
    let address = format!("#/n/{id}");
    let on_open = move |event: leptos::ev::MouseEvent| {
        // With a modifier the browser opens a new tab or window, as with any link.
        if !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
            event.prevent_default();
            app.dispatch(Action::ShowLoading(id.clone()));
        }
    };
    view! { <a class=class href=address on:click=on_open>{children()}</a> }
}
