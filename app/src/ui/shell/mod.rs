//! What surrounds the notebooks: header, toolbar, status, theme, notices, dialogs. Everything is filled from the command table.

mod banner;
mod buttons;
mod header;
mod kernel;
mod network;
mod notices;
mod places;
mod shortcuts;
mod theme;
mod toolbar;

pub use banner::Banner;
pub use buttons::{menu_entry, shortcut};
pub use header::Header;
pub use network::NetworkDialog;
pub use notices::Notices;
pub use places::{LoadingPage, MissingPage};
pub use shortcuts::ShortcutsDialog;
pub use theme::ThemeMenu;
