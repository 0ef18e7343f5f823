//! The list of example notebooks. Each opens as the reader's own copy, which then stands among the recent ones.

use super::link::DocumentLink;
use crate::model::example::{Example, examples};
use leptos::prelude::*;

/// The list.
#[component]
pub fn ExampleList() -> impl IntoView {
    view! {
        <section class="examples" aria-labelledby="examples-heading">
            <h2 class="start__heading" id="examples-heading">"Examples"</h2>
            <ul class="examples__list">
                {examples().into_iter().map(|example| view! { <ExampleCard example /> }).collect_view()}
            </ul>
        </section>
    }
}

/// One example of the list.
#[component]
fn ExampleCard(
    /// The example.
    example: Example,
) -> impl IntoView {
    let id = example.document_id();
    view! {
        <li class="examples__item">
            <DocumentLink id class="examples__link">
                <span class="examples__title">{example.title}</span>
                <span class="examples__summary">{example.summary}</span>
            </DocumentLink>
        </li>
    }
}
