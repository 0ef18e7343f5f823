//! Widgets: messages between the kernel's comms and the frames that show them, and the state of widgets in files.
//! What a frame may say is decided in `kernel/comm_view.rs`; this file only carries. A widget of a file, or of a kernel that
//! is gone, shows its last state: what its views say goes to its other views and to nobody else.
//! Read next: `ui/output/widget.rs`, `kernel/saved_widgets.rs`.

use super::Effects;
use crate::kernel::comm_view::{Wish, understand_view};
use crate::kernel::comms::{Comms, Told, ViewId};
use crate::kernel::protocol::Message;
use crate::kernel::saved_widgets;
use crate::kernel::session::Step;
use crate::model::notebook::Notebook;
use crate::model::output::JsonMap;
use crate::state::AppState;
use crate::web::{fetch, time};
use leptos::prelude::*;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Views of kept models have numbers from this one on.
const FIRST_KEPT_VIEW: ViewId = 1 << 40;

/// The style with the font of icons, a file of the site.
const ICONS: &str = "widget-icons.css";

/// Takes what a view is told, as JSON text.
type Listener = Rc<dyn Fn(&str)>;

/// What belongs to widgets.
pub(super) struct WidgetRoom {
    comms: RefCell<Comms>,
    /// Models without a kernel: those of the file, and those of kernels that were restarted or died.
    kept: RefCell<Comms>,
    listeners: RefCell<BTreeMap<ViewId, Listener>>,
    /// Messages that the kernel has not dealt with yet: whose they are, and the view's name for them.
    under_way: RefCell<BTreeMap<String, (ViewId, u64)>>,
    /// How many times models have come or gone all together, with a kernel or a file.
    num_kernels: ArcRwSignal<u32>,
}

impl Default for WidgetRoom {
    fn default() -> Self {
        Self {
            comms: RefCell::default(),
            kept: RefCell::new(Comms::numbered_from(FIRST_KEPT_VIEW)),
            listeners: RefCell::default(),
            under_way: RefCell::default(),
            num_kernels: ArcRwSignal::default(),
        }
    }
}

impl WidgetRoom {
    /// The models that a view shows.
    fn of(&self, view: Option<ViewId>) -> &RefCell<Comms> {
        if view.is_some_and(|view| view > FIRST_KEPT_VIEW) {
            &self.kept
        } else {
            &self.comms
        }
    }
}

impl Effects {
    /// Changes when all models are gone, because the kernel is, and when those of a file have come.
    pub fn widget_kernels(&self) -> ArcReadSignal<u32> {
        self.rooms.widgets.num_kernels.read_only()
    }

    /// Whether the kernel has this model.
    pub fn has_widget(&self, model: &str) -> bool {
        self.rooms.widgets.comms.borrow().has(model)
    }

    /// Whether this model's last state was kept.
    pub fn has_kept_widget(&self, model: &str) -> bool {
        self.rooms.widgets.kept.borrow().has(model)
    }

    /// Whether a kept model is drawn by code that came with it.
    pub fn kept_widget_brings_code(&self, model: &str) -> bool {
        self.rooms.widgets.kept.borrow().brings_code(model)
    }

    /// Shows a model in a view, whose frame is told through `listener`: the kernel's, or else what was kept of it.
    pub fn open_widget(&self, model: &str, listener: impl Fn(&str) + 'static) -> Option<ViewId> {
        let room = &self.rooms.widgets;
        let live = room.comms.borrow_mut().open_view(model);
        let (view, told) = live.or_else(|| room.kept.borrow_mut().open_view(model))?;
        room.listeners.borrow_mut().insert(view, Rc::new(listener));
        self.tell(told);
        Some(view)
    }

    /// The view is gone.
    pub fn close_widget(&self, view: ViewId) {
        let room = &self.rooms.widgets;
        room.of(Some(view)).borrow_mut().close_view(view);
        room.listeners.borrow_mut().remove(&view);
    }

    /// Takes what a view's frame has said; true if it says that it can listen.
    pub fn take_widget(&self, app: AppState, view: Option<ViewId>, text: &str) -> bool {
        let room = &self.rooms.widgets;
        let comms = room.of(view);
        let is_live = view.is_none_or(|view| view <= FIRST_KEPT_VIEW);
        let wish = understand_view(&mut comms.borrow_mut(), view, text);
        match (wish, view) {
            (Some(Wish::Ready), _) => return true,
            (Some(Wish::Icons), Some(view)) => self.send_icons(view),
            (Some(Wish::Send { token, told, .. }), Some(view)) if !is_live => {
                self.tell(told);
                self.tell(vec![(view, json!({"kind": "idle", "token": token}))]);
            }
            (Some(Wish::Send { content, token, told }), Some(view)) => {
                let has_changed = content.pointer("/data/method").and_then(Value::as_str) == Some("update");
                self.tell(told);
                let steps = self.rooms.kernel.session.borrow_mut().post("comm_msg", content);
                if let Some(Step::Send(message)) = steps.first() {
                    let name = message.header.msg_id.clone();
                    room.under_way.borrow_mut().insert(name.clone(), (view, token));
                    self.watch_callback(app, name);
                }
                self.follow(app, steps);
                if has_changed {
                    // The state is part of the file.
                    self.document_changed(app);
                }
            }
            (Some(Wish::Icons | Wish::Send { .. }) | None, _) => {}
        }
        false
    }

    /// Gives a view the font of icons, which it cannot fetch.
    fn send_icons(&self, view: ViewId) {
        let effects = self.clone();
        time::spawn(async move {
            // Without it the icons are empty boxes, and the widget works.
            if let Ok(css) = fetch::text(ICONS).await {
                effects.tell(vec![(view, json!({"kind": "icons", "css": css}))]);
            }
        });
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

    /// Takes the widgets of a file that has been opened.
    pub(super) fn read_widgets(&self, notebook: &Notebook) {
        let room = &self.rooms.widgets;
        room.kept.borrow_mut().clear();
        saved_widgets::read_saved(&mut room.kept.borrow_mut(), &notebook.metadata);
        room.num_kernels.update(|count| *count += 1);
    }

    /// The metadata of the document with the state of the widgets that it shows.
    pub(super) fn metadata_with_widgets(&self, notebook: &Notebook) -> JsonMap {
        let room = &self.rooms.widgets;
        saved_widgets::metadata_with_widgets(notebook, &room.comms.borrow(), &room.kept.borrow())
    }

    /// Keeps the state of the kernel's models, because their kernel is about to go and their outputs stay.
    pub(super) fn keep_widgets(&self) {
        let room = &self.rooms.widgets;
        room.kept.borrow_mut().absorb(&room.comms.borrow());
    }

    /// Forgets the kernel's models: it is gone.
    pub(super) fn forget_widgets(&self) {
        let room = &self.rooms.widgets;
        room.comms.borrow_mut().clear();
        room.listeners.borrow_mut().retain(|view, _| *view > FIRST_KEPT_VIEW);
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
