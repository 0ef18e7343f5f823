//! Widgets: messages between the kernel's comms and the frames that show them.
//! What a frame may say is decided in `kernel/comm_view.rs`; this file only carries. Read next: `ui/output/widget.rs`.

use super::Effects;
use crate::kernel::comm_view::{Wish, understand_view};
use crate::kernel::comms::{Comms, Told, ViewId};
use crate::kernel::protocol::Message;
use crate::kernel::session::Step;
use crate::state::AppState;
use leptos::prelude::*;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Takes what a view is told, as JSON text.
type Listener = Rc<dyn Fn(&str)>;

/// What belongs to widgets.
#[derive(Default)]
pub(super) struct WidgetRoom {
    comms: RefCell<Comms>,
    listeners: RefCell<BTreeMap<ViewId, Listener>>,
    /// Messages that the kernel has not dealt with yet: whose they are, and the view's name for them.
    under_way: RefCell<BTreeMap<String, (ViewId, u64)>>,
    /// How many kernels' models have been forgotten.
    num_kernels: ArcRwSignal<u32>,
}

impl Effects {
    /// Changes when all models are gone, because the kernel is.
    pub fn widget_kernels(&self) -> ArcReadSignal<u32> {
        self.rooms.widgets.num_kernels.read_only()
    }

    /// Whether the kernel has this model.
    pub fn has_widget(&self, model: &str) -> bool {
        self.rooms.widgets.comms.borrow().has(model)
    }

    /// Shows a model in a view, whose frame is told through `listener`.
    pub fn open_widget(&self, model: &str, listener: impl Fn(&str) + 'static) -> Option<ViewId> {
        let room = &self.rooms.widgets;
        let (view, told) = room.comms.borrow_mut().open_view(model)?;
        room.listeners.borrow_mut().insert(view, Rc::new(listener));
        self.tell(told);
        Some(view)
    }

    /// The view is gone.
    pub fn close_widget(&self, view: ViewId) {
        let room = &self.rooms.widgets;
        room.comms.borrow_mut().close_view(view);
        room.listeners.borrow_mut().remove(&view);
    }

    /// Takes what a view's frame has said; true if it says that it can listen.
    pub fn take_widget(&self, app: AppState, view: Option<ViewId>, text: &str) -> bool {
        let room = &self.rooms.widgets;
        let wish = understand_view(&mut room.comms.borrow_mut(), view, text);
        match wish {
            Some(Wish::Ready) => return true,
            Some(Wish::Send { content, token, told }) => {
                self.tell(told);
                let steps = self.rooms.kernel.session.borrow_mut().post("comm_msg", content);
                if let (Some(Step::Send(message)), Some(view)) = (steps.first(), view) {
                    room.under_way
                        .borrow_mut()
                        .insert(message.header.msg_id.clone(), (view, token));
                }
                self.follow(app, steps);
            }
            None => {}
        }
        false
    }

    /// Takes a message of the kernel's comms.
    pub(super) fn take_comm(&self, message: &Message) {
        let told = self.rooms.widgets.comms.borrow_mut().take(message);
        self.tell(told);
    }

    /// The kernel has dealt with a message of a view.
    pub(super) fn end_comm(&self, message: &str) {
        let sender = self.rooms.widgets.under_way.borrow_mut().remove(message);
        if let Some((view, token)) = sender {
            self.tell(vec![(view, json!({"kind": "idle", "token": token}))]);
        }
    }

    /// Forgets all models: their kernel is gone.
    pub(super) fn forget_widgets(&self) {
        let room = &self.rooms.widgets;
        room.comms.borrow_mut().clear();
        room.listeners.borrow_mut().clear();
        room.under_way.borrow_mut().clear();
        room.num_kernels.update(|count| *count += 1);
    }

    fn tell(&self, told: Vec<Told>) {
        for (view, what) in told {
            let listener = self.rooms.widgets.listeners.borrow().get(&view).cloned();
            if let Some(listener) = listener {
                listener(&Value::to_string(&what));
            }
        }
    }
}
