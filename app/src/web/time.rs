//! Clocks and waiting. Nothing blocks.

use futures::FutureExt as _;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Milliseconds since 1970.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// Milliseconds since the page began to load, with fractions.
pub fn page_ms() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or_else(now_ms, |performance| performance.now())
}

/// The date and time in ISO 8601.
pub fn iso_date() -> String {
    js_sys::Date::new_0().to_iso_string().into()
}

/// Day and time as the user's language writes them.
pub fn local_date(ms: f64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(ms));
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        js_sys::Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)).ok();
    }
    date.to_locale_string("default", &options).into()
}

/// Starts work that nobody waits for.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    spawn_local(work);
}

/// Waits.
pub async fn sleep(ms: f64) {
    let promise = Promise::new(&mut |resolve: Function, _| {
        if let Some(window) = web_sys::window() {
            let ms = ms.clamp(0.0, f64::from(i32::MAX)) as i32;
            window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms)
                .ok();
        }
    });
    JsFuture::from(promise).map(|_| ()).await;
}

/// Waits until the browser is about to draw. In a hidden tab, which is never drawn, it waits a moment instead.
pub async fn next_frame() {
    if super::window::is_hidden() {
        return sleep(50.0).await;
    }
    let promise = Promise::new(&mut |resolve: Function, _| {
        if let Some(window) = web_sys::window() {
            let callback = Closure::once_into_js(move || {
                resolve.call0(&JsValue::UNDEFINED).ok();
            });
            window.request_animation_frame(callback.unchecked_ref()).ok();
        }
    });
    // A tab that is hidden after the request would wait until it is shown again.
    futures::future::select(JsFuture::from(promise), Box::pin(sleep(250.0))).await;
}
