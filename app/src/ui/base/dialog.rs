//! A modal dialog on the browser's own `<dialog>`, which keeps the focus inside, closes on Escape and gives the focus back.
//! It does not decide what closing means; it reports the wish, and the owner lowers `open`.
//! Read next: app/styles/dialogs.css.

use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::ev::{Event, KeyboardEvent};
use leptos::prelude::*;

use super::IconButton;
use crate::ui::icons::Icon;
use crate::web::focus;

/// Numbers the titles, so that each dialog can point at its own.
static NEXT_TITLE: AtomicUsize = AtomicUsize::new(0);

/// A dialog over the page. Its content exists only while it is open.
#[component]
pub fn Dialog(
    /// Whether it is shown.
    #[prop(into)]
    open: Signal<bool>,
    /// The user wants it closed.
    on_close: Callback<()>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// Its content; put the buttons into an element with the class `dialog__actions`.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<leptos::html::Dialog>::new();
    let title_id = format!("dialog-title-{}", NEXT_TITLE.fetch_add(1, Ordering::Relaxed));
    Effect::new(move |_| {
        let is_open = open.get();
        if let Some(dialog) = node.get() {
            if is_open && !dialog.open() {
                dialog.show_modal().ok();
            } else if !is_open && dialog.open() {
                dialog.close();
                // Where nothing had the focus before, the browser leaves it inside.
                focus::leave(&dialog);
            }
        }
    });
    let on_cancel = move |event: Event| {
        event.prevent_default();
        on_close.run(());
    };
    // The browser asks a moment later whether to close, and keys that follow quickly would still go to the dialog.
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() && !event.default_prevented() {
            event.prevent_default();
            on_close.run(());
        }
    };
    // A press on the backdrop is a press on the dialog element itself, outside its content.
    let on_press = move |event: leptos::ev::MouseEvent| {
        if event.target().is_some() && event.target() == event.current_target() {
            on_close.run(());
        }
    };
    view! {
        <dialog
            class="dialog"
            node_ref=node
            aria-labelledby=title_id.clone()
            on:cancel=on_cancel
            on:keydown=on_key
            on:mousedown=on_press
        >
            <div class="dialog__content">
                <header class="dialog__header">
                    <h2 class="dialog__title" id=title_id.clone()>{title}</h2>
                    <IconButton icon=Icon::Close label="Close".to_owned() on_click=on_close />
                </header>
                <Show when=move || open.get()>
                    <div class="dialog__body">{children()}</div>
                </Show>
            </div>
        </dialog>
    }
}
