//! A closer look at one variable: the way back, what it is, as what it is shown, and the piece that the kernel sent.

use super::picture::PictureView;
use super::table::TableView;
use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::inspector::{InspectorAction, Look, LookStatus, OpenLook, Query};
use crate::state::AppState;
use crate::ui::base::{Button, ButtonKind, bytes_label};
use leptos::html;
use leptos::prelude::*;

/// Sends an action of the inspector.
fn act(app: AppState, action: InspectorAction) {
    app.dispatch(Action::Inspect(action));
}

/// The variable that is looked at.
#[component]
pub(super) fn LookView() -> impl IntoView {
    let app = AppState::from_context();
    let query = app.read(Facet::Inspector, |state| of(state, |open| open.query.clone()));
    let status = app.read(Facet::Inspector, |state| of(state, |open| open.status.clone()));
    let look = app.read(Facet::Inspector, |state| of(state, |open| open.look.clone()).flatten());
    let back = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(back) = back.get() {
            back.focus().ok();
        }
    });
    view! {
        <section class="inspector__part inspector__part--fill" aria-label="Variable">
            <nav class="look__path" aria-label="Place">
                <button
                    type="button"
                    class="look__step"
                    node_ref=back
                    on:click=move |_| act(app, InspectorAction::CloseLook)
                >
                    "Variables"
                </button>
                {move || query.get().map(|query| view! { <Path query /> })}
            </nav>
            <StatusLine status />
            {move || {
                let shown = look.get().zip(query.get_untracked());
                shown.map(|(look, query)| view! { <Shown look query /> })
            }}
        </section>
    }
}

fn of<T>(state: &crate::model::state::State, look: impl Fn(&OpenLook) -> T) -> Option<T> {
    state.runtime.inspector.look.as_ref().map(look)
}

/// The steps from the variable to what is shown.
#[component]
fn Path(
    /// Which piece is shown.
    query: Query,
) -> impl IntoView {
    let app = AppState::from_context();
    let labels = std::iter::once(query.name.clone()).chain(query.path.iter().map(|step| step.label.clone()));
    let depth = query.path.len();
    let steps: Vec<_> = labels.enumerate().collect();
    steps
        .into_iter()
        .map(|(index, label)| {
            let target = query.out_to(index);
            let is_last = index == depth;
            view! {
                <span class="look__slash" aria-hidden="true">"/"</span>
                <button
                    type="button"
                    class="look__step"
                    aria-current=is_last.then_some("true")
                    on:click=move |_| act(app, InspectorAction::Look(target.clone()))
                >
                    {label}
                </button>
            }
        })
        .collect_view()
}

/// What is going on, with a way out of it.
#[component]
fn StatusLine(
    /// How far the look has come.
    status: Memo<Option<LookStatus>>,
) -> impl IntoView {
    let app = AppState::from_context();
    let text = move || match status.get() {
        Some(LookStatus::Loading) => "Loading…".to_owned(),
        Some(LookStatus::Waiting) => "A cell is running; this is shown when it has ended".to_owned(),
        Some(LookStatus::Cancelled) => "Cancelled".to_owned(),
        Some(LookStatus::Failed(reason)) => format!("It cannot be shown: {reason}"),
        Some(LookStatus::Ready) | None => String::new(),
    };
    let is_under_way = move || matches!(status.get(), Some(LookStatus::Loading | LookStatus::Waiting));
    let has_ended = move || matches!(status.get(), Some(LookStatus::Cancelled | LookStatus::Failed(_)));
    let on_cancel = Callback::new(move |()| act(app, InspectorAction::CancelLook));
    let on_retry = Callback::new(move |()| act(app, InspectorAction::RetryLook));
    view! {
        <div class="look__status" class:look__status--idle=move || !is_under_way() && !has_ended()>
            <span role="status" class:look__failure=move || matches!(status.get(), Some(LookStatus::Failed(_)))>{text}</span>
            <Show when=is_under_way>
                <Button label="Cancel".to_owned() on_click=on_cancel kind=ButtonKind::Quiet />
            </Show>
            <Show when=has_ended>
                <Button label="Try again".to_owned() on_click=on_retry kind=ButtonKind::Quiet />
            </Show>
        </div>
    }
}

