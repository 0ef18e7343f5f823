//! Where documents live: a trait with an implementation over IndexedDB and one in memory.
//! It knows records and bytes, not notebooks; nothing is ever written over a newer version without being told to.
//! Read next: `autosave.rs` (when to write), `journal.rs` (what survives when a write could not finish), `content.rs` (files).

pub mod autosave;
pub mod content;
pub mod journal;
pub mod memory;

#[cfg(target_arch = "wasm32")]
pub(crate) mod idb;

use crate::model::ids::DocumentId;
use crate::model::notebook::FileEntry;
use content::StoredFile;
use futures::future::LocalBoxFuture;

/// The version of the records; a record of a newer version is not touched.
pub const RECORD_VERSION: u32 = 1;

/// How long a deleted document can be brought back.
pub const TRASH_MS: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

/// A stored document.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its name.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Its notebook as .ipynb text.
    pub ipynb: String,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: f64,
    /// When it was last changed, in milliseconds since 1970. It also tells versions apart.
    pub modified_ms: f64,
}

/// What the list of documents needs to know of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Its name.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// When it was made.
    pub created_ms: f64,
    /// When it was last changed.
    pub modified_ms: f64,
    /// When it was deleted, if it was.
    pub trashed_ms: Option<f64>,
}

/// Why storage did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// There is no room.
    #[error("the browser's storage is full; delete notebooks or files, or download this one")]
    Full,
    /// A newer version has been stored by somebody else.
    #[error("another tab has stored a newer version")]
    Conflict,
    /// The record was written by a newer version of the page.
    #[error("this notebook was stored by a newer version of Carrel")]
    TooNew,
    /// There is no storage, for example in a private window.
    #[error("the browser gives no storage here: {0}")]
    Unavailable(String),
    /// Anything else.
    #[error("the browser's storage failed: {0}")]
    Failed(String),
}

/// A call that storage answers later.
pub type Answer<'a, T> = LocalBoxFuture<'a, Result<T, StorageError>>;

/// Which stored version a write may replace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expect {
    /// Only the one of that time, or none at all.
    Modified(f64),
    /// Whatever is there.
    Anything,
}

/// A place for documents and their files.
pub trait Storage {
    /// All documents, the deleted ones included, newest first.
    fn list(&self) -> Answer<'_, Vec<Summary>>;
    /// One document.
    fn load(&self, id: DocumentId) -> Answer<'_, Option<Record>>;
    /// Stores a document in place of the expected version.
    fn save(&self, record: Record, expect: Expect) -> Answer<'_, ()>;
    /// Marks a document as deleted, or not.
    fn set_trashed(&self, id: DocumentId, trashed_ms: Option<f64>) -> Answer<'_, ()>;
    /// Removes documents deleted before a time, with their files.
    fn purge(&self, before_ms: f64) -> Answer<'_, ()>;
    /// The list of a document's files, without their bytes.
    fn file_list(&self, id: DocumentId) -> Answer<'_, Vec<FileEntry>>;
    /// A document's files.
    fn files(&self, id: DocumentId) -> Answer<'_, Vec<StoredFile>>;
    /// One file of a document.
    fn file(&self, id: DocumentId, path: String) -> Answer<'_, Option<StoredFile>>;
    /// Removes files of a document and then stores others, replacing those of the same path: all of it or nothing.
    fn change_files(&self, id: DocumentId, deleted: Vec<String>, put: Vec<StoredFile>) -> Answer<'_, ()>;
}
