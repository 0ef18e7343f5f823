//! Storing the open document: after a rest, when the page is left, and on request. Nothing newer is written over unasked.
//! Until a write has succeeded, a journal in local storage holds the edits.

use super::Effects;
use crate::model::action::Action;
use crate::model::ids::{CellId, DocumentId};
use crate::model::notebook::Document;
use crate::model::runtime::SaveStatus;
use crate::model::view::Route;
use crate::nbformat;
use crate::state::AppState;
use crate::storage::autosave::Autosave;
use crate::storage::journal::Journal;
use crate::storage::{Expect, Record, StorageError};
use crate::web::tabs::TabNews;
use crate::web::{time, window};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// How long edits may wait before they are in the journal.
const JOURNAL_MS: f64 = 150.0;

/// Where the journal of a document is kept.
pub(super) fn journal_key(id: &DocumentId) -> String {
    format!("carrel:journal:{id}")
}

/// What belongs to storing.
#[derive(Default)]
pub(super) struct SaveRoom {
    autosave: RefCell<Autosave>,
    created_ms: Cell<f64>,
    /// The version that this tab has read or written last.
    modified_ms: Cell<f64>,
    /// The version that is being written, which storage will have before it hears of the next one; 0 if none is.
    on_its_way_ms: Cell<f64>,
    /// Cells whose text may differ from the stored one.
    changed: RefCell<BTreeSet<CellId>>,
    /// The same for the write that is on its way, which may yet fail.
    writing: RefCell<BTreeSet<CellId>>,
    known: RefCell<BTreeSet<CellId>>,
    is_timer_set: Cell<bool>,
    is_journal_due: Cell<bool>,
    has_asked_to_persist: Cell<bool>,
}

impl SaveRoom {
    /// Starts anew for a document as it is stored.
    pub(super) fn open(&self, app: AppState, created_ms: f64, modified_ms: f64) {
        *self.autosave.borrow_mut() = Autosave::default();
        self.created_ms.set(created_ms);
        self.modified_ms.set(modified_ms);
        self.on_its_way_ms.set(0.0);
        self.changed.borrow_mut().clear();
        self.writing.borrow_mut().clear();
        *self.known.borrow_mut() = cell_ids(app);
    }

    pub(super) fn note_cell(&self, cell: &CellId) {
        self.changed.borrow_mut().insert(cell.clone());
    }

    /// Cells that were not stored are in the journal with their text.
    pub(super) fn note_new_cells(&self, app: AppState) {
        let known = self.known.borrow();
        self.changed
            .borrow_mut()
            .extend(cell_ids(app).difference(&known).cloned());
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.autosave.borrow().is_dirty()
    }

    fn record(&self, document: &Document, ipynb: String, modified_ms: f64) -> Record {
        Record {
            id: document.id.clone(),
            title: document.title.clone(),
            ipynb,
            created_ms: self.created_ms.get(),
            modified_ms,
        }
    }

    /// A time for the next version: two versions of the same millisecond must differ.
    fn next_ms(&self) -> f64 {
        time::now_ms()
            .max(self.modified_ms.get() + 1.0)
            .max(self.on_its_way_ms.get() + 1.0)
    }

    /// Writes the journal, before returning.
    fn write_journal(&self, app: AppState) {
        self.is_journal_due.set(false);
        if !self.is_dirty() {
            return;
        }
        app.with(|state| self.write_journal_of(&state.document));
    }

    fn write_journal_of(&self, document: &Document) {
        let changed = self.changed.borrow().union(&self.writing.borrow()).cloned().collect();
        let journal = Journal::new(document, &changed, self.modified_ms.get(), time::now_ms());
        window::write_local(&journal_key(&document.id), &journal.to_text());
    }
}

fn cell_ids(app: AppState) -> BTreeSet<CellId> {
    app.with(|state| {
        state
            .document
            .notebook
            .cells
            .iter()
            .map(|cell| cell.id.clone())
            .collect()
    })
}

impl Effects {
    /// A document as a file, with the state of the widgets that it shows.
    pub(super) fn document_text(&self, document: &Document) -> String {
        let notebook = &document.notebook;
        nbformat::write_with_metadata(notebook, self.metadata_with_widgets(notebook))
    }

    /// The next version of a document, as storage takes it.
    fn record(&self, document: &Document, modified_ms: f64) -> Record {
        let ipynb = self.document_text(document);
        self.rooms.saving.record(document, ipynb, modified_ms)
    }

    pub(super) fn document_changed(&self, app: AppState) {
        if app.with(|state| state.route != Route::Notebook) {
            return;
        }
        let room = &self.rooms.saving;
        room.autosave.borrow_mut().change(time::now_ms());
        if app.with(|state| state.runtime.save == SaveStatus::Saved) {
            app.dispatch(Action::SetSave(SaveStatus::Saving));
        }
        if !room.is_journal_due.replace(true) {
            let effects = self.clone();
            time::spawn(async move {
                time::sleep(JOURNAL_MS).await;
                if effects.rooms.saving.is_journal_due.get() {
                    effects.rooms.saving.write_journal(app);
                }
            });
        }
        self.plan_save(app);
    }

