//! One cell: its frame, which takes focus and selection, around a body for each kind.
//! Read next: `code.rs`, `markdown.rs`, `gutter.rs`, `actions.rs`.

mod actions;
mod code;
mod editor;
mod gutter;
mod markdown;
mod prompt;

use crate::model::action::Action;
use crate::model::cell::CellKind;
use crate::model::facet::{CellFacet, Facet};
use crate::model::ids::CellId;
use crate::model::view::Mode;
use crate::state::AppState;
use crate::web::focus;
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// A cell of the open notebook.
#[component]
pub fn CellView(
    /// The cell.
    id: CellId,
) -> impl IntoView {
    let app = AppState::from_context();
    let kind = app.read_cell(&id, CellFacet::Kind, |state, id| {
        state.document.notebook.cell(id).map_or(CellKind::Raw, |cell| cell.kind)
    });
    let number = {
        let id = id.clone();
        app.read(Facet::Order, move |state| {
            state.document.notebook.index_of(&id).map_or(0, |index| index + 1)
        })
    };
    let selected_id = id.clone();
    let is_selected = app.read(Facet::Selection, move |state| {
        state.view.selected.as_ref() == Some(&selected_id)
    });
    let mode = app.read(Facet::Selection, |state| state.view.mode);
    let is_editing = Memo::new(move |_| is_selected.get() && mode.get() == Mode::Edit);
    let status = app.read_cell(&id, CellFacet::Run, |state, id| state.runtime.cell_status(id));
    let node = NodeRef::<html::Div>::new();
    follow_selection(app, &id, node);

    let clicked = id.clone();
    let on_click = move |_| {
        if !is_selected.get_untracked() {
            app.dispatch(Action::SelectCell(clicked.clone()));
        }
    };
    let (body_id, name) = (id.clone(), id.to_string());
    let body = move || match kind.get() {
        CellKind::Code => view! { <code::CodeBody id=body_id.clone() number is_editing /> }.into_any(),
        CellKind::Markdown => view! { <markdown::MarkdownBody id=body_id.clone() number is_editing /> }.into_any(),
        CellKind::Raw => view! { <code::RawBody id=body_id.clone() number is_editing /> }.into_any(),
    };
    view! {
        <div
            node_ref=node
            class="cell"
            class:cell--selected=is_selected
            class:cell--editing=is_editing
            role="group"
            aria-label=move || format!("{} cell {}", kind.get().label(), number.get())
            aria-current=move || is_selected.get().then_some("true")
            data-cell=name
            data-kind=move || kind.get().as_str()
            data-status=move || status.get().label()
            tabindex=move || if is_selected.get() { "0" } else { "-1" }
            on:click=on_click
        >
            <gutter::Gutter id=id.clone() kind />
            <div class="cell__body">{body}</div>
            <actions::CellActions id kind number />
        </div>
    }
}

/// Gives the cell the focus when it becomes the selected one in command mode.
fn follow_selection(app: AppState, id: &CellId, node: NodeRef<html::Div>) {
    let id = id.clone();
    Effect::new(move |_| {
        app.track(Facet::Selection);
        let (is_selected, is_command) = app.with(|state| {
            (
                state.view.selected.as_ref() == Some(&id),
                state.view.mode == Mode::Command && state.view.dialog.is_none(),
            )
        });
        let Some(element) = node.get().filter(|_| is_selected) else {
            return;
        };
        // A press that took the caret away has not yet given the focus to its target.
        set_timeout(
            move || {
                if is_command {
                    focus::offer_focus(&element);
                }
                focus::reveal(&element);
            },
            Duration::ZERO,
        );
    });
}
