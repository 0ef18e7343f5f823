//! The thin bindings to the browser: the only place of the page that touches web-sys.

pub mod editor;
pub mod output_frame;
