//! The open notebook: header, cells, and the keys of command mode.

mod file_dialog;
mod group;
mod keys;
mod list;
mod still;

use crate::model::view::Route;
use crate::state::AppState;
use crate::ui::files::{DropZone, FilesDialog};
use crate::ui::inspector::Inspector;
use crate::ui::packages::{PackagesDialog, RequirementsBanner};
use crate::ui::shell::{Banner, Header, NetworkDialog, ShortcutsDialog};
use crate::web::files::PickedFile;
use file_dialog::FileDialog;
use leptos::prelude::*;
use list::CellList;

/// The notebook page.
#[component]
pub fn NotebookPage() -> impl IntoView {
    let app = AppState::from_context();
    keys::listen(app);
    let on_files = Callback::new(move |picked: Vec<PickedFile>| {
        // A drop may arrive after the notebook has been left.
        if app.with(|state| state.route == Route::Notebook) {
            app.effects().add_picked(app, picked);
        }
    });
    view! {
        <DropZone label="Drop files to put them beside the notebook".to_owned() on_files>
            <div class="notebook-page">
                <Header />
                <Banner />
                <RequirementsBanner />
                <div class="notebook-page__body">
                    <main class="notebook" aria-label="Notebook">
                        <CellList />
                    </main>
                    <Inspector />
                </div>
            </div>
        </DropZone>
        <ShortcutsDialog />
        <FilesDialog />
        <FileDialog />
        <NetworkDialog />
        <PackagesDialog />
    }
}
