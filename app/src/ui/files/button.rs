//! A button that asks for files. The browser's own file field does the work, out of sight.

use crate::ui::base::Button;
use crate::ui::icons::Icon;
use crate::web::files::{self, PickedFile};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A button that asks for files.
#[component]
pub fn FileButton(
    /// The words.
    label: String,
    /// The icon.
    icon: Icon,
    /// Takes the files that were read.
    on_files: Callback<Vec<PickedFile>>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let on_click = Callback::new(move |()| {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    });
    let on_change = move |_| {
        if let Some(field) = field.get_untracked() {
            let picked = files::take_input(&field);
            spawn_local(async move { on_files.run(files::read(picked).await) });
        }
    };
    view! {
        <Button label=label.clone() on_click icon />
        <input
            node_ref=field
            type="file"
            multiple
            hidden
            aria-label=label
            tabindex="-1"
            on:change=on_change
        />
    }
}
