//! Working files: kept in storage beside the document, and given to the kernel at its start or as they come.

use super::Effects;
use crate::model::action::{Action, NewFile};
use crate::state::AppState;
use crate::web::files::PickedFile;
use crate::web::time;

impl Effects {
    pub(super) fn add_files(&self, app: AppState, files: Vec<NewFile>) {
        let effects = self.clone();
        time::spawn(async move {
            let id = app.with(|state| state.document.id.clone());
            let storage = effects.storage().await;
            if let Err(error) = storage.put_files(id.clone(), files.clone()).await {
                let text = format!("The files are there until the page is closed, but were not stored: {error}");
                app.dispatch(Action::Notify {
                    text,
                    is_error: true,
                    action: None,
                });
            }
            effects.rooms.kernel.send_files(files);
            effects.refresh_files(app).await;
        });
    }

    pub(super) fn delete_file(&self, app: AppState, path: String) {
        let effects = self.clone();
        time::spawn(async move {
            let id = app.with(|state| state.document.id.clone());
            if let Err(error) = effects.storage().await.delete_file(id, path).await {
                app.dispatch(Action::Notify {
                    text: error.to_string(),
                    is_error: true,
                    action: None,
                });
            }
            effects.refresh_files(app).await;
        });
    }

    async fn refresh_files(&self, app: AppState) {
        let id = app.with(|state| state.document.id.clone());
        if let Ok(files) = self.storage().await.file_list(id.clone()).await
            && app.with(|state| state.document.id == id)
        {
            app.dispatch(Action::SetFiles(files));
        }
    }

    /// Takes files picked or dropped on an open notebook as its working files.
    pub fn add_picked(&self, app: AppState, picked: Vec<PickedFile>) {
        let files = readable(app, picked);
        if !files.is_empty() {
            app.dispatch(Action::AddFiles(files));
        }
    }
}

/// The files that could be read; says which could not.
pub(super) fn readable(app: AppState, picked: Vec<PickedFile>) -> Vec<NewFile> {
    let mut files = Vec::new();
    for PickedFile { name, bytes } in picked {
        match bytes {
            Ok(bytes) => files.push(NewFile { path: name, bytes }),
            Err(reason) => app.dispatch(Action::Notify {
                text: format!("{name} could not be read: {reason}"),
                is_error: true,
                action: None,
            }),
        }
    }
    files
}
