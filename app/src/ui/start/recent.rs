//! The list of stored notebooks, newest first, with when they were changed and a way to delete them.

use super::link::DocumentLink;
use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::view::{Recent, RecentItem};
use crate::state::AppState;
use crate::ui::base::IconButton;
use crate::ui::icons::{Icon, IconView};
use crate::web::time::local_date;
use leptos::prelude::*;

/// The list, or what there is instead.
#[component]
pub fn RecentList() -> impl IntoView {
    let app = AppState::from_context();
    let recent = app.read(Facet::Recent, |state| state.recent.clone());
    view! {
        <section class="recent" aria-label="Recent notebooks">
            <h2 class="start__heading">"Recent"</h2>
            {move || match recent.get() {
                Recent::Loading => view! { <p class="recent__empty" role="status">"Loading…"</p> }.into_any(),
                Recent::Failed(reason) => {
                    view! { <p class="recent__empty" role="alert">{format!("The list could not be read: {reason}")}</p> }
                        .into_any()
                }
                Recent::Ready(items) if items.is_empty() => {
                    view! {
                        <p class="recent__empty">
                            "No notebooks yet. Start a new one, or drop an .ipynb file here, for example one from Colab."
                        </p>
                    }
                        .into_any()
                }
                Recent::Ready(items) => {
                    view! {
                        <ul class="recent__list">
                            {items.into_iter().map(|item| view! { <RecentLine item /> }).collect_view()}
                        </ul>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

/// One notebook of the list.
#[component]
fn RecentLine(
    /// The notebook.
    item: RecentItem,
) -> impl IntoView {
    let app = AppState::from_context();
    let delete_id = item.id.clone();
    let on_delete = Callback::new(move |()| app.dispatch(Action::DeleteDocument(delete_id.clone())));
    let delete_label = format!("Delete {}", item.title);
    view! {
        <li class="recent__item">
            <DocumentLink id=item.id class="recent__link">
                <IconView icon=Icon::Notebook />
                <span class="recent__title">{item.title}</span>
                <span class="recent__time">{local_date(item.modified_ms)}</span>
            </DocumentLink>
            <IconButton icon=Icon::Trash label=delete_label on_click=on_delete />
        </li>
    }
}
