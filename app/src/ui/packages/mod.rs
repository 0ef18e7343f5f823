//! Packages on the page: the offer to install what a notebook requires, the button below an import error, and the list
//! of what this browser has stored.

mod dialog;
mod install_button;
mod offer;

pub use dialog::PackagesDialog;
pub use install_button::{InstallButton, OutputCell};
pub use offer::RequirementsBanner;
