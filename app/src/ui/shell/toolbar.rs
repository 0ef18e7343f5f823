//! The notebook's toolbar: the everyday commands as icons, the rest in a menu.

use super::buttons::{CommandButton, menu_entry};
use crate::commands::table::Command;
use crate::model::facet::Facet;
use crate::state::AppState;
use crate::ui::base::{Menu, MenuEntry};
use crate::ui::icons::Icon;
use crate::ui::inspector::InspectorButton;
use leptos::prelude::*;

/// The toolbar.
#[component]
pub fn Toolbar() -> impl IntoView {
    let app = AppState::from_context();
    let num_files = app.read(Facet::Files, |state| state.document.files.len());
    let more = move || {
        vec![
            menu_entry(app, Command::RestartAndRunAll, Some(Icon::PlayAll), None),
            menu_entry(app, Command::ClearAllOutputs, Some(Icon::Eraser), None),
            MenuEntry::Separator,
            menu_entry(app, Command::Undo, None, None),
            menu_entry(app, Command::Redo, None, None),
            menu_entry(app, Command::Cut, None, None),
            menu_entry(app, Command::Copy, Some(Icon::Copy), None),
            menu_entry(app, Command::PasteBelow, None, None),
            MenuEntry::Separator,
            menu_entry(app, Command::ShowPackages, None, None),
            menu_entry(app, Command::Save, None, None),
            menu_entry(app, Command::ShowShortcuts, Some(Icon::Keyboard), None),
        ]
    };
    view! {
        <div class="toolbar" role="toolbar" aria-label="Notebook tools">
            <div class="toolbar__group">
                <CommandButton command=Command::InsertBelow icon=Icon::Plus words="Code" />
                <CommandButton command=Command::InsertMarkdownBelow icon=Icon::Plus words="Markdown" />
            </div>
            <div class="toolbar__group">
                <CommandButton command=Command::RunAndAdvance icon=Icon::Play />
                <CommandButton command=Command::RunAll icon=Icon::PlayAll words="Run all" />
                <CommandButton command=Command::Interrupt icon=Icon::Stop />
                <CommandButton command=Command::Restart icon=Icon::Restart />
            </div>
            <div class="toolbar__group">
                <CommandButton command=Command::ShowFiles icon=Icon::File />
                <Show when=move || { num_files.get() > 0 }>
                    <span class="toolbar__count" aria-hidden="true">{num_files}</span>
                </Show>
                <CommandButton command=Command::Download icon=Icon::Download />
                <InspectorButton />
                <Menu label="More commands".to_owned() icon=Icon::More entries=Signal::derive(more) />
            </div>
        </div>
    }
}
