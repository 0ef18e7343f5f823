//! When a command makes sense. Disabled commands are shown, but do nothing.

use super::table::Command;
use crate::model::runtime::KernelStatus;
use crate::model::state::State;
use crate::model::view::Route;

/// True when the command can be performed now.
pub fn is_enabled(command: Command, state: &State) -> bool {
    if state.route != Route::Notebook {
        return command == Command::ShowStart;
    }
    match command {
        Command::Interrupt => {
            state.runtime.kernel == KernelStatus::Busy
                || state.runtime.cells.values().any(|cell| cell.status.is_pending())
        }
        Command::Undo => state.history.can_undo(),
        Command::Redo => state.history.can_redo(),
        Command::PasteBelow => !state.clipboard.is_empty(),
        Command::RunAndAdvance
        | Command::Run
        | Command::RunAndInsert
        | Command::EnterEdit
        | Command::LeaveEdit
        | Command::SelectAbove
        | Command::SelectBelow
        | Command::Cut
        | Command::Copy
        | Command::Delete
        | Command::MoveUp
        | Command::MoveDown
        | Command::ToCode
        | Command::ToMarkdown
        | Command::ToRaw
        | Command::ClearOutputs
        | Command::Complete
        | Command::ShowHelp
        | Command::GoToDefinition => state.view.selected.is_some(),
        Command::RunAll
        | Command::Restart
        | Command::RestartAndRunAll
        | Command::ToggleNetwork
        | Command::InsertAbove
        | Command::InsertBelow
        | Command::InsertMarkdownBelow
        | Command::ClearAllOutputs
        | Command::ToggleInspector
        | Command::Save
        | Command::Download
        | Command::ShowFiles
        | Command::ShowPackages
        | Command::ShowShortcuts
        | Command::ShowStart => true,
    }
}
