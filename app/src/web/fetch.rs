//! Fetching files of the site, with progress. Only addresses relative to the page are asked for.
//! A transfer that breaks is taken up again where it broke, if the server can; read next: `offline`, the files that are kept.

use super::{js, time};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStreamDefaultReader, RequestInit, Response};

/// How long is waited before a broken transfer is taken up again, time after time.
const PAUSES_MS: [f64; 5] = [200.0, 500.0, 1000.0, 2000.0, 4000.0];

/// Why a transfer has ended too early.
enum Break {
    /// The network or the server failed: another try may go well.
    Passing(String),
    /// Another try would end the same way.
    Final(String),
}

async fn respond(path: &str, from: u32) -> Result<Response, Break> {
    let window = web_sys::window().ok_or_else(|| Break::Final("there is no window".to_owned()))?;
    let options = RequestInit::new();
    if from > 0 {
        let headers = Headers::new().map_err(|error| broken(path, &error))?;
        headers
            .set("Range", &format!("bytes={from}-"))
            .map_err(|error| broken(path, &error))?;
        options.set_headers(&headers);
    }
    let response = JsFuture::from(window.fetch_with_str_and_init(path, &options))
        .await
        .map_err(|error| broken(path, &error))?;
    let response: Response = response
        .dyn_into()
        .map_err(|_| Break::Final(format!("{path} could not be loaded")))?;
    if response.ok() {
        return Ok(response);
    }
    let reason = format!("{path} could not be loaded: the server answered {}", response.status());
    Err(if response.status() >= 500 {
        Break::Passing(reason)
    } else {
        Break::Final(reason)
    })
}

fn broken(path: &str, error: &JsValue) -> Break {
    Break::Passing(format!("{path} could not be loaded: {}", js::error_text(error)))
}

/// Fetches a text.
pub async fn text(path: &str) -> Result<String, String> {
    let failed = |error: JsValue| format!("{path} could not be loaded: {}", js::error_text(&error));
    let response = respond(path, 0).await.map_err(|end| match end {
        Break::Passing(reason) | Break::Final(reason) => reason,
    })?;
    JsFuture::from(response.text().map_err(failed)?)
        .await
        .map_err(failed)?
        .as_string()
        .ok_or_else(|| format!("{path} is no text"))
}

/// Fetches bytes whose number is known, and tells after every piece how many are there.
pub async fn bytes(path: &str, num_bytes: u64, mut on_piece: impl FnMut(u64)) -> Result<ArrayBuffer, String> {
    let size = u32::try_from(num_bytes).map_err(|_| format!("{path} is too large"))?;
    let whole = Uint8Array::new_with_length(size);
    let mut offset = 0;
    let mut pauses = PAUSES_MS.into_iter();
    loop {
        match read_on(path, &whole, &mut offset, &mut on_piece).await {
            Ok(()) => return Ok(whole.buffer().unchecked_into()),
            Err(Break::Final(reason)) => return Err(reason),
            Err(Break::Passing(reason)) => match pauses.next() {
                Some(ms) => time::sleep(ms).await,
                None => return Err(reason),
            },
        }
    }
}

/// Reads a file into `whole`, from `offset` on; what was read before an error stays.
async fn read_on(
    path: &str,
    whole: &Uint8Array,
    offset: &mut u32,
    on_piece: &mut impl FnMut(u64),
) -> Result<(), Break> {
    let changed = format!("{path} has changed on the server; reload the page");
    let unreadable = || Break::Final(format!("{path} cannot be read"));
    let size = whole.length();
    let response = respond(path, *offset).await?;
    // A server that knows no ranges, or whose file is another by now, sends everything again.
    if response.status() != 206 {
        *offset = 0;
    }
    let Some(body) = response.body() else {
        return Err(Break::Final(format!("{path} is empty")));
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().dyn_into().map_err(|_| unreadable())?;
    loop {
        let piece = JsFuture::from(reader.read())
            .await
            .map_err(|error| broken(path, &error))?;
        if js::get(&piece, "done").as_bool() != Some(false) {
            break;
        }
        let piece: Uint8Array = js::get(&piece, "value").dyn_into().map_err(|_| unreadable())?;
        if piece.length() > size - *offset {
            return Err(Break::Final(changed));
        }
        whole.set(&piece, *offset);
        *offset += piece.length();
        on_piece(u64::from(*offset));
    }
    if *offset == size {
        Ok(())
    } else {
        // Some servers end a broken transfer as if it were whole.
        Err(Break::Passing(changed))
    }
}
