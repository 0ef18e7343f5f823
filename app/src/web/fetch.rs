//! Fetching files of the site, with progress. Only addresses relative to the page are asked for.

use super::js;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

async fn respond(path: &str) -> Result<Response, String> {
    let window = web_sys::window().ok_or("there is no window")?;
    let response = JsFuture::from(window.fetch_with_str(path))
        .await
        .map_err(|error| format!("{path} could not be loaded: {}", js::error_text(&error)))?;
    let response: Response = response.dyn_into().map_err(|_| format!("{path} could not be loaded"))?;
    if !response.ok() {
        return Err(format!(
            "{path} could not be loaded: the server answered {}",
            response.status()
        ));
    }
    Ok(response)
}

/// Fetches a text.
pub async fn text(path: &str) -> Result<String, String> {
    let failed = |error: JsValue| format!("{path} could not be loaded: {}", js::error_text(&error));
    let promise = respond(path).await?.text().map_err(failed)?;
    JsFuture::from(promise)
        .await
        .map_err(failed)?
        .as_string()
        .ok_or_else(|| format!("{path} is no text"))
}

/// Fetches bytes whose number is known, and tells of every piece that arrives.
pub async fn bytes(path: &str, num_bytes: u64, mut on_piece: impl FnMut(u64)) -> Result<ArrayBuffer, String> {
    let failed = |error: JsValue| format!("{path} could not be loaded: {}", js::error_text(&error));
    let changed = || format!("{path} has changed on the server; reload the page");
    let Some(body) = respond(path).await?.body() else {
        return Err(format!("{path} is empty"));
    };
    let reader: ReadableStreamDefaultReader = body
        .get_reader()
        .dyn_into()
        .map_err(|_| format!("{path} cannot be read"))?;
    let size = u32::try_from(num_bytes).map_err(|_| format!("{path} is too large"))?;
    let whole = Uint8Array::new_with_length(size);
    let mut offset = 0;
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(failed)?;
        if js::get(&piece, "done").as_bool() != Some(false) {
            break;
        }
        let piece: Uint8Array = js::get(&piece, "value")
            .dyn_into()
            .map_err(|_| format!("{path} cannot be read"))?;
        if offset + piece.length() > size {
            return Err(changed());
        }
        whole.set(&piece, offset);
        offset += piece.length();
        on_piece(u64::from(piece.length()));
    }
    if offset == size {
        Ok(whole.buffer().unchecked_into())
    } else {
        Err(changed())
    }
}
