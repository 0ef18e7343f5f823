//! Working files: kept in storage beside the document, given to the kernel at its start or as they come, and taken from it
//! when its code has written or removed some. Messages of kernels are stored one after another, and as few may wait as an
//! honest kernel needs. Read next: `kernel/file_changes.rs` (what was checked before), `storage/content.rs`.

use super::Effects;
use crate::kernel::file_changes::{FileChange, FileChanges, FileRefusal};
use crate::model::action::Action;
use crate::model::ids::DocumentId;
use crate::model::notebook::FileEntry;
use crate::model::view::NoticeAction;
use crate::model::working_files::{Room, plain_path};
use crate::render::whole_output::{self, HOME};
use crate::state::AppState;
use crate::storage::content::{Content, StoredFile};
use crate::storage::{Storage, StorageError};
use crate::web::files::{self as web_files, PickedFile};
use crate::web::time;
use futures::channel::oneshot;
use futures::future::{Either, select};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

/// More messages of a kernel than this do not wait to be stored: it may send them again.
const MAX_WAITING: usize = 24;

/// How long the content of a kernel's file is awaited.
const READ_LIMIT_MS: f64 = 10_000.0;

/// So many files that were deleted last can be brought back.
const MAX_DELETED: usize = 20;

/// What belongs to working files.
#[derive(Default)]
pub(super) struct FileRoom {
    waiting: RefCell<VecDeque<Batch>>,
    is_storing: Cell<bool>,
    /// Those who wait until nothing waits.
    settling: RefCell<Vec<oneshot::Sender<()>>>,
    /// Those who wait for a file of the kernel, by the number of the question.
    reading: RefCell<BTreeMap<u32, oneshot::Sender<Result<Content, String>>>>,
    num_read: Cell<u32>,
    /// What the user has deleted: handles, mostly, so that it costs little to remember.
    deleted: RefCell<VecDeque<(DocumentId, StoredFile)>>,
}

/// A message of a kernel.
struct Batch {
    document: DocumentId,
    generation: u64,
    changes: FileChanges,
}

impl Effects {
    /// Stores files of the user's and gives them to the kernel.
    fn put_files(&self, app: AppState, mut files: Vec<StoredFile>) {
        let effects = self.clone();
        time::spawn(async move {
            let id = app.with(|state| state.document.id.clone());
            let storage = effects.storage().await;
            if let Err(error) = storage.change_files(id.clone(), Vec::new(), files.clone()).await {
                let text = format!("The files are there until the page is closed, but were not stored: {error}");
                complain(app, text);
            } else {
                use_stored(&*storage, &id, &mut files).await;
            }
            effects.tell_files(&id, files.iter().map(|file| file.path.clone()).collect());
            if app.with(|state| state.document.id == id) {
                effects.rooms.kernel.send_files(files);
            }
            effects.refresh_files(app).await;
        });
    }

    pub(super) fn delete_file(&self, app: AppState, path: String) {
        let effects = self.clone();
        time::spawn(async move {
            let id = app.with(|state| state.document.id.clone());
            let storage = effects.storage().await;
            let file = storage.file(id.clone(), path.clone()).await.ok().flatten();
            if let Err(error) = storage.change_files(id.clone(), vec![path.clone()], Vec::new()).await {
                complain(app, error.to_string());
            } else if let Some(file) = file {
                let mut deleted = effects.rooms.files.deleted.borrow_mut();
                deleted.push_back((id.clone(), file));
                let excess = deleted.len().saturating_sub(MAX_DELETED);
                deleted.drain(..excess);
                drop(deleted);
                app.dispatch(Action::Notify {
                    text: format!("Deleted “{path}”"),
                    is_error: false,
                    action: Some(NoticeAction::RestoreFile(path.clone())),
                });
            }
            effects.rooms.kernel.remove_files(vec![path.clone()]);
            effects.tell_files(&id, vec![path]);
            effects.refresh_files(app).await;
        });
    }

    /// Brings back a file that the user has deleted.
    pub(super) fn restore_file(&self, app: AppState, path: &str) {
        let id = app.with(|state| state.document.id.clone());
        let mut deleted = self.rooms.files.deleted.borrow_mut();
        let position = deleted.iter().rposition(|(of, file)| *of == id && file.path == path);
        let file = position.and_then(|position| deleted.remove(position));
        drop(deleted);
        if let Some((_, file)) = file {
            self.put_files(app, vec![file]);
        }
    }

