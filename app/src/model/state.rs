//! The whole state of the page in one value. Only the document in it is saved.
//! Read next: `update/mod.rs`.

use super::cell::{Cell, CellKind};
use super::history::History;
use super::ids::{DocumentId, IdSource};
use super::notebook::{Document, Notebook};
use super::output::JsonMap;
use super::packages::PackageState;
use super::runtime::Runtime;
use super::view::{Notice, Recent, Route, View};
use crate::settings::Settings;
use serde_json::json;

/// Everything the page knows.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Which page is shown.
    pub route: Route,
    /// The list of the start page.
    pub recent: Recent,
    /// The open document; an empty one without a name while none is open.
    pub document: Document,
    /// The kernel and storage.
    pub runtime: Runtime,
    /// What is shown about packages.
    pub packages: PackageState,
    /// Selection, mode and dialogs.
    pub view: View,
    /// What can be undone.
    pub history: History,
    /// Cells copied or cut, for pasting.
    pub clipboard: Vec<Cell>,
    /// Messages at the edge of the page.
    pub notices: Vec<Notice>,
    /// The user's choices.
    pub settings: Settings,
    /// Where fresh names come from.
    pub ids: IdSource,
    /// How many documents have been shown; one that is read anew counts again.
    pub num_opened: u64,
    /// How many notices there have been, to name the next one.
    pub num_notices: u64,
}

impl State {
    /// The state of a fresh page.
    pub fn new(seed: u64, settings: Settings) -> Self {
        Self {
            route: Route::Start,
            recent: Recent::Loading,
            document: Document {
                id: DocumentId::from(""),
                title: String::new(),
                notebook: Notebook::default(),
                files: Vec::new(),
            },
            runtime: Runtime::default(),
            packages: PackageState::default(),
            view: View::default(),
            history: History::default(),
            clipboard: Vec::new(),
            notices: Vec::new(),
            settings,
            ids: IdSource::new(seed),
            num_opened: 0,
            num_notices: 0,
        }
    }

    /// An empty document with one code cell and the metadata that makes Jupyter and Colab open it without a question.
    pub fn new_document(&mut self) -> Document {
        let mut notebook = Notebook {
            metadata: python_metadata(),
            ..Notebook::default()
        };
        notebook
            .cells
            .push(Cell::new(self.ids.next_cell(|_| false), CellKind::Code));
        Document {
            id: self.ids.next_document(),
            title: "Untitled".to_owned(),
            notebook,
            files: Vec::new(),
        }
    }
}

/// The notebook metadata of a Python 3 notebook.
pub fn python_metadata() -> JsonMap {
    let mut metadata = JsonMap::new();
    metadata.insert(
        "kernelspec".to_owned(),
        json!({"display_name": "Python 3", "language": "python", "name": "python3"}),
    );
    metadata.insert("language_info".to_owned(), json!({"name": "python"}));
    metadata
}
