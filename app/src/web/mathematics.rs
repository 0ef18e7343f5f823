//! Typesets formulas in place. They stand as source until the bundle has come, and stay so if it never does.
//! Read next: `js/mathematics_loader.js`.

use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use web_sys::Element;

#[wasm_bindgen(module = "/js/mathematics_loader.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = typesetMathematics)]
    async fn typeset_mathematics(root: &Element) -> Result<JsValue, JsValue>;
}

/// Typesets every formula within an element, soon.
pub fn typeset(root: &Element) {
    let root = root.clone();
    spawn_local(async move {
        // Without the bundle the source stays, which is the best there is then; the next view asks anew.
        let _ = typeset_mathematics(&root).await;
    });
}
