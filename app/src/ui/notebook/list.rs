//! The cells in order, with places to insert between them.

use crate::model::action::{Action, Place};
use crate::model::cell::CellKind;
use crate::model::facet::Facet;
use crate::model::ids::CellId;
use crate::state::AppState;
use crate::ui::base::{Button, ButtonKind};
use crate::ui::cell::CellView;
use crate::ui::icons::{Icon, IconView};
use leptos::prelude::*;

/// All cells.
#[component]
pub fn CellList() -> impl IntoView {
    let app = AppState::from_context();
    let order = app.read(Facet::Order, |state| {
        state
            .document
            .notebook
            .cells
            .iter()
            .map(|cell| cell.id.clone())
            .collect::<Vec<_>>()
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
            <For each=move || order.get() key=CellId::clone let:id>
                <CellView id=id.clone() />
                <InsertBelow id />
            </For>
        </div>
        <div class="notebook__end">
            <Button label="Code".to_owned() title="Add a code cell at the end" on_click=add(CellKind::Code) kind=ButtonKind::Quiet icon=Icon::Plus />
            <Button label="Markdown".to_owned() title="Add a Markdown cell at the end" on_click=add(CellKind::Markdown) kind=ButtonKind::Quiet icon=Icon::Plus />
        </div>
    }
}

#[component]
fn InsertBelow(
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
