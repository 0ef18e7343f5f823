//! Opening notebooks from files.

use crate::state::AppState;
use crate::ui::files::FileButton;
use crate::ui::icons::Icon;
use crate::web::files::PickedFile;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The button that asks for notebooks, and the files that they read.
#[component]
pub fn OpenButton(
    /// Takes what was picked.
    on_files: Callback<Vec<PickedFile>>,
) -> impl IntoView {
    view! { <FileButton label="Open file…".to_owned() icon=Icon::Open on_files /> }
}

/// Opens notebooks.
pub fn import(app: AppState, picked: Vec<PickedFile>) {
    spawn_local(async move { app.effects().import(app, picked).await });
}
