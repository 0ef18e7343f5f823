//! The button below an import error that says which package to install.
//! It puts the command into the cell, where everybody can read it, and runs it; only a click does.

use crate::model::action::Action;
use crate::model::ids::CellId;
use crate::model::packages::PackageAction;
use crate::packages::requirements::advised;
use crate::state::AppState;
use crate::ui::base::Button;
use leptos::prelude::*;

/// The cell whose outputs are shown; given to the outputs as context.
#[derive(Clone)]
pub struct OutputCell(pub CellId);

/// The button, where an error's text asks for it and a cell can be changed.
#[component]
pub fn InstallButton(
    /// The traceback.
    text: Signal<String>,
) -> impl IntoView {
    let app = AppState::from_context();
    let cell = use_context::<OutputCell>();
    let package = Memo::new(move |_| text.with(|text| text.contains("ModuleNotFoundError").then(|| advised(text))?));
    move || {
        let (package, OutputCell(cell)) = (package.get()?, cell.clone()?);
        let label = format!("Install {package}");
        let on_click = Callback::new(move |()| {
            let (cell, package) = (cell.clone(), package.clone());
            app.dispatch(Action::Packages(PackageAction::InstallFor { cell, package }));
        });
        Some(view! { <p class="output-error__actions"><Button label on_click /></p> })
    }
}
