//! The start page: recent notebooks, a new one, examples, and files to open by button or by dropping them anywhere.

mod examples;
mod link;
mod open;
mod recent;

use crate::model::action::Action;
use crate::state::AppState;
use crate::ui::base::{Button, ButtonKind};
use crate::ui::files::DropZone;
use crate::ui::icons::{Icon, IconView};
use crate::ui::shell::ThemeMenu;
use crate::web::files::PickedFile;
use examples::ExampleList;
use leptos::prelude::*;
use open::OpenButton;
use recent::RecentList;

/// The start page.
#[component]
pub fn StartPage() -> impl IntoView {
    let app = AppState::from_context();
    let on_new = Callback::new(move |()| app.dispatch(Action::CreateDocument));
    let on_files = Callback::new(move |picked: Vec<PickedFile>| open::import(app, picked));
    view! {
        <DropZone label="Drop notebooks to open them".to_owned() on_files>
            <div class="start">
                <header class="start__header">
                    <span class="start__brand"><IconView icon=Icon::Carrel />"Carrel"</span>
                    <ThemeMenu />
                </header>
                <main class="start__main">
                    <h1 class="start__title">"A quiet desk for Python"</h1>
                    <p class="start__lead">
                        "Notebooks with PyTorch on your own GPU, in nothing but this tab. No account, no server: everything stays in this browser, and works offline."
                    </p>
                    <div class="start__actions">
                        <Button label="New notebook".to_owned() on_click=on_new kind=ButtonKind::Primary icon=Icon::Plus />
                        <OpenButton on_files />
                    </div>
                    <RecentList />
                    <ExampleList />
                </main>
            </div>
        </DropZone>
    }
}
