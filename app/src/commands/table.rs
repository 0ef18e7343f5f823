//! The one table of commands: id, label, tooltip, group and keys. A new command is a row here and an arm in `run.rs`.
//! Keys are Jupyter's; `Mod` is Ctrl, or Cmd on a Mac. Two keys in a row are pressed one after the other.

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each command is documented by its row in the table below")]
pub enum Command {
    RunAndAdvance,
    Run,
    RunAndInsert,
    RunAll,
    Interrupt,
    Restart,
    RestartAndRunAll,
    ToggleNetwork,
    EnterEdit,
    LeaveEdit,
    SelectAbove,
    SelectBelow,
    InsertAbove,
    InsertBelow,
    InsertMarkdownBelow,
    Cut,
    Copy,
    PasteBelow,
    Delete,
    Undo,
    Redo,
    MoveUp,
    MoveDown,
    ToCode,
    ToMarkdown,
    ToRaw,
    ClearOutputs,
    ClearAllOutputs,
    Complete,
    ShowHelp,
    GoToDefinition,
    ToggleInspector,
    Save,
    Download,
    ShowFiles,
    ShowPackages,
    ShowShortcuts,
    ShowStart,
}

/// What a command is about; the shortcuts dialog shows one section for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Running cells and the kernel.
    Run,
    /// Moving between cells and modes.
    Navigate,
    /// Changing cells.
    Edit,
    /// Writing code.
    Write,
    /// The document and the page.
    Document,
}

impl Group {
    /// All groups in the order of the dialog.
    pub const ALL: [Self; 5] = [Self::Run, Self::Navigate, Self::Edit, Self::Write, Self::Document];

    /// The section's title.
    pub fn label(self) -> &'static str {
        match self {
            Self::Run => "Run",
            Self::Navigate => "Move around",
            Self::Edit => "Edit cells",
            Self::Write => "Write code",
            Self::Document => "Notebook",
        }
    }
}

/// In which mode keys mean the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMode {
    /// While a cell is selected.
    Command,
    /// While a text is edited. Such keys reach the page through the editor.
    Edit,
    /// Always.
    Any,
}

/// A command's row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The command.
    pub command: Command,
    /// Its lasting name.
    pub id: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// One sentence about it.
    pub tooltip: &'static str,
    /// What it is about.
    pub group: Group,
    /// The mode of its keys.
    pub mode: KeyMode,
    /// Its keys, the one to be shown first.
    pub keys: &'static [&'static str],
}

macro_rules! table {
    ($($command:ident $id:literal $label:literal $tooltip:literal $group:ident $mode:ident [$($keys:literal),*];)*) => {
        /// All commands, in the order of the shortcuts dialog.
        pub const TABLE: &[Row] = &[$(Row {
            command: Command::$command,
            id: $id,
            label: $label,
            tooltip: $tooltip,
            group: Group::$group,
            mode: KeyMode::$mode,
            keys: &[$($keys),*],
        }),*];

        /// The row of a command.
        pub const fn row(command: Command) -> &'static Row {
            let mut index = 0;
            $(
                if matches!(command, Command::$command) {
                    return &TABLE[index];
                }
                index += 1;
            )*
            let _ = index;
            &TABLE[0]
        }
    };
}

