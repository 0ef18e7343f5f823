//! Editing: text, insertion, deletion, order, kind, pasting, and taking it all back.
//! Every structural operation goes through `change`, so that it can be undone.

use super::Turn;
use crate::model::action::{Action, Place, Step};
use crate::model::cell::{Cell, CellKind};
use crate::model::change::Change;
use crate::model::facet::{CellFacet, Facet};
use crate::model::ids::CellId;
use crate::model::state::State;
use crate::model::view::{Mode, NoticeAction};

impl Turn<'_> {
    pub(super) fn perform_cells(&mut self, action: Action) {
        match action {
            Action::SetSource { cell, source } => self.set_source(&cell, source),
            Action::InsertCell { place, kind } => self.insert_cell(&place, kind),
            Action::DeleteCell(cell) => self.delete_cell(&cell, true),
            Action::MoveCell { cell, step } => self.move_cell(&cell, step),
            Action::SetKind { cell, kind } => self.set_kind(&cell, kind),
            Action::CopyCell(cell) => self.copy_cell(&cell),
            Action::CutCell(cell) => {
                self.copy_cell(&cell);
                self.delete_cell(&cell, false);
            }
            Action::PasteBelow(cell) => self.paste_below(&cell),
            Action::UndoCells => self.travel(true),
            Action::RedoCells => self.travel(false),
            Action::ClearOutputs(cell) => self.clear_outputs(&[cell]),
            Action::ClearAllOutputs => {
                let cells = self.state.document.notebook.code_cells();
                self.clear_outputs(&cells);
            }
            _ => {}
        }
    }

    pub(super) fn set_source(&mut self, cell: &CellId, source: String) {
        if let Some(target) = self.state.document.notebook.cell_mut(cell)
            && target.source != source
        {
            target.source = source;
            self.touch_cell(cell, CellFacet::Source);
        }
    }

    pub(super) fn insert_cell(&mut self, place: &Place, kind: CellKind) {
        let num_cells = self.state.document.notebook.cells.len();
        let index = match place {
            Place::Above(cell) => self.index_of(cell).unwrap_or(0),
            Place::Below(cell) => self.index_of(cell).map_or(num_cells, |index| index + 1),
            Place::Top => 0,
            Place::End => num_cells,
        };
        let cell = self.fresh_cell(kind);
        let id = cell.id.clone();
        self.change(vec![Change::CellsInserted {
            index,
            cells: vec![cell],
        }]);
        if kind == CellKind::Markdown {
            self.state.view.open_sources.insert(id.clone());
        }
        self.select(id, Mode::Edit);
    }

    pub(super) fn fresh_cell(&mut self, kind: CellKind) -> Cell {
        let notebook = &self.state.document.notebook;
        Cell::new(self.state.ids.next_cell(|name| notebook.has_cell_named(name)), kind)
    }

    fn delete_cell(&mut self, cell: &CellId, offer_undo: bool) {
        let Some(index) = self.index_of(cell) else { return };
        let was_empty = self.cell_at(index).is_some_and(|cell| cell.source.trim().is_empty());
        let mut step = vec![Change::CellsRemoved { index, count: 1 }];
        if self.state.document.notebook.cells.len() == 1 {
            // A notebook always offers a place to type.
            step.push(Change::CellsInserted {
                index: 0,
                cells: vec![self.fresh_cell(CellKind::Code)],
            });
        }
        self.change(step);
        let last = self.state.document.notebook.cells.len().saturating_sub(1);
        self.select_index(index.min(last));
        if offer_undo && !was_empty {
            self.notify("Cell deleted".to_owned(), false, Some(NoticeAction::UndoCells));
        }
    }

    fn move_cell(&mut self, cell: &CellId, step: Step) {
        let Some(from) = self.index_of(cell) else { return };
        let to = match step {
            Step::Up => from.checked_sub(1),
            Step::Down => Some(from + 1).filter(|&to| to < self.state.document.notebook.cells.len()),
        };
        if let Some(to) = to {
            self.change(vec![Change::CellMoved { from, to }]);
            self.touch(Facet::Selection);
        }
    }

    fn set_kind(&mut self, cell: &CellId, kind: CellKind) {
        let Some(target) = self.state.document.notebook.cell(cell) else {
            return;
        };
        if target.kind == kind {
            return;
        }
        self.change(vec![Change::KindSet {
            cell: cell.clone(),
            kind,
            outputs: Vec::new(),
            execution_count: None,
        }]);
        if kind == CellKind::Markdown {
            self.state.view.open_sources.insert(cell.clone());
        } else {
            self.state.view.open_sources.remove(cell);
        }
        self.touch_cell(cell, CellFacet::View);
        self.state.runtime.cells.remove(cell);
    }

    fn copy_cell(&mut self, cell: &CellId) {
        if let Some(cell) = self.state.document.notebook.cell(cell) {
            self.state.clipboard = vec![cell.clone()];
        }
    }

    fn paste_below(&mut self, cell: &CellId) {
        if self.state.clipboard.is_empty() {
            return;
        }
        let index = self
            .index_of(cell)
            .map_or(self.state.document.notebook.cells.len(), |index| index + 1);
        let mut cells = self.state.clipboard.clone();
        for pasted in &mut cells {
            let notebook = &self.state.document.notebook;
            pasted.id = self.state.ids.next_cell(|name| notebook.has_cell_named(name));
        }
        let last = index + cells.len() - 1;
        self.change(vec![Change::CellsInserted { index, cells }]);
        self.select_index(last);
    }

    fn travel(&mut self, back: bool) {
        let State { history, document, .. } = &mut *self.state;
        let step = if back {
            history.undo(document)
        } else {
            history.redo(document)
        };
        let Some(step) = step else { return };
        self.touch_changes(&step);
        self.touch(Facet::History);
        let index = step.iter().rev().find_map(|change| match change {
            Change::CellsInserted { index, .. } => Some(*index),
            Change::CellsRemoved { index, .. } => Some(index.saturating_sub(1)),
            Change::CellMoved { to, .. } => Some(*to),
            Change::KindSet { cell, .. } | Change::OutputsSet { cell, .. } => self.index_of(cell),
        });
        if let Some(index) = index {
            self.select_index(index.min(self.state.document.notebook.cells.len().saturating_sub(1)));
        }
    }

    fn clear_outputs(&mut self, cells: &[CellId]) {
        let notebook = &self.state.document.notebook;
        let step: Vec<Change> = cells
            .iter()
            .filter_map(|id| notebook.cell(id))
            .filter(|cell| !cell.outputs.is_empty() || cell.execution_count.is_some())
            .map(|cell| Change::OutputsSet {
                cell: cell.id.clone(),
                outputs: Vec::new(),
                execution_count: None,
            })
            .collect();
        self.change(step);
    }
}
