//! A line under the header when the same notebook is open elsewhere, or has been stored by another tab.

use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::runtime::SaveStatus;
use crate::state::AppState;
use crate::ui::base::{Button, ButtonKind};
use leptos::prelude::*;

/// The warning about other tabs.
#[component]
pub fn Banner() -> impl IntoView {
    let app = AppState::from_context();
    let in_conflict = app.read(Facet::Save, |state| state.runtime.save == SaveStatus::Conflict);
    let elsewhere = app.read(Facet::Save, |state| state.runtime.open_elsewhere);
    let on_reload = Callback::new(move |()| app.dispatch(Action::ReloadStored));
    let on_keep = Callback::new(move |()| app.dispatch(Action::OverwriteStored));
    view! {
        <div role="alert">
            {move || {
                if in_conflict.get() {
                    view! {
                        <div class="banner banner--warning">
                            <span class="banner__text">
                                "Another tab has stored a newer version of this notebook. Nothing is saved here until you choose."
                            </span>
                            <Button label="Load the newer version".to_owned() on_click=on_reload kind=ButtonKind::Primary />
                            <Button label="Keep this version".to_owned() on_click=on_keep />
                        </div>
                    }
                        .into_any()
                } else if elsewhere.get() {
                    view! {
                        <div class="banner">
                            <span class="banner__text">"This notebook is also open in another tab."</span>
                        </div>
                    }
                        .into_any()
                } else {
                    ().into_any()
                }
            }}
        </div>
    }
}
