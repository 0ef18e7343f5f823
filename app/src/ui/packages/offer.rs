//! A line under the header of a notebook that requires packages which were never installed for it on this computer.
//! It only offers: nothing is installed on opening.

use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::packages::PackageAction;
use crate::state::AppState;
use crate::ui::base::{Button, ButtonKind};
use leptos::prelude::*;

/// The offer.
#[component]
pub fn RequirementsBanner() -> impl IntoView {
    let app = AppState::from_context();
    let packages = app.read(Facet::Packages, |state| state.packages.clone());
    let on_install = Callback::new(move |()| app.dispatch(Action::Packages(PackageAction::AcceptOffer)));
    let on_decline = Callback::new(move |()| app.dispatch(Action::Packages(PackageAction::DeclineOffer)));
    view! {
        <div role="status" aria-label="Packages">
            {move || {
                let packages = packages.get();
                if packages.offered.is_empty() {
                    return ().into_any();
                }
                let names = packages.offered.join(", ");
                if packages.is_installing {
                    let text = format!("Installing {names}…");
                    return view! { <div class="banner"><span class="banner__text">{text}</span></div> }.into_any();
                }
                let text = format!("This notebook requires packages: {names}");
                view! {
                    <div class="banner">
                        <span class="banner__text">{text}</span>
                        <Button label="Install".to_owned() on_click=on_install kind=ButtonKind::Primary />
                        <Button label="Not now".to_owned() on_click=on_decline />
                    </div>
                }
                    .into_any()
            }}
        </div>
    }
}
