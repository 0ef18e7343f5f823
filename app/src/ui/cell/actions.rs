//! What can be done with a cell, at its corner: the everyday things as icons, the rest in a menu.

use crate::commands::table::{Command, row};
use crate::model::cell::CellKind;
use crate::model::ids::CellId;
use crate::state::AppState;
use crate::ui::base::{IconButton, Menu, MenuEntry};
use crate::ui::icons::Icon;
use crate::ui::shell::menu_entry;
use leptos::prelude::*;

/// The actions of a cell.
#[component]
pub fn CellActions(
    /// The cell.
    id: CellId,
    /// Its kind.
    kind: Memo<CellKind>,
    /// Its number in the notebook.
    number: Memo<usize>,
) -> impl IntoView {
    let app = AppState::from_context();
    let cell = StoredValue::new(id);
    let button = move |command: Command, icon: Icon| {
        let on_click = Callback::new(move |()| app.command_on(command, &cell.get_value()));
        view! { <IconButton icon label=row(command).label.to_owned() on_click /> }
    };
    let entries = move || {
        let entry = |command, icon| menu_entry(app, command, icon, Some(cell.get_value()));
        let convert = match kind.get() {
            CellKind::Code => [Command::ToMarkdown, Command::ToRaw],
            CellKind::Markdown => [Command::ToCode, Command::ToRaw],
            CellKind::Raw => [Command::ToCode, Command::ToMarkdown],
        };
        let mut entries = convert.map(|command| entry(command, None)).to_vec();
        entries.push(MenuEntry::Separator);
        entries.push(entry(Command::Cut, None));
        entries.push(entry(Command::Copy, Some(Icon::Copy)));
        entries.push(entry(Command::PasteBelow, None));
        if kind.get() == CellKind::Code {
            entries.push(MenuEntry::Separator);
            entries.push(entry(Command::ClearOutputs, Some(Icon::Eraser)));
        }
        entries
    };
    view! {
        <div class="cell__actions" role="toolbar" aria-label=move || format!("Actions of cell {}", number.get())>
            {button(Command::MoveUp, Icon::ArrowUp)}
            {button(Command::MoveDown, Icon::ArrowDown)}
            {button(Command::Delete, Icon::Trash)}
            <Menu label="More cell actions".to_owned() icon=Icon::More entries=Signal::derive(entries) />
        </div>
    }
}
