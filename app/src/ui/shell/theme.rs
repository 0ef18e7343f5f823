//! The choice of colours.

use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::settings::Theme;
use crate::state::AppState;
use crate::ui::base::{Menu, MenuEntry, MenuItem};
use crate::ui::icons::Icon;
use leptos::prelude::*;

/// A menu of the themes.
#[component]
pub fn ThemeMenu() -> impl IntoView {
    let app = AppState::from_context();
    let chosen = app.read(Facet::Settings, |state| state.settings.theme);
    let entries = move || {
        Theme::ALL
            .into_iter()
            .map(|theme| {
                let icon = match theme {
                    Theme::System => Icon::Screen,
                    Theme::Light => Icon::Sun,
                    Theme::Dark => Icon::Moon,
                };
                MenuEntry::Item(MenuItem {
                    label: theme.label().to_owned(),
                    icon: Some(if chosen.get() == theme { Icon::Check } else { icon }),
                    shortcut: None,
                    disabled: Signal::stored(false),
                    on_choose: Callback::new(move |()| app.dispatch(Action::SetTheme(theme))),
                })
            })
            .collect()
    };
    view! { <Menu label="Theme".to_owned() icon=Icon::Sun entries=Signal::derive(entries) /> }
}
