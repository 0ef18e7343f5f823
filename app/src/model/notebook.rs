//! A notebook as it is saved: cells in order, and metadata that other programs may have put there.
//! A document adds to it what a file's name and neighbours are: title and working files.

use super::cell::{Cell, CellKind};
use super::ids::{CellId, DocumentId};
use super::output::JsonMap;
use super::positions::Positions;
use serde_json::{Value, json};

/// Where a notebook's metadata holds what is ours, and the restriction in it.
const OUR_METADATA: &str = "carrel";
const NETWORK: &str = "network";

/// The content of an .ipynb file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notebook {
    /// The cells from top to bottom.
    pub cells: Vec<Cell>,
    /// Metadata of the whole notebook, untouched.
    pub metadata: JsonMap,
    /// Fields at the top of the file that this version does not know, kept as they are.
    pub extra: JsonMap,
    /// Where cells were found last.
    pub positions: Positions,
}

impl Notebook {
    /// Where a cell stands.
    pub fn index_of(&self, cell: &CellId) -> Option<usize> {
        self.positions.find(&self.cells, cell)
    }

    /// A cell by its id.
    pub fn cell(&self, cell: &CellId) -> Option<&Cell> {
        self.cells.get(self.index_of(cell)?)
    }

    /// A cell by its id, to be changed.
    pub fn cell_mut(&mut self, cell: &CellId) -> Option<&mut Cell> {
        let index = self.index_of(cell)?;
        self.cells.get_mut(index)
    }

    /// True when some cell has that name.
    pub fn has_cell_named(&self, name: &str) -> bool {
        self.cells.iter().any(|cell| cell.id.as_str() == name)
    }

    /// Whether the notebook's code may use the network. A file can only take this away: any value but the absent one
    /// forbids, also one that a later version may give a meaning.
    pub fn allows_network(&self) -> bool {
        let ours = self.metadata.get(OUR_METADATA);
        ours.and_then(|ours| ours.get(NETWORK)).is_none()
    }

    /// Lets the notebook's code use the network, or forbids it.
    pub fn set_allows_network(&mut self, allowed: bool) {
        if allowed {
            if let Some(Value::Object(ours)) = self.metadata.get_mut(OUR_METADATA) {
                ours.shift_remove(NETWORK);
                if ours.is_empty() {
                    self.metadata.shift_remove(OUR_METADATA);
                }
            }
        } else {
            let ours = self.metadata.entry(OUR_METADATA).or_insert_with(|| json!({}));
            if !ours.is_object() {
                *ours = json!({});
            }
            if let Value::Object(ours) = ours {
                ours.insert(NETWORK.to_owned(), json!("none"));
            }
        }
    }

    /// The ids of all code cells in order.
    pub fn code_cells(&self) -> Vec<CellId> {
        self.cells
            .iter()
            .filter(|cell| cell.kind == CellKind::Code)
            .map(|cell| cell.id.clone())
            .collect()
    }
}

/// A file beside the notebook, in the kernel's working directory. Its bytes stay in storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// The path below the working directory.
    pub path: String,
    /// The size in bytes.
    pub bytes: u64,
}

/// A notebook with its name and its files: what is stored and what is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The stored document's name.
    pub id: DocumentId,
    /// The title that people see and that names the downloaded file.
    pub title: String,
    /// The cells and their outputs.
    pub notebook: Notebook,
    /// The working files, ordered by path.
    pub files: Vec<FileEntry>,
}

impl Document {
    /// The name of the file when the document is downloaded: the title without what file systems refuse.
    pub fn file_name(&self) -> String {
        let safe: String = self
            .title
            .chars()
            .map(|c| {
                if c.is_control() || r#"/\:*?"<>|"#.contains(c) {
                    '_'
                } else {
                    c
                }
            })
            .collect();
        let trimmed = safe.trim().trim_matches('.');
        format!("{}.ipynb", if trimmed.is_empty() { "Untitled" } else { trimmed })
    }
}

/// The title that a file's name suggests: the last part of its path without `.ipynb`.
pub fn title_from_file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name).trim();
    let stem = last.strip_suffix(".ipynb").unwrap_or(last).trim();
    if stem.is_empty() {
        "Untitled".to_owned()
    } else {
        stem.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_can_forbid_the_network_and_nothing_else() {
        let mut notebook = Notebook::default();
        assert!(notebook.allows_network());
        notebook.metadata.insert("carrel".to_owned(), json!({"other": 1}));
        notebook.set_allows_network(false);
        assert!(!notebook.allows_network());
        assert_eq!(notebook.metadata["carrel"], json!({"other": 1, "network": "none"}));
        notebook.set_allows_network(true);
        assert!(notebook.allows_network());
        assert_eq!(notebook.metadata["carrel"], json!({"other": 1}));
        for value in [json!("all"), json!(["example.org"]), json!(true), json!(null)] {
            notebook.metadata.insert("carrel".to_owned(), json!({"network": value}));
            assert!(!notebook.allows_network());
        }
        notebook.metadata.insert("carrel".to_owned(), json!("text"));
        assert!(notebook.allows_network());
        notebook.set_allows_network(false);
        assert!(!notebook.allows_network());
        notebook.set_allows_network(true);
        assert!(notebook.allows_network() && notebook.metadata.is_empty());
    }

    #[test]
    fn titles_and_file_names_correspond() {
        assert_eq!(title_from_file_name("week 1/digits-mlp.ipynb"), "digits-mlp");
        let document = Document {
            id: DocumentId::from("d"),
            title: "A/B: draft?".to_owned(),
            notebook: Notebook::default(),
            files: Vec::new(),
        };
        assert_eq!(document.file_name(), "A_B_ draft_.ipynb");
    }
}