table! {
    RunAndAdvance "notebook:run-cell-and-select-next" "Run cell and select next" "Run this cell and go to the next" Run Any ["Shift+Enter"];
    Run "notebook:run-cell" "Run cell" "Run this cell and stay on it" Run Any ["Mod+Enter", "Ctrl+Enter"];
    RunAndInsert "notebook:run-cell-and-insert-below" "Run cell and insert below" "Run this cell and add a new one below" Run Any ["Alt+Enter"];
    RunAll "notebook:run-all" "Run all" "Run all cells from top to bottom" Run Any [];
    Interrupt "kernel:interrupt" "Interrupt" "Stop the running cell and those that wait" Run Command ["I I"];
    Restart "kernel:restart" "Restart" "Start a fresh kernel; variables are lost, outputs stay" Run Command ["0 0"];
    RestartAndRunAll "kernel:restart-and-run-all" "Restart and run all" "Start a fresh kernel and run all cells" Run Any [];
    ToggleNetwork "kernel:toggle-network" "No network for this notebook" "Let the notebook’s code use the network, or not; changing it restarts the kernel" Run Any [];
    EnterEdit "notebook:enter-edit-mode" "Edit cell" "Put the caret into the cell" Navigate Command ["Enter"];
    LeaveEdit "notebook:enter-command-mode" "Leave text" "Make keys commands again" Navigate Edit ["Escape"];
    SelectAbove "notebook:select-above" "Select cell above" "Go to the cell above" Navigate Command ["ArrowUp", "K"];
    SelectBelow "notebook:select-below" "Select cell below" "Go to the cell below" Navigate Command ["ArrowDown", "J"];
    InsertAbove "notebook:insert-cell-above" "Insert cell above" "Add a code cell above this one" Edit Command ["A"];
    InsertBelow "notebook:insert-cell-below" "Insert code cell" "Add a code cell below the selected one" Edit Command ["B"];
    InsertMarkdownBelow "notebook:insert-markdown-below" "Insert Markdown cell" "Add a Markdown cell below the selected one" Edit Any [];
    Cut "notebook:cut-cell" "Cut cell" "Take the cell out, for pasting" Edit Command ["X"];
    Copy "notebook:copy-cell" "Copy cell" "Copy the cell, for pasting" Edit Command ["C"];
    PasteBelow "notebook:paste-cell-below" "Paste cell below" "Put in what was cut or copied" Edit Command ["V"];
    Delete "notebook:delete-cell" "Delete cell" "Remove the cell; it can be undone" Edit Command ["D D"];
    Undo "notebook:undo-cell-action" "Undo cell operation" "Take back the last change of cells" Edit Command ["Z"];
    Redo "notebook:redo-cell-action" "Redo cell operation" "Repeat what was taken back" Edit Command ["Shift+Z"];
    MoveUp "notebook:move-cell-up" "Move cell up" "Move the cell above its neighbour" Edit Command ["Ctrl+Shift+ArrowUp"];
    MoveDown "notebook:move-cell-down" "Move cell down" "Move the cell below its neighbour" Edit Command ["Ctrl+Shift+ArrowDown"];
    ToCode "notebook:change-cell-to-code" "Change to code" "Make the cell Python" Edit Command ["Y"];
    ToMarkdown "notebook:change-cell-to-markdown" "Change to Markdown" "Make the cell Markdown" Edit Command ["M"];
    ToRaw "notebook:change-cell-to-raw" "Change to raw text" "Make the cell raw text" Edit Command ["R"];
    ClearOutputs "notebook:clear-outputs" "Clear output" "Remove what the cell has shown" Edit Any [];
    ClearAllOutputs "notebook:clear-all-outputs" "Clear all outputs" "Remove what all cells have shown" Edit Any [];
    Complete "editor:complete" "Complete" "Complete what stands before the caret; indents on blank" Write Edit ["Tab"];
    ShowHelp "editor:show-help" "Signature and documentation" "Show what the name at the caret is; again shows all of it" Write Edit ["Shift+Tab"];
    GoToDefinition "editor:go-to-definition" "Go to definition" "Go to where the name at the caret is defined; a click with Ctrl or ⌘ does too" Write Edit ["F12"];
    ToggleInspector "notebook:toggle-inspector" "Inspector" "Show what the variables hold and what Python costs" Document Command ["Shift+I"];
    Save "document:save" "Save now" "Store the notebook in this browser now" Document Any ["Mod+S"];
    Download "document:download" "Download .ipynb" "Save the notebook as a file" Document Any [];
    ShowFiles "document:show-files" "Files" "Show the files beside the notebook" Document Any [];
    ShowPackages "document:show-packages" "Packages" "Show the packages stored in this browser" Document Any [];
    ShowShortcuts "page:show-shortcuts" "Keyboard shortcuts" "Show what the keys do" Document Command ["H", "?"];
    ShowStart "page:show-start" "All notebooks" "Go to the list of notebooks" Document Any [];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_and_ids_are_unique() {
        for (index, line) in TABLE.iter().enumerate() {
            assert_eq!(row(line.command).id, line.id);
            assert!(
                TABLE[..index].iter().all(|other| other.id != line.id),
                "{} stands twice",
                line.id
            );
            assert!(line.id.contains(':') && !line.tooltip.ends_with('.'));
        }
    }
}
