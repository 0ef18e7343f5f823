//! The parts of the state that the page watches separately.
//! `update` names the facets it touched; only what reads those facets is drawn again.

use super::ids::CellId;

/// A part of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellFacet {
    /// The text.
    Source,
    /// Code, Markdown or raw.
    Kind,
    /// Whether a Markdown cell shows its source.
    View,
    /// What it has shown.
    Outputs,
    /// Count, status, time and question.
    Run,
}

/// A part of the state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// Which page is shown.
    Route,
    /// The list of the start page.
    Recent,
    /// The document's title.
    Title,
    /// Which cells there are, and in which order.
    Order,
    /// Whether the document's code may use the network.
    Network,
    /// The working files.
    Files,
    /// What the notebook requires.
    Requirements,
    /// What is offered and stored of packages.
    Packages,
    /// A part of one cell.
    Cell(CellId, CellFacet),
    /// The selected cell and the mode.
    Selection,
    /// The open dialog.
    Dialog,
    /// What can be undone.
    History,
    /// The kernel and its device.
    Kernel,
    /// What the inspector shows.
    Inspector,
    /// Storage.
    Save,
    /// Notices.
    Notices,
    /// Settings.
    Settings,
}

impl Facet {
    /// True when touching it means that the document must be stored.
    pub fn is_saved(&self) -> bool {
        match self {
            Self::Title | Self::Network | Self::Order | Self::Requirements => true,
            Self::Cell(_, facet) => matches!(facet, CellFacet::Source | CellFacet::Kind | CellFacet::Outputs),
            Self::Route
            | Self::Recent
            | Self::Files
            | Self::Packages
            | Self::Selection
            | Self::Dialog
            | Self::History
            | Self::Kernel
            | Self::Inspector
            | Self::Save
            | Self::Notices
            | Self::Settings => false,
        }
    }
}
