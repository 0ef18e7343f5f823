//! Files that the user picks or drops, and files handed to the user.

use super::{js, offline};
use crate::storage::content::Content;
use crate::storage::content::MAX_BYTES;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, FileList, HtmlAnchorElement, HtmlInputElement, Url};

/// Files of up to this size are copied when they are given, so much at once, and may change on the disk afterwards.
const MAX_COPIED_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
const PIECE_BYTES: f64 = 1024.0 * 1024.0;

/// A file that the user gave.
#[derive(Clone, Debug, PartialEq)]
pub struct PickedFile {
    /// Its name.
    pub name: String,
    /// Its content, or why it cannot be read.
    pub content: Result<Content, String>,
}

/// Takes the files out of a file input, and empties it so that the same file can be picked again.
pub fn take_input(input: &HtmlInputElement) -> Vec<File> {
    let files = listed(input.files());
    input.set_value("");
    files
}

/// The files of a drop.
pub fn dropped(event: &web_sys::DragEvent) -> Vec<File> {
    listed(event.data_transfer().and_then(|transfer| transfer.files()))
}

/// True when what is being dragged holds files.
pub fn has_files(event: &web_sys::DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|transfer| transfer.types().includes(&JsValue::from_str("Files"), 0))
}

fn listed(files: Option<FileList>) -> Vec<File> {
    let Some(files) = files else { return Vec::new() };
    (0..files.length()).filter_map(|index| files.get(index)).collect()
}

/// Takes files: small ones are read, of large ones the page has handles, and their bytes never.
pub async fn read(files: Vec<File>) -> Vec<PickedFile> {
    let mut picked = Vec::with_capacity(files.len());
    for file in files {
        let content = handle(&file).await.map_err(|error| js::error_text(&error));
        picked.push(PickedFile {
            name: file.name(),
            content,
        });
    }
    picked
}

/// The content of a file without its name and type. Of a large one it is the file itself, as long as storage has no copy, which
/// in private windows it never has; others are copied out of the page's memory piece by piece. One byte is read in any case: a
/// folder looks like a file until then.
async fn handle(file: &Blob) -> Result<Content, JsValue> {
    let size = file.size();
    let piece = |from: f64, to: f64| {
        file.slice_with_f64_and_f64(from, to)
            .map(|piece| JsFuture::from(piece.array_buffer()))
    };
    if size <= f64::from(MAX_BYTES) {
        return Ok(Content::Buffer(Uint8Array::new(&piece(0.0, size)?.await?)));
    }
    if size > MAX_COPIED_BYTES {
        piece(0.0, 1.0)?.await?;
        return Ok(Content::Blob(file.slice()?));
    }
    let pieces = Array::new();
    let mut start = 0.0;
    while start < size {
        let buffer = piece(start, (start + PIECE_BYTES).min(size))?.await?;
        pieces.push(&Blob::new_with_buffer_source_sequence(&Array::of1(&buffer))?.into());
        start += PIECE_BYTES;
    }
    Ok(Content::Blob(Blob::new_with_blob_sequence(&pieces)?))
}

/// What somebody else gives as a file's content: text, bytes, or a handle. Nothing if it is none of these.
pub fn content_of(value: &JsValue) -> Option<Content> {
    if let Some(text) = value.as_string() {
        return Some(Content::from_bytes(text.into_bytes()));
    }
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Some(Content::from_array(bytes));
    }
    let blob = value.dyn_ref::<Blob>()?.slice().ok()?;
    Some(Content::Blob(blob))
}

/// The first bytes of a large content, which is not read whole for them; none if it is not large.
pub async fn head_of(content: &Content) -> Result<Option<Vec<u8>>, String> {
    let Content::Blob(blob) = content else {
        return Ok(None);
    };
    let head = blob.slice_with_f64_and_f64(0.0, f64::from(MAX_BYTES));
    let head = head.map_err(|error| js::error_text(&error))?;
    bytes_of(&Content::Blob(head)).await.map(Some)
}

/// The bytes of a content, in the page's memory.
pub async fn bytes_of(content: &Content) -> Result<Vec<u8>, String> {
    match content {
        Content::Folder => Ok(Vec::new()),
        Content::Bytes(bytes) => Ok(bytes.to_vec()),
        Content::Buffer(buffer) => Ok(buffer.to_vec()),
        Content::Blob(blob) => match JsFuture::from(blob.array_buffer()).await {
            Ok(buffer) => Ok(Uint8Array::new(&buffer).to_vec()),
            Err(error) => Err(js::error_text(&error)),
        },
    }
}

/// Hands a text to the user as a download.
pub fn download(name: &str, mime: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    download_blob(
        name,
        &Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options)?,
    )
}

/// Hands the content of a file to the user as a download; the browser gets no hint what it might be.
pub fn download_content(name: &str, content: &Content) -> Result<(), JsValue> {
    let blob = match content {
        Content::Folder => None,
        Content::Bytes(bytes) => offline::blob(&Uint8Array::from(bytes.as_ref()).buffer()),
        Content::Buffer(buffer) => offline::blob(&buffer.slice(0, buffer.length()).buffer()),
        Content::Blob(blob) => Some(blob.clone()),
    };
    download_blob(name, &blob.ok_or(JsValue::NULL)?)
}

fn download_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let document = web_sys::window()
        .and_then(|window| window.document())
        .ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // The browser needs the address until it has begun to read.
    super::time::spawn(async move {
        super::time::sleep(60_000.0).await;
        Url::revoke_object_url(&address).ok();
    });
    Ok(())
}
