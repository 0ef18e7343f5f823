//! A page of a table, with the ways to the neighbouring pages. Rows that are items can be opened.

use crate::model::action::Action;
use crate::model::inspector::{InspectorAction, Query, Table};
use crate::state::AppState;
use crate::ui::base::IconButton;
use crate::ui::icons::Icon;
use leptos::prelude::*;

/// A page of a table.
#[component]
pub(super) fn TableView(
    /// The page.
    table: Table,
    /// What was asked.
    query: Query,
) -> impl IntoView {
    let app = AppState::from_context();
    let (row, column) = (table.row, table.column);
    let (by_row, by_column) = (query.clone(), query.clone());
    let rows = Pager {
        what: "rows",
        first: row,
        shown: table.rows.len(),
        count: table.row_count,
        page: table.page,
    };
    let columns = Pager {
        what: "columns",
        first: column,
        shown: table.columns.len(),
        count: table.column_count,
        page: table.page,
    };
    let heading = table.columns.iter().any(|label| !label.is_empty());
    view! {
        {pager(app, &rows, move |row| by_row.at(row, column))}
        {pager(app, &columns, move |column| by_column.at(row, column))}
        <div class="grid" role="region" aria-label="Values" tabindex="0">
            <table class="grid__table">
                {heading
                    .then(|| {
                        view! {
                            <thead>
                                <tr>
                                    <td></td>
                                    {table
                                        .columns
                                        .into_iter()
                                        .map(|label| view! { <th scope="col">{label}</th> })
                                        .collect_view()}
                                </tr>
                            </thead>
                        }
                    })}
                <tbody>
                    {table
                        .rows
                        .into_iter()
                        .map(|line| {
                            let target = line.opens.map(|position| query.into_item(position, line.label.clone()));
                            let label = match target {
                                Some(target) => {
                                    view! {
                                        <button
                                            type="button"
                                            class="variables__name"
                                            on:click=move |_| {
                                                app.dispatch(Action::Inspect(InspectorAction::Look(target.clone())));
                                            }
                                        >
                                            {line.label}
                                        </button>
                                    }
                                        .into_any()
                                }
                                None => line.label.into_any(),
                            };
                            let cells = line.cells.into_iter().map(|text| view! { <td>{text}</td> });
                            view! {
                                <tr>
                                    <th scope="row">{label}</th>
                                    {cells.collect_view()}
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// Where a page stands in one direction.
struct Pager {
    what: &'static str,
    first: usize,
    shown: usize,
    count: usize,
    page: usize,
}

/// The way to the pages before and after; nothing where one page holds all.
fn pager(app: AppState, pager: &Pager, target: impl Fn(usize) -> Query + Clone + Send + Sync + 'static) -> AnyView {
    let Pager {
        what,
        first,
        shown,
        count,
        page,
    } = *pager;
    if count <= page || page == 0 {
        return ().into_any();
    }
    let go = |to: usize| {
        let query = target(to);
        Callback::new(move |()| app.dispatch(Action::Inspect(InspectorAction::Look(query.clone()))))
    };
    let end = first + shown;
    let (is_first, is_last) = (first == 0, end >= count);
    view! {
        <div class="look__pager" role="group" aria-label=format!("Pages of {what}")>
            <IconButton
                icon=Icon::ChevronLeft
                label=format!("Previous {what}")
                on_click=go(first.saturating_sub(page))
                disabled=is_first
            />
            <span>{format!("{what} {first} to {} of {count}", end.saturating_sub(1))}</span>
            <IconButton icon=Icon::ChevronRight label=format!("Next {what}") on_click=go(end) disabled=is_last />
        </div>
    }
    .into_any()
}
