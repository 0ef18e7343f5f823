//! The body of a Markdown cell: rendered, or its source while it is edited.

use super::editor::CellEditor;
use crate::model::action::Action;
use crate::model::facet::CellFacet;
use crate::model::ids::CellId;
use crate::render::attachments::attached_image;
use crate::state::AppState;
use crate::ui::markdown::MarkdownView;
use crate::web::editor::Language;
use leptos::prelude::*;

/// A Markdown cell.
#[component]
pub fn MarkdownBody(
    /// The cell.
    id: CellId,
    /// Its number in the notebook.
    number: Memo<usize>,
    /// Whether the text has the caret.
    is_editing: Memo<bool>,
) -> impl IntoView {
    let app = AppState::from_context();
    let is_open = app.read_cell(&id, CellFacet::View, |state, id| state.view.open_sources.contains(id));
    let source = app.read_cell(&id, CellFacet::Source, |state, id| {
        state
            .document
            .notebook
            .cell(id)
            .map(|cell| cell.source.clone())
            .unwrap_or_default()
    });
    let label = format!("Markdown of cell {}", number.get_untracked());
    let cell = StoredValue::new(id);
    let images = Callback::new(move |address: String| {
        app.with(|state| {
            let cell = state.document.notebook.cell(&cell.get_value());
            attached_image(cell.and_then(|cell| cell.attachments.as_ref()), &address)
        })
    });
    let on_open = move |_| app.dispatch(Action::EditCell(cell.get_value()));
    view! {
        {move || {
            if is_open.get() {
                view! {
                    <div class="cell__source cell__source--markdown">
                        <CellEditor id=cell.get_value() language=Language::Markdown is_editing label=label.clone() />
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <div class="cell__rendered" title="Double-click or press Enter to edit" on:dblclick=on_open>
                        {move || {
                            if source.with(|source| source.trim().is_empty()) {
                                view! { <p class="cell__placeholder">"Empty Markdown cell"</p> }.into_any()
                            } else {
                                view! { <MarkdownView source images /> }.into_any()
                            }
                        }}
                    </div>
                }
                    .into_any()
            }
        }}
    }
}
