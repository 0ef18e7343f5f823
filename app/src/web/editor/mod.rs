//! The code editor of a cell: plain text at once, CodeMirror as soon as its bundle has arrived, a text area if it never does.
//! It passes text, focus and commands between the page and the editor; what a command does is not decided here.
//! Read next: `component.rs`, `js/editor.js` (the editor itself), `js/editor_keys.js` (its keys).

mod bundle;
mod component;
mod wires;

pub use bundle::{go_to_line, perform};
pub use component::CodeEditor;
pub use wires::{EditorAnswer, EditorCommand, EditorQuestion, Language};
