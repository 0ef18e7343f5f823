//! What the inspector shows: the list of variables as the kernel last told it, one of them looked at closely, and what
//! the kernel costs. None of it is saved. Read next: `listing.rs`, `look.rs`, then `update/inspector.rs`.

mod listing;
mod look;

pub use listing::{Listing, Resources, Sort, SortKey, Variable};
pub use look::{Look, LookFailure, LookMode, LookStatus, OpenLook, PathStep, Picture, Query, Table, TableRow};

use serde_json::Value;

/// The state of the inspector. Whether it is open is a setting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspector {
    /// What the kernel has told, if it has.
    pub listing: Option<Listing>,
    /// Why the last list could not be had.
    pub failure: Option<String>,
    /// The order of the list.
    pub sort: Sort,
    /// Only variables whose name or type contains this are shown.
    pub filter: String,
    /// Whether functions, classes and modules are listed.
    pub with_functions: bool,
    /// The variable that is looked at.
    pub look: Option<OpenLook>,
    /// How many looks there have been; late answers to earlier ones count for nothing.
    pub num_looks: u64,
    /// Where the focus goes when the panel or the list appears.
    pub focus: Option<Focus>,
}

/// What in the panel takes the focus when it appears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The panel itself.
    Panel,
    /// A variable of the list.
    Variable(String),
}

impl Inspector {
    /// The variables to show, in their order.
    pub fn visible(&self) -> Vec<Variable> {
        let all = self.listing.as_ref().map_or(&[][..], |listing| &listing.variables);
        listing::visible(all, &self.filter, self.sort)
    }
}

/// Something the user wants of the inspector, or the kernel's answer to it.
#[derive(Clone, Debug, PartialEq)]
pub enum InspectorAction {
    /// Open the panel, or close it.
    Toggle,
    /// Take the list, or why there is none.
    TakeListing(Result<Box<Listing>, String>),
    /// Sort by a column; by the same once more, the other way round.
    SortBy(SortKey),
    /// Show only what contains this.
    SetFilter(String),
    /// List functions, classes and modules, or not.
    ShowFunctions(bool),
    /// Look at a variable, or at another piece of it.
    Look(Query),
    /// Take the answer to a look.
    TakeLook {
        /// Which look it answers.
        number: u64,
        /// What there is to see, or why there is nothing.
        answer: Result<Box<Look>, LookFailure>,
    },
    /// Wait no longer for the answer.
    CancelLook,
    /// Ask once more.
    RetryLook,
    /// Go back to the list.
    CloseLook,
}

/// What the inspector asks the kernel.
#[derive(Clone, Debug, PartialEq)]
pub enum InspectorEffect {
    /// The list, with functions and modules or without.
    List {
        /// Whether functions, classes and modules are wanted.
        with_functions: bool,
    },
    /// A closer look.
    Look {
        /// Its number, for the answer.
        number: u64,
        /// The content of the request.
        content: Value,
    },
}
