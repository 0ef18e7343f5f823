//! The dialog with the wheels that this browser has stored, their sizes, and the way to be rid of them.

use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::packages::{PackageAction, StoredPackage};
use crate::model::view;
use crate::state::AppState;
use crate::ui::base::{Button, Dialog, IconButton, bytes_label};
use crate::ui::icons::{Icon, IconView};
use leptos::prelude::*;

/// The list of stored packages.
#[component]
pub fn PackagesDialog() -> impl IntoView {
    let app = AppState::from_context();
    let open = app.read(Facet::Dialog, |state| state.view.dialog == Some(view::Dialog::Packages));
    let stored = app.read(Facet::Packages, |state| {
        state.packages.stored.clone().unwrap_or_default()
    });
    let on_close = Callback::new(move |()| app.dispatch(Action::CloseDialog));
    let on_keep = Callback::new(move |()| app.dispatch(Action::Packages(PackageAction::KeepSite)));
    let total = move || {
        stored.with(|stored| {
            let bytes = stored.iter().map(|package| package.bytes).sum();
            format!("{} packages, {}", stored.len(), bytes_label(bytes))
        })
    };
    view! {
        <Dialog open on_close title="Packages".to_owned()>
            <p class="files__hint">
                "Packages that notebooks have installed are stored in this browser, for all notebooks, and work without a network. "
                "Install one with "<code>"%pip install name"</code>"."
            </p>
            <Show
                when=move || !stored.with(Vec::is_empty)
                fallback=|| view! { <p class="files__empty">"No packages are stored yet."</p> }
            >
                <p class="files__hint">{total}</p>
            </Show>
            <ul class="files" aria-label="Stored packages">
                <For each=move || stored.get() key=|package| package.sha256.clone() let:package>
                    <PackageLine package />
                </For>
            </ul>
            <div class="dialog__actions">
                <Button label="Store all packages of this site".to_owned() on_click=on_keep />
            </div>
        </Dialog>
    }
}

/// One wheel of the list.
#[component]
fn PackageLine(
    /// The wheel.
    package: StoredPackage,
) -> impl IntoView {
    let app = AppState::from_context();
    let StoredPackage {
        filename,
        sha256,
        bytes,
    } = package;
    let mut parts = filename.split('-');
    let name = format!(
        "{} {}",
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default()
    );
    let label = format!("Remove {name}");
    let on_remove =
        Callback::new(move |()| app.dispatch(Action::Packages(PackageAction::RemoveStored(sha256.clone()))));
    view! {
        <li class="files__item">
            <IconView icon=Icon::File />
            <span class="files__name" title=filename>{name}</span>
            <span class="files__size">{bytes_label(bytes)}</span>
            <IconButton icon=Icon::Trash label on_click=on_remove />
        </li>
    }
}
