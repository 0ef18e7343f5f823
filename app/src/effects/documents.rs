//! Opening, creating, listing and deleting documents, and the page's address.

use super::saving::journal_key;
use super::{Effects, files};
use crate::model::action::Action;
use crate::model::example::{Example, example_of};
use crate::model::ids::{DocumentId, IdSource};
use crate::model::notebook::{Document, title_from_file_name};
use crate::model::runtime::SaveStatus;
use crate::model::view::{Recent, RecentItem, Route};
use crate::nbformat::{self, ReadError};
use crate::state::AppState;
use crate::storage::content::StoredFile;
use crate::storage::journal::Journal;
use crate::storage::{Expect, Record, Storage, StorageError, TRASH_MS};
use crate::web::files::{self as web_files, PickedFile};
use crate::web::{fetch, time, window};

/// How long an open document rests before its kernel starts by itself.
const KERNEL_DELAY_MS: f64 = 300.0;

/// With what some programs begin a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Effects {
    /// Shows what the page's address names.
    pub fn follow_address(&self, app: AppState) {
        let hash = window::hash();
        match hash.strip_prefix("/n/") {
            Some(id) if !id.is_empty() => {
                let is_shown = app.with(|state| state.route == Route::Notebook && state.document.id.as_str() == id);
                if !is_shown {
                    self.leave(app);
                    app.dispatch(Action::ShowLoading(DocumentId::from(id)));
                }
            }
            _ => {
                self.leave(app);
                app.dispatch(Action::ShowStart);
            }
        }
    }

    pub(super) fn load(&self, app: AppState, id: DocumentId) {
        let effects = self.clone();
        time::spawn(async move {
            match effects.read_stored(app, id.clone()).await {
                Ok(Some((record, document, warnings, is_restored))) => {
                    effects.show(app, &record, document, warnings);
                    if is_restored {
                        let text = "Edits that had not been stored were restored".to_owned();
                        app.dispatch(Action::Notify {
                            text,
                            is_error: false,
                            action: None,
                        });
                        effects.document_changed(app);
                    }
                }
                Ok(None) => match example_of(&id) {
                    Some(example) => effects.open_example(app, example).await,
                    None => app.dispatch(Action::ShowMissing(
                        "This notebook is not in this browser’s storage".to_owned(),
                    )),
                },
                Err(reason) => app.dispatch(Action::ShowMissing(reason)),
            }
        });
    }

    async fn read_stored(
        &self,
        app: AppState,
        id: DocumentId,
    ) -> Result<Option<(Record, Document, Vec<String>, bool)>, String> {
        let storage = self.storage().await;
        let text = |error: StorageError| error.to_string();
        // Who has deleted the copy of an example gets a fresh one.
        let is_gone = example_of(&id).is_some() && is_trashed(&*storage, &id).await.map_err(text)?;
        let record = storage.load(id.clone()).await.map_err(text)?.filter(|_| !is_gone);
        let Some(record) = record else {
            return Ok(None);
        };
        let files = storage.file_list(id.clone()).await.map_err(text)?;
        let (notebook, warnings) = read_notebook(&record.ipynb).map_err(|error| error.to_string())?;
        let mut document = Document {
            id: id.clone(),
            title: record.title.clone(),
            notebook,
            files,
        };
        // A document that is read anew on purpose has no use for edits that lost against it.
        let in_conflict = app.with(|state| state.runtime.save == SaveStatus::Conflict);
        let key = journal_key(&id);
        let journal = window::read_local(&key).and_then(|text| Journal::from_text(&text));
        let is_restored = match journal {
            Some(journal) if !in_conflict => journal.restore(&mut document, record.modified_ms),
            _ => false,
        };
        if !is_restored {
            window::remove_local(&key);
        }
        Ok(Some((record, document, warnings, is_restored)))
    }

    fn show(&self, app: AppState, record: &Record, document: Document, warnings: Vec<String>) {
        let id = document.id.clone();
        app.dispatch(Action::OpenDocument {
            document: Box::new(document),
            warnings,
        });
        // Not before: the document that was open until now is stored with the state of its own widgets.
        app.with(|state| self.read_widgets(&state.document.notebook));
        self.rooms.saving.open(app, record.created_ms, record.modified_ms);
        self.offer_requirements(app);
        time::spawn(async move {
            time::sleep(KERNEL_DELAY_MS).await;
            if app.with(|state| state.route == Route::Notebook && state.document.id == id) {
                app.dispatch(Action::StartKernel);
            }
        });
    }

    pub(super) fn create(&self, app: AppState, document: Document) {
        let effects = self.clone();
        let absent = Expect::Modified(0.0);
        time::spawn(async move { effects.store_new(app, document, absent, Vec::new(), Vec::new()).await });
    }

    /// Stores a new document and shows it. Where storage fails it is shown all the same, as not saved.
    async fn store_new(
        &self,
        app: AppState,
        mut document: Document,
        expect: Expect,
        files: Vec<StoredFile>,
        warnings: Vec<String>,
    ) {
        self.leave(app);
        let storage = self.storage().await;
        let now_ms = time::now_ms();
        let record = Record {
            id: document.id.clone(),
            title: document.title.clone(),
            ipynb: nbformat::write(&document.notebook),
            created_ms: now_ms,
            modified_ms: now_ms,
        };
        let mut failure = storage.save(record.clone(), expect).await.err();
        if !files.is_empty() {
            let put = storage.change_files(document.id.clone(), Vec::new(), files).await;
            failure = put.err().or(failure);
            document.files = storage.file_list(document.id.clone()).await.unwrap_or_default();
        }
        self.show(app, &record, document, warnings);
        if let Some(error) = failure {
            app.dispatch(Action::SetSave(SaveStatus::Failed(error.to_string())));
            self.document_changed(app);
        }
    }

    /// Makes a new document from the text of a notebook, with files, and shows it.
    pub async fn open_text(
        &self,
        app: AppState,
        text: &str,
        name: Option<&str>,
        files: Vec<StoredFile>,
    ) -> Result<DocumentId, ReadError> {
        let (notebook, warnings) = read_notebook(text)?;
        let named = notebook
            .metadata
            .get("title")
            .or_else(|| notebook.metadata.get("colab")?.get("name"));
        let name = name.or_else(|| named?.as_str()).unwrap_or("Untitled");
        let id = IdSource::new(window::random_seed()).next_document();
        let document = Document {
            id: id.clone(),
            title: title_from_file_name(name),
            notebook,
            files: Vec::new(),
        };
        self.store_new(app, document, Expect::Modified(0.0), files, warnings)
            .await;
        Ok(id)
    }

    /// Makes the reader's own copy of an example, in place of one that was deleted, and shows it.
    async fn open_example(&self, app: AppState, example: Example) {
        let read = match fetch::text(&example.address()).await {
            Ok(text) => read_notebook(&text).map_err(|error| error.to_string()),
            Err(reason) => Err(reason),
        };
        let (notebook, warnings) = match read {
            Ok(read) => read,
            Err(reason) => return app.dispatch(Action::ShowMissing(reason)),
        };
        let id = example.document_id();
        let storage = self.storage().await;
        // What cannot be removed is a file too many at worst.
        let files = storage.file_list(id.clone()).await.unwrap_or_default();
        let paths = files.into_iter().map(|file| file.path).collect();
        storage.change_files(id.clone(), paths, Vec::new()).await.ok();
        storage.set_trashed(id.clone(), None).await.ok();
        let document = Document {
            id,
            title: example.title,
            notebook,
            files: Vec::new(),
        };
        self.store_new(app, document, Expect::Anything, Vec::new(), warnings)
            .await;
    }

    /// Opens the notebooks among files picked or dropped on the start page, and says which could not be opened.
    /// Files of other kinds that came with them become their working files.
    pub async fn import(&self, app: AppState, picked: Vec<PickedFile>) {
        let (mut notebooks, mut others): (Vec<_>, Vec<_>) = picked
            .into_iter()
            .partition(|file| file.name.to_lowercase().ends_with(".ipynb"));
        // A notebook may go by another name; what is none gets an error that says so.
        if notebooks.is_empty() {
            notebooks = std::mem::take(&mut others);
        }
        let working_files = files::readable(app, others);
        for file in notebooks {
            let result = match text_of(&file).await {
                Ok(text) => {
                    let opened = self.open_text(app, &text, Some(&file.name), working_files.clone());
                    opened.await.map(drop).map_err(|error| error.to_string())
                }
                Err(reason) => Err(reason),
            };
            if let Err(reason) = result {
                let text = format!("{}: {reason}", file.name);
                app.dispatch(Action::Notify {
                    text,
                    is_error: true,
                    action: None,
                });
            }
        }
    }

    pub(super) fn load_recent(&self, app: AppState) {
        let effects = self.clone();
        time::spawn(async move {
            let storage = effects.storage().await;
            // Failing to empty the trash is no reason to show no list.
            storage.purge(time::now_ms() - TRASH_MS).await.ok();
            let recent = match storage.list().await {
                Ok(list) => {
                    let kept = list.into_iter().filter(|summary| summary.trashed_ms.is_none());
                    Recent::Ready(
                        kept.map(|summary| RecentItem {
                            id: summary.id,
                            title: summary.title,
                            modified_ms: summary.modified_ms,
                        })
                        .collect(),
                    )
                }
                Err(error) => Recent::Failed(error.to_string()),
            };
            app.dispatch(Action::SetRecent(recent));
        });
    }

    pub(super) fn trash(&self, app: AppState, id: DocumentId, is_trashed: bool) {
        let effects = self.clone();
        time::spawn(async move {
            let storage = effects.storage().await;
            if let Err(error) = storage.set_trashed(id, is_trashed.then(time::now_ms)).await {
                app.dispatch(Action::Notify {
                    text: error.to_string(),
                    is_error: true,
                    action: None,
                });
            }
            effects.load_recent(app);
        });
    }
}

/// The text of a file that should be a notebook; of one that is none by its first bytes, no more than these.
async fn text_of(file: &PickedFile) -> Result<String, String> {
    let content = file.content.as_ref().map_err(Clone::clone)?;
    if let Some(head) = web_files::head_of(content).await? {
        let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head);
        if !text.trim_ascii_start().starts_with(b"{") {
            return Ok(String::from_utf8_lossy(text).into_owned());
        }
    }
    let bytes = web_files::bytes_of(content).await?;
    String::from_utf8(bytes).map_err(|_| "This is not a notebook: it is not text".to_owned())
}

async fn is_trashed(storage: &dyn Storage, id: &DocumentId) -> Result<bool, StorageError> {
    let list = storage.list().await?;
    Ok(list
        .iter()
        .any(|summary| summary.id == *id && summary.trashed_ms.is_some()))
}

fn read_notebook(text: &str) -> Result<(crate::model::notebook::Notebook, Vec<String>), ReadError> {
    let (notebook, warnings) = nbformat::read(text, &mut IdSource::new(window::random_seed()))?;
    Ok((notebook, warnings.iter().map(ToString::to_string).collect()))
}
