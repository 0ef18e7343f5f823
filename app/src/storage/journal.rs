//! A small synchronous record of unsaved edits, for the moments when a page vanishes before its last write has finished.
//! It holds the order of the cells and the text of those that have changed, and no outputs.
//! It is laid over the stored version on opening, and thrown away as soon as a write has succeeded.

use crate::model::cell::{Cell, CellKind};
use crate::model::ids::CellId;
use crate::model::notebook::Document;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the journal's form.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Line {
    id: String,
    kind: String,
    /// The text, where it may differ from the stored one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

/// Unsaved edits of one document.
#[derive(Serialize, Deserialize)]
pub struct Journal {
    version: u32,
    /// The stored version that the edits were made on.
    base_modified_ms: f64,
    written_ms: f64,
    title: String,
    cells: Vec<Line>,
}

impl Journal {
    /// The journal of a document. `changed` names the cells whose text may differ from the stored one.
    pub fn new(document: &Document, changed: &BTreeSet<CellId>, base_modified_ms: f64, written_ms: f64) -> Self {
        let cells = document.notebook.cells.iter().map(|cell| Line {
            id: cell.id.to_string(),
            kind: cell.kind.as_str().to_owned(),
            source: changed.contains(&cell.id).then(|| cell.source.clone()),
        });
        Self {
            version: VERSION,
            base_modified_ms,
            written_ms,
            title: document.title.clone(),
            cells: cells.collect(),
        }
    }

    /// The stored form.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the stored form; what cannot be understood is no journal.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text)
            .ok()
            .filter(|journal: &Self| journal.version == VERSION)
    }

    /// Lays the edits over the stored version. Returns true when that changed anything.
    pub fn restore(self, document: &mut Document, stored_modified_ms: f64) -> bool {
        if self.written_ms <= stored_modified_ms {
            return false; // The edits had been stored after all.
        }
        let before = document.clone();
        let is_same_base = self.base_modified_ms == stored_modified_ms;
        if is_same_base {
            document.title = self.title;
        }
        let mut stored = std::mem::take(&mut document.notebook.cells);
        let mut restored = Vec::with_capacity(self.cells.len());
        for line in self.cells {
            let position = stored.iter().position(|cell| cell.id.as_str() == line.id);
            let cell = match (position, &line.source) {
                (Some(position), _) => stored.remove(position),
                (None, Some(_)) => Cell::new(CellId::from(line.id), CellKind::Code),
                (None, None) => continue, // Deleted by whoever stored the newer version.
            };
            restored.push(edited(cell, &line.kind, line.source));
        }
        if !is_same_base {
            // Somebody else has stored a version in between: what is only there is kept.
            restored.append(&mut stored);
        }
        document.notebook.cells = restored;
        *document != before
    }
}

fn edited(mut cell: Cell, kind: &str, source: Option<String>) -> Cell {
    let kinds = [CellKind::Code, CellKind::Markdown, CellKind::Raw];
    let kind = kinds
        .into_iter()
        .find(|candidate| candidate.as_str() == kind)
        .unwrap_or(cell.kind);
    if kind != cell.kind {
        cell.kind = kind;
        cell.outputs.clear();
        cell.execution_count = None;
    }
    if let Some(source) = source {
        cell.source = source;
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::DocumentId;
    use crate::model::notebook::Notebook;

    fn document(cells: &[(&str, &str)]) -> Document {
        let cells = cells
            .iter()
            .map(|(id, source)| Cell::new(CellId::from(*id), CellKind::Code).with_source(*source));
        Document {
            id: DocumentId::from("d"),
            title: "T".to_owned(),
            notebook: Notebook {
                cells: cells.collect(),
                ..Notebook::default()
            },
            files: Vec::new(),
        }
    }

    fn sources(document: &Document) -> Vec<&str> {
        document
            .notebook
            .cells
            .iter()
            .map(|cell| cell.source.as_str())
            .collect()
    }

    fn journal(edited: &Document, changed: &[&str], base: f64, written: f64) -> Journal {
        let changed = changed.iter().map(|id| CellId::from(*id)).collect();
        let text = Journal::new(edited, &changed, base, written).to_text();
        Journal::from_text(&text).expect("it is a journal")
    }

    #[test]
    fn edits_order_additions_and_deletions_come_back() {
        let edited = document(&[("c", "new"), ("a", "edited")]);
        let mut stored = document(&[("a", "old"), ("b", "deleted")]);
        assert!(journal(&edited, &["a", "c"], 10.0, 20.0).restore(&mut stored, 10.0));
        assert_eq!(sources(&stored), ["new", "edited"]);
    }

    #[test]
    fn what_was_stored_later_wins_and_nothing_of_it_is_dropped() {
        let edited = document(&[("a", "edited")]);
        let mut stored = document(&[("a", "stored"), ("b", "theirs")]);
        assert!(!journal(&edited, &["a"], 10.0, 20.0).restore(&mut stored, 30.0));
        assert_eq!(sources(&stored), ["stored", "theirs"]);
        assert!(journal(&edited, &["a"], 10.0, 20.0).restore(&mut stored, 15.0));
        assert_eq!(sources(&stored), ["edited", "theirs"]);
        assert!(Journal::from_text("{}").is_none());
    }
}
