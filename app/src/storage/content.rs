//! The content of a working file on its way between storage, the kernel and the user: bytes of the page, or a handle of
//! the browser, whose bytes the page never holds. Read next: `idb.rs` (which form is stored), `kernel/frame.rs`.

use crate::model::notebook::FileEntry;
use std::rc::Rc;

/// What is larger than this is better a handle: it is then copied at most once, whoever takes it.
#[cfg(target_arch = "wasm32")]
pub const MAX_BYTES: u32 = 64 << 10;

/// What a file holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing: it is an empty folder, whose path ends with a slash.
    Folder,
    /// Bytes in the page's memory.
    Bytes(Rc<[u8]>),
    /// Bytes in the browser's memory; what is small.
    #[cfg(target_arch = "wasm32")]
    Buffer(js_sys::Uint8Array),
    /// A handle; what is large.
    #[cfg(target_arch = "wasm32")]
    Blob(web_sys::Blob),
}

/// Contents of the browser are the same where they are the same object: comparing bytes would mean to read them.
impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Folder, Self::Folder) => true,
            (Self::Bytes(left), Self::Bytes(right)) => left == right,
            #[cfg(target_arch = "wasm32")]
            (Self::Buffer(left), Self::Buffer(right)) => js_sys::Object::is(left, right),
            #[cfg(target_arch = "wasm32")]
            (Self::Blob(left), Self::Blob(right)) => left == right,
            _ => false,
        }
    }
}

impl Content {
    /// The size in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Folder => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            #[cfg(target_arch = "wasm32")]
            Self::Buffer(buffer) => u64::from(buffer.length()),
            #[cfg(target_arch = "wasm32")]
            Self::Blob(blob) => blob.size() as u64,
        }
    }

    /// Bytes that code of the page has made.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        #[cfg(target_arch = "wasm32")]
        if bytes.len() > MAX_BYTES as usize {
            return Self::from_array(&js_sys::Uint8Array::from(bytes.as_slice()));
        }
        Self::Bytes(bytes.into())
    }

    /// A copy of bytes in the browser's memory.
    #[cfg(target_arch = "wasm32")]
    pub fn from_array(bytes: &js_sys::Uint8Array) -> Self {
        let length = bytes.length();
        let large = (length > MAX_BYTES).then(|| web_sys::Blob::new_with_u8_array_sequence(&js_sys::Array::of1(bytes)));
        match large {
            Some(Ok(blob)) => Self::Blob(blob),
            _ => Self::Buffer(bytes.slice(0, length)),
        }
    }

    /// True when there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A working file as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFile {
    /// The path below the working directory.
    pub path: String,
    /// When Python changed it last, in milliseconds since 1970.
    pub modified_ms: f64,
    /// What it holds.
    pub content: Content,
}

impl StoredFile {
    /// What lists show of it.
    pub fn entry(&self) -> FileEntry {
        FileEntry {
            path: self.path.clone(),
            bytes: self.content.len(),
        }
    }

    /// A file that came into the page at some time.
    pub fn new(path: String, content: Content, modified_ms: f64) -> Self {
        Self {
            path,
            modified_ms,
            content,
        }
    }
}
