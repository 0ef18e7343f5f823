//! What the device the page runs on has to spare. Browsers that do not tell count as having nothing.

use super::js;
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Memory, in GiB, from which a second kernel does not crowd out the rest.
const MIN_MEMORY_GIB: f64 = 4.0;

/// Processors from which starting a kernel in the background does not slow the page.
const MIN_PROCESSORS: f64 = 4.0;

/// Whether there is room for a kernel that may never be needed: memory, processors, and no battery that is emptied.
pub async fn has_room() -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator: JsValue = window.navigator().into();
    let number = |name| js::get(&navigator, name).as_f64().unwrap_or(0.0);
    number("deviceMemory") >= MIN_MEMORY_GIB
        && number("hardwareConcurrency") >= MIN_PROCESSORS
        && !is_on_battery(&navigator).await
}

async fn is_on_battery(navigator: &JsValue) -> bool {
    let Ok(ask) = js::get(navigator, "getBattery").dyn_into::<Function>() else {
        return false;
    };
    let Ok(promise) = ask.call0(navigator).and_then(|asked| asked.dyn_into::<Promise>()) else {
        return false;
    };
    JsFuture::from(promise)
        .await
        .is_ok_and(|battery| js::get(&battery, "charging").as_bool() == Some(false))
}
