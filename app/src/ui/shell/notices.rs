//! Notices at the edge of the page. Those that report no fault go away by themselves.

use crate::model::action::Action;
use crate::model::facet::Facet;
use crate::model::view::NoticeAction;
use crate::state::AppState;
use crate::ui::base::{Toast, ToastKind, Toasts};
use leptos::prelude::*;
use std::time::Duration;

/// How long a notice stays that only informs, or offers something.
const NOTICE_TIME: Duration = Duration::from_secs(10);

/// The notices.
#[component]
pub fn Notices() -> impl IntoView {
    let app = AppState::from_context();
    let toasts = app.read(Facet::Notices, |state| {
        let toasts = state.notices.iter().map(|notice| Toast {
            id: notice.id,
            kind: if notice.is_error {
                ToastKind::Error
            } else {
                ToastKind::Info
            },
            text: notice.text.clone(),
            action: notice.action.as_ref().map(|action| match action {
                NoticeAction::RestoreDocument(_) | NoticeAction::RestoreFile(_) | NoticeAction::UndoCells => {
                    "Undo".to_owned()
                }
                NoticeAction::Restart => "Restart".to_owned(),
            }),
        });
        toasts.collect::<Vec<_>>()
    });
    let newest = app.read(Facet::Notices, |state| {
        state
            .notices
            .last()
            .filter(|notice| !notice.is_error)
            .map(|notice| notice.id)
    });
    Effect::new(move |_| {
        if let Some(id) = newest.get() {
            set_timeout(move || app.dispatch(Action::DismissNotice(id)), NOTICE_TIME);
        }
    });
    let on_dismiss = Callback::new(move |id| app.dispatch(Action::DismissNotice(id)));
    let on_action = Callback::new(move |id| app.dispatch(Action::TakeNoticeAction(id)));
    view! { <Toasts toasts on_dismiss on_action /> }
}
