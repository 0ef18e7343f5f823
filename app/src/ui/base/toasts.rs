//! Short messages in a corner, read out by screen readers without taking the focus.
//! How long one stays is the owner's decision; the list only shows what it is given.
//! Read next: app/styles/dialogs.css.

use leptos::prelude::*;

use super::IconButton;
use crate::ui::icons::{Icon, IconView};

/// The tone of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// Good to know.
    Info,
    /// Something failed.
    Error,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Tells it from the others.
    pub id: u64,
    /// Its tone.
    pub kind: ToastKind,
    /// What it says.
    pub text: String,
    /// The words of an offered action, such as "Undo".
    pub action: Option<String>,
}

/// The messages, newest last.
#[component]
pub fn Toasts(
    /// What to show.
    #[prop(into)]
    toasts: Signal<Vec<Toast>>,
    /// The user is done with a message.
    on_dismiss: Callback<u64>,
    /// The user wants a message's action.
    #[prop(optional, into)]
    on_action: Option<Callback<u64>>,
) -> impl IntoView {
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.get() key=|toast| toast.id let:toast>
                {
                    let id = toast.id;
                    let (class, icon) = match toast.kind {
                        ToastKind::Info => ("toast", Icon::Info),
                        ToastKind::Error => ("toast toast--error", Icon::Warning),
                    };
                    view! {
                        <div class=class>
                            <IconView icon />
                            <span class="toast__text">{toast.text}</span>
                            {toast
                                .action
                                .zip(on_action)
                                .map(|(words, on_action)| {
                                    view! {
                                        <button type="button" class="toast__action" on:click=move |_| on_action.run(id)>
                                            {words}
                                        </button>
                                    }
                                })}
                            <IconButton icon=Icon::Close label="Dismiss".to_owned() on_click=Callback::new(move |()| on_dismiss.run(id)) />
                        </div>
                    }
                }
            </For>
        </div>
    }
}
