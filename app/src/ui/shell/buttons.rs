//! Buttons and menu items made from rows of the command table, so that words, keys and effect cannot disagree.

use crate::commands::keymap::keys_label;
use crate::commands::table::{Command, row};
use crate::commands::when::is_enabled;
use crate::model::facet::Facet;
use crate::model::ids::CellId;
use crate::state::AppState;
use crate::ui::base::{Button, ButtonKind, IconButton, MenuEntry, MenuItem};
use crate::ui::icons::Icon;
use crate::web::window::is_mac;
use leptos::prelude::*;

/// The first keys of a command as people write them.
pub fn shortcut(command: Command) -> Option<String> {
    row(command).keys.first().map(|keys| keys_label(keys, is_mac()))
}

/// Whether a command makes no sense now.
fn is_disabled(app: AppState, command: Command) -> Signal<bool> {
    let facets = [
        Facet::Route,
        Facet::Selection,
        Facet::History,
        Facet::Kernel,
        Facet::Order,
    ];
    app.read_all(facets, move |state| !is_enabled(command, state)).into()
}

/// A command of the toolbar: an icon, with words beside it where the icon alone could be guessed wrong.
#[component]
pub fn CommandButton(
    /// The command.
    command: Command,
    /// Its icon.
    icon: Icon,
    /// The words, if any.
    #[prop(optional)]
    words: Option<&'static str>,
) -> impl IntoView {
    let app = AppState::from_context();
    let on_click = Callback::new(move |()| app.command(command));
    let label = row(command).label.to_owned();
    let disabled = is_disabled(app, command);
    match (words, shortcut(command)) {
        (Some(words), shortcut) => {
            let title = match shortcut {
                Some(shortcut) => format!("{} ({shortcut})", row(command).tooltip),
                None => row(command).tooltip.to_owned(),
            };
            view! { <Button label=words.to_owned() title icon on_click disabled kind=ButtonKind::Quiet /> }.into_any()
        }
        (None, Some(shortcut)) => view! { <IconButton icon label on_click shortcut disabled /> }.into_any(),
        (None, None) => view! { <IconButton icon label on_click disabled /> }.into_any(),
    }
}

/// A command as a line of a menu, on a certain cell or on the selected one.
pub fn menu_entry(app: AppState, command: Command, icon: Option<Icon>, cell: Option<CellId>) -> MenuEntry {
    let on_choose = Callback::new(move |()| match &cell {
        Some(cell) => app.command_on(command, cell),
        None => app.command(command),
    });
    MenuEntry::Item(MenuItem {
        label: row(command).label.to_owned(),
        icon,
        shortcut: shortcut(command),
        disabled: is_disabled(app, command),
        on_choose,
    })
}
