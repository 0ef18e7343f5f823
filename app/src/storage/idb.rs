//! Storage in IndexedDB. Texts, times and files lie in three stores, so that listing reads no notebook and saving no file.
//! Small files lie there as bytes, large ones as handles, which the browser keeps apart and which are read by whoever needs them.
//! A write checks the stored version in the same transaction, so that two tabs cannot overwrite each other unseen.

use super::content::{Content, StoredFile};
use super::{Answer, Expect, RECORD_VERSION, Record, Storage, StorageError, Summary};
use crate::model::ids::DocumentId;
use crate::model::notebook::FileEntry;
use crate::web::{js, offline};
use futures::FutureExt as _;
use futures::channel::oneshot;
use idb::{Database, DatabaseEvent as _, Factory, KeyRange, ObjectStoreParams, Query, Transaction, TransactionMode};
use js_sys::{Array, Uint8Array};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Event;

const DATABASE: &str = "carrel";
/// The version of the stores; the records have their own.
const DATABASE_VERSION: u32 = 1;
const TEXTS: &str = "texts";
const SUMMARIES: &str = "summaries";
const FILES: &str = "files";
/// A file that is larger is stored as a handle.
const MAX_INLINE_BYTES: u32 = 64 << 10;
/// So many files are read at once.
const FILES_A_READ: u32 = 500;

impl From<idb::Error> for StorageError {
    fn from(error: idb::Error) -> Self {
        let text = match &error {
            idb::Error::DomException(exception) => format!("{}: {}", exception.name(), exception.message()),
            other => other.to_string(),
        };
        // Depending on when the browser notices, the quota shows in a request's or in the transaction's error.
        if text.contains("QuotaExceeded") {
            Self::Full
        } else {
            Self::Failed(text)
        }
    }
}

/// Documents in the browser's database.
pub(crate) struct IdbStorage {
    database: Database,
}

impl IdbStorage {
    /// Opens the database, and makes its stores the first time.
    pub(crate) async fn open() -> Result<Self, StorageError> {
        let unavailable = |error: idb::Error| StorageError::Unavailable(error.to_string());
        let mut request = Factory::new()
            .and_then(|factory| factory.open(DATABASE, Some(DATABASE_VERSION)))
            .map_err(unavailable)?;
        request.on_upgrade_needed(|event| {
            let Ok(database) = event.database() else { return };
            for store in [TEXTS, SUMMARIES, FILES] {
                if !database.store_names().iter().any(|name| name == store) {
                    database.create_object_store(store, ObjectStoreParams::new()).ok();
                }
            }
        });
        let mut database = request.await.map_err(unavailable)?;
        // A newer page in another tab may need to change the stores; it must not wait for this tab.
        database.on_version_change(|event| {
            if let Ok(database) = event.database() {
                database.close();
            }
        });
        Ok(Self { database })
    }

