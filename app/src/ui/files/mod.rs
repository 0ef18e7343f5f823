//! Working files: the dialog that lists them, and the widgets through which files come into the page.

mod button;
mod dialog;
mod drop;

pub use button::FileButton;
pub use dialog::FilesDialog;
pub use drop::DropZone;
