//! The body of code and raw cells: the text, and below it what a code cell has shown.

use super::editor::CellEditor;
use super::prompt::PromptForm;
use crate::model::facet::CellFacet;
use crate::model::ids::CellId;
use crate::model::runtime::CellStatus;
use crate::state::AppState;
use crate::ui::output::OutputList;
use crate::ui::packages::OutputCell;
use crate::web::editor::Language;
use leptos::prelude::*;

/// A code cell.
#[component]
pub fn CodeBody(
    /// The cell.
    id: CellId,
    /// Its number in the notebook.
    number: Memo<usize>,
    /// Whether the text has the caret.
    is_editing: Memo<bool>,
) -> impl IntoView {
    let app = AppState::from_context();
    let outputs = app.read_cell(&id, CellFacet::Outputs, |state, id| {
        state
            .document
            .notebook
            .cell(id)
            .map(|cell| cell.outputs.clone())
            .unwrap_or_default()
    });
    let has_outputs = Memo::new(move |_| outputs.with(|outputs| !outputs.is_empty()));
    let status = app.read_cell(&id, CellFacet::Run, |state, id| state.runtime.cell_status(id));
    // Once run, the outputs stay the session's own while the cell waits for its next turn.
    let made_here = Memo::new(move |was_run: Option<&bool>| {
        was_run == Some(&true)
            || matches!(
                status.get(),
                CellStatus::Running | CellStatus::Done | CellStatus::Failed
            )
    });
    let label = format!("Code of cell {}", number.get_untracked());
    provide_context(OutputCell(id.clone()));
    view! {
        <div class="cell__source">
            <CellEditor id=id.clone() language=Language::Python is_editing label />
        </div>
        <div
            class="cell__outputs"
            class:cell__outputs--empty=move || !has_outputs.get()
            role="region"
            aria-label=move || format!("Output of cell {}", number.get())
        >
            <OutputList outputs made_here />
        </div>
        <PromptForm id />
    }
}

/// A raw cell.
#[component]
pub fn RawBody(
    /// The cell.
    id: CellId,
    /// Its number in the notebook.
    number: Memo<usize>,
    /// Whether the text has the caret.
    is_editing: Memo<bool>,
) -> impl IntoView {
    let label = format!("Raw text of cell {}", number.get_untracked());
    view! {
        <div class="cell__source cell__source--raw">
            <CellEditor id language=Language::Plain is_editing label />
        </div>
    }
}
