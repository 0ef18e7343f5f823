//! The page around the cells: which document is open, its title and files, storage, dialogs, notices and settings.

use super::Turn;
use crate::model::action::Action;
use crate::model::effect::Effect;
use crate::model::facet::Facet;
use crate::model::history::History;
use crate::model::ids::DocumentId;
use crate::model::notebook::{Document, Notebook};
use crate::model::packages::PackageState;
use crate::model::runtime::{KernelStatus, Runtime, SaveStatus};
use crate::model::view::{Dialog, Mode, Notice, NoticeAction, Recent, Route, View};
use crate::model::working_files::changed_list;

/// How many notices are shown at once; older ones give way.
const MAX_NOTICES: usize = 4;

impl Turn<'_> {
    pub(super) fn perform_page(&mut self, action: Action) {
        match action {
            Action::ShowStart => {
                self.close_document();
                self.set_route(Route::Start);
                self.effect(Effect::LoadRecent);
                self.effect(Effect::ShowAddress);
            }
            Action::ShowLoading(id) => {
                self.close_document();
                self.set_route(Route::Loading(id.clone()));
                self.effect(Effect::Load(id));
            }
            Action::ShowMissing(reason) => self.set_route(Route::Missing(reason)),
            Action::OpenDocument { document, warnings } => self.open_document(*document, warnings),
            Action::CreateDocument => {
                let document = self.state.new_document();
                self.effect(Effect::Create(Box::new(document)));
            }
            Action::SetRecent(recent) => {
                self.state.recent = recent;
                self.touch(Facet::Recent);
            }
            Action::DeleteDocument(id) => self.delete_document(id),
            Action::RestoreDocument(id) => self.effect(Effect::Untrash(id)),
            Action::SetNetwork(is_allowed) => self.set_network(is_allowed),
            Action::SetTitle(title) => {
                let title = title.trim();
                if !title.is_empty() && title != self.state.document.title {
                    self.state.document.title = title.to_owned();
                    self.touch(Facet::Title);
                }
            }
            Action::SetSave(_)
            | Action::SetOpenElsewhere(_)
            | Action::SaveNow
            | Action::OverwriteStored
            | Action::ReloadStored => self.perform_storage(action),
            Action::DeleteFile(path) => self.effect(Effect::DeleteFile(path)),
            Action::DownloadFile(path) => self.effect(Effect::DownloadFile(path)),
            Action::ChangeFiles { put, deleted } => {
                let files = std::mem::take(&mut self.state.document.files);
                self.state.document.files = changed_list(files, put, &deleted);
                self.touch(Facet::Files);
            }
            Action::SetFiles(mut files) => {
                files.sort_by(|a, b| a.path.cmp(&b.path));
                self.state.document.files = files;
                self.touch(Facet::Files);
            }
            Action::Download => self.effect(Effect::Download),
            other => self.perform_chrome(other),
        }
    }

    fn perform_storage(&mut self, action: Action) {
        match action {
            Action::SetSave(save) if self.state.runtime.save != save => {
                self.state.runtime.save = save;
                self.touch(Facet::Save);
            }
            Action::SetOpenElsewhere(elsewhere) => {
                self.state.runtime.open_elsewhere = elsewhere;
                self.touch(Facet::Save);
            }
            Action::SaveNow => self.effect(Effect::SaveNow),
            Action::OverwriteStored => {
                self.state.runtime.save = SaveStatus::Saving;
                self.touch(Facet::Save);
                self.effect(Effect::Overwrite);
            }
            Action::ReloadStored => {
                let id = self.state.document.id.clone();
                self.effect(Effect::Load(id));
            }
            _ => {}
        }
    }

    fn perform_chrome(&mut self, action: Action) {
        match action {
            Action::Notify { text, is_error, action } => self.notify(text, is_error, action),
            Action::OfferRestart(text) => {
                let is_offered = |notice: &Notice| notice.action == Some(NoticeAction::Restart);
                if !self.state.notices.iter().any(is_offered) {
                    self.notify(text, true, Some(NoticeAction::Restart));
                }
            }
            Action::WithdrawRestart => self.withdraw_restart(),
            Action::DismissNotice(id) => self.dismiss(id),
            Action::TakeNoticeAction(id) => {
                let action = self
                    .state
                    .notices
                    .iter()
                    .find(|notice| notice.id == id)
                    .and_then(|notice| notice.action.clone());
                self.dismiss(id);
                match action {
                    Some(NoticeAction::RestoreDocument(document)) => self.effect(Effect::Untrash(document)),
                    Some(NoticeAction::RestoreFile(path)) => self.effect(Effect::RestoreFile(path)),
                    Some(NoticeAction::UndoCells) => self.perform(Action::UndoCells),
                    Some(NoticeAction::Restart) => self.perform(Action::Restart),
                    None => {}
                }
            }
            Action::OpenDialog(dialog) => {
                self.state.view.dialog = Some(dialog);
                self.touch(Facet::Dialog);
            }
            Action::CloseDialog => {
                self.state.view.dialog = None;
                self.touch(Facet::Dialog);
                // The selected cell takes the focus back.
                self.touch(Facet::Selection);
            }
            Action::SetTheme(theme) => {
                self.state.settings.theme = theme;
                self.touch(Facet::Settings);
                self.effect(Effect::ApplySettings);
            }
            Action::SetAccelerator(accelerator) => {
                self.state.settings.accelerator = accelerator;
                self.touch(Facet::Settings);
                self.effect(Effect::ApplySettings);
                if self.state.runtime.kernel != KernelStatus::None {
                    self.perform(Action::Restart);
                }
            }
            _ => {}
        }
    }

    /// The network is part of the policy with which the kernel's frame was opened, so another policy is another kernel.
    fn set_network(&mut self, is_allowed: bool) {
        if self.state.view.dialog == Some(Dialog::Network) {
            self.perform(Action::CloseDialog);
        }
        if self.state.document.notebook.allows_network() == is_allowed {
            return;
        }
        self.state.document.notebook.set_allows_network(is_allowed);
        self.touch(Facet::Network);
        // A restriction that is lost with the page would be a promise broken.
        self.effect(Effect::SaveNow);
        if self.state.runtime.kernel != KernelStatus::None {
            self.perform(Action::Restart);
        }
    }

    fn set_route(&mut self, route: Route) {
        self.state.route = route;
        self.touch(Facet::Route);
    }

    /// Shows another document, or none; the one before may not have been stored yet.
    fn replace_document(&mut self, document: Document) {
        let closed = std::mem::replace(&mut self.state.document, document);
        if !closed.id.as_str().is_empty() {
            self.effect(Effect::Closed(Box::new(closed)));
        }
    }

    fn close_document(&mut self) {
        let id = DocumentId::from("");
        self.replace_document(Document {
            id,
            title: String::new(),
            notebook: Notebook::default(),
            files: Vec::new(),
        });
        self.reset_around_document();
        self.drop_notices();
        self.effect(Effect::StopKernel);
    }

    /// What was said about a document that is left concerns nobody any more; a deletion can still be taken back.
    fn drop_notices(&mut self) {
        let is_kept = |notice: &Notice| matches!(notice.action, Some(NoticeAction::RestoreDocument(_)));
        self.state.notices.retain(is_kept);
        self.touch(Facet::Notices);
    }

    fn open_document(&mut self, document: Document, warnings: Vec<String>) {
        let same = self.state.document.id == document.id && !document.id.as_str().is_empty();
        let first = document.notebook.cells.first().map(|cell| cell.id.clone());
        let had_network = self.state.document.notebook.allows_network();
        let is_network_same = document.notebook.allows_network() == had_network;
        if same {
            self.state.document = document;
        } else {
            self.replace_document(document);
        }
        self.state.num_opened += 1;
        let kernel = std::mem::take(&mut self.state.runtime.kernel);
        let device = std::mem::take(&mut self.state.runtime.device);
        let inspector = std::mem::take(&mut self.state.runtime.inspector);
        self.reset_around_document();
        if same {
            // Reading the stored version anew does not end the kernel.
            let has_kernel = kernel != KernelStatus::None;
            self.state.runtime.kernel = kernel;
            self.state.runtime.device = device;
            self.state.runtime.inspector = inspector;
            if has_kernel && !is_network_same {
                self.effect(Effect::Restart);
            }
        } else {
            self.effect(Effect::StopKernel);
        }
        self.state.view = View {
            mode: Mode::Command,
            selected: first,
            ..View::default()
        };
        self.set_route(Route::Notebook);
        self.effect(Effect::ShowAddress);
        for warning in warnings {
            self.notify(warning, false, None);
        }
    }

    fn reset_around_document(&mut self) {
        self.state.runtime = Runtime::default();
        self.state.packages = PackageState::default();
        self.state.view = View::default();
        self.state.history = History::default();
        for facet in [
            Facet::Title,
            Facet::Network,
            Facet::Order,
            Facet::Files,
            Facet::Packages,
            Facet::Selection,
            Facet::Dialog,
            Facet::History,
            Facet::Kernel,
            Facet::Inspector,
            Facet::Save,
        ] {
            self.touch(facet);
        }
    }

    fn delete_document(&mut self, id: DocumentId) {
        let mut title = String::new();
        if let Recent::Ready(items) = &mut self.state.recent {
            if let Some(item) = items.iter().find(|item| item.id == id) {
                title.clone_from(&item.title);
            }
            items.retain(|item| item.id != id);
        }
        self.touch(Facet::Recent);
        self.effect(Effect::Trash(id.clone()));
        self.notify(
            format!("Deleted “{title}”"),
            false,
            Some(NoticeAction::RestoreDocument(id)),
        );
    }

    pub(super) fn notify(&mut self, text: String, is_error: bool, action: Option<NoticeAction>) {
        self.state.num_notices += 1;
        let id = self.state.num_notices;
        self.state.notices.push(Notice {
            id,
            text,
            is_error,
            action,
        });
        let excess = self.state.notices.len().saturating_sub(MAX_NOTICES);
        self.state.notices.drain(..excess);
        self.touch(Facet::Notices);
    }

    /// A kernel that has ended, or answers again, needs no restart.
    pub(super) fn withdraw_restart(&mut self) {
        let num_notices = self.state.notices.len();
        self.state
            .notices
            .retain(|notice| notice.action != Some(NoticeAction::Restart));
        if self.state.notices.len() < num_notices {
            self.touch(Facet::Notices);
        }
    }

    fn dismiss(&mut self, id: u64) {
        self.state.notices.retain(|notice| notice.id != id);
        self.touch(Facet::Notices);
    }
}
