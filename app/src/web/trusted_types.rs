//! The page's policy of trusted types, made before anything is shown. Read next: `js/trusted_types.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/js/trusted_types.js")]
extern "C" {
    /// Makes the policy, where the browser has trusted types.
    #[wasm_bindgen(js_name = installTrustedTypes)]
    pub fn install();
}
