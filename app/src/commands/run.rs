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
        Command::RunAndAdvance => Action::RunCell {
            cell,
            then: AfterRun::Advance,
        },
        Command::Run => Action::RunCell {
            cell,
            then: AfterRun::Stay,
        },
        Command::RunAndInsert => Action::RunCell {
            cell,
            then: AfterRun::InsertBelow,
        },
        Command::EnterEdit => Action::EditCell(cell),
        Command::LeaveEdit => Action::LeaveEdit,
        Command::SelectAbove => Action::SelectNeighbour(Step::Up),
        Command::SelectBelow => Action::SelectNeighbour(Step::Down),
        Command::InsertAbove => Action::InsertCell {
            place: Place::Above(cell),
            kind: CellKind::Code,
        },
        Command::InsertBelow => Action::InsertCell {
            place: Place::Below(cell),
            kind: CellKind::Code,
        },
        Command::InsertMarkdownBelow => Action::InsertCell {
            place: Place::Below(cell),
            kind: CellKind::Markdown,
        },
        Command::Cut => Action::CutCell(cell),
        Command::Copy => Action::CopyCell(cell),
        Command::PasteBelow => Action::PasteBelow(cell),
        Command::Delete => Action::DeleteCell(cell),
        Command::MoveUp => Action::MoveCell { cell, step: Step::Up },
        Command::MoveDown => Action::MoveCell { cell, step: Step::Down },
        Command::ToCode => Action::SetKind {
            cell,
            kind: CellKind::Code,
        },
        Command::ToMarkdown => Action::SetKind {
            cell,
            kind: CellKind::Markdown,
        },
        Command::ToRaw => Action::SetKind {
            cell,
            kind: CellKind::Raw,
        },
        Command::ClearOutputs => Action::ClearOutputs(cell),
        Command::Complete => Action::UseEditor {
            cell,
            task: EditorTask::Complete,
        },
        Command::ShowHelp => Action::UseEditor {
            cell,
            task: EditorTask::ShowHelp,
        },
        Command::GoToDefinition => Action::UseEditor {
            cell,
            task: EditorTask::GoToDefinition,
        },
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
        Command::InsertAbove => vec![Action::InsertCell {
            place: Place::Top,
            kind: CellKind::Code,
        }],
        Command::InsertBelow => vec![Action::InsertCell {
            place: Place::End,
            kind: CellKind::Code,
        }],
        Command::InsertMarkdownBelow => vec![Action::InsertCell {
            place: Place::End,
            kind: CellKind::Markdown,
        }],
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
