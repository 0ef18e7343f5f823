//! Everything the page does outside of its state: kernel, storage, address, files. The only asynchronous orchestration.
//! It decides nothing about the state: what comes back from outside becomes an action.
//! Read next: `kernel.rs` (executions), `requests.rs` (questions), `watch.rs` (kernels that hang or die), `spare.rs`,
//! `inspector.rs`, `texts.rs`, `documents.rs` (opening), `saving.rs` (storing), `files.rs`, `packages.rs`.

mod documents;
mod files;
mod inspector;
mod kernel;
mod packages;
mod requests;
mod saving;
mod spare;
mod tabs;
mod texts;
mod watch;
mod widgets;

pub use kernel::RunResult;

use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::facet::{CellFacet, Facet};
use crate::model::view::Route;
use crate::settings::{Settings, Theme};
use crate::state::AppState;
use crate::storage::idb::IdbStorage;
use crate::storage::memory::MemoryStorage;
use crate::storage::{Storage, StorageError};
use crate::web::{files as web_files, time, window};
use files::FileRoom;
use futures::FutureExt as _;
use futures::future::{LocalBoxFuture, Shared};
use kernel::KernelRoom;
use packages::PackageRoom;
use requests::Asking;
use saving::SaveRoom;
use std::rc::Rc;
use tabs::TabRoom;
use texts::TextRoom;
use widgets::WidgetRoom;

/// Where the settings are stored.
const SETTINGS_KEY: &str = "carrel:settings";

/// The place of documents, as soon as it is open.
#[derive(Clone)]
struct OpenStorage {
    storage: Rc<dyn Storage>,
    /// Why documents will not outlive the page, if they will not.
    warning: Option<StorageError>,
}

struct Rooms {
    storage: Shared<LocalBoxFuture<'static, OpenStorage>>,
    kernel: KernelRoom,
    files: FileRoom,
    packages: PackageRoom,
    asking: Asking,
    saving: SaveRoom,
    texts: TextRoom,
    widgets: WidgetRoom,
    tabs: TabRoom,
}

/// The performer of effects. Copies are the same performer.
#[derive(Clone)]
pub struct Effects {
    rooms: Rc<Rooms>,
}

impl Effects {
    /// Opens storage and readies the kernel's client; starts no kernel.
    pub fn new() -> Self {
        let storage = open_storage().boxed_local().shared();
        Self {
            rooms: Rc::new(Rooms {
                storage,
                kernel: KernelRoom::new(),
                files: FileRoom::default(),
                packages: PackageRoom::default(),
                asking: Asking::default(),
                saving: SaveRoom::default(),
                texts: TextRoom::default(),
                widgets: WidgetRoom::default(),
                tabs: TabRoom::default(),
            }),
        }
    }

    /// Joins the page to the outside: other tabs, its address, and the moments when it may vanish.
    pub fn connect(&self, app: AppState) {
        self.join_tabs(app);
        let effects = self.clone();
        window::on_window("pagehide", move |_| {
            effects.vanish(app);
            effects.leave_tabs();
        });
        let effects = self.clone();
        window::on_document("visibilitychange", move |_| {
            if window::is_hidden() {
                effects.leave(app);
            }
        });
        let effects = self.clone();
        window::on_window("popstate", move |_| effects.follow_address(app));
        let effects = self.clone();
        time::spawn(async move {
            if let Some(error) = effects.open_storage().await.warning {
                let text = format!("Notebooks will be lost with this tab: {error}");
                app.dispatch(Action::Notify {
                    text,
                    is_error: true,
                    action: None,
                });
            }
        });
    }

    async fn open_storage(&self) -> OpenStorage {
        self.rooms.storage.clone().await
    }

    async fn storage(&self) -> Rc<dyn Storage> {
        self.open_storage().await.storage
    }

    /// Resolves when documents can be opened and stored.
    pub async fn ready(&self) {
        self.open_storage().await;
    }