/// What the kernel sent.
#[component]
fn Shown(
    /// The answer.
    look: Look,
    /// What was asked.
    query: Query,
) -> impl IntoView {
    let variable = &look.variable;
    let facts = [
        variable.type_name.clone(),
        variable.shape.clone(),
        variable.dtype.clone(),
        variable.device.clone(),
        variable.bytes.map(bytes_label).unwrap_or_default(),
    ];
    let facts = facts.into_iter().filter(|text| !text.is_empty());
    let facts = facts.collect::<Vec<_>>().join(" · ");
    let whole = (look.text_total > look.text.as_deref().map_or(0, |text| text.chars().count()))
        .then_some("Only the beginning is shown");
    let alt = format!("{} of {}", look.mode.label(), query.name);
    view! {
        <p class="look__facts">{facts}</p>
        <Modes look=look.clone() query=query.clone() />
        <Indices look=look.clone() query=query.clone() />
        <div class="inspector__scroll look__content">
            {look.table.map(|table| view! { <TableView table query=query.clone() /> })}
            {look.picture.map(|picture| view! { <PictureView picture alt /> })}
            {(!look.facts.is_empty())
                .then(|| {
                    view! {
                        <dl class="look__statistics">
                            {look
                                .facts
                                .into_iter()
                                .map(|(name, text)| view! { <div><dt>{name}</dt><dd>{text}</dd></div> })
                                .collect_view()}
                        </dl>
                    }
                })}
            {look.text.map(|text| view! { <pre class="look__text" tabindex="0" aria-label="Text">{text}</pre> })}
            {whole.map(|words| view! { <p class="inspector__note">{words}</p> })}
        </div>
    }
}

/// The choice of what it is shown as.
#[component]
fn Modes(
    /// The answer.
    look: Look,
    /// What was asked.
    query: Query,
) -> impl IntoView {
    let app = AppState::from_context();
    (look.modes.len() > 1).then(|| {
        let current = look.mode;
        let buttons = look.modes.into_iter().map(|mode| {
            let target = query.shown_as(mode);
            view! {
                <button
                    type="button"
                    class="look__mode"
                    aria-pressed=(mode == current).to_string()
                    on:click=move |_| act(app, InspectorAction::Look(target.clone()))
                >
                    {mode.label()}
                </button>
            }
        });
        view! { <div class="look__modes" role="group" aria-label="Show as">{buttons.collect_view()}</div> }
    })
}

/// The indices of the leading dimensions.
#[component]
fn Indices(
    /// The answer.
    look: Look,
    /// What was asked.
    query: Query,
) -> impl IntoView {
    let app = AppState::from_context();
    (!look.leading.is_empty()).then(|| {
        let fields = look.leading.iter().enumerate().map(|(dimension, size)| {
            let last = size.saturating_sub(1);
            let query = query.clone();
            let indices = look.indices.clone();
            let value = indices.get(dimension).copied().unwrap_or_default();
            let on_change = move |event| {
                let mut indices = indices.clone();
                let chosen = event_target_value(&event)
                    .parse::<usize>()
                    .unwrap_or_default()
                    .min(last);
                if let Some(index) = indices.get_mut(dimension) {
                    *index = chosen;
                }
                act(app, InspectorAction::Look(query.with_indices(indices)));
            };
            view! {
                <label class="look__index">
                    {format!("Dimension {dimension}")}
                    <input
                        type="number"
                        min="0"
                        max=last.to_string()
                        prop:value=value.to_string()
                        aria-label=format!("Index of dimension {dimension}, 0 to {last}")
                        on:change=on_change
                    />
                    <span class="look__of">{format!("of {size}")}</span>
                </label>
            }
        });
        view! { <div class="look__indices">{fields.collect_view()}</div> }
    })
}
