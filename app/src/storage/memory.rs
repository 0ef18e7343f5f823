//! Storage in memory: for tests, and for pages whose browser gives no storage, so that they can still be used.

use super::content::StoredFile;
use super::{Answer, Expect, Record, Storage, StorageError, Summary};
use crate::model::ids::DocumentId;
use crate::model::notebook::FileEntry;
use futures::FutureExt as _;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::ready;

#[derive(Debug)]
struct Entry {
    record: Record,
    trashed_ms: Option<f64>,
    files: BTreeMap<String, StoredFile>,
}

/// Documents that are gone with the page.
#[derive(Debug, Default)]
pub struct MemoryStorage {
    entries: RefCell<BTreeMap<DocumentId, Entry>>,
}

impl MemoryStorage {
    fn answer<T: 'static>(
        &self,
        work: impl FnOnce(&mut BTreeMap<DocumentId, Entry>) -> Result<T, StorageError>,
    ) -> Answer<'_, T> {
        ready(work(&mut self.entries.borrow_mut())).boxed_local()
    }
}

impl Storage for MemoryStorage {
    fn list(&self) -> Answer<'_, Vec<Summary>> {
        self.answer(|entries| {
            let mut list: Vec<Summary> = entries
                .values()
                .map(|Entry { record, trashed_ms, .. }| Summary {
                    id: record.id.clone(),
                    title: record.title.clone(),
                    created_ms: record.created_ms,
                    modified_ms: record.modified_ms,
                    trashed_ms: *trashed_ms,
                })
                .collect();
            list.sort_by(|a, b| b.modified_ms.total_cmp(&a.modified_ms));
            Ok(list)
        })
    }

    fn load(&self, id: DocumentId) -> Answer<'_, Option<Record>> {
        self.answer(|entries| Ok(entries.get(&id).map(|entry| entry.record.clone())))
    }

    fn save(&self, record: Record, expect: Expect) -> Answer<'_, ()> {
        self.answer(|entries| match entries.get_mut(&record.id) {
            Some(entry) => {
                if matches!(expect, Expect::Modified(expected) if expected != entry.record.modified_ms) {
                    return Err(StorageError::Conflict);
                }
                entry.record = record;
                Ok(())
            }
            None => {
                entries.insert(
                    record.id.clone(),
                    Entry {
                        record,
                        trashed_ms: None,
                        files: BTreeMap::new(),
                    },
                );
                Ok(())
            }
        })
    }

    fn set_trashed(&self, id: DocumentId, trashed_ms: Option<f64>) -> Answer<'_, ()> {
        self.answer(|entries| {
            if let Some(entry) = entries.get_mut(&id) {
                entry.trashed_ms = trashed_ms;
            }
            Ok(())
        })
    }

    fn purge(&self, before_ms: f64) -> Answer<'_, ()> {
        self.answer(|entries| {
            entries.retain(|_, entry| entry.trashed_ms.is_none_or(|trashed_ms| trashed_ms >= before_ms));
            Ok(())
        })
    }

    fn file_list(&self, id: DocumentId) -> Answer<'_, Vec<FileEntry>> {
        self.answer(|entries| {
            let files = entries.get(&id).map(|entry| entry.files.values()).into_iter().flatten();
            Ok(files.map(StoredFile::entry).collect())
        })
    }

    fn files(&self, id: DocumentId) -> Answer<'_, Vec<StoredFile>> {
        self.answer(|entries| {
            let files = entries.get(&id).map(|entry| entry.files.values()).into_iter().flatten();
            Ok(files.cloned().collect())
        })
    }

    fn file(&self, id: DocumentId, path: String) -> Answer<'_, Option<StoredFile>> {
        self.answer(|entries| Ok(entries.get(&id).and_then(|entry| entry.files.get(&path)).cloned()))
    }

    fn change_files(&self, id: DocumentId, deleted: Vec<String>, put: Vec<StoredFile>) -> Answer<'_, ()> {
        self.answer(|entries| {
            if let Some(entry) = entries.get_mut(&id) {
                for path in deleted {
                    entry.files.remove(&path);
                }
                entry
                    .files
                    .extend(put.into_iter().map(|file| (file.path.clone(), file)));
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::content::Content;
    use futures::executor::block_on;

    fn record(modified_ms: f64) -> Record {
        Record {
            id: DocumentId::from("d"),
            title: "T".to_owned(),
            ipynb: "{}".to_owned(),
            created_ms: 1.0,
            modified_ms,
        }
    }

    #[test]
    fn a_newer_version_is_not_written_over() {
        let storage = MemoryStorage::default();
        assert_eq!(block_on(storage.save(record(1.0), Expect::Modified(0.0))), Ok(()));
        assert_eq!(block_on(storage.save(record(2.0), Expect::Modified(1.0))), Ok(()));
        assert_eq!(
            block_on(storage.save(record(3.0), Expect::Modified(1.0))),
            Err(StorageError::Conflict)
        );
        assert_eq!(block_on(storage.save(record(3.0), Expect::Anything)), Ok(()));
    }

    #[test]
    fn the_trash_is_emptied_only_of_what_is_old() {
        let storage = MemoryStorage::default();
        let id = DocumentId::from("d");
        block_on(storage.save(record(1.0), Expect::Anything)).expect("memory has room");
        block_on(storage.set_trashed(id.clone(), Some(10.0))).expect("memory has room");
        block_on(storage.purge(5.0)).expect("memory has room");
        assert_eq!(block_on(storage.list()).map(|list| list.len()), Ok(1));
        block_on(storage.purge(11.0)).expect("memory has room");
        assert_eq!(block_on(storage.list()).map(|list| list.len()), Ok(0));
    }

    #[test]
    fn files_are_removed_before_others_are_stored() {
        let storage = MemoryStorage::default();
        let id = DocumentId::from("d");
        let file = |path: &str, bytes: &[u8]| StoredFile {
            path: path.to_owned(),
            modified_ms: 1.0,
            content: Content::Bytes(bytes.into()),
        };
        block_on(storage.save(record(1.0), Expect::Anything)).expect("memory has room");
        block_on(storage.change_files(id.clone(), vec![], vec![file("a", b"1"), file("b", b"22")]))
            .expect("memory has room");
        block_on(storage.change_files(
            id.clone(),
            vec!["a".to_owned(), "b".to_owned()],
            vec![file("b", b"333")],
        ))
        .expect("memory has room");
        let list = block_on(storage.file_list(id.clone())).expect("the document is there");
        assert_eq!(
            list,
            [FileEntry {
                path: "b".to_owned(),
                bytes: 3
            }]
        );
        assert_eq!(block_on(storage.file(id.clone(), "a".to_owned())), Ok(None));
        assert_eq!(block_on(storage.files(id)).map(|files| files.len()), Ok(1));
    }
}