    /// Waits until the document has rested, then stores it.
    fn plan_save(&self, app: AppState) {
        if self.rooms.saving.is_timer_set.replace(true) {
            return;
        }
        let effects = self.clone();
        time::spawn(async move {
            loop {
                let wait_ms = effects.rooms.saving.autosave.borrow().wait_ms(time::now_ms());
                match wait_ms {
                    None => break,
                    Some(0.0) => {
                        effects.save(app, None).await;
                        if app.with(|state| state.runtime.save == SaveStatus::Conflict) {
                            break;
                        }
                    }
                    Some(wait_ms) => time::sleep(wait_ms).await,
                }
            }
            effects.rooms.saving.is_timer_set.set(false);
        });
    }

    pub(super) fn save_now(&self, app: AppState) {
        let effects = self.clone();
        time::spawn(async move {
            effects.save(app, None).await;
            effects.plan_save(app);
        });
    }

    pub(super) fn overwrite(&self, app: AppState) {
        let effects = self.clone();
        time::spawn(async move {
            effects.save(app, Some(Expect::Anything)).await;
            effects.plan_save(app);
        });
    }

    /// The document is being left, or cannot be seen any more: it is stored without waiting for a rest.
    pub(super) fn leave(&self, app: AppState) {
        if app.with(|state| state.route == Route::Notebook) && self.rooms.saving.is_dirty() {
            self.rooms.saving.write_journal(app);
            self.save_now(app);
        }
    }

    /// The page is vanishing: the journal is written at once, and the document is handed to storage in one piece,
    /// because no answer will be waited for. Where another tab may have stored something newer, the journal has to do.
    pub(super) fn vanish(&self, app: AppState) {
        let room = &self.rooms.saving;
        self.flush(app);
        let (is_shown, is_alone) = app.with(|state| {
            let is_alone = !state.runtime.open_elsewhere && state.runtime.save != SaveStatus::Conflict;
            (state.route == Route::Notebook, is_alone)
        });
        if !is_shown || !room.is_dirty() {
            return;
        }
        room.write_journal(app);
        if !is_alone {
            return;
        }
        let modified_ms = room.next_ms();
        room.modified_ms.set(modified_ms);
        let record = app.with(|state| self.record(&state.document, modified_ms));
        let effects = self.clone();
        time::spawn(async move {
            effects.storage().await.save(record, Expect::Anything).await.ok();
        });
    }

    /// A document is not shown any more, and will not be saved by itself: what of it is not stored yet is stored now, outputs
    /// included. A version of another tab's stays; the journal has the edits then.
    pub(super) fn store_closed(&self, document: &Document) {
        let room = &self.rooms.saving;
        if !room.is_dirty() {
            return;
        }
        room.write_journal_of(document);
        let on_its_way_ms = room.on_its_way_ms.get();
        let before_ms = if on_its_way_ms > 0.0 {
            on_its_way_ms
        } else {
            room.modified_ms.get()
        };
        let record = self.record(document, room.next_ms());
        *room.autosave.borrow_mut() = Autosave::default();
        let effects = self.clone();
        time::spawn(async move {
            let id = record.id.clone();
            let stored = effects.storage().await.save(record, Expect::Modified(before_ms)).await;
            if stored.is_ok() {
                window::remove_local(&journal_key(&id));
                effects.tell_tabs(&id, &TabNews::Saved);
            }
        });
    }

    async fn save(&self, app: AppState, expect: Option<Expect>) {
        let room = &self.rooms.saving;
        let in_conflict = app.with(|state| state.runtime.save == SaveStatus::Conflict);
        if app.with(|state| state.route != Route::Notebook) || (in_conflict && expect.is_none()) {
            return;
        }
        let Some(num_changes) = room.autosave.borrow_mut().begin() else {
            return;
        };
        let expect = expect.unwrap_or(Expect::Modified(room.modified_ms.get()));
        let modified_ms = room.next_ms();
        room.on_its_way_ms.set(modified_ms);
        let record = app.with(|state| self.record(&state.document, modified_ms));
        let (id, cells) = (record.id.clone(), cell_ids(app));
        *room.writing.borrow_mut() = room.changed.take();
        app.dispatch(Action::SetSave(SaveStatus::Saving));
        let result = self.storage().await.save(record, expect).await;
        if app.with(|state| state.document.id != id) {
            return; // Another document has been opened meanwhile, and its own counts have begun.
        }
        room.on_its_way_ms.set(0.0);
        match result {
            Ok(()) => {
                room.autosave.borrow_mut().succeed(num_changes, time::now_ms());
                room.modified_ms.set(modified_ms.max(room.modified_ms.get()));
                room.writing.borrow_mut().clear();
                *room.known.borrow_mut() = cells;
                self.saved(app, &id);
            }
            Err(error) => {
                room.autosave.borrow_mut().fail(time::now_ms());
                room.changed.borrow_mut().extend(room.writing.take());
                room.write_journal(app);
                app.dispatch(Action::SetSave(match error {
                    StorageError::Conflict => SaveStatus::Conflict,
                    other => SaveStatus::Failed(other.to_string()),
                }));
            }
        }
    }

    fn saved(&self, app: AppState, id: &DocumentId) {
        let room = &self.rooms.saving;
        if room.is_dirty() {
            room.write_journal(app);
        } else {
            window::remove_local(&journal_key(id));
            app.dispatch(Action::SetSave(SaveStatus::Saved));
        }
        self.tell_tabs(id, &TabNews::Saved);
        if !room.has_asked_to_persist.replace(true) {
            time::spawn(window::ask_to_persist());
        }
    }
}
