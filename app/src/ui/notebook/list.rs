//! The cells in order, in groups, with places to insert between them.
//! Read next: `group.rs`.

use super::group::CellGroup;
use crate::model::action::{Action, Place};
use crate::model::cell::CellKind;
use crate::model::facet::Facet;
use crate::model::groups::Groups;
use crate::model::ids::CellId;
use crate::state::AppState;
use crate::ui::base::{Button, ButtonKind};
use crate::ui::icons::{Icon, IconView};
use leptos::prelude::*;

/// All cells.
#[component]
pub fn CellList() -> impl IntoView {
    let app = AppState::from_context();
    let groups = Memo::new(move |old: Option<&Groups>| {
        app.track(Facet::Order);
        app.with(|state| {
            let cells = state.document.notebook.cells.iter();
            Groups::regroup(old, cells.map(|cell| cell.id.clone()).collect())
        })
    });
    let add = move |kind| {
        Callback::new(move |()| {
            app.dispatch(Action::InsertCell {
                place: Place::End,
                kind,
            });
        })
    };
    view! {
        <div class="cell-list">
            <InsertBar place=Place::Top where_="at the top".to_owned() />
            <For each=move || groups.with(Groups::ids) key=|id| *id let:id>
                <CellGroup id groups />
            </For>
        </div>
        <div class="notebook__end">
            <Button label="Code".to_owned() title="Add a code cell at the end" on_click=add(CellKind::Code) kind=ButtonKind::Quiet icon=Icon::Plus />
            <Button label="Markdown".to_owned() title="Add a Markdown cell at the end" on_click=add(CellKind::Markdown) kind=ButtonKind::Quiet icon=Icon::Plus />
        </div>
    }
}

/// Buttons below a cell.
#[component]
pub(super) fn InsertBelow(
    /// The cell above.
    id: CellId,
) -> impl IntoView {
    view! { <InsertBar place=Place::Below(id) where_="here".to_owned() /> }
}

/// Buttons between two cells, out of sight until the pointer or the focus comes near.
#[component]
fn InsertBar(
    /// Where the new cell goes.
    place: Place,
    /// The same in words.
    where_: String,
) -> impl IntoView {
    let app = AppState::from_context();
    let button = move |kind: CellKind| {
        let place = place.clone();
        let on_click = move |_| {
            app.dispatch(Action::InsertCell {
                place: place.clone(),
                kind,
            });
        };
        view! {
            <button
                type="button"
                class="insert__button"
                aria-label=format!("Insert {} cell {where_}", if kind == CellKind::Code { "code" } else { "Markdown" })
                on:click=on_click
            >
                <IconView icon=Icon::Plus />
                <span aria-hidden="true">{kind.label()}</span>
            </button>
        }
    };
    view! {
        <div class="insert">
            {button(CellKind::Code)}
            {button(CellKind::Markdown)}
        </div>
    }
}
