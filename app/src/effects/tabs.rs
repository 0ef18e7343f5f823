//! Other tabs of this site: which of them show the same document, and what becomes of it there. A tab that was closed or has
//! died shows nothing any more. What another tab does to the document's files reaches this tab's kernel as well.
//! Read next: `web/tabs.rs`.

use super::Effects;
use crate::model::action::Action;
use crate::model::ids::{DocumentId, IdSource};
use crate::model::runtime::SaveStatus;
use crate::model::view::Route;
use crate::state::AppState;
use crate::web::tabs::{self as web_tabs, TabMessage, TabNews, Tabs};
use crate::web::{time, window};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};

/// What belongs to other tabs.
#[derive(Default)]
pub(super) struct TabRoom {
    tabs: RefCell<Option<Tabs>>,
    /// The document that the others know this tab to show.
    shown: RefCell<Option<DocumentId>>,
    /// The tabs that show it as well.
    others: RefCell<BTreeSet<String>>,
    /// Files that others have changed and that are still to be looked at, one list after another.
    changed: RefCell<VecDeque<(DocumentId, Vec<String>)>>,
    is_following: Cell<bool>,
    /// Whether the page has been left; the browser may show it again.
    is_left: Cell<bool>,
}

impl Effects {
    /// Joins the other tabs.
    pub(super) fn join_tabs(&self, app: AppState) {
        let effects = self.clone();
        let name = IdSource::new(window::random_seed()).next_document().to_string();
        let tabs = Tabs::join(name, move |message| effects.take_tab_message(app, message));
        *self.rooms.tabs.tabs.borrow_mut() = Some(tabs);
        let effects = self.clone();
        window::on_window("pageshow", move |_| {
            if effects.rooms.tabs.is_left.replace(false) {
                if let Some(tabs) = &*effects.rooms.tabs.tabs.borrow() {
                    tabs.take_lock();
                }
                effects.tell_shown(app);
            }
        });
    }

    /// The page is being left, perhaps for good.
    pub(super) fn leave_tabs(&self) {
        self.rooms.tabs.is_left.set(true);
        self.show_to_tabs(None);
        if let Some(tabs) = &*self.rooms.tabs.tabs.borrow() {
            tabs.release_lock();
        }
    }

    /// Tells the others which document this tab shows, if that has changed.
    pub(super) fn tell_shown(&self, app: AppState) {
        let shown = app.with(|state| {
            let is_open = state.route == Route::Notebook && !state.document.id.as_str().is_empty();
            is_open.then(|| state.document.id.clone())
        });
        self.show_to_tabs(shown);
        // A document that was opened anew has forgotten them.
        self.count_others(app);
    }

    fn show_to_tabs(&self, shown: Option<DocumentId>) {
        let before = self.rooms.tabs.shown.replace(shown.clone());
        if before == shown {
            return;
        }
        self.rooms.tabs.others.borrow_mut().clear();
        if let Some(before) = before {
            self.tell_tabs(&before, &TabNews::Closed);
        }
        if let Some(shown) = shown {
            self.tell_tabs(&shown, &TabNews::Opened);
        }
    }

    pub(super) fn tell_tabs(&self, id: &DocumentId, news: &TabNews) {
        if let Some(tabs) = &*self.rooms.tabs.tabs.borrow()
            && !id.as_str().is_empty()
        {
            tabs.tell(id.as_str(), news);
        }
    }

    /// Tells the others that files of a document were written or removed.
    pub(super) fn tell_files(&self, id: &DocumentId, paths: Vec<String>) {
        self.tell_tabs(id, &TabNews::Files(paths));
    }

    fn take_tab_message(&self, app: AppState, message: TabMessage) {
        let TabMessage { tab, document, news } = message;
        let id = DocumentId::from(document.as_str());
        if self.rooms.tabs.shown.borrow().as_ref() != Some(&id) {
            return;
        }
        match news {
            TabNews::Opened => {
                self.tell_tabs(&id, &TabNews::HasOpen);
                self.meet(app, tab);
            }
            TabNews::HasOpen => self.meet(app, tab),
            TabNews::Closed => self.part(app, &tab),
            TabNews::Files(paths) => self.follow_files(app, id, paths),
            TabNews::Saved => app.dispatch(Action::SetSave(SaveStatus::Conflict)),
        }
    }

    fn meet(&self, app: AppState, tab: String) {
        if !self.rooms.tabs.others.borrow_mut().insert(tab.clone()) {
            return;
        }
        self.count_others(app);
        let effects = self.clone();
        time::spawn(async move {
            if web_tabs::gone(&tab).await {
                effects.part(app, &tab);
            }
        });
    }

    fn part(&self, app: AppState, tab: &str) {
        self.rooms.tabs.others.borrow_mut().remove(tab);
        self.count_others(app);
    }

    fn count_others(&self, app: AppState) {
        let has_others = !self.rooms.tabs.others.borrow().is_empty();
        if app.with(|state| state.runtime.open_elsewhere != has_others) {
            app.dispatch(Action::SetOpenElsewhere(has_others));
        }
    }

    /// Gives the kernel what another tab has stored, and takes away what it has removed. What storage holds when its turn
    /// comes counts, so that lists which overtake each other do no harm.
    fn follow_files(&self, app: AppState, id: DocumentId, paths: Vec<String>) {
        let room = &self.rooms.tabs;
        room.changed.borrow_mut().push_back((id, paths));
        if room.is_following.replace(true) {
            return;
        }
        let effects = self.clone();
        time::spawn(async move {
            let storage = effects.storage().await;
            loop {
                let next = effects.rooms.tabs.changed.borrow_mut().pop_front();
                let Some((id, paths)) = next else { break };
                let (mut stored, mut removed) = (Vec::new(), Vec::new());
                for path in paths {
                    match storage.file(id.clone(), path.clone()).await {
                        Ok(Some(file)) => stored.push(file),
                        Ok(None) => removed.push(path),
                        Err(_) => {}
                    }
                }
                if app.with(|state| state.document.id == id) {
                    if !removed.is_empty() {
                        effects.rooms.kernel.remove_files(removed);
                    }
                    if !stored.is_empty() {
                        effects.rooms.kernel.send_files(stored);
                    }
                    effects.refresh_files(app).await;
                }
            }
            effects.rooms.tabs.is_following.set(false);
        });
    }
}
