//! An exception: its traceback as the kernel coloured it, set apart from what was printed.
//! It is not announced from here; `mod.rs` announces errors that are new, and stays silent for those of an opened file.
//! Read next: `text.rs`.

use leptos::prelude::*;

use super::text::{TextKind, TextOutput};
use crate::ui::packages::InstallButton;

/// A traceback.
#[component]
pub(super) fn ErrorOutput(text: Signal<String>) -> impl IntoView {
    view! {
        <div class="output-error" role="group" aria-label="Error">
            <TextOutput text kind=TextKind::Error />
            <InstallButton text />
        </div>
    }
}