    fn begin(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction, StorageError> {
        Ok(self.database.transaction(stores, mode)?)
    }

    async fn save_record(&self, record: Record, expect: Expect) -> Result<(), StorageError> {
        let transaction = self.begin(&[TEXTS, SUMMARIES], TransactionMode::ReadWrite)?;
        let (texts, summaries) = (transaction.object_store(TEXTS)?, transaction.object_store(SUMMARIES)?);
        let key = JsValue::from_str(record.id.as_str());
        if let Expect::Modified(expected) = expect
            && let Some(stored) = summaries.get(Query::from(key.clone()))?.await?
        {
            if js::get_number(&stored, "version") > Some(f64::from(RECORD_VERSION)) {
                return Err(StorageError::TooNew);
            }
            if js::get_number(&stored, "modified_ms") != Some(expected) {
                return Err(StorageError::Conflict);
            }
        }
        let summary = js::object(&[
            ("version", JsValue::from(RECORD_VERSION)),
            ("title", JsValue::from_str(&record.title)),
            ("created_ms", JsValue::from_f64(record.created_ms)),
            ("modified_ms", JsValue::from_f64(record.modified_ms)),
        ]);
        let text = js::object(&[
            ("version", JsValue::from(RECORD_VERSION)),
            ("ipynb", JsValue::from_str(&record.ipynb)),
        ]);
        // Without an expectation nothing is awaited before the commit, so that a vanishing page can still store.
        texts.put(&text, Some(&key))?;
        summaries.put(&summary, Some(&key))?;
        finish(transaction).await
    }

    async fn load_record(&self, id: DocumentId) -> Result<Option<Record>, StorageError> {
        let transaction = self.begin(&[TEXTS, SUMMARIES], TransactionMode::ReadOnly)?;
        let key = JsValue::from_str(id.as_str());
        let summary = transaction
            .object_store(SUMMARIES)?
            .get(Query::from(key.clone()))?
            .await?;
        let text = transaction.object_store(TEXTS)?.get(Query::from(key))?.await?;
        let (Some(summary), Some(text)) = (summary, text) else {
            return Ok(None);
        };
        if js::get_number(&text, "version") > Some(f64::from(RECORD_VERSION)) {
            return Err(StorageError::TooNew);
        }
        let summary = summary_from(id, &summary);
        Ok(Some(Record {
            id: summary.id,
            title: summary.title,
            ipynb: js::get_text(&text, "ipynb").unwrap_or_default(),
            created_ms: summary.created_ms,
            modified_ms: summary.modified_ms,
        }))
    }

    async fn summaries(&self) -> Result<Vec<Summary>, StorageError> {
        let transaction = self.begin(&[SUMMARIES], TransactionMode::ReadOnly)?;
        let store = transaction.object_store(SUMMARIES)?;
        let keys = store.get_all_keys(None, None)?.await?;
        let values = store.get_all(None, None)?.await?;
        let named = keys
            .iter()
            .zip(&values)
            .filter_map(|(key, value)| Some((key.as_string()?, value)));
        let mut list: Vec<Summary> = named
            .map(|(id, value)| summary_from(DocumentId::from(id), value))
            .collect();
        list.sort_by(|a, b| b.modified_ms.total_cmp(&a.modified_ms));
        Ok(list)
    }

    async fn remove(&self, id: &DocumentId) -> Result<(), StorageError> {
        let transaction = self.begin(&[TEXTS, SUMMARIES, FILES], TransactionMode::ReadWrite)?;
        for store in [TEXTS, SUMMARIES] {
            transaction
                .object_store(store)?
                .delete(Query::from(JsValue::from_str(id.as_str())))?
                .await?;
        }
        transaction
            .object_store(FILES)?
            .delete(Query::from(files_of(id, None)?))?
            .await?;
        finish(transaction).await
    }

    /// A document's files, some at a time, so that thousands of them do not hold up the page.
    async fn stored_files(&self, id: &DocumentId) -> Result<Vec<StoredFile>, StorageError> {
        let mut files = Vec::new();
        let mut range = files_of(id, None)?;
        loop {
            let transaction = self.begin(&[FILES], TransactionMode::ReadOnly)?;
            let store = transaction.object_store(FILES)?;
            let keys = store.get_all_keys(Some(Query::from(range.clone())), Some(FILES_A_READ))?;
            let values = store.get_all(Some(Query::from(range)), Some(FILES_A_READ))?;
            let (keys, values) = (keys.await?, values.await?);
            let last = keys.last().cloned();
            let is_whole = keys.len() < FILES_A_READ as usize;
            for (key, value) in keys.into_iter().zip(values) {
                let path = key.dyn_into::<Array>().ok().and_then(|key| key.get(1).as_string());
                files.extend(path.and_then(|path| file_from(path, &value)));
            }
            match last {
                Some(last) if !is_whole => range = files_of(id, Some(&last))?,
                _ => return Ok(files),
            }
        }
    }

    async fn change(&self, id: &DocumentId, deleted: Vec<String>, put: Vec<StoredFile>) -> Result<(), StorageError> {
        let transaction = self.begin(&[FILES], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(FILES)?;
        // Nothing is awaited before the commit, so that a vanishing page can still store.
        for path in deleted {
            store.delete(Query::from(file_key(id, &path)))?;
        }
        for file in put {
            store.put(&file_record(&file), Some(&file_key(id, &file.path)))?;
        }
        finish(transaction).await
    }
}

/// Commits, and waits for the end. A failed request aborts its transaction; so does, after all requests went well, a commit
/// that finds no room, and that says so nowhere else.
async fn finish(transaction: Transaction) -> Result<(), StorageError> {
    let mut transaction = transaction.commit()?;
    let (tell_end, end) = oneshot::channel();
    let tell_end = Rc::new(Cell::new(Some(tell_end)));
    let tell = move |result| {
        if let Some(tell_end) = tell_end.take() {
            tell_end.send(result).ok();
        }
    };
    let tell_abort = tell.clone();
    transaction.on_abort(move |event| tell_abort(Err(abort_error(&event))));
    transaction.on_complete(move |_| tell(Ok(())));
    let closed = |_| Err(StorageError::Failed("the database was closed".to_owned()));
    end.await.unwrap_or_else(closed)
}

/// Why a transaction was given up.
fn abort_error(event: &Event) -> StorageError {
    let error = js::get(&JsValue::from(event.target()), "error");
    match js::get_text(&error, "name").as_deref() {
        Some("QuotaExceededError") => StorageError::Full,
        _ => StorageError::Failed(js::error_text(&error)),
    }
}

fn summary_from(id: DocumentId, value: &JsValue) -> Summary {
    Summary {
        id,
        title: js::get_text(value, "title").unwrap_or_default(),
        created_ms: js::get_number(value, "created_ms").unwrap_or_default(),
        modified_ms: js::get_number(value, "modified_ms").unwrap_or_default(),
        trashed_ms: js::get_number(value, "trashed_ms"),
    }
}

fn file_key(id: &DocumentId, path: &str) -> JsValue {
    Array::of2(&JsValue::from_str(id.as_str()), &JsValue::from_str(path)).into()
}

/// The keys of all files of a document, or of those behind one. An array sorts after every text, so an empty one ends the range.
fn files_of(id: &DocumentId, after: Option<&JsValue>) -> Result<KeyRange, StorageError> {
    let start = Array::of1(&JsValue::from_str(id.as_str())).into();
    let upper = Array::of2(&JsValue::from_str(id.as_str()), &Array::new()).into();
    Ok(KeyRange::bound(
        after.unwrap_or(&start),
        &upper,
        Some(after.is_some()),
        None,
    )?)
}

fn file_record(file: &StoredFile) -> JsValue {
    let bytes = |bytes: &Uint8Array| match bytes.length() {
        0..=MAX_INLINE_BYTES => bytes.clone().into(),
        _ => offline::blob(&bytes.slice(0, bytes.length()).buffer()).map_or(bytes.clone().into(), JsValue::from),
    };
    let content = match &file.content {
        Content::Folder => JsValue::NULL,
        Content::Bytes(content) => bytes(&Uint8Array::from(content.as_ref())),
        Content::Buffer(content) => bytes(content),
        Content::Blob(blob) => blob.into(),
    };
    js::object(&[
        ("version", JsValue::from(RECORD_VERSION)),
        ("modified_ms", JsValue::from_f64(file.modified_ms)),
        ("content", content),
    ])
    .into()
}

/// A file from its record; the first records were bytes and nothing else.
fn file_from(path: String, value: &JsValue) -> Option<StoredFile> {
    let content = match value.dyn_ref::<Uint8Array>() {
        Some(bytes) => bytes.into(),
        None if js::get_number(value, "version") == Some(f64::from(RECORD_VERSION)) => js::get(value, "content"),
        None => return None,
    };
    let content = if content.is_null() {
        Content::Folder
    } else if let Some(bytes) = content.dyn_ref::<Uint8Array>() {
        Content::Buffer(bytes.clone())
    } else {
        Content::Blob(content.dyn_into().ok()?)
    };
    let modified_ms = js::get_number(value, "modified_ms").unwrap_or_default();
    Some(StoredFile {
        path,
        modified_ms,
        content,
    })
}

impl Storage for IdbStorage {
    fn list(&self) -> Answer<'_, Vec<Summary>> {
        self.summaries().boxed_local()
    }

    fn load(&self, id: DocumentId) -> Answer<'_, Option<Record>> {
        self.load_record(id).boxed_local()
    }

