//! The top of an open notebook: the way back, the title, whether it is saved, and the toolbar.

use super::kernel::KernelStatusView;
use super::theme::ThemeMenu;
use super::toolbar::Toolbar;
use crate::commands::table::Command;
use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::runtime::SaveStatus;
use crate::state::AppState;
use crate::ui::base::IconButton;
use crate::ui::icons::Icon;
use leptos::prelude::*;

/// The header of the notebook page.
#[component]
pub fn Header() -> impl IntoView {
    let app = AppState::from_context();
    let go_home = Callback::new(move |()| app.command(Command::ShowStart));
    view! {
        <header class="header">
            <div class="header__row">
                <IconButton class="header__home" icon=Icon::Carrel label="All notebooks".to_owned() on_click=go_home />
                <TitleField />
                <SaveState />
                <div class="header__space"></div>
                <KernelStatusView />
                <ThemeMenu />
            </div>
            <Toolbar />
        </header>
    }
}

/// The editable title.
#[component]
fn TitleField() -> impl IntoView {
    let app = AppState::from_context();
    let title = app.read(Facet::Title, |state| state.document.title.clone());
    let on_change = move |event| {
        app.dispatch(Action::SetTitle(event_target_value(&event)));
        // An empty title is not taken, so the field shows again what counts.
        event_target::<web_sys::HtmlInputElement>(&event).set_value(&title.get_untracked());
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | "Escape") {
            event.prevent_default();
            event_target::<web_sys::HtmlInputElement>(&event).blur().ok();
        }
    };
    view! {
        <h1 class="header__title">
            <input
                class="header__title-input"
                type="text"
                aria-label="Notebook title"
                spellcheck="false"
                autocomplete="off"
                prop:value=title
                on:change=on_change
                on:keydown=on_key
            />
        </h1>
    }
}

/// Whether the document is stored.
#[component]
fn SaveState() -> impl IntoView {
    let app = AppState::from_context();
    let save = app.read(Facet::Save, |state| state.runtime.save.clone());
    let text = move || match save.get() {
        SaveStatus::Saved => "Saved".to_owned(),
        SaveStatus::Saving => "Saving…".to_owned(),
        SaveStatus::Failed(reason) => format!("Not saved: {reason}"),
        SaveStatus::Conflict => "Not saved: changed in another tab".to_owned(),
    };
    let is_failed = move || matches!(save.get(), SaveStatus::Failed(_) | SaveStatus::Conflict);
    view! {
        <span class="save-state" class:save-state--failed=is_failed role="status" aria-label="Storage" aria-live="polite">
            {text}
        </span>
    }
}
