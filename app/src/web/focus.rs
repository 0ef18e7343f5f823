//! Where the keyboard's focus is, and when it may be moved without taking it from somebody.

use leptos::prelude::document;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, HtmlElement};

/// What takes text.
const TEXT_FIELDS: &str = "input, textarea, select, [contenteditable=true], .cm-editor";

/// What Enter and Space press.
const PRESSABLE: &str = "button, a, summary, [role=menuitem], [role=button]";

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn is_inside(element: &Element, selector: &str) -> bool {
    element.closest(selector).ok().flatten().is_some()
}

/// True when the event comes from something that takes text.
pub fn is_from_text_field(event: &Event) -> bool {
    target(event).is_some_and(|element| is_inside(&element, TEXT_FIELDS))
}

/// True when the event comes from something that Enter and Space press.
pub fn is_from_pressable(event: &Event) -> bool {
    target(event).is_some_and(|element| is_inside(&element, PRESSABLE))
}

/// True when the event comes from inside of an open dialog.
pub fn is_from_dialog(event: &Event) -> bool {
    target(event).is_some_and(|element| is_inside(&element, "dialog"))
}

/// True when the event comes from a panel in which single keys act on nothing of the notebook.
pub fn is_from_panel(event: &Event) -> bool {
    target(event).is_some_and(|element| is_inside(&element, "[data-own-keys]"))
}

/// Gives an element the focus, unless the user has put it somewhere with the keyboard or is typing elsewhere.
pub fn offer_focus(element: &HtmlElement) {
    let active = document()
        .active_element()
        .filter(|active| !active.is_same_node(document().body().as_deref().map(AsRef::as_ref)));
    let is_wanted_elsewhere = active.is_some_and(|active| {
        let is_own = element.contains(Some(&active)) || is_inside(&active, "[data-cell]");
        let is_visible = active.matches(":focus-visible").unwrap_or(false);
        is_visible && (is_inside(&active, TEXT_FIELDS) || !is_own)
    });
    if !is_wanted_elsewhere {
        element.focus().ok();
    }
}

/// Takes the focus out of an element that is about to vanish: until the next frame, keys would still go there.
pub fn leave(element: &Element) {
    let active = document()
        .active_element()
        .filter(|active| element.contains(Some(active)));
    if let Some(active) = active.and_then(|active| active.dyn_into::<HtmlElement>().ok()) {
        active.blur().ok();
    }
}

/// Scrolls an element to the middle of what scrolls around it.
pub fn reveal_in_middle(element: &HtmlElement) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Center);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Scrolls just as far as it takes to see an element's beginning.
pub fn reveal(element: &HtmlElement) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}
