//! The dialog with a piece of a file that a traceback names, its line marked.
//! Read next: `model/source_place.rs`.

use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::source_place::FilePiece;
use crate::model::view;
use crate::state::AppState;
use crate::ui::base::Dialog;
use crate::web::focus;
use leptos::html;
use leptos::prelude::*;

/// The dialog.
#[component]
pub(super) fn FileDialog() -> impl IntoView {
    let app = AppState::from_context();
    let open = app.read(Facet::Dialog, |state| state.view.dialog == Some(view::Dialog::File));
    let piece = app.read(Facet::Dialog, |state| state.view.file.clone());
    let title = Signal::derive(move || {
        piece.with(|piece| {
            piece
                .as_ref()
                .map_or(String::new(), |piece| format!("{}, line {}", piece.path, piece.line))
        })
    });
    let on_close = Callback::new(move |()| app.dispatch(Action::CloseDialog));
    view! {
        <Dialog open on_close title>
            {move || piece.get().map(|piece| view! { <Lines piece /> })}
        </Dialog>
    }
}

/// The lines with their numbers.
#[component]
fn Lines(piece: FilePiece) -> impl IntoView {
    let marked = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(marked) = marked.get() {
            focus::reveal_in_middle(&marked);
        }
    });
    let FilePiece {
        line,
        first_line,
        lines,
        ..
    } = piece;
    let lines = (first_line..).zip(lines).map(|(number, text)| {
        let number_text = number.to_string();
        if number == line {
            view! {
                <div class="file-piece__line file-piece__line--marked" aria-current="true" node_ref=marked>
                    <span class="file-piece__number" aria-hidden="true">{number_text}</span>
                    {text}
                    "\n"
                </div>
            }
            .into_any()
        } else {
            view! {
                <div class="file-piece__line">
                    <span class="file-piece__number" aria-hidden="true">{number_text}</span>
                    {text}
                    "\n"
                </div>
            }
            .into_any()
        }
    });
    view! { <pre class="file-piece" tabindex="0">{lines.collect_view()}</pre> }
}
