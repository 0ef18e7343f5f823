//! The browser's store of wheels, in Cache Storage under a name of its own: each lies under its hash and its file's name.
//! What is put here was checked by the caller. Where the browser has no such store, everything answers that it is empty.

use super::js;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, Request, Response, ResponseInit};

/// The name of the store. It outlives versions of the site: a wheel is what its hash says.
const STORE: &str = "carrel-packages";
/// The folder of the addresses in the store, relative to the page. Nothing answers there.
const FOLDER: &str = "packages/stored/";
const SIZE_HEADER: &str = "x-carrel-bytes";

/// A wheel in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWheel {
    /// Its file's name.
    pub filename: String,
    /// Its hash.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

async fn store() -> Option<Cache> {
    let caches = web_sys::window()?.caches().ok()?;
    JsFuture::from(caches.open(STORE)).await.ok()?.dyn_into().ok()
}

async fn entries(store: &Cache) -> Vec<Request> {
    let keys = JsFuture::from(store.keys()).await.unwrap_or_default();
    let keys: Array = keys.dyn_into().unwrap_or_default();
    keys.iter().filter_map(|key| key.dyn_into().ok()).collect()
}

/// The hash and the name that an address in the store stands for.
fn parts(address: &str) -> Option<(String, String)> {
    let (_, rest) = address.rsplit_once(FOLDER)?;
    let (sha256, filename) = rest.split_once('/')?;
    let filename = js_sys::decode_uri_component(filename).ok()?;
    Some((sha256.to_owned(), filename.into()))
}

async fn find(store: &Cache, sha256: &str) -> Option<(Request, Response)> {
    let mut keys = entries(store).await.into_iter();
    let key = keys.find(|key| parts(&key.url()).is_some_and(|(hash, _)| hash == sha256))?;
    let response = JsFuture::from(store.match_with_request(&key)).await.ok()?;
    Some((key, response.dyn_into().ok()?))
}

/// Everything that is stored.
pub async fn list() -> Vec<StoredWheel> {
    let Some(store) = store().await else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for key in entries(&store).await {
        let Some((sha256, filename)) = parts(&key.url()) else {
            continue;
        };
        let response = JsFuture::from(store.match_with_request(&key)).await.ok();
        let size = response
            .and_then(|response| response.dyn_into::<Response>().ok())
            .and_then(|response| response.headers().get(SIZE_HEADER).ok().flatten());
        let bytes = size.and_then(|size| size.parse().ok()).unwrap_or_default();
        found.push(StoredWheel {
            filename,
            sha256,
            bytes,
        });
    }
    found.sort_by(|a, b| a.filename.cmp(&b.filename));
    found
}

/// The bytes of a wheel.
pub async fn read(sha256: &str) -> Option<Uint8Array> {
    let (_, response) = find(&store().await?, sha256).await?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer))
}

/// Stores a wheel; the reason if that cannot be done.
pub async fn write(filename: &str, sha256: &str, bytes: &Uint8Array) -> Result<(), String> {
    let store = store().await.ok_or("this browser gives no storage here")?;
    let text = |error: JsValue| js::error_text(&error);
    let init = ResponseInit::new();
    let size = bytes.length().to_string();
    init.set_headers(&js::object(&[(SIZE_HEADER, size.into())]));
    let response = Response::new_with_opt_buffer_source_and_init(Some(bytes.unchecked_ref()), &init).map_err(text)?;
    let filename = String::from(js_sys::encode_uri_component(filename));
    let address = format!("{FOLDER}{sha256}/{filename}");
    JsFuture::from(store.put_with_str(&address, &response))
        .await
        .map_err(text)?;
    Ok(())
}

/// Keeps the text of a file of the site, for when it cannot be reached. Where there is no store nothing is kept.
pub async fn keep_text(address: &str, text: &str) {
    if let Some(store) = store().await
        && let Ok(response) = Response::new_with_opt_str(Some(text))
    {
        JsFuture::from(store.put_with_str(address, &response)).await.ok();
    }
}

/// The text of a file of the site as it was kept last.
pub async fn kept_text(address: &str) -> Option<String> {
    let response = JsFuture::from(store().await?.match_with_str(address)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// Removes a wheel.
pub async fn remove(sha256: &str) {
    if let Some(store) = store().await
        && let Some((key, _)) = find(&store, sha256).await
    {
        JsFuture::from(store.delete_with_request(&key)).await.ok();
    }
}

/// The SHA-256 of some bytes in hexadecimal; nothing on pages that the browser does not count as secure.
pub async fn sha256(bytes: &Uint8Array) -> Option<String> {
    let crypto = web_sys::window()?.crypto().ok()?;
    let subtle = js::get(&crypto, "subtle").dyn_into::<web_sys::SubtleCrypto>().ok()?;
    let promise = subtle
        .digest_with_str_and_buffer_source("SHA-256", bytes.unchecked_ref())
        .ok()?;
    let digest = JsFuture::from(promise).await.ok()?;
    let digest = Uint8Array::new(&digest).to_vec();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
