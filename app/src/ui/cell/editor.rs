//! The text of a cell, joined to the state: changes and commands go out, the caret follows the mode.

use crate::commands::table::Command;
use crate::model::action::{Action, Step};
use crate::model::facet::CellFacet;
use crate::model::ids::CellId;
use crate::state::AppState;
use crate::web::editor::{CodeEditor, EditorAnswer, EditorCommand, EditorQuestion, Language};
use futures::FutureExt as _;
use leptos::prelude::*;

/// The editor of a cell.
#[component]
pub fn CellEditor(
    /// The cell.
    id: CellId,
    /// The language of the text.
    language: Language,
    /// Whether the text has the caret.
    is_editing: Memo<bool>,
    /// The accessible name.
    label: String,
) -> impl IntoView {
    let app = AppState::from_context();
    let value = app.read_cell(&id, CellFacet::Source, |state, id| {
        state
            .document
            .notebook
            .cell(id)
            .map(|cell| cell.source.clone())
            .unwrap_or_default()
    });
    let name = id.to_string();
    let cell = StoredValue::new(id);
    let on_change = Callback::new(move |source| {
        app.dispatch(Action::SetSource {
            cell: cell.get_value(),
            source,
        });
    });
    let on_focus = Callback::new(move |()| {
        if !is_editing.get_untracked() {
            app.dispatch(Action::EditCell(cell.get_value()));
        }
    });
    let on_blur = Callback::new(move |()| app.dispatch(Action::LoseCaret(cell.get_value())));
    let on_command = Callback::new(move |command| {
        let cell = cell.get_value();
        match command {
            EditorCommand::RunAndAdvance => app.command_on(Command::RunAndAdvance, &cell),
            EditorCommand::Run => app.command_on(Command::Run, &cell),
            EditorCommand::RunAndInsert => app.command_on(Command::RunAndInsert, &cell),
            EditorCommand::LeaveEdit => app.dispatch(Action::LeaveEdit),
            EditorCommand::MoveUp => app.dispatch(Action::EditNeighbour(cell, Step::Up)),
            EditorCommand::MoveDown => app.dispatch(Action::EditNeighbour(cell, Step::Down)),
        }
    });
    let on_notice = Callback::new(move |text| {
        app.dispatch(Action::Notify {
            text,
            is_error: false,
            action: None,
        });
    });
    let on_go_to = Callback::new(move |cell| app.dispatch(Action::EditCell(cell)));
    let texts = Callback::new(move |since| {
        let news = app.effects().texts_since(app, since);
        (news.now, news.is_all, news.texts)
    });
    let ask = Callback::new(move |question: EditorQuestion| -> EditorAnswer {
        let effects = app.effects();
        async move { effects.assist(app, &question.kind, &question.content).await }.boxed_local()
    });
    view! {
        <CodeEditor
            cell=name
            value
            on_change
            language
            focus=is_editing
            on_focus
            on_blur
            on_command
            on_notice
            on_go_to
            texts
            ask
            label
        />
    }
}
