//! A part of the page onto which files can be dropped.

use crate::web::files::{self, PickedFile};
use leptos::ev::DragEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Content onto which files can be dropped. Buttons offer the same without a mouse.
#[component]
pub fn DropZone(
    /// What dropping does, shown while files are over it.
    label: String,
    /// Takes the files that were read.
    on_files: Callback<Vec<PickedFile>>,
    /// The content.
    children: Children,
) -> impl IntoView {
    // Entering a child counts as leaving the parent, so entries are counted.
    let depth = RwSignal::new(0_u32);
    let on_enter = move |event: DragEvent| {
        if files::has_files(&event) {
            event.prevent_default();
            depth.update(|depth| *depth += 1);
        }
    };
    let on_over = move |event: DragEvent| {
        if files::has_files(&event) {
            event.prevent_default();
        }
    };
    let on_leave = move |_| depth.update(|depth| *depth = depth.saturating_sub(1));
    let on_drop = move |event: DragEvent| {
        depth.set(0);
        if files::has_files(&event) {
            event.prevent_default();
            let dropped = files::dropped(&event);
            spawn_local(async move { on_files.run(files::read(dropped).await) });
        }
    };
    view! {
        <div class="drop-zone" on:dragenter=on_enter on:dragover=on_over on:dragleave=on_leave on:drop=on_drop>
            {children()}
            <Show when=move || { depth.get() > 0 }>
                <div class="drop-zone__cover" aria-hidden="true">{label.clone()}</div>
            </Show>
        </div>
    }
}