    fn save(&self, record: Record, expect: Expect) -> Answer<'_, ()> {
        self.save_record(record, expect).boxed_local()
    }

    fn set_trashed(&self, id: DocumentId, trashed_ms: Option<f64>) -> Answer<'_, ()> {
        async move {
            let transaction = self.begin(&[SUMMARIES], TransactionMode::ReadWrite)?;
            let store = transaction.object_store(SUMMARIES)?;
            let key = JsValue::from_str(id.as_str());
            if let Some(summary) = store.get(Query::from(key.clone()))?.await? {
                let trashed_ms = trashed_ms.map_or(JsValue::UNDEFINED, JsValue::from_f64);
                js::set(&summary, "trashed_ms", &trashed_ms);
                store.put(&summary, Some(&key))?.await?;
            }
            finish(transaction).await
        }
        .boxed_local()
    }

    fn purge(&self, before_ms: f64) -> Answer<'_, ()> {
        async move {
            for summary in self.summaries().await? {
                if summary.trashed_ms.is_some_and(|trashed_ms| trashed_ms < before_ms) {
                    self.remove(&summary.id).await?;
                }
            }
            Ok(())
        }
        .boxed_local()
    }

    fn file_list(&self, id: DocumentId) -> Answer<'_, Vec<FileEntry>> {
        async move {
            let files = self.stored_files(&id).await?;
            Ok(files.iter().map(StoredFile::entry).collect())
        }
        .boxed_local()
    }

    fn files(&self, id: DocumentId) -> Answer<'_, Vec<StoredFile>> {
        async move { self.stored_files(&id).await }.boxed_local()
    }

    fn file(&self, id: DocumentId, path: String) -> Answer<'_, Option<StoredFile>> {
        async move {
            let transaction = self.begin(&[FILES], TransactionMode::ReadOnly)?;
            let store = transaction.object_store(FILES)?;
            let value = store.get(Query::from(file_key(&id, &path)))?.await?;
            Ok(value.and_then(|value| file_from(path, &value)))
        }
        .boxed_local()
    }

    fn change_files(&self, id: DocumentId, deleted: Vec<String>, put: Vec<StoredFile>) -> Answer<'_, ()> {
        async move { self.change(&id, deleted, put).await }.boxed_local()
    }
}
