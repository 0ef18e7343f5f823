//! Looking: which cell is selected, and whether keys are commands or text.

use super::Turn;
use crate::model::action::{Action, Step};
use crate::model::cell::CellKind;
use crate::model::effect::Effect;
use crate::model::facet::{CellFacet, Facet};
use crate::model::ids::CellId;
use crate::model::view::Mode;

impl Turn<'_> {
    pub(super) fn perform_view(&mut self, action: Action) {
        match action {
            Action::SelectCell(cell) => self.select(cell, Mode::Command),
            Action::SelectNeighbour(step) => {
                if let Some(cell) = self
                    .state
                    .view
                    .selected
                    .clone()
                    .and_then(|cell| self.neighbour(&cell, step))
                {
                    self.select(cell, Mode::Command);
                }
            }
            Action::EditNeighbour(cell, step) => {
                if let Some(neighbour) = self.neighbour(&cell, step) {
                    // Rendered Markdown has no text to put the caret into, so it is only selected.
                    let mode = if self.shows_source(&neighbour) {
                        Mode::Edit
                    } else {
                        Mode::Command
                    };
                    self.select(neighbour, mode);
                }
            }
            Action::EditCell(cell) => {
                self.open_source(&cell);
                self.select(cell, Mode::Edit);
            }
            Action::UseEditor { cell, task } => self.effect(Effect::UseEditor { cell, task }),
            Action::LeaveEdit => self.leave_edit(),
            Action::LoseCaret(cell) if self.state.view.selected.as_ref() == Some(&cell) => self.leave_edit(),
            _ => {}
        }
    }

    fn leave_edit(&mut self) {
        if self.state.view.mode == Mode::Edit {
            self.state.view.mode = Mode::Command;
            self.touch(Facet::Selection);
        }
    }

    pub(super) fn select(&mut self, cell: CellId, mode: Mode) {
        if self.index_of(&cell).is_none() {
            return;
        }
        self.state.view.selected = Some(cell);
        self.state.view.mode = mode;
        self.touch(Facet::Selection);
    }

    pub(super) fn select_index(&mut self, index: usize) {
        if let Some(cell) = self.cell_at(index).map(|cell| cell.id.clone()) {
            self.select(cell, Mode::Command);
        }
    }

    pub(super) fn neighbour(&self, cell: &CellId, step: Step) -> Option<CellId> {
        let index = self.index_of(cell)?;
        let neighbour = match step {
            Step::Up => index.checked_sub(1)?,
            Step::Down => index + 1,
        };
        self.cell_at(neighbour).map(|cell| cell.id.clone())
    }

    fn shows_source(&self, cell: &CellId) -> bool {
        let kind = self.state.document.notebook.cell(cell).map(|cell| cell.kind);
        kind != Some(CellKind::Markdown) || self.state.view.open_sources.contains(cell)
    }

    fn open_source(&mut self, cell: &CellId) {
        let is_markdown = self
            .state
            .document
            .notebook
            .cell(cell)
            .is_some_and(|cell| cell.kind == CellKind::Markdown);
        if is_markdown && self.state.view.open_sources.insert(cell.clone()) {
            self.touch_cell(cell, CellFacet::View);
        }
    }

    pub(super) fn close_source(&mut self, cell: &CellId) {
        if self.state.view.open_sources.remove(cell) {
            self.touch_cell(cell, CellFacet::View);
        }
    }
}
