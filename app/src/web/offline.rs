//! The store of the site's files: the service worker keeps every file there, by content, and answers from it (public/sw.js).
//! The page looks there before it asks the network, and puts there what it has fetched itself, so that nothing is fetched
//! twice. Where the browser has no such store, or refuses it, everything here answers softly and the network is asked.

use super::{js, window};
use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use std::cell::Cell;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, ReadableStream, Response, Url, UrlSearchParams};

/// The page waits this long before the whole site is fetched, unless a kernel has started before.
const FILL_AFTER_MS: f64 = 3000.0;

thread_local! {
    /// Kernels that are starting: the filling of the store must not compete with them.
    static NUM_STARTING: Cell<u32> = const { Cell::new(0) };
    static MAY_FILL: Cell<bool> = const { Cell::new(false) };
    static IS_REGISTERED: Cell<bool> = const { Cell::new(false) };
}

/// While one lives, the service worker is not registered, which would fetch the rest of the site.
pub struct Starting(());

impl Starting {
    /// Holds the service worker back.
    pub fn new() -> Self {
        NUM_STARTING.set(NUM_STARTING.get() + 1);
        Self(())
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        NUM_STARTING.set(NUM_STARTING.get().saturating_sub(1));
        register();
    }
}

/// Registers the service worker when the page has nothing better to do.
pub fn register_later() {
    super::time::spawn(async {
        super::time::sleep(FILL_AFTER_MS).await;
        MAY_FILL.set(true);
        register();
    });
}

fn register() {
    if MAY_FILL.get() && NUM_STARTING.get() == 0 && !IS_REGISTERED.replace(true) {
        window::register_service_worker();
    }
}

/// In which form a file is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the site has it.
    AsFetched,
    /// Without its gzip, for readers that cannot wait for that.
    Unpacked,
}

/// Where a file lies in the store: at its own address, with its hash. The service worker knows these addresses.
fn address(path: &str, sha256: &str, form: Form) -> Option<String> {
    let base = web_sys::window()?.document()?.base_uri().ok()??;
    let url = Url::new_with_base(path, &base).ok()?;
    let parameters = UrlSearchParams::new().ok()?;
    parameters.append("integrity", &integrity(sha256)?);
    if form == Form::Unpacked {
        parameters.append("unpacked", "");
    }
    url.set_search(&parameters.to_string().as_string()?);
    Some(url.href())
}

/// A hash as the browser writes it, from its hexadecimal digits.
fn integrity(sha256: &str) -> Option<String> {
    let digits = sha256.get(..64)?;
    let bytes = (0..32).map(|at| {
        u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16)
            .ok()
            .map(char::from)
    });
    let text: Option<String> = bytes.collect();
    let encoded = web_sys::window()?.btoa(&text?).ok()?;
    Some(format!("sha256-{encoded}"))
}

async fn store() -> Option<Cache> {
    let window = web_sys::window()?;
    let base = window.document()?.base_uri().ok()??;
    let folder = Url::new_with_base("./", &base).ok()?.pathname();
    let caches = window.caches().ok()?;
    let opened = JsFuture::from(caches.open(&format!("carrel {folder}"))).await.ok()?;
    opened.dyn_into().ok()
}

/// The file with this content, if it is kept: a handle, which the browser reads from its disk when somebody asks for bytes.
pub async fn kept(path: &str, sha256: &str, form: Form) -> Option<Blob> {
    let address = address(path, sha256, form)?;
    let found = JsFuture::from(store().await?.match_with_str(&address)).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    JsFuture::from(response.blob().ok()?).await.ok()?.dyn_into().ok()
}

/// Keeps a file that was fetched and has this content.
pub async fn keep(path: &str, sha256: &str, form: Form, blob: &Blob) -> Option<()> {
    let address = address(path, sha256, form)?;
    let response = match form {
        Form::AsFetched => Response::new_with_opt_blob(Some(blob)),
        Form::Unpacked => Response::new_with_opt_readable_stream(Some(&unpacked(blob)?)),
    };
    JsFuture::from(store().await?.put_with_str(&address, &response.ok()?))
        .await
        .ok()?;
    Some(())
}

/// Forgets the unpacked form of a file.
pub async fn drop_unpacked(path: &str, sha256: &str) -> Option<()> {
    let address = address(path, sha256, Form::Unpacked)?;
    JsFuture::from(store().await?.delete_with_str(&address)).await.ok()?;
    Some(())
}

/// Bytes as a file.
pub fn blob(bytes: &ArrayBuffer) -> Option<Blob> {
    Blob::new_with_buffer_source_sequence(&Array::of1(bytes)).ok()
}

/// What a file packed with gzip holds, as a stream. The bindings do not know the browser's class for that yet.
fn unpacked(blob: &Blob) -> Option<ReadableStream> {
    let class: Function = js::get(&js_sys::global(), "DecompressionStream").dyn_into().ok()?;
    let unpacking = Reflect::construct(&class, &Array::of1(&"gzip".into())).ok()?;
    Some(blob.stream().pipe_through(unpacking.unchecked_ref()))
}

/// Whether bytes have this hash; also true where the browser cannot compute one, as on plain http.
pub async fn has_content(bytes: &ArrayBuffer, sha256: &str) -> bool {
    let Some(subtle) = web_sys::window().and_then(|window| Some(window.crypto().ok()?.subtle())) else {
        return true;
    };
    if JsValue::from(subtle.clone()).is_undefined() || sha256.is_empty() {
        return true;
    }
    let Ok(promise) = subtle.digest_with_str_and_buffer_source("SHA-256", bytes) else {
        return true;
    };
    let Ok(digest) = JsFuture::from(promise).await else {
        return true;
    };
    let digest = Uint8Array::new(&digest).to_vec();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex == sha256
}
