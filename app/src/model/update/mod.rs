//! The one way in: an action changes the state here and nowhere else.
//! Pure: no clock, no storage, no kernel. What must happen outside is returned as effects, what was touched as facets.
//! Read next: `cells.rs` (editing), `view.rs` (looking), `run.rs` (running), `inspector.rs`, `page.rs` (documents, notices, settings).

mod cells;
mod inspector;
mod packages;
mod page;
mod run;
mod view;

#[cfg(test)]
mod tests;

use super::action::Action;
use super::cell::Cell;
use super::change::Change;
use super::effect::Effect;
use super::facet::{CellFacet, Facet};
use super::ids::CellId;
use super::state::State;

/// What an action led to.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// The parts of the state that may have changed, without repetitions.
    pub touched: Vec<Facet>,
    /// What is to be done outside, in order.
    pub effects: Vec<Effect>,
}

/// One action's work on the state, while it is going on.
struct Turn<'a> {
    state: &'a mut State,
    touched: Vec<Facet>,
    effects: Vec<Effect>,
}

/// Performs an action on the state.
pub fn update(state: &mut State, action: Action) -> Outcome {
    let mut turn = Turn {
        state,
        touched: Vec::new(),
        effects: Vec::new(),
    };
    turn.perform(action);
    turn.finish()
}

impl Turn<'_> {
    fn perform(&mut self, action: Action) {
        match action {
            Action::ShowStart
            | Action::ShowLoading(_)
            | Action::ShowMissing(_)
            | Action::OpenDocument { .. }
            | Action::CreateDocument
            | Action::SetRecent(_)
            | Action::DeleteDocument(_)
            | Action::RestoreDocument(_)
            | Action::Notify { .. }
            | Action::OfferRestart(_)
            | Action::WithdrawRestart
            | Action::DismissNotice(_)
            | Action::TakeNoticeAction(_)
            | Action::OpenDialog(_)
            | Action::CloseDialog
            | Action::SetTheme(_)
            | Action::SetAccelerator(_)
            | Action::SetNetwork(_)
            | Action::SetTitle(_)
            | Action::SetSave(_)
            | Action::SetOpenElsewhere(_)
            | Action::SaveNow
            | Action::OverwriteStored
            | Action::ReloadStored
            | Action::DeleteFile(_)
            | Action::DownloadFile(_)
            | Action::SetFiles(_)
            | Action::ChangeFiles { .. }
            | Action::Download => self.perform_page(action),
            Action::Packages(action) => self.perform_packages(action),
            Action::SetSource { .. }
            | Action::InsertCell { .. }
            | Action::DeleteCell(_)
            | Action::MoveCell { .. }
            | Action::SetKind { .. }
            | Action::CopyCell(_)
            | Action::CutCell(_)
            | Action::PasteBelow(_)
            | Action::UndoCells
            | Action::RedoCells
            | Action::ClearOutputs(_)
            | Action::ClearAllOutputs => self.perform_cells(action),
            Action::SelectCell(_)
            | Action::SelectNeighbour(_)
            | Action::EditNeighbour(..)
            | Action::EditCell(_)
            | Action::UseEditor { .. }
            | Action::GoToPlace { .. }
            | Action::ShowFile(_)
            | Action::LeaveEdit
            | Action::LoseCaret(_) => self.perform_view(action),
            Action::Inspect(action) => self.perform_inspector(action),
            Action::RunCell { .. }
            | Action::RunAll
            | Action::Interrupt
            | Action::Restart
            | Action::StartKernel
            | Action::AnswerInput { .. }
            | Action::TakeReports { .. }
            | Action::SetKernel(_)
            | Action::SetDevice(_)
            | Action::AbandonRuns => self.perform_run(action),
        }
    }

    fn finish(mut self) -> Outcome {
        self.touched.sort();
        self.touched.dedup();
        if self.touched.iter().any(Facet::is_saved) && !self.touched.contains(&Facet::Route) {
            self.effects.push(Effect::DocumentChanged);
        }
        Outcome {
            touched: self.touched,
            effects: self.effects,
        }
    }

    fn touch(&mut self, facet: Facet) {
        self.touched.push(facet);
    }

    fn touch_cell(&mut self, cell: &CellId, facet: CellFacet) {
        self.touched.push(Facet::Cell(cell.clone(), facet));
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Makes a step of cell operations that can be undone as one.
    fn change(&mut self, step: Vec<Change>) {
        if step.is_empty() {
            return;
        }
        self.touch_changes(&step);
        let inverse = super::history::apply_step(step, &mut self.state.document);
        self.state.history.record(inverse);
        self.touch(Facet::History);
    }

    fn touch_changes(&mut self, step: &[Change]) {
        for change in step {
            match change {
                Change::CellsInserted { .. } | Change::CellsRemoved { .. } | Change::CellMoved { .. } => {
                    self.touch(Facet::Order);
                }
                Change::KindSet { cell, .. } => {
                    self.touch_cell(cell, CellFacet::Kind);
                    self.touch_cell(cell, CellFacet::Outputs);
                    self.touch_cell(cell, CellFacet::Run);
                }
                Change::OutputsSet { cell, .. } => {
                    self.touch_cell(cell, CellFacet::Outputs);
                    self.touch_cell(cell, CellFacet::Run);
                }
            }
        }
    }

    fn index_of(&self, cell: &CellId) -> Option<usize> {
        self.state.document.notebook.index_of(cell)
    }

    fn cell_at(&self, index: usize) -> Option<&Cell> {
        self.state.document.notebook.cells.get(index)
    }
}
