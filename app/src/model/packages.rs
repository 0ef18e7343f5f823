//! What the page shows about packages: what a notebook requires and lacks, and what this browser has stored.
//! The requirements themselves are in the notebook's metadata: see `packages/requirements.rs`.

use super::ids::CellId;

/// A wheel that this browser has stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPackage {
    /// Its file's name.
    pub filename: String,
    /// Its hash, which names it.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// What is shown about packages. None of it is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageState {
    /// What the open notebook requires and has not got on this computer, as long as its reader has not decided.
    pub offered: Vec<String>,
    /// True while that is being installed.
    pub is_installing: bool,
    /// What is stored, as of when it was listed last; nothing before.
    pub stored: Option<Vec<StoredPackage>>,
}

/// An intent about packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageAction {
    /// Take what the notebook requires, to be saved with it.
    SetRequirements(Vec<String>),
    /// Offer to install what the notebook requires.
    Offer(Vec<String>),
    /// Install what is offered.
    AcceptOffer,
    /// Do not install it, for as long as the notebook is open.
    DeclineOffer,
    /// Take that the installation of what was offered has ended.
    EndOffer,
    /// Put the command that installs a package before a cell's text, and run it.
    InstallFor {
        /// The cell.
        cell: CellId,
        /// The package.
        package: String,
    },
    /// Show what is stored.
    ShowStored,
    /// Take the list of what is stored.
    SetStored(Vec<StoredPackage>),
    /// Remove a stored wheel.
    RemoveStored(String),
    /// Store everything that the site offers.
    KeepSite,
}

/// Something about packages to be done outside of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageEffect {
    /// Install requirements into the running kernel.
    Install(Vec<String>),
    /// List what is stored.
    List,
    /// Remove a stored wheel.
    Remove(String),
    /// Store everything that the site offers.
    KeepSite,
}
