//! The question of a running cell, and the field for its answer.

use crate::model::action::Action;
use crate::model::facet::CellFacet;
use crate::model::ids::CellId;
use crate::model::runtime::Prompt;
use crate::state::AppState;
use leptos::html;
use leptos::prelude::*;

/// The question, while there is one.
#[component]
pub fn PromptForm(
    /// The cell.
    id: CellId,
) -> impl IntoView {
    let app = AppState::from_context();
    let prompt = app.read_cell(&id, CellFacet::Run, |state, id| {
        state.runtime.cells.get(id).and_then(|runtime| runtime.prompt.clone())
    });
    let cell = StoredValue::new(id);
    view! {
        {move || {
            prompt
                .get()
                .map(|prompt| {
                    let on_answer = Callback::new(move |text| {
                        app.dispatch(Action::AnswerInput { cell: cell.get_value(), text });
                    });
                    view! { <Question prompt on_answer /> }
                })
        }}
    }
}

/// One question. Its field takes the focus when it appears, because the code waits for it.
#[component]
fn Question(
    /// The question.
    prompt: Prompt,
    /// Takes the answer.
    on_answer: Callback<String>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            field.focus().ok();
        }
    });
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            on_answer.run(field.value());
        }
    };
    let name = if prompt.text.trim().is_empty() {
        "Input".to_owned()
    } else {
        prompt.text.clone()
    };
    view! {
        <form class="cell__prompt" on:submit=on_submit>
            <label class="cell__prompt-label">
                <span class="cell__prompt-text">{prompt.text}</span>
                <input
                    node_ref=field
                    class="cell__prompt-input"
                    type=if prompt.password { "password" } else { "text" }
                    aria-label=name
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
        </form>
    }
}
