//! Looking: which cell is selected, and whether keys are commands or text.

use super::Turn;
use crate::model::action::{Action, Step};
use crate::model::cell::CellKind;
use crate::model::effect::Effect;
use crate::model::facet::{CellFacet, Facet};
use crate::model::ids::CellId;
use crate::model::source_place::SourcePlace;
use crate::model::view::{Dialog, Mode};

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
            Action::GoToPlace { from, place } => self.go_to_place(&from, place),
            Action::ShowFile(piece) => {
                self.state.view.file = Some(piece);
                self.state.view.dialog = Some(Dialog::File);
                self.touch(Facet::Dialog);
            }
            Action::LeaveEdit => self.leave_edit(),
            Action::LoseCaret(cell) if self.state.view.selected.as_ref() == Some(&cell) => self.leave_edit(),
            _ => {}
        }
    }

    fn go_to_place(&mut self, from: &CellId, place: SourcePlace) {
        match place {
            SourcePlace::Cell { number, line } => match self.cell_of_run(from, number) {
                Some(cell) => {
                    self.select(cell.clone(), Mode::Edit);
                    self.effect(Effect::GoToLine { cell, line });
                }
                None => {
                    let text = format!("The cell that ran as In[{number}] has run again since, or is gone");
                    self.notify(text, false, None);
                }
            },
            SourcePlace::File { path, line } => self.effect(Effect::ReadFile { path, line }),
        }
    }

    /// The cell that ran under a number. A document may have a number of an earlier visit once more: of several cells
    /// the one that tells of it counts, then those of this visit, then the last.
    fn cell_of_run(&self, from: &CellId, number: u32) -> Option<CellId> {
        let cells = self.state.document.notebook.cells.iter();
        let found = cells.filter(|cell| cell.kind == CellKind::Code && cell.execution_count == Some(number));
        let rank = |id: &CellId| (id == from, self.state.runtime.cells.contains_key(id));
        found.map(|cell| &cell.id).max_by_key(|id| rank(id)).cloned()
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
