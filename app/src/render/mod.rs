//! What outputs and prose look like, as plain data: styles of text, the chosen format, safe HTML, the page of a frame.
//! Pure functions from text to data, tested natively; nothing here touches the browser, state or a component.
//! Read next: `mime.rs` (which format), then the renderer it names.

pub mod ansi;
pub mod attachments;
pub mod contrast;
pub mod frame_page;
pub mod frames;
pub mod latex;
pub mod markdown;
pub mod mime;
pub mod raw_html;
mod raw_tags;
pub mod text;
pub mod whole_output;
