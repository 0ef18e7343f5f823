//! The dialog with the notebook's working files.

use super::FileButton;
use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::notebook::FileEntry;
use crate::model::view;
use crate::state::AppState;
use crate::ui::base::{Dialog, IconButton, bytes_label};
use crate::ui::icons::{Icon, IconView};
use crate::web::files::PickedFile;
use leptos::prelude::*;

/// The list of working files.
#[component]
pub fn FilesDialog() -> impl IntoView {
    let app = AppState::from_context();
    let open = app.read(Facet::Dialog, |state| state.view.dialog == Some(view::Dialog::Files));
    let files = app.read(Facet::Files, |state| state.document.files.clone());
    let on_close = Callback::new(move |()| app.dispatch(Action::CloseDialog));
    let on_files = Callback::new(move |picked: Vec<PickedFile>| app.effects().add_picked(app, picked));
    view! {
        <Dialog open on_close title="Files".to_owned()>
            <p class="files__hint">
                "These files lie in the working directory of the kernel, so that "<code>"open(\"name\")"</code>
                " finds them. They are stored in this browser with the notebook."
            </p>
            <Show when=move || files.with(Vec::is_empty)>
                <p class="files__empty">"No files yet. Add some here, or drop them on the notebook."</p>
            </Show>
            <ul class="files" aria-label="Working files">
                <For each=move || files.get() key=|file| (file.path.clone(), file.bytes) let:file>
                    <FileLine file />
                </For>
            </ul>
            <div class="dialog__actions">
                <FileButton label="Add files…".to_owned() icon=Icon::Plus on_files />
            </div>
        </Dialog>
    }
}

/// One file of the list.
#[component]
fn FileLine(
    /// The file.
    file: FileEntry,
) -> impl IntoView {
    let app = AppState::from_context();
    let FileEntry { path, bytes } = file;
    let label = format!("Delete {path}");
    let deleted = path.clone();
    let on_delete = Callback::new(move |()| app.dispatch(Action::DeleteFile(deleted.clone())));
    view! {
        <li class="files__item">
            <IconView icon=Icon::File />
            <span class="files__name">{path}</span>
            <span class="files__size">{bytes_label(bytes)}</span>
            <IconButton icon=Icon::Trash label on_click=on_delete />
        </li>
    }
}
