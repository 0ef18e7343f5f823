//! The table of keys, made from the command table.

use crate::commands::keymap::keys_label;
use crate::commands::table::{Group, KeyMode, Row, TABLE};
use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::view;
use crate::state::AppState;
use crate::ui::base::Dialog;
use crate::web::window::is_mac;
use leptos::prelude::*;

/// The dialog with all keys.
#[component]
pub fn ShortcutsDialog() -> impl IntoView {
    let app = AppState::from_context();
    let open = app.read(Facet::Dialog, |state| {
        state.view.dialog == Some(view::Dialog::Shortcuts)
    });
    let on_close = Callback::new(move |()| app.dispatch(Action::CloseDialog));
    view! {
        <Dialog open on_close title="Keyboard shortcuts".to_owned()>
            <p class="shortcuts__hint">
                "Keys marked “cell” work while a cell is selected: press Esc to leave its text, Enter to go back."
            </p>
            <div class="shortcuts">
                {Group::ALL
                    .into_iter()
                    .map(|group| {
                        let rows = TABLE.iter().filter(move |row| row.group == group && !row.keys.is_empty());
                        view! {
                            <section class="shortcuts__group">
                                <h3 class="shortcuts__title">{group.label()}</h3>
                                <dl class="shortcuts__list">{rows.map(shortcut_line).collect_view()}</dl>
                            </section>
                        }
                    })
                    .collect_view()}
            </div>
        </Dialog>
    }
}

fn shortcut_line(row: &'static Row) -> impl IntoView {
    let keys = row.keys.iter().map(|keys| keys_label(keys, is_mac()));
    let mut keys: Vec<String> = keys.collect();
    keys.dedup();
    view! {
        <div class="shortcuts__line">
            <dt class="shortcuts__keys">
                {keys.into_iter().map(|keys| view! { <kbd>{keys}</kbd> " " }).collect_view()}
                {(row.mode == KeyMode::Command).then(|| view! { <span class="shortcuts__mode">"cell"</span> })}
            </dt>
            <dd class="shortcuts__what">{row.tooltip}</dd>
        </div>
    }
}
