//! The program of the page: it starts the library and does nothing else.
//! Natively it is empty, because the page exists only in a browser.

fn main() {
    #[cfg(target_arch = "wasm32")]
    carrel_app::start();
}
