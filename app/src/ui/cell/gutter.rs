//! The margin of a cell: run or stop, the execution's number, its status and time.

use crate::commands::table::{Command, row};
use crate::model::cell::CellKind;
use crate::model::facet::CellFacet;
use crate::model::ids::CellId;
use crate::model::runtime::CellStatus;
use crate::state::AppState;
use crate::ui::base::{IconButton, time_label};
use crate::ui::icons::Icon;
use leptos::prelude::*;

/// The margin of a cell. Only code cells have something in it.
#[component]
pub fn Gutter(
    /// The cell.
    id: CellId,
    /// Its kind.
    kind: Memo<CellKind>,
) -> impl IntoView {
    let app = AppState::from_context();
    let status = app.read_cell(&id, CellFacet::Run, |state, id| state.runtime.cell_status(id));
    let count = app.read_cell(&id, CellFacet::Run, |state, id| {
        state.document.notebook.cell(id).and_then(|cell| cell.execution_count)
    });
    let took_ms = app.read_cell(&id, CellFacet::Run, |state, id| {
        state.runtime.cells.get(id).and_then(|runtime| runtime.took_ms)
    });
    let count_text = move || match (status.get(), count.get()) {
        (CellStatus::Queued | CellStatus::Running, _) => "[*]".to_owned(),
        (_, Some(count)) => format!("[{count}]"),
        (_, None) => "[ ]".to_owned(),
    };
    let icon = Signal::derive(move || {
        if status.get().is_pending() {
            Icon::Stop
        } else {
            Icon::Play
        }
    });
    let label = Signal::derive(move || {
        let command = if status.get().is_pending() {
            Command::Interrupt
        } else {
            Command::Run
        };
        row(command).label.to_owned()
    });
    let cell = StoredValue::new(id);
    let on_click = Callback::new(move |()| {
        let command = if status.get_untracked().is_pending() {
            Command::Interrupt
        } else {
            Command::Run
        };
        app.command_on(command, &cell.get_value());
    });
    view! {
        <div class="cell__gutter">
            <Show when=move || kind.get() == CellKind::Code>
                <IconButton class="cell__run" icon label on_click />
                <span class="cell__count" aria-label=move || format!("Execution {}", count_text())>{count_text}</span>
                <span class="cell__status" role="img" aria-label=move || status.get().label() data-status=move || status.get().label()>
                    {move || status_icon(status.get()).map(|icon| view! { <crate::ui::icons::IconView icon /> })}
                </span>
                <span class="cell__time">{move || took_ms.get().map(time_label)}</span>
            </Show>
        </div>
    }
}

fn status_icon(status: CellStatus) -> Option<Icon> {
    match status {
        CellStatus::Idle => None,
        CellStatus::Queued => Some(Icon::Clock),
        CellStatus::Running => Some(Icon::Hourglass),
        CellStatus::Done => Some(Icon::Check),
        CellStatus::Failed => Some(Icon::Warning),
        CellStatus::Aborted => Some(Icon::Close),
    }
}
