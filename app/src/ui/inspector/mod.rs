//! The inspector beside the notebook: what the variables hold and what the kernel costs.
//! It shows what the state knows and sends actions; the kernel is asked by effects, and only while the panel is open.
//! Read next: `list.rs`, `look.rs`, `resources.rs`; app/styles/inspector.css.

mod list;
mod look;
mod picture;
mod resources;
mod table;

use crate::commands::table::{Command, row};
use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::inspector::{Focus, InspectorAction};
use crate::state::AppState;
use crate::ui::base::IconButton;
use crate::ui::icons::Icon;
use crate::ui::shell::shortcut;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use list::VariableList;
use look::LookView;
use resources::ResourcesView;

/// The panel, while it is open.
#[component]
pub fn Inspector() -> impl IntoView {
    let app = AppState::from_context();
    let is_open = app.read(Facet::Settings, |state| state.settings.inspector);
    view! {
        <Show when=move || is_open.get()>
            <Panel />
        </Show>
    }
}

/// The button that opens and closes the panel.
#[component]
pub fn InspectorButton() -> impl IntoView {
    let app = AppState::from_context();
    let is_open = app.read(Facet::Settings, |state| state.settings.inspector);
    let on_click = Callback::new(move |()| app.command(Command::ToggleInspector));
    let label = row(Command::ToggleInspector).label.to_owned();
    view! {
        <IconButton
            icon=Icon::Sidebar
            label
            on_click
            shortcut=shortcut(Command::ToggleInspector).unwrap_or_default()
            pressed=Signal::derive(move || is_open.get())
        />
    }
}

#[component]
fn Panel() -> impl IntoView {
    let app = AppState::from_context();
    let act = move |action| app.dispatch(Action::Inspect(action));
    let node = NodeRef::<html::Aside>::new();
    Effect::new(move |_| {
        let is_wanted = app.with(|state| state.runtime.inspector.focus == Some(Focus::Panel));
        if let Some(panel) = node.get().filter(|_| is_wanted) {
            panel.focus().ok();
        }
    });
    let is_looking = app.read(Facet::Inspector, |state| state.runtime.inspector.look.is_some());
    let on_close = Callback::new(move |()| act(InspectorAction::Toggle));
    // Escape leaves what is innermost: a closer look, then the panel.
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() && !event.default_prevented() {
            event.prevent_default();
            event.stop_propagation();
            act(if is_looking.get_untracked() {
                InspectorAction::CloseLook
            } else {
                InspectorAction::Toggle
            });
        }
    };
    view! {
        <aside class="inspector" aria-label="Inspector" tabindex="-1" data-own-keys="" node_ref=node on:keydown=on_key>
            <header class="inspector__header">
                <h2 class="inspector__title">"Inspector"</h2>
                <IconButton icon=Icon::Close label="Close inspector".to_owned() on_click=on_close />
            </header>
            {move || if is_looking.get() { view! { <LookView /> }.into_any() } else { view! { <VariableList /> }.into_any() }}
            <ResourcesView />
        </aside>
    }
}
