//! The list of stored notebooks, newest first, with when they were changed and a way to delete them.

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
            <h2 class="recent__heading">"Recent"</h2>
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
    let address = format!("#/n/{}", item.id);
    let (open_id, delete_id) = (item.id.clone(), item.id.clone());
    let on_open = move |event: leptos::ev::MouseEvent| {
        // With a modifier the browser opens a new tab or window, as with any link.
        if !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
            event.prevent_default();
            app.dispatch(Action::ShowLoading(open_id.clone()));
        }
    };
    let on_delete = Callback::new(move |()| app.dispatch(Action::DeleteDocument(delete_id.clone())));
    view! {
        <li class="recent__item">
            <a class="recent__link" href=address on:click=on_open>
                <IconView icon=Icon::Notebook />
                <span class="recent__title">{item.title.clone()}</span>
                <span class="recent__time">{local_date(item.modified_ms)}</span>
            </a>
            <IconButton icon=Icon::Trash label=format!("Delete {}", item.title) on_click=on_delete />
        </li>
    }
}
