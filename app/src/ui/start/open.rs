//! Opening notebooks from files.

use crate::state::AppState;
use crate::ui::files::FileButton;
use crate::ui::icons::Icon;
use crate::web::files::PickedFile;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The button that asks for notebook files.
#[component]
pub fn OpenButton(
    /// Takes what was picked.
    on_files: Callback<Vec<PickedFile>>,
) -> impl IntoView {
    view! { <FileButton label="Open file…".to_owned() icon=Icon::Open accept=".ipynb,application/x-ipynb+json" on_files /> }
}

/// Opens notebooks.
pub fn import(app: AppState, picked: Vec<PickedFile>) {
    spawn_local(async move { app.effects().import(app, picked).await });
}
