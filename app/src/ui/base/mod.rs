//! Dumb widgets: properties in, callbacks out. They know no notebook, no state, no storage, and hold no colours.
//! Each renders the HTML element that already does most of the work, and adds only what that lacks.
//! Read next: the file of the widget; its looks are in app/styles/base.css.

mod button;
mod dialog;
mod figures;
mod menu;
mod progress;
mod toasts;

pub use button::{Button, ButtonKind, IconButton};
pub use dialog::Dialog;
pub use figures::{bytes_label, time_label};
pub use menu::{Menu, MenuEntry, MenuItem};
pub use progress::ProgressBar;
pub use toasts::{Toast, ToastKind, Toasts};
