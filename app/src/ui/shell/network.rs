//! Whether the notebook's code may use the network: the question before a kernel is given up for it, and the word in
//! the status that it may not. It decides nothing: the frame's policy does. Read next: `web/frame.rs`.

use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::view;
use crate::state::AppState;
use crate::ui::base::{Button, ButtonKind, Dialog};
use leptos::prelude::*;

/// Asks before the kernel is restarted with another policy.
#[component]
pub fn NetworkDialog() -> impl IntoView {
    let app = AppState::from_context();
    let open = app.read(Facet::Dialog, |state| state.view.dialog == Some(view::Dialog::Network));
    let is_allowed = app.read(Facet::Network, |state| state.document.notebook.allows_network());
    let title = Signal::derive(move || {
        let title = if is_allowed.get() {
            "Cut this notebook off the network?"
        } else {
            "Let this notebook use the network?"
        };
        title.to_owned()
    });
    let on_close = Callback::new(move |()| app.dispatch(Action::CloseDialog));
    let on_confirm = Callback::new(move |()| app.dispatch(Action::SetNetwork(!is_allowed.get_untracked())));
    view! {
        <Dialog open on_close title>
            <p>
                {move || if is_allowed.get() {
                    "Its code and its outputs will reach no other site: no downloads, no remote pictures. The choice is kept with the notebook, also in the file."
                } else {
                    "Its code will be able to send what it knows, and files of the notebook, to any site that lets it. It sees none of your other notebooks either way."
                }}
            </p>
            <p>"The kernel restarts: variables are lost; the notebook, its outputs and its files stay."</p>
            <div class="dialog__actions">
                <Button label="Cancel".to_owned() on_click=on_close />
                <Button
                    label=Signal::derive(move || (if is_allowed.get() { "Restart without network" } else { "Restart with network" }).to_owned())
                    kind=ButtonKind::Primary
                    on_click=on_confirm
                />
            </div>
        </Dialog>
    }
}

/// Says that the network is off; nothing while it is on.
#[component]
pub(super) fn NetworkNote() -> impl IntoView {
    let app = AppState::from_context();
    let is_allowed = app.read(Facet::Network, |state| state.document.notebook.allows_network());
    view! {
        <Show when=move || !is_allowed.get()>
            <span class="kernel__network" role="note" title="The code of this notebook reaches no other site; change it in the menu beside">
                "No network"
            </span>
        </Show>
    }
}
