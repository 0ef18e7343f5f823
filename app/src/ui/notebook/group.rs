//! A few neighbouring cells: as mere text while they are far from the screen, whole from the moment they come near or one is selected.
//! A whole cell is heavy (an editor, buttons, frames); text is not, and the browser finds and reads it all the same.
//! What has once been whole stays so, with its editors and their history. Read next: `model/groups.rs`, `still.rs`.

use super::list::InsertBelow;
use super::still::{Still, estimated_height, still_of};
use crate::model::action::Action;
use crate::model::cell::CellKind;
use crate::model::facet::{CellFacet, Facet};
use crate::model::groups::{GroupId, Groups};
use crate::model::ids::CellId;
use crate::state::AppState;
use crate::ui::cell::CellView;
use crate::web::near_screen::NearScreen;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

/// A group of cells.
#[component]
pub(super) fn CellGroup(
    /// The group.
    id: GroupId,
    /// All groups.
    groups: Memo<Groups>,
) -> impl IntoView {
    let app = AppState::from_context();
    let cells = Memo::new(move |_| groups.with(|groups| groups.cells(id).to_vec()));
    let is_near = RwSignal::new(false);
    let node = NodeRef::<html::Div>::new();
    wake_near_screen(node, is_near);
    wake_with_selection(app, cells, is_near);

    // Nobody but the group listens for its text.
    let on_press = move |event: web_sys::MouseEvent| {
        if !is_near.get_untracked()
            && let Some(cell) = pressed_cell(&event)
        {
            event.prevent_default();
            let is_prose = app.with(|state| {
                let kind = state.document.notebook.cell(&cell).map(|cell| cell.kind);
                kind == Some(CellKind::Markdown)
            });
            app.dispatch(if is_prose {
                Action::SelectCell(cell)
            } else {
                Action::EditCell(cell)
            });
        }
    };
    view! {
        <div
            class="cell-group"
            class:cell-group--far=move || !is_near.get()
            style:contain-intrinsic-height=move || if is_near.get() { String::new() } else { far_height(app, &cells.read()) }
            node_ref=node
            on:mousedown=on_press
        >
            {move || {
                if is_near.get() {
                    view! {
                        <For each=move || cells.get() key=CellId::clone let:cell>
                            <CellView id=cell.clone() />
                            <InsertBelow id=cell />
                        </For>
                    }
                        .into_any()
                } else {
                    far_cells(app, &cells.read()).into_any()
                }
            }}
        </div>
    }
}

/// The cells as text. Drawn anew when the text of one changes, which is rare while nobody sees it.
fn far_cells(app: AppState, cells: &[CellId]) -> impl IntoView + use<> {
    for cell in cells {
        for facet in [CellFacet::Source, CellFacet::Kind, CellFacet::Outputs] {
            app.track(Facet::Cell(cell.clone(), facet));
        }
    }
    let stills = app.with(|state| {
        let cells = cells.iter().filter_map(|id| state.document.notebook.cell(id));
        cells.map(|cell| still_of(cell, state)).collect::<Vec<_>>()
    });
    stills.into_iter().map(|still| view! { <Still still /> }).collect_view()
}

fn far_height(app: AppState, cells: &[CellId]) -> String {
    app.with(|state| {
        let cells = cells.iter().filter_map(|id| state.document.notebook.cell(id));
        let height: f64 = cells.map(|cell| estimated_height(cell, state)).sum();
        format!("auto {height:.0}px")
    })
}

fn wake_near_screen(node: NodeRef<html::Div>, is_near: RwSignal<bool>) {
    let near_screen = StoredValue::new_local(None::<NearScreen>);
    Effect::new(move |_| {
        if let Some(element) = node.get().filter(|_| !is_near.get_untracked()) {
            let observer = NearScreen::new(&element, move || {
                is_near.try_set(true);
            });
            near_screen.set_value(Some(observer));
        }
    });
    Effect::new(move |_| {
        if is_near.get() {
            near_screen.set_value(None);
        }
    });
}

fn wake_with_selection(app: AppState, cells: Memo<Vec<CellId>>, is_near: RwSignal<bool>) {
    Effect::new(move |_| {
        if is_near.get() {
            return;
        }
        app.track(Facet::Selection);
        let has_selected = app.with(|state| {
            let selected = state.view.selected.as_ref();
            selected.is_some_and(|selected| cells.with(|cells| cells.contains(selected)))
        });
        if has_selected {
            is_near.set(true);
        }
    });
}

/// The cell whose text was pressed with the main button.
fn pressed_cell(event: &web_sys::MouseEvent) -> Option<CellId> {
    let element: Element = event.target()?.dyn_into().ok()?;
    let cell = element.closest("[data-cell]").ok().flatten()?;
    let name = cell.get_attribute("data-cell")?;
    (event.button() == 0).then(|| CellId::from(name))
}
