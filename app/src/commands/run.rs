//! What each command asks of the model. Exhaustive, so that a new command cannot be forgotten here.

use super::table::Command;
use super::when::is_enabled;
use crate::model::action::{Action, AfterRun, EditorTask, Place, Step};
use crate::model::cell::CellKind;
use crate::model::ids::CellId;
use crate::model::inspector::InspectorAction;
use crate::model::packages::PackageAction;
use crate::model::runtime::KernelStatus;
use crate::model::state::State;
use crate::model::view::Dialog;

/// The actions of a command on the selected cell; none when the command makes no sense now.
pub fn actions(command: Command, state: &State) -> Vec<Action> {
    match &state.view.selected {
        Some(cell) => actions_on(command, cell, state),
        None => actions_without_cell(command, state),
    }
}

/// The actions of a command on a certain cell.
pub fn actions_on(command: Command, cell: &CellId, state: &State) -> Vec<Action> {
    if !is_enabled(command, state) {
        return Vec::new();
    }
    let cell = cell.clone();
    let action = match command {
        Command::RunAndAdvance => run(cell, AfterRun::Advance),
        Command::Run => run(cell, AfterRun::Stay),
        Command::RunAndInsert => run(cell, AfterRun::InsertBelow),
        Command::EnterEdit => Action::EditCell(cell),
        Command::LeaveEdit => Action::LeaveEdit,
        Command::SelectAbove => Action::SelectNeighbour(Step::Up),
        Command::SelectBelow => Action::SelectNeighbour(Step::Down),
        Command::InsertAbove => insert(Place::Above(cell), CellKind::Code),
        Command::InsertBelow => insert(Place::Below(cell), CellKind::Code),
        Command::InsertMarkdownBelow => insert(Place::Below(cell), CellKind::Markdown),
        Command::Cut => Action::CutCell(cell),
        Command::Copy => Action::CopyCell(cell),
        Command::PasteBelow => Action::PasteBelow(cell),
        Command::Delete => Action::DeleteCell(cell),
        Command::MoveUp => Action::MoveCell { cell, step: Step::Up },
        Command::MoveDown => Action::MoveCell { cell, step: Step::Down },
        Command::ToCode => set_kind(cell, CellKind::Code),
        Command::ToMarkdown => set_kind(cell, CellKind::Markdown),
        Command::ToRaw => set_kind(cell, CellKind::Raw),
        Command::ClearOutputs => Action::ClearOutputs(cell),
        Command::Complete => use_editor(cell, EditorTask::Complete),
        Command::ShowHelp => use_editor(cell, EditorTask::ShowHelp),
        Command::GoToDefinition => use_editor(cell, EditorTask::GoToDefinition),
        Command::RunAll
        | Command::Interrupt
        | Command::Restart
        | Command::RestartAndRunAll
        | Command::ToggleNetwork
        | Command::Undo
        | Command::Redo
        | Command::ClearAllOutputs
        | Command::ToggleInspector
        | Command::Save
        | Command::Download
        | Command::ShowFiles
        | Command::ShowPackages
        | Command::ShowShortcuts
        | Command::ShowStart => return actions_without_cell(command, state),
    };
    vec![action]
}

fn actions_without_cell(command: Command, state: &State) -> Vec<Action> {
    if !is_enabled(command, state) {
        return Vec::new();
    }
    match command {
        Command::RunAll => vec![Action::RunAll],
        Command::Interrupt => vec![Action::Interrupt],
        Command::Restart => vec![Action::Restart],
        Command::RestartAndRunAll => vec![Action::Restart, Action::RunAll],
        // A fresh kernel costs the variables, if there are any; then it is asked first.
        Command::ToggleNetwork => match state.runtime.kernel {
            KernelStatus::Idle | KernelStatus::Busy => vec![Action::OpenDialog(Dialog::Network)],
            KernelStatus::None | KernelStatus::Starting(_) | KernelStatus::Dead(_) => {
                vec![Action::SetNetwork(!state.document.notebook.allows_network())]
            }
        },
        Command::InsertAbove => vec![insert(Place::Top, CellKind::Code)],
        Command::InsertBelow => vec![insert(Place::End, CellKind::Code)],
        Command::InsertMarkdownBelow => vec![insert(Place::End, CellKind::Markdown)],
        Command::Undo => vec![Action::UndoCells],
        Command::Redo => vec![Action::RedoCells],
        Command::ClearAllOutputs => vec![Action::ClearAllOutputs],
        Command::ToggleInspector => vec![Action::Inspect(InspectorAction::Toggle)],
        Command::Save => vec![Action::SaveNow],
        Command::Download => vec![Action::Download],
        Command::ShowFiles => vec![Action::OpenDialog(Dialog::Files)],
        Command::ShowPackages => vec![Action::Packages(PackageAction::ShowStored)],
        Command::ShowShortcuts => vec![Action::OpenDialog(Dialog::Shortcuts)],
        Command::ShowStart => vec![Action::ShowStart],
        Command::RunAndAdvance
        | Command::Run
        | Command::RunAndInsert
        | Command::EnterEdit
        | Command::LeaveEdit
        | Command::SelectAbove
        | Command::SelectBelow
        | Command::Cut
        | Command::Copy
        | Command::PasteBelow
        | Command::Delete
        | Command::MoveUp
        | Command::MoveDown
        | Command::ToCode
        | Command::ToMarkdown
        | Command::ToRaw
        | Command::ClearOutputs
        | Command::Complete
        | Command::ShowHelp
        | Command::GoToDefinition => Vec::new(),
    }
}

const fn run(cell: CellId, then: AfterRun) -> Action {
    Action::RunCell { cell, then }
}

const fn insert(place: Place, kind: CellKind) -> Action {
    Action::InsertCell { place, kind }
}

const fn set_kind(cell: CellId, kind: CellKind) -> Action {
    Action::SetKind { cell, kind }
}

const fn use_editor(cell: CellId, task: EditorTask) -> Action {
    Action::UseEditor { cell, task }
}
