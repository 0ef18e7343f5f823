//! Fetching from an index of packages: without cookies, without redirects to elsewhere, with progress, and cancellable.
//! Which addresses may be fetched is not decided here: see `packages/addresses.rs`.

use super::{js, time};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Response,
};

/// Nothing larger than this is fetched: it would not fit beside an interpreter.
const MAX_BYTES: u32 = 512 * 1024 * 1024;
/// Progress is told this often, so that messages do not slow the download down.
const TELL_MS: f64 = 100.0;

/// Why nothing was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchFailure {
    /// The reason, for people.
    pub reason: String,
    /// What kind of failure it is, for the kernel: "missing", "offline" or "failed".
    pub kind: &'static str,
}

impl FetchFailure {
    fn failed(address: &str, error: &JsValue) -> Self {
        Self {
            reason: format!("{address} could not be loaded: {}", js::error_text(error)),
            kind: "failed",
        }
    }
}

/// Ends a fetch that is going on, when it is dropped or told to.
pub struct Cancel(AbortController);

impl Cancel {
    /// A handle for a fetch to come; nothing where the browser has none.
    pub fn new() -> Option<Self> {
        AbortController::new().ok().map(Self)
    }

    /// A second handle of the same fetch.
    pub fn again(&self) -> Self {
        Self(self.0.clone())
    }

    /// Ends the fetch.
    pub fn cancel(&self) {
        self.0.abort();
    }
}

/// Fetches an address; `on_progress` is told bytes so far and in all (0 if unknown).
pub async fn bytes(
    address: &str,
    is_index: bool,
    cancel: Option<&Cancel>,
    on_progress: impl Fn(u32, u32),
) -> Result<Uint8Array, FetchFailure> {
    let failed = |error: JsValue| FetchFailure::failed(address, &error);
    let response = respond(address, is_index, cancel).await?;
    let headers = response.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    // Of a compressed answer the header tells another size than what arrives.
    let total: u32 = header("content-length")
        .filter(|_| header("content-encoding").is_none())
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let Some(body) = response.body() else {
        return Ok(Uint8Array::new_with_length(0));
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let (mut pieces, mut done, mut told_ms) = (Vec::new(), 0_u32, 0.0);
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(failed)?;
        if js::get(&piece, "done").as_bool() != Some(false) {
            break;
        }
        let piece: Uint8Array = js::get(&piece, "value").unchecked_into();
        done = done.saturating_add(piece.length());
        if done > MAX_BYTES {
            return Err(failed(JsValue::from_str("it is too large")));
        }
        pieces.push(piece);
        if time::page_ms() - told_ms > TELL_MS {
            told_ms = time::page_ms();
            on_progress(done, total);
        }
    }
    let whole = Uint8Array::new_with_length(done);
    let mut offset = 0;
    for piece in pieces {
        whole.set(&piece, offset);
        offset += piece.length();
    }
    Ok(whole)
}

async fn respond(address: &str, is_index: bool, cancel: Option<&Cancel>) -> Result<Response, FetchFailure> {
    let failed = |error: JsValue| FetchFailure::failed(address, &error);
    let Some(window) = web_sys::window() else {
        return Err(failed(JsValue::from_str("there is no window")));
    };
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    if address.contains("://") {
        init.set_redirect(RequestRedirect::Error);
    }
    if is_index {
        init.set_cache(RequestCache::NoCache);
        // JSON if the index speaks it (PEP 691), or else HTML.
        let accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.1, */*;q=0.01";
        init.set_headers(&js::object(&[("accept", accept.into())]));
    }
    if let Some(cancel) = cancel {
        init.set_signal(Some(&cancel.0.signal()));
    }
    let response = JsFuture::from(window.fetch_with_str_and_init(address, &init))
        .await
        .map_err(|error| FetchFailure {
            kind: "offline",
            ..failed(error)
        })?;
    let response: Response = response.unchecked_into();
    if response.ok() {
        return Ok(response);
    }
    Err(FetchFailure {
        reason: format!(
            "{address} could not be loaded: the server answered {}",
            response.status()
        ),
        kind: if matches!(response.status(), 404 | 410) {
            "missing"
        } else {
            "failed"
        },
    })
}