    /// Hands a file to the user.
    pub(super) fn download_file(&self, app: AppState, path: String) {
        let effects = self.clone();
        time::spawn(async move {
            let id = app.with(|state| state.document.id.clone());
            let content = match effects.storage().await.file(id, path.clone()).await {
                Ok(Some(file)) => Ok(file.content),
                // What a running cell has written is with the kernel until it is stored, and what finds no room stays there.
                Ok(None) => effects.kernel_file(&format!("{HOME}{path}")).await,
                Err(error) => Err(error.to_string()),
            };
            let name = path.rsplit('/').next().unwrap_or(&path);
            let refused = |_| "the browser refused".to_owned();
            let handed = content.and_then(|content| web_files::download_content(name, &content).map_err(refused));
            if let Err(reason) = handed {
                complain(app, format!("{path} could not be downloaded: {reason}"));
            }
        });
    }

    /// The content of a file in the kernel's own file system.
    async fn kernel_file(&self, path: &str) -> Result<Content, String> {
        let room = &self.rooms.files;
        let id = room.num_read.get().wrapping_add(1);
        room.num_read.set(id);
        let (sender, receiver) = oneshot::channel();
        room.reading.borrow_mut().insert(id, sender);
        self.rooms.kernel.read_file(id, path);
        let answer = select(receiver, Box::pin(time::sleep(READ_LIMIT_MS))).await;
        room.reading.borrow_mut().remove(&id);
        match answer {
            Either::Left((Ok(content), _)) => content,
            Either::Left((Err(_), _)) => Err("Python was restarted".to_owned()),
            Either::Right(_) => Err("Python does not answer; try again when no cell runs".to_owned()),
        }
    }

    /// Hands the content of a file to who has asked for it; a kernel that was not asked is not heard.
    pub(super) fn take_file_content(&self, id: u32, content: Result<Content, String>) {
        if let Some(waiter) = self.rooms.files.reading.borrow_mut().remove(&id) {
            waiter.send(content).ok();
        }
    }

    /// Removes files of long outputs that the document shows no more. Only where nothing can bring such an output back: when a
    /// kernel starts.
    pub(super) async fn forget_outputs(&self, app: AppState) {
        let id = app.with(|state| state.document.id.clone());
        let storage = self.storage().await;
        let files = storage.file_list(id.clone()).await.unwrap_or_default();
        let paths = app.with(|state| {
            let paths = files.iter().map(|file| file.path.as_str());
            whole_output::forgotten(&state.document.notebook, paths)
        });
        if !paths.is_empty() && storage.change_files(id, paths, Vec::new()).await.is_ok() {
            self.refresh_files(app).await;
        }
    }

    pub(super) async fn refresh_files(&self, app: AppState) {
        let id = app.with(|state| state.document.id.clone());
        if let Ok(files) = self.storage().await.file_list(id.clone()).await
            && app.with(|state| state.document.id == id)
        {
            app.dispatch(Action::SetFiles(files));
        }
    }

    /// Takes files picked or dropped on an open notebook as its working files.
    pub fn add_picked(&self, app: AppState, picked: Vec<PickedFile>) {
        let files = readable(app, picked);
        if !files.is_empty() {
            self.put_files(app, files);
        }
    }

    /// Takes what a kernel says about its files, to be stored in its turn.
    pub(super) fn take_file_changes(&self, app: AppState, generation: u64, changes: FileChanges) {
        let room = &self.rooms.files;
        if room.waiting.borrow().len() >= MAX_WAITING {
            let count = u32::try_from(changes.changes.len()).unwrap_or(u32::MAX);
            let refusals = (0..count).map(|index| refusal(index, "too much is being stored at once", true));
            return self
                .rooms
                .kernel
                .answer_files(generation, changes.id, refusals.collect());
        }
        let document = app.with(|state| state.document.id.clone());
        room.waiting.borrow_mut().push_back(Batch {
            document,
            generation,
            changes,
        });
        if room.is_storing.replace(true) {
            return;
        }
        let effects = self.clone();
        time::spawn(async move {
            let storage = effects.storage().await;
            loop {
                let batch = effects.rooms.files.waiting.borrow_mut().pop_front();
                let Some(batch) = batch else { break };
                effects.store_changes(app, &*storage, batch).await;
            }
            effects.rooms.files.is_storing.set(false);
            for waiter in effects.rooms.files.settling.take() {
                waiter.send(()).ok();
            }
        });
    }

