//! Rendered Markdown. The HTML it sets is `render::markdown`'s, which is safe by construction; nothing else may be set here.
//! Links within the text are followed by scrolling, because the page's address belongs to the page.
//! Read next: `render/markdown.rs`.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions};

use crate::render::markdown::markdown_to_html;

/// Shows Markdown source as formatted text.
#[component]
pub fn MarkdownView(
    /// The source.
    #[prop(into)]
    source: Signal<String>,
) -> impl IntoView {
    let html = Memo::new(move |_| source.with(|source| markdown_to_html(source)));
    view! {
        <div class="markdown" inner_html=move || html.get() on:click=follow_inner_link></div>
    }
}

/// Scrolls to the target of a link within the document.
fn follow_inner_link(event: MouseEvent) {
    let link = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|target| target.closest("a[href]").ok().flatten());
    let Some(link) = link else { return };
    // A press on a link follows it and does nothing else, such as opening the cell for editing.
    event.stop_propagation();
    let address = link.get_attribute("href").unwrap_or_default();
    if let Some(id) = address.strip_prefix('#') {
        event.prevent_default();
        if let Some(target) = document().get_element_by_id(id) {
            let options = ScrollIntoViewOptions::new();
            options.set_behavior(ScrollBehavior::Smooth);
            target.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }
}
