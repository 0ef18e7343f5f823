//! Files that the user picks or drops, and files handed to the user.

use super::{js, offline};
use crate::storage::content::Content;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, FileList, HtmlAnchorElement, HtmlInputElement, Url};

/// A file with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickedFile {
    /// Its name.
    pub name: String,
    /// Its content, or why it could not be read.
    pub bytes: Result<Vec<u8>, String>,
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

/// Reads files whole.
pub async fn read(files: Vec<File>) -> Vec<PickedFile> {
    let mut picked = Vec::with_capacity(files.len());
    for file in files {
        let bytes = match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => Ok(Uint8Array::new(&buffer).to_vec()),
            Err(error) => Err(js::error_text(&error)),
        };
        picked.push(PickedFile {
            name: file.name(),
            bytes,
        });
    }
    picked
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
