//! The page of Carrel: documents, cells, outputs, storage and the client of the kernel.
//! It never runs a notebook's code: that happens in the kernel frame, reached only by messages.
//! Read next: `model` (plain state), `update` in it (every change), then `effects` (every input and output).
#![warn(missing_docs)]

pub mod commands;
pub mod kernel;
pub mod model;
pub mod nbformat;
pub mod packages;
pub mod render;
pub mod settings;
pub mod storage;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod effects;
#[cfg(target_arch = "wasm32")]
mod page_api;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod ui;
#[cfg(target_arch = "wasm32")]
mod web;

/// Shows the page in the document's body.
#[cfg(target_arch = "wasm32")]
pub fn start() {
    console_error_panic_hook::set_once();
    web::trusted_types::install();
    leptos::mount::mount_to_body(app::App);
    web::offline::register_later();
}
