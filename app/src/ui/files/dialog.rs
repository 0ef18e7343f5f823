//! The dialog with the notebook's working files: those that were added, and those that code has written.

use super::FileButton;
use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::notebook::FileEntry;
use crate::model::view;
use crate::model::working_files::{MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES};
use crate::state::AppState;
use crate::ui::base::{Dialog, IconButton, bytes_label};
use crate::ui::icons::{Icon, IconView};
use crate::web::files::PickedFile;
use leptos::prelude::*;

/// So many files are listed; a search finds the others.
const MAX_LINES: usize = 200;

/// With more files than this there is a field to search in.
const SEARCH_FROM: usize = 12;

/// The list of working files.
#[component]
pub fn FilesDialog() -> impl IntoView {
    let app = AppState::from_context();
    let open = app.read(Facet::Dialog, |state| state.view.dialog == Some(view::Dialog::Files));
    let num_files = app.read(Facet::Files, |state| state.document.files.len());
    let summary = app.read(Facet::Files, |state| summary(&state.document.files));
    let on_close = Callback::new(move |()| app.dispatch(Action::CloseDialog));
    let on_files = Callback::new(move |picked: Vec<PickedFile>| app.effects().add_picked(app, picked));
    view! {
        <Dialog open on_close title="Files".to_owned()>
            <p class="files__hint">
                "These files lie in the working directory of the kernel: those that you add, and those that your code writes. "
                <code>"open(\"name\")"</code>
                " finds them, and they are kept in this browser with the notebook."
            </p>
            <Show when=move || num_files.get() == 0>
                <p class="files__empty">"No files yet. Add some here, or drop them on the notebook."</p>
            </Show>
            <FileList num_files />
            <p class="files__hint files__summary" title=limits()>{summary}</p>
            <div class="dialog__actions">
                <FileButton label="Add files…".to_owned() icon=Icon::Plus on_files />
            </div>
        </Dialog>
    }
}

/// The lines, and above them a field to search in if there are many.
#[component]
fn FileList(
    /// How many files there are.
    #[prop(into)]
    num_files: Signal<usize>,
) -> impl IntoView {
    let app = AppState::from_context();
    let files = app.read(Facet::Files, |state| state.document.files.clone());
    let wanted = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let wanted = wanted.get().to_lowercase();
        files.with(|files| found(files, &wanted))
    });
    let left_out = move || match found.with(|(shown, all)| (shown.len(), *all)) {
        (shown, all) if all > shown => format!("{} more; search to find them.", all - shown),
        (0, _) if num_files.get() > 0 => "No file has this in its name.".to_owned(),
        _ => String::new(),
    };
    view! {
        <Show when=move || { num_files.get() > SEARCH_FROM }>
            <input
                class="files__search"
                type="search"
                placeholder="Search files"
                aria-label="Search files"
                prop:value=wanted
                on:input=move |event| wanted.set(event_target_value(&event))
            />
        </Show>
        <ul class="files" aria-label="Working files">
            <For each=move || found.with(|(shown, _)| shown.clone()) key=|file| (file.path.clone(), file.bytes) let:file>
                <FileLine file />
            </For>
        </ul>
        <p class="files__hint" role="status">{left_out}</p>
    }
}

/// The first files whose path has these letters, and how many have.
fn found(files: &[FileEntry], wanted: &str) -> (Vec<FileEntry>, usize) {
    let is_found = |file: &&FileEntry| wanted.is_empty() || file.path.to_lowercase().contains(wanted);
    let shown = files.iter().filter(is_found).take(MAX_LINES).cloned().collect();
    (shown, files.iter().filter(is_found).count())
}

fn summary(files: &[FileEntry]) -> String {
    let total = files.iter().map(|file| file.bytes).sum();
    match files.len() {
        0 => String::new(),
        1 => format!("1 file, {}", bytes_label(total)),
        count => format!("{count} files, {}", bytes_label(total)),
    }
}

fn limits() -> String {
    format!(
        "A notebook keeps up to {MAX_FILES} files of up to {}, together {}",
        bytes_label(MAX_FILE_BYTES),
        bytes_label(MAX_TOTAL_BYTES)
    )
}

/// One file or empty folder of the list.
#[component]
fn FileLine(
    /// The file.
    file: FileEntry,
) -> impl IntoView {
    let app = AppState::from_context();
    let FileEntry { path, bytes } = file;
    let is_folder = path.ends_with('/');
    let size = if is_folder {
        "empty folder".to_owned()
    } else {
        bytes_label(bytes)
    };
    let delete_label = format!("Delete {path}");
    let download_label = format!("Download {path}");
    let (deleted, downloaded, title) = (path.clone(), path.clone(), path.clone());
    let on_delete = Callback::new(move |()| app.dispatch(Action::DeleteFile(deleted.clone())));
    let on_download = Callback::new(move |()| app.dispatch(Action::DownloadFile(downloaded.clone())));
    let icon = if is_folder { Icon::Open } else { Icon::File };
    view! {
        <li class="files__item">
            <IconView icon />
            <span class="files__name" title=title>{path}</span>
            <span class="files__size">{size}</span>
            {(!is_folder)
                .then(|| view! { <IconButton icon=Icon::Download label=download_label on_click=on_download /> })}
            <IconButton icon=Icon::Trash label=delete_label on_click=on_delete />
        </li>
    }
}
