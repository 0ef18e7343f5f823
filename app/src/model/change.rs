//! Every change that cell operations make to a document, each with its exact inverse.
//! A change is total: indices beyond the end are clamped and unknown cells are ignored, so replaying never fails.

use super::cell::{Cell, CellKind};
use super::ids::CellId;
use super::notebook::Document;
use super::output::Output;

/// One invertible change of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Cells were put in at an index.
    CellsInserted {
        /// Where the first of them stands now.
        index: usize,
        /// The cells.
        cells: Vec<Cell>,
    },
    /// Cells were taken out from an index.
    CellsRemoved {
        /// Where the first of them stood.
        index: usize,
        /// How many there were.
        count: usize,
    },
    /// A cell went from one index to another.
    CellMoved {
        /// Where it stood.
        from: usize,
        /// Where it stands now.
        to: usize,
    },
    /// A cell became another kind; only code cells have outputs and a count.
    KindSet {
        /// The cell.
        cell: CellId,
        /// Its new kind.
        kind: CellKind,
        /// Its outputs from now on.
        outputs: Vec<Output>,
        /// Its count from now on.
        execution_count: Option<u32>,
    },
    /// Outputs were replaced, for example by none.
    OutputsSet {
        /// The cell.
        cell: CellId,
        /// Its outputs from now on.
        outputs: Vec<Output>,
        /// Its count from now on.
        execution_count: Option<u32>,
    },
}

impl Change {
    /// Makes the change and returns the one that takes it back.
    pub fn apply(self, document: &mut Document) -> Change {
        let cells = &mut document.notebook.cells;
        match self {
            Self::CellsInserted {
                index,
                cells: new_cells,
            } => {
                let (index, count) = (index.min(cells.len()), new_cells.len());
                cells.splice(index..index, new_cells);
                Self::CellsRemoved { index, count }
            }
            Self::CellsRemoved { index, count } => {
                let start = index.min(cells.len());
                let end = start.saturating_add(count).min(cells.len());
                Self::CellsInserted {
                    index: start,
                    cells: cells.drain(start..end).collect(),
                }
            }
            Self::CellMoved { from, to } => {
                if from < cells.len() && to < cells.len() {
                    let cell = cells.remove(from);
                    cells.insert(to, cell);
                }
                Self::CellMoved { from: to, to: from }
            }
            Self::KindSet {
                cell,
                kind,
                outputs,
                execution_count,
            } => match document.notebook.cell_mut(&cell) {
                Some(target) => Self::KindSet {
                    cell,
                    kind: std::mem::replace(&mut target.kind, kind),
                    outputs: std::mem::replace(&mut target.outputs, outputs),
                    execution_count: std::mem::replace(&mut target.execution_count, execution_count),
                },
                None => Self::KindSet {
                    cell,
                    kind,
                    outputs,
                    execution_count,
                },
            },
            Self::OutputsSet {
                cell,
                outputs,
                execution_count,
            } => match document.notebook.cell_mut(&cell) {
                Some(target) => Self::OutputsSet {
                    cell,
                    outputs: std::mem::replace(&mut target.outputs, outputs),
                    execution_count: std::mem::replace(&mut target.execution_count, execution_count),
                },
                None => Self::OutputsSet {
                    cell,
                    outputs,
                    execution_count,
                },
            },
        }
    }
}
