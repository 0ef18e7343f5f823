//! The root of the page: makes the state, joins it to the outside, and shows the page that its address names.

use crate::effects::{self, Effects};
use crate::page_api;
use crate::state::AppState;
use crate::ui::Page;
use crate::web::window;
use leptos::prelude::*;

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let effects = Effects::new();
    let app = AppState::new(window::random_seed(), effects::stored_settings(), effects.clone());
    provide_context(app);
    effects.connect(app);
    page_api::install(app);
    effects.follow_address(app);
    view! { <Page /> }
}
