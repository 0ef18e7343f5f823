//! Running: queueing cells, taking what the kernel reports, and what happens when it goes away.

use super::Turn;
use crate::model::action::{Action, AfterRun, Place, Report, Step};
use crate::model::cell::CellKind;
use crate::model::change::Change;
use crate::model::effect::Effect;
use crate::model::facet::{CellFacet, Facet};
use crate::model::ids::{CellId, RunId};
use crate::model::output::{MimeBundle, Output};
use crate::model::run::{self, Outcome, RunEvent};
use crate::model::runtime::{CellRuntime, CellStatus, KernelStatus};
use crate::model::state::State;
use crate::model::view::Mode;

impl Turn<'_> {
    pub(super) fn perform_run(&mut self, action: Action) {
        match action {
            Action::RunCell { cell, then } => {
                self.run_cell(&cell);
                self.after_run(&cell, then);
            }
            Action::RunAll => {
                let cells: Vec<CellId> = self
                    .state
                    .document
                    .notebook
                    .cells
                    .iter()
                    .map(|cell| cell.id.clone())
                    .collect();
                for cell in cells {
                    self.run_cell(&cell);
                }
            }
            Action::Interrupt => self.effect(Effect::Interrupt),
            Action::StartKernel => self.effect(Effect::StartKernel),
            Action::Restart => {
                self.abandon_runs();
                self.effect(Effect::Restart);
            }
            Action::AnswerInput { cell, text } => self.answer_input(&cell, text),
            Action::TakeReports { reports, now_ms } => {
                let is_end = |report: &Report| {
                    matches!(
                        report,
                        Report::Run {
                            event: RunEvent::Ended { .. },
                            ..
                        }
                    )
                };
                let has_ended = reports.iter().any(is_end);
                for report in reports {
                    self.take_report(report, now_ms);
                }
                if has_ended {
                    self.inspect_between_cells();
                }
            }
            Action::SetKernel(kernel) => {
                if matches!(kernel, KernelStatus::Dead(_)) {
                    self.abandon_runs();
                }
                self.inspect_kernel(&kernel);
                self.state.runtime.kernel = kernel;
                // Whatever the kernel does now: it is no longer what was offered to be ended.
                self.withdraw_restart();
                self.touch(Facet::Kernel);
            }
            Action::SetDevice(device) => {
                self.state.runtime.device = device;
                self.touch(Facet::Kernel);
            }
            Action::AbandonRuns => self.abandon_runs(),
            _ => {}
        }
    }

    fn run_cell(&mut self, id: &CellId) {
        let run = RunId::from(format!("{}-{}", id, self.state.ids.next_hex()));
        let Some(cell) = self.state.document.notebook.cell_mut(id) else {
            return;
        };
        match cell.kind {
            CellKind::Raw => {}
            CellKind::Markdown => self.close_source(id),
            CellKind::Code if cell.source.trim().is_empty() => {
                // Nothing to run: as in Jupyter the number goes away and the kernel is not asked.
                cell.outputs.clear();
                cell.execution_count = None;
                self.state.runtime.cells.remove(id);
                self.touch_cell(id, CellFacet::Outputs);
                self.touch_cell(id, CellFacet::Run);
            }
            CellKind::Code => {
                let code = cell.source.clone();
                run::queue(self.state.runtime.cells.entry(id.clone()).or_default(), run.clone());
                self.touch_cell(id, CellFacet::Run);
                self.effect(Effect::Execute {
                    cell: id.clone(),
                    run,
                    code,
                });
            }
        }
    }

    fn after_run(&mut self, cell: &CellId, then: AfterRun) {
        match then {
            AfterRun::Stay => self.select(cell.clone(), Mode::Command),
            AfterRun::InsertBelow => self.insert_cell(&Place::Below(cell.clone()), CellKind::Code),
            AfterRun::Advance => match self.neighbour(cell, Step::Down) {
                Some(next) => self.select(next, Mode::Command),
                None => self.insert_cell(&Place::End, CellKind::Code),
            },
        }
    }

    fn answer_input(&mut self, id: &CellId, text: String) {
        let State { document, runtime, .. } = &mut *self.state;
        let (Some(cell), Some(runtime)) = (document.notebook.cell_mut(id), runtime.cells.get_mut(id)) else {
            return;
        };
        if run::answer(cell, runtime, &text) {
            self.touch_cell(id, CellFacet::Outputs);
            self.touch_cell(id, CellFacet::Run);
            self.effect(Effect::Answer(text));
        }
    }

    fn take_report(&mut self, report: Report, now_ms: f64) {
        match report {
            Report::Run { cell, run, event } => self.take_run_event(&cell, &run, event, now_ms),
            Report::DisplayUpdated { display_id, bundle } => self.update_displays(&display_id, &bundle),
        }
    }

    /// Shows a new value wherever one is shown under that display id.
    fn update_displays(&mut self, display_id: &str, bundle: &MimeBundle) {
        let mut updated = Vec::new();
        for cell in &mut self.state.document.notebook.cells {
            if run::update_display(cell, display_id, bundle) {
                updated.push(cell.id.clone());
            }
        }
        for cell in updated {
            self.touch_cell(&cell, CellFacet::Outputs);
        }
    }

    fn take_run_event(&mut self, id: &CellId, run_id: &RunId, event: RunEvent, now_ms: f64) {
        let is_its_run = |runtime: &CellRuntime| runtime.run.as_ref() == Some(run_id);
        if !self.state.runtime.cells.get(id).is_some_and(is_its_run) {
            return; // The cell has been run anew, converted, or belongs to another document.
        }
        if let RunEvent::Shown(Output::DisplayData {
            bundle,
            display_id: Some(name),
        }) = &event
        {
            // A display id that is used again: what was shown under it before follows, as in Jupyter.
            self.update_displays(name, bundle);
        }
        let State { document, runtime, .. } = &mut *self.state;
        let Some(runtime) = runtime.cells.get_mut(id) else {
            return;
        };
        if let RunEvent::NextInput { text, replaces } = event {
            return self.take_next_input(id, text, replaces.as_deref());
        }
        match document.notebook.cell_mut(id) {
            Some(cell) => {
                for facet in run::receive(cell, runtime, event, now_ms) {
                    self.touch_cell(id, facet);
                }
            }
            None => {
                // The cell was deleted while it ran. If the deletion is undone, it must not seem to run for ever.
                if matches!(event, RunEvent::Ended { .. }) {
                    *runtime = CellRuntime::default();
                }
            }
        }
    }

    /// Puts text of the code's into its cell, or into a new one below, which is not selected: the user may be elsewhere by now.
    fn take_next_input(&mut self, id: &CellId, text: String, replaces: Option<&str>) {
        let Some(cell) = self.state.document.notebook.cell(id) else {
            return;
        };
        if replaces == Some(cell.source.as_str()) {
            self.set_source(id, text);
        } else if let Some(index) = self.index_of(id) {
            let cell = self.fresh_cell(CellKind::Code).with_source(text);
            self.change(vec![Change::CellsInserted {
                index: index + 1,
                cells: vec![cell],
            }]);
        }
    }

    /// Ends every pending execution as aborted.
    pub(super) fn abandon_runs(&mut self) {
        let State { document, runtime, .. } = &mut *self.state;
        let mut ended = Vec::new();
        for (id, runtime) in &mut runtime.cells {
            if !runtime.status.is_pending() {
                continue;
            }
            if let Some(cell) = document.notebook.cell_mut(id) {
                let event = RunEvent::Ended {
                    outcome: Outcome::Aborted,
                    execution_count: None,
                };
                run::receive(cell, runtime, event, runtime.started_ms.unwrap_or_default());
            }
            runtime.status = CellStatus::Aborted;
            ended.push(id.clone());
        }
        for cell in ended {
            self.touch_cell(&cell, CellFacet::Run);
        }
    }
}