    /// Notes which parts of the document have changed.
    pub fn note(&self, app: AppState, touched: &[Facet]) {
        for facet in touched {
            self.rooms.texts.note(facet);
            match facet {
                Facet::Cell(cell, CellFacet::Source | CellFacet::Kind) => self.rooms.saving.note_cell(cell),
                Facet::Order => self.rooms.saving.note_new_cells(app),
                Facet::Title => show_title(app),
                Facet::Route => {
                    show_title(app);
                    self.tell_shown(app);
                }
                _ => {}
            }
        }
    }

    /// Performs an effect.
    pub fn perform(&self, app: AppState, effect: Effect) {
        match effect {
            Effect::Execute { cell, run, code } => self.execute(app, cell, run, code),
            Effect::Interrupt => self.interrupt(app),
            Effect::StartKernel => self.start_kernel(app),
            Effect::Restart => self.restart(app),
            Effect::StopKernel => self.stop_kernel(app),
            Effect::Answer(text) => self.answer(app, &text),
            Effect::Inspect(effect) => self.inspect(app, effect),
            Effect::UseEditor { cell, task } => crate::web::editor::perform(&cell, task),
            Effect::GoToLine { cell, line } => crate::web::editor::go_to_line(&cell, line),
            Effect::ReadFile { path, line } => self.read_file(app, path, line),
            Effect::DocumentChanged => self.document_changed(app),
            Effect::SaveNow => self.save_now(app),
            Effect::Overwrite => self.overwrite(app),
            Effect::Closed(document) => self.store_closed(&document),
            Effect::Load(id) => self.load(app, id),
            Effect::Create(document) => self.create(app, *document),
            Effect::Trash(id) => self.trash(app, id, true),
            Effect::Untrash(id) => self.trash(app, id, false),
            Effect::LoadRecent => self.load_recent(app),
            Effect::DeleteFile(path) => self.delete_file(app, path),
            Effect::RestoreFile(path) => self.restore_file(app, &path),
            Effect::DownloadFile(path) => self.download_file(app, path),
            Effect::Packages(effect) => self.perform_packages(app, effect),
            Effect::Download => download(app, &app.with(|state| self.document_text(&state.document))),
            Effect::ShowAddress => show_address(app),
            Effect::ApplySettings => apply_settings(&app.with(|state| state.settings.clone())),
        }
    }
}

async fn open_storage() -> OpenStorage {
    match IdbStorage::open().await {
        Ok(storage) => OpenStorage {
            storage: Rc::new(storage),
            warning: None,
        },
        Err(error) => OpenStorage {
            storage: Rc::new(MemoryStorage::default()),
            warning: Some(error),
        },
    }
}

/// The stored settings.
pub fn stored_settings() -> Settings {
    let settings = window::read_local(SETTINGS_KEY)
        .map(|text| Settings::from_text(&text))
        .unwrap_or_default();
    apply_theme(settings.theme);
    settings
}

fn apply_settings(settings: &Settings) {
    window::write_local(SETTINGS_KEY, &settings.to_text());
    apply_theme(settings.theme);
}

fn apply_theme(theme: Theme) {
    window::set_theme((theme != Theme::System).then(|| theme.as_str()));
}

fn show_title(app: AppState) {
    let title = app.with(|state| match state.route {
        Route::Notebook => format!("{} – Carrel", state.document.title),
        Route::Start | Route::Loading(_) | Route::Missing(_) => "Carrel".to_owned(),
    });
    window::set_title(&title);
}

fn show_address(app: AppState) {
    let hash = app.with(|state| match state.route {
        Route::Notebook => format!("/n/{}", state.document.id),
        Route::Start | Route::Loading(_) | Route::Missing(_) => String::new(),
    });
    window::push_hash(&hash);
}

fn download(app: AppState, text: &str) {
    let name = app.with(|state| state.document.file_name());
    if web_files::download(&name, "application/x-ipynb+json", text).is_err() {
        let text = "The browser refused the download".to_owned();
        app.dispatch(Action::Notify {
            text,
            is_error: true,
            action: None,
        });
    }
}
