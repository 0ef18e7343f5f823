//! What a kernel says about its working directory: files that code has written or removed, on their way into storage.
//! Code in the kernel can send such messages itself, so each path and each content is checked here, before anybody looks at
//! it. Read next: public/kernel/working_files.js (where they come from), `effects/files.rs` (what becomes of them).

use crate::storage::content::StoredFile;

/// More changes in one message are not read.
pub const MAX_CHANGES: u32 = 256;

/// One message about files.
#[derive(Clone, Debug, PartialEq)]
pub struct FileChanges {
    /// Names the message in its answer.
    pub id: u32,
    /// The changes, in the order of the message.
    pub changes: Vec<FileChange>,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq)]
pub enum FileChange {
    /// It was written.
    Put(StoredFile),
    /// It is not there any more.
    Deleted(String),
    /// It cannot be kept, for this reason.
    Refused(&'static str),
}

/// Why a change was not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRefusal {
    /// Which of the message's changes it was.
    pub index: u32,
    /// The reason, for people.
    pub reason: String,
    /// Whether the kernel may try again with the same content.
    pub may_retry: bool,
}

#[cfg(target_arch = "wasm32")]
mod reading {
    use super::{FileChange, FileChanges, MAX_CHANGES};
    use crate::model::working_files::{MAX_FILE_BYTES, MAX_PATH_BYTES, path_refusal};
    use crate::storage::content::{Content, StoredFile};
    use crate::web::js;
    use js_sys::{Array, ArrayBuffer, JsString, Uint8Array};
    use wasm_bindgen::{JsCast as _, JsValue};
    use web_sys::Blob;

    /// What is larger than this comes as a handle, so that messages that wait take little room.
    const MAX_BUFFER_BYTES: u32 = 64 << 10;

    impl FileChanges {
        /// Reads a message; nothing if it is none.
        pub fn from_js(data: &JsValue) -> Option<Self> {
            let id = js::get_number(data, "id").filter(|id| (0.0..=f64::from(u32::MAX)).contains(id))?;
            let changes: Array = js::get(data, "changes").dyn_into().ok()?;
            if changes.length() > MAX_CHANGES {
                return None;
            }
            let changes = changes.iter().map(|change| change_from(&change)).collect();
            Some(Self { id: id as u32, changes })
        }
    }

    fn change_from(change: &JsValue) -> FileChange {
        let path = js::get(change, "path").dyn_into::<JsString>();
        let Some(path) = path.ok().filter(|path| path.length() as usize <= MAX_PATH_BYTES) else {
            return FileChange::Refused("its path is too long");
        };
        let path = String::from(path);
        if let Some(reason) = path_refusal(&path) {
            return FileChange::Refused(reason);
        }
        if js::get(change, "deleted").is_truthy() {
            return FileChange::Deleted(path);
        }
        let content = if path.ends_with('/') {
            Some(Content::Folder)
        } else {
            content_from(change)
        };
        let modified_ms = js::get_number(change, "modified").filter(|ms| (0.0..=8.64e15).contains(ms));
        match content {
            Some(content) if content.len() <= MAX_FILE_BYTES => FileChange::Put(StoredFile {
                path,
                modified_ms: modified_ms.unwrap_or_default(),
                content,
            }),
            Some(_) => FileChange::Refused("it is too large"),
            None => FileChange::Refused("it cannot be read"),
        }
    }

    fn content_from(change: &JsValue) -> Option<Content> {
        if let Ok(blob) = js::get(change, "blob").dyn_into::<Blob>() {
            // A slice has the bytes, and none of the names and types that the sender may have given.
            return blob.slice().ok().map(Content::Blob);
        }
        let buffer: ArrayBuffer = js::get(change, "bytes").dyn_into().ok()?;
        let bytes = Uint8Array::new(&buffer);
        (bytes.length() <= MAX_BUFFER_BYTES).then_some(Content::Buffer(bytes))
    }
}