    /// Resolves when everything that kernels have said about files is stored.
    pub(super) async fn files_settled(&self) {
        if self.rooms.files.is_storing.get() {
            let (sender, receiver) = oneshot::channel();
            self.rooms.files.settling.borrow_mut().push(sender);
            receiver.await.ok();
        }
    }

    async fn store_changes(&self, app: AppState, storage: &dyn Storage, batch: Batch) {
        let Batch {
            document,
            generation,
            changes: FileChanges { id, changes },
        } = batch;
        let open = app.with(|state| (state.document.id == document).then(|| state.document.files.clone()));
        let list = match open {
            Some(list) => list,
            None => storage.file_list(document.clone()).await.unwrap_or_default(),
        };
        let mut room = Room::beside(&list);
        let (mut deleted, mut put, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
        for (index, change) in (0_u32..).zip(changes) {
            match change {
                FileChange::Deleted(path) => {
                    room.release(&path);
                    deleted.push(path);
                }
                FileChange::Put(file) => match room.take(&file.path, file.content.len()) {
                    Ok(()) => put.push((index, file)),
                    Err(reason) => refusals.push(refusal(index, reason, false)),
                },
                FileChange::Refused(reason) => refusals.push(refusal(index, reason, false)),
            }
        }
        let (stored, failures) = store(storage, &document, &deleted, put).await;
        refusals.extend(failures);
        if !stored.is_empty() || !deleted.is_empty() {
            let changed = stored.iter().map(|file| file.path.clone());
            self.tell_files(&document, changed.chain(deleted.iter().cloned()).collect());
            if app.with(|state| state.document.id == document) {
                app.dispatch(Action::ChangeFiles { put: stored, deleted });
            }
        }
        self.rooms.kernel.answer_files(generation, id, refusals);
    }
}

/// Stores changes together or, if there is no room for all of them, one by one; what was stored, and what was not.
async fn store(
    storage: &dyn Storage,
    document: &DocumentId,
    deleted: &[String],
    put: Vec<(u32, StoredFile)>,
) -> (Vec<FileEntry>, Vec<FileRefusal>) {
    let files: Vec<StoredFile> = put.iter().map(|(_, file)| file.clone()).collect();
    let mut stored: Vec<FileEntry> = files.iter().map(StoredFile::entry).collect();
    let Err(error) = storage.change_files(document.clone(), deleted.to_vec(), files).await else {
        return (stored, Vec::new());
    };
    stored.clear();
    if put.len() == 1 && deleted.is_empty() {
        return (stored, vec![unstored(put[0].0, &error)]);
    }
    let mut refusals = Vec::new();
    let removal = storage
        .change_files(document.clone(), deleted.to_vec(), Vec::new())
        .await;
    removal.ok();
    for (index, file) in put {
        let entry = file.entry();
        match storage.change_files(document.clone(), Vec::new(), vec![file]).await {
            Ok(()) => stored.push(entry),
            Err(error) => refusals.push(unstored(index, &error)),
        }
    }
    (stored, refusals)
}

fn unstored(index: u32, error: &StorageError) -> FileRefusal {
    match error {
        StorageError::Full => refusal(index, "the browser's storage is full", false),
        error => refusal(index, &error.to_string(), false),
    }
}

fn refusal(index: u32, reason: &str, may_retry: bool) -> FileRefusal {
    FileRefusal {
        index,
        reason: reason.to_owned(),
        may_retry,
    }
}

fn complain(app: AppState, text: String) {
    app.dispatch(Action::Notify {
        text,
        is_error: true,
        action: None,
    });
}

/// Replaces handles by those of what is stored: a file of the user's may change or go, and its handle is of no use then.
async fn use_stored(storage: &dyn Storage, id: &DocumentId, files: &mut [StoredFile]) {
    for file in files {
        if matches!(file.content, Content::Blob(_))
            && let Ok(Some(stored)) = storage.file(id.clone(), file.path.clone()).await
        {
            *file = stored;
        }
    }
}

/// The files that can be read; says which cannot.
pub(super) fn readable(app: AppState, picked: Vec<PickedFile>) -> Vec<StoredFile> {
    let now_ms = time::now_ms();
    let mut files = Vec::new();
    for PickedFile { name, content } in picked {
        match content {
            Ok(content) => files.push(StoredFile::new(plain_path(&name), content, now_ms)),
            Err(reason) => complain(app, format!("{name} could not be read: {reason}")),
        }
    }
    files
}
