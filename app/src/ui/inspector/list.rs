//! The list of variables: a table that can be sorted by its headings and filtered, one line of facts and one of preview each.

use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::inspector::{Focus, InspectorAction, Query, SortKey, Variable};
use crate::model::runtime::KernelStatus;
use crate::state::AppState;
use crate::ui::base::bytes_label;
use leptos::html;
use leptos::prelude::*;

/// All variables that fit the filter.
#[component]
pub(super) fn VariableList() -> impl IntoView {
    let app = AppState::from_context();
    let act = move |action| app.dispatch(Action::Inspect(action));
    let shown = app.read(Facet::Inspector, |state| state.runtime.inspector.visible());
    let note = app.read_all([Facet::Inspector, Facet::Kernel], |state| {
        let inspector = &state.runtime.inspector;
        let left_out = inspector.listing.as_ref().map_or(0, |listing| listing.left_out);
        match (&state.runtime.kernel, &inspector.listing) {
            _ if inspector.failure.is_some() => inspector.failure.clone().unwrap_or_default(),
            (KernelStatus::None, _) => "Python has not started".to_owned(),
            (KernelStatus::Starting(_), _) => "Python is starting".to_owned(),
            (KernelStatus::Dead(_), _) => "Python has stopped; its variables are lost".to_owned(),
            (KernelStatus::Busy, None) => "A cell is running; the variables are listed when it has ended".to_owned(),
            (KernelStatus::Idle, None) => "Looking…".to_owned(),
            (KernelStatus::Busy, Some(_)) => "A cell is running; as of the last one that ended".to_owned(),
            (KernelStatus::Idle, Some(listing)) if listing.variables.is_empty() => "No variables yet".to_owned(),
            (KernelStatus::Idle, Some(_)) if inspector.visible().is_empty() => "No variable fits the filter".to_owned(),
            (KernelStatus::Idle, Some(_)) if left_out > 0 => format!("{left_out} more are not listed"),
            (KernelStatus::Idle, Some(_)) => String::new(),
        }
    });
    let filter = app.with(|state| state.runtime.inspector.filter.clone());
    let with_functions = app.with(|state| state.runtime.inspector.with_functions);
    view! {
        <section class="inspector__part inspector__part--fill" aria-label="Variables">
            <div class="inspector__tools">
                <input
                    class="inspector__filter"
                    type="search"
                    placeholder="Filter variables"
                    aria-label="Filter variables"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=filter
                    on:input=move |event| act(InspectorAction::SetFilter(event_target_value(&event)))
                />
                <label class="inspector__toggle">
                    <input
                        type="checkbox"
                        prop:checked=with_functions
                        on:change=move |event| act(InspectorAction::ShowFunctions(event_target_checked(&event)))
                    />
                    "Functions and modules"
                </label>
            </div>
            <p class="inspector__note" role="status">{note}</p>
            <div class="inspector__scroll">
                <Show when=move || shown.with(|shown| !shown.is_empty())>
                    <table class="variables" aria-label="Variables">
                        <thead>
                            <tr>
                                <SortHeading key=SortKey::Name label="Name" />
                                <SortHeading key=SortKey::Type label="Type" />
                                <th scope="col">"Shape"</th>
                                <SortHeading key=SortKey::Size label="Size" />
                            </tr>
                        </thead>
                        <tbody>{move || shown.get().into_iter().map(|variable| view! { <VariableLine variable /> }).collect_view()}</tbody>
                    </table>
                </Show>
            </div>
        </section>
    }
}

/// A heading that sorts.
#[component]
fn SortHeading(
    /// By what.
    key: SortKey,
    /// The words.
    label: &'static str,
) -> impl IntoView {
    let app = AppState::from_context();
    let order = app.read(Facet::Inspector, move |state| state.runtime.inspector.sort.aria(key));
    let sign = move || match order.get() {
        "ascending" => " ↑",
        "descending" => " ↓",
        _ => "",
    };
    view! {
        <th scope="col" aria-sort=order>
            <button
                type="button"
                class="variables__sort"
                on:click=move |_| app.dispatch(Action::Inspect(InspectorAction::SortBy(key)))
            >
                {label}
                <span aria-hidden="true">{sign}</span>
            </button>
        </th>
    }
}

#[component]
fn VariableLine(
    /// The variable.
    variable: Variable,
) -> impl IntoView {
    let app = AppState::from_context();
    let Variable {
        name,
        type_name,
        shape,
        dtype,
        device,
        bytes,
        preview,
        ..
    } = variable;
    let node = NodeRef::<html::Button>::new();
    let own_name = name.clone();
    Effect::new(move |_| {
        let is_wanted = app.with(
            |state| matches!(&state.runtime.inspector.focus, Some(Focus::Variable(wanted)) if *wanted == own_name),
        );
        if let Some(button) = node.get().filter(|_| is_wanted) {
            button.focus().ok();
        }
    });
    let opened = name.clone();
    let on_click = move |_| {
        let query = Query::of(opened.clone());
        app.dispatch(Action::Inspect(InspectorAction::Look(query)));
    };
    let about = [dtype, device].into_iter().filter(|text| !text.is_empty());
    let about = about.collect::<Vec<_>>().join(" · ");
    let title = preview.clone();
    view! {
        <tr>
            <th scope="row" class="variables__what">
                <button type="button" class="variables__name" node_ref=node on:click=on_click>{name}</button>
                <span class="variables__preview" title=title>{preview}</span>
            </th>
            <td>
                {type_name}
                <span class="variables__about">{about}</span>
            </td>
            <td class="variables__number">{shape}</td>
            <td class="variables__number">{bytes.map(bytes_label)}</td>
        </tr>
    }
}
