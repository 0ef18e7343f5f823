//! Rendered Markdown and LaTeX. The HTML it sets is that of `render::markdown` and `render::latex`, which is safe by
//! construction; nothing else may be set here. Formulas stand in it as source and are typeset in place.
//! Links within the text are followed by scrolling, because the page's address belongs to the page.
//! Read next: `render/markdown.rs`, `render/latex.rs`, `web/mathematics.rs`.

use leptos::ev::MouseEvent;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions};

use crate::render::latex::latex_to_html;
use crate::render::markdown::markdown_with_images;
use crate::web::mathematics;

/// Shows Markdown source as formatted text.
#[component]
pub fn MarkdownView(
    /// The source.
    #[prop(into)]
    source: Signal<String>,
    /// Gives the picture behind an address, if the document carries it.
    #[prop(optional, into)]
    images: Option<Callback<String, Option<String>>>,
) -> impl IntoView {
    let carried = move |address: &str| images.and_then(|images| images.run(address.to_owned()));
    view! { <SafeHtml html=Memo::new(move |_| source.with(|source| markdown_with_images(source, &carried))) /> }
}

/// Shows a value's LaTeX: text with formulas.
#[component]
pub fn LatexView(
    /// The source.
    source: String,
) -> impl IntoView {
    view! { <SafeHtml html=Memo::new(move |_| latex_to_html(&source)) /> }
}

#[component]
fn SafeHtml(html: Memo<String>) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    Effect::new(move |_| {
        html.track();
        if let Some(place) = place.get() {
            mathematics::typeset(&place);
        }
    });
    view! { <div class="markdown" node_ref=place inner_html=move || html.get() on:click=follow_inner_link></div> }
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
