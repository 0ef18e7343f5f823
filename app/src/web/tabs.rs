//! Talk between tabs of this site about which documents are open and stored, and how a tab knows that another is gone.
//! Nothing but names travels here. Read next: `effects/tabs.rs`.
//!
//! A tab holds a lock that bears its name. The browser releases it when the tab is closed or dies, whether or not the tab
//! could say so, and whoever asked for the lock meanwhile gets it then. A page that is kept for the back button gives it up.

use super::js;
use js_sys::{Array, Function, Promise};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, MessageEvent};

/// The name of the channel; other copies of the site on the same origin use it too, which does no harm.
const CHANNEL: &str = "carrel-documents";

/// What the name of a tab's lock begins with.
const LOCK: &str = "carrel-tab ";

/// A longer name is no tab's.
const MAX_NAME_CHARS: usize = 64;

/// What a tab tells the others about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TabNews {
    /// It has just opened the document.
    Opened,
    /// It has the document open as well.
    HasOpen,
    /// It has stored a new version.
    Saved,
    /// It has written or removed files of the document, of these paths.
    Files(Vec<String>),
    /// It has closed the document.
    Closed,
}

impl TabNews {
    fn name(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::HasOpen => "has-open",
            Self::Saved => "saved",
            Self::Files(_) => "files",
            Self::Closed => "closed",
        }
    }

    fn from_js(data: &JsValue) -> Option<Self> {
        Some(match js::get_text(data, "news")?.as_str() {
            "opened" => Self::Opened,
            "has-open" => Self::HasOpen,
            "saved" => Self::Saved,
            "files" => {
                let paths = js::get(data, "paths").dyn_into::<Array>().unwrap_or_default();
                Self::Files(paths.iter().filter_map(|path| path.as_string()).collect())
            }
            "closed" => Self::Closed,
            _ => return None,
        })
    }
}

/// A message of another tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabMessage {
    /// The name of the tab.
    pub tab: String,
    /// The document that it is about.
    pub document: String,
    /// What the tab tells about it.
    pub news: TabNews,
}

/// This tab's end of the channel.
pub struct Tabs {
    name: String,
    channel: Option<BroadcastChannel>,
    lock: Rc<OwnLock>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

/// The lock that bears this tab's name.
#[derive(Default)]
struct OwnLock {
    is_held: Cell<bool>,
    /// What is told once the lock is held: before, others would take this tab for gone.
    untold: RefCell<Vec<JsValue>>,
    release: RefCell<Option<Function>>,
}

impl Tabs {
    /// Joins the channel under a name of its own. `on_message` is told what other tabs tell.
    pub fn join(name: String, mut on_message: impl FnMut(TabMessage) + 'static) -> Self {
        let on_event = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            let tab = js::get_text(&data, "tab").filter(|tab| tab.len() <= MAX_NAME_CHARS);
            let parts = (tab, js::get_text(&data, "document"), TabNews::from_js(&data));
            if let (Some(tab), Some(document), Some(news)) = parts {
                on_message(TabMessage { tab, document, news });
            }
        });
        let channel = BroadcastChannel::new(CHANNEL).ok();
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(on_event.as_ref().unchecked_ref()));
        }
        let tabs = Self {
            name,
            channel,
            lock: Rc::default(),
            _on_message: on_event,
        };
        tabs.take_lock();
        tabs
    }

    /// Tells the other tabs.
    pub fn tell(&self, document: &str, news: &TabNews) {
        let message = js::object(&[
            ("tab", JsValue::from_str(&self.name)),
            ("document", JsValue::from_str(document)),
            ("news", JsValue::from_str(news.name())),
        ]);
        if let TabNews::Files(paths) = news {
            let paths: Array = paths.iter().map(|path| JsValue::from_str(path)).collect();
            js::set(&message, "paths", &paths);
        }
        if self.lock.is_held.get() {
            post(self.channel.as_ref(), &message);
        } else {
            self.lock.untold.borrow_mut().push(message.into());
        }
    }

    /// Holds the lock from now on; where the browser has none, there is nothing to wait for.
    pub fn take_lock(&self) {
        let (lock, channel) = (self.lock.clone(), self.channel.clone());
        let is_held = move || {
            lock.is_held.set(true);
            for message in lock.untold.take() {
                post(channel.as_ref(), &message);
            }
        };
        let own = self.lock.clone();
        let on_granted = {
            let is_held = is_held.clone();
            Closure::once_into_js(move || {
                is_held();
                Promise::new(&mut |resolve: Function, _| {
                    own.release.replace(Some(resolve));
                })
            })
        };
        match request(&self.name, "exclusive", on_granted.unchecked_ref()) {
            // That a page's end ends the request is no error.
            Some(promise) => super::time::spawn(async move {
                JsFuture::from(promise).await.ok();
            }),
            None => is_held(),
        }
    }

    /// Gives the lock up: this page is being left.
    pub fn release_lock(&self) {
        if let Some(release) = self.lock.release.take() {
            self.lock.is_held.set(false);
            release.call0(&JsValue::UNDEFINED).ok();
        }
    }
}

fn post(channel: Option<&BroadcastChannel>, message: &JsValue) {
    if let Some(channel) = channel {
        channel.post_message(message).ok();
    }
}

/// Resolves when the tab of that name is gone; to false, and at once, where the browser cannot tell.
pub async fn gone(tab: &str) -> bool {
    let on_granted = Closure::once_into_js(|| JsValue::UNDEFINED);
    match request(tab, "shared", on_granted.unchecked_ref()) {
        Some(promise) => JsFuture::from(promise).await.is_ok(),
        None => false,
    }
}

/// Asks for the lock of a tab. Nothing where the browser has no locks, as on plain http.
fn request(tab: &str, mode: &str, on_granted: &Function) -> Option<Promise> {
    let navigator = web_sys::window()?.navigator();
    let locks = js::get(&navigator, "locks");
    let request: Function = js::get(&locks, "request").dyn_into().ok()?;
    let options = js::object(&[("mode", JsValue::from_str(mode))]);
    let name = JsValue::from_str(&format!("{LOCK}{tab}"));
    request.call3(&locks, &name, &options, on_granted).ok()?.dyn_into().ok()
}
