//! The page's own window: its address, local storage, title, theme, random seed and keyboard.
//! Everything answers softly where the browser refuses, as private windows and embedded pages may.

use wasm_bindgen::prelude::*;

/// The window. The page cannot run without one.
fn window() -> Option<web_sys::Window> {
    web_sys::window()
}

fn local_storage() -> Option<web_sys::Storage> {
    window()?.local_storage().ok().flatten()
}

/// Reads a text from local storage.
pub fn read_local(key: &str) -> Option<String> {
    local_storage()?.get_item(key).ok().flatten()
}

/// Writes a text to local storage, before returning. False where there is no room or no storage.
pub fn write_local(key: &str, text: &str) -> bool {
    local_storage().is_some_and(|storage| storage.set_item(key, text).is_ok())
}

/// Removes a text from local storage.
pub fn remove_local(key: &str) {
    if let Some(storage) = local_storage() {
        storage.remove_item(key).ok();
    }
}

/// The part of the address after `#`, without it.
pub fn hash() -> String {
    let hash = window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// Shows another hash in the address, as a step that the back button undoes.
pub fn push_hash(hash: &str) {
    let Some(window) = window() else { return };
    if self::hash() == hash {
        return;
    }
    // An empty hash is written as the bare path, so that no lone `#` stays behind.
    let address = if hash.is_empty() {
        window.location().pathname().unwrap_or_default() + &window.location().search().unwrap_or_default()
    } else {
        format!("#{hash}")
    };
    if let Ok(history) = window.history() {
        history.push_state_with_url(&JsValue::NULL, "", Some(&address)).ok();
    }
}

/// Names the browser's tab.
pub fn set_title(title: &str) {
    if let Some(document) = window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

/// Puts the chosen theme where the style sheets look for it; none follows the system.
pub fn set_theme(theme: Option<&str>) {
    let Some(root) = window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element())
    else {
        return;
    };
    match theme {
        Some(theme) => root.set_attribute("data-theme", theme).ok(),
        None => root.remove_attribute("data-theme").ok(),
    };
}

/// A seed that no other page has.
pub fn random_seed() -> u64 {
    let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
    half() << 32 | half()
}

/// True on Apple's systems, where shortcuts are made with Cmd.
pub fn is_mac() -> bool {
    let agent = window()
        .and_then(|window| window.navigator().user_agent().ok())
        .unwrap_or_default();
    agent.contains("Mac OS") || agent.contains("iPhone") || agent.contains("iPad")
}

/// True when the page itself is served from this machine, as while it is developed or used offline from a folder.
pub fn is_on_this_machine() -> bool {
    let host = window()
        .and_then(|window| window.location().hostname().ok())
        .unwrap_or_default();
    matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]")
}

/// True while the tab cannot be seen.
pub fn is_hidden() -> bool {
    window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
}

/// Calls `listener` on every event of that name at the window, for as long as the page lives.
pub fn on_window(event: &str, listener: impl FnMut(web_sys::Event) + 'static) {
    let listener = Closure::<dyn FnMut(web_sys::Event)>::new(listener);
    if let Some(window) = window() {
        window
            .add_event_listener_with_callback(event, listener.as_ref().unchecked_ref())
            .ok();
    }
    listener.forget();
}

/// Calls `listener` on every event of that name at the document, for as long as the page lives.
pub fn on_document(event: &str, listener: impl FnMut(web_sys::Event) + 'static) {
    let listener = Closure::<dyn FnMut(web_sys::Event)>::new(listener);
    if let Some(document) = window().and_then(|window| window.document()) {
        document
            .add_event_listener_with_callback(event, listener.as_ref().unchecked_ref())
            .ok();
    }
    listener.forget();
}

/// Asks the browser not to throw away what is stored when it needs room. It may refuse; that changes nothing for us.
pub async fn ask_to_persist() {
    if let Some(promise) = window().and_then(|window| window.navigator().storage().persist().ok()) {
        wasm_bindgen_futures::JsFuture::from(promise).await.ok();
    }
}

/// Registers the service worker beside the page, which makes the site work without a network.
pub fn register_service_worker() {
    let Some(window) = window() else { return };
    // In private windows and on plain http there is none; the page works without it.
    if !js_sys::Reflect::has(&window.navigator(), &JsValue::from_str("serviceWorker")).unwrap_or(false) {
        return;
    }
    let registration = window.navigator().service_worker().register("./sw.js");
    wasm_bindgen_futures::spawn_local(async move {
        wasm_bindgen_futures::JsFuture::from(registration).await.ok();
    });
}
