//! Answers what kernels ask about packages: fetches from the allowed places, checks hashes, keeps wheels, and notes
//! what a notebook requires. A kernel's word is never taken for what a file is: names come from addresses, hashes are made here.
//! Read next: `packages/addresses.rs` (what may be fetched), `web/package_store.rs`.

use super::Effects;
use crate::kernel::client::PackageEvent;
use crate::model::action::Action;
use crate::model::ids::{CellId, DocumentId, RunId};
use crate::model::packages::{PackageAction, PackageEffect, StoredPackage};
use crate::model::run::Outcome;
use crate::packages::addresses::{self, Place};
use crate::packages::request::{InstalledFile, Request};
use crate::packages::requirements;
use crate::state::AppState;
use crate::web::package_fetch::{self, Cancel};
use crate::web::{package_store, time, window};
use js_sys::Uint8Array;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// More requests than this at once are refused: a kernel makes one after another.
const MAX_OPEN: usize = 16;

/// What belongs to packages.
#[derive(Default)]
pub(super) struct PackageRoom {
    /// The requests that are being answered, by kernel and number.
    open: RefCell<BTreeMap<(u64, u32), Option<Cancel>>>,
}

fn failed(kind: &str, reason: impl Into<String>) -> PackageEvent {
    PackageEvent::Failed {
        kind: kind.to_owned(),
        reason: reason.into(),
    }
}

fn text(text: String) -> PackageEvent {
    PackageEvent::Done {
        text,
        data: None,
        origin: "",
        sha256: String::new(),
    }
}

/// Where the list of a notebook's wheels is kept.
fn record_key(document: &DocumentId) -> String {
    format!("carrel:packages:{document}")
}

impl Effects {
    /// Does what the state asks for.
    pub(super) fn perform_packages(&self, app: AppState, effect: PackageEffect) {
        let effects = self.clone();
        time::spawn(async move {
            match effect {
                PackageEffect::Install(requirements) => return effects.install_offered(app, &requirements).await,
                PackageEffect::List => {}
                PackageEffect::Remove(sha256) => package_store::remove(&sha256).await,
                PackageEffect::KeepSite => keep_site(app).await,
            }
            let list = package_store::list().await.into_iter();
            let list = list.map(|wheel| StoredPackage {
                filename: wheel.filename,
                sha256: wheel.sha256,
                bytes: wheel.bytes,
            });
            app.dispatch(Action::Packages(PackageAction::SetStored(list.collect())));
        });
    }

    /// Offers what a notebook that was just opened requires, unless it was installed for it on this computer before.
    pub(super) fn offer_requirements(&self, app: AppState) {
        let (id, list) = app.with(|state| {
            let list = requirements::read(&state.document.notebook.metadata);
            (state.document.id.clone(), list)
        });
        let list = match window::read_local(&record_key(&id)) {
            Some(_) => Vec::new(),
            None => list,
        };
        app.dispatch(Action::Packages(PackageAction::Offer(list)));
    }

    /// Installs in the kernel, by an execution that belongs to no cell.
    async fn install_offered(&self, app: AppState, requirements: &[String]) {
        let words = serde_json::to_string(requirements).unwrap_or_else(|_| "[]".to_owned());
        let code = format!("__import__('carrel_kernel.packages').packages.install(['install', '-q'] + {words})");
        let name = format!("packages-{:016x}", window::random_seed());
        let ended = self.wait_for(RunId::from(name.clone()));
        self.execute(app, CellId::from("carrel:packages"), RunId::from(name), code);
        let outcome = ended.await.map(|result| result.outcome);
        app.dispatch(Action::Packages(PackageAction::EndOffer));
        let (text, is_error) = match outcome {
            Ok(Outcome::Ok) => (format!("Installed {}", requirements.join(", ")), false),
            Ok(Outcome::Error { evalue, .. }) => (format!("The packages were not installed: {evalue}"), true),
            _ => ("The packages were not installed: stopped".to_owned(), true),
        };
        app.dispatch(Action::Notify {
            text,
            is_error,
            action: None,
        });
    }

    /// Answers one request of a kernel, sooner or later.
    pub(super) fn take_package_request(&self, app: AppState, generation: u64, id: u32, request: &str) {
        let Some(request) = Request::from_text(request) else {
            return self.answer_package(generation, id, failed("refused", "this request is not understood"));
        };
        let mut open = self.rooms.packages.open.borrow_mut();
        open.retain(|(other, _), _| *other == generation);
        if open.len() >= MAX_OPEN {
            drop(open);
            return self.answer_package(generation, id, failed("refused", "too many requests at once"));
        }
        open.insert((generation, id), Cancel::new());
        drop(open);
        let effects = self.clone();
        time::spawn(async move {
            let answer = effects.carry_out(app, generation, id, request).await;
            let is_wanted = effects
                .rooms
                .packages
                .open
                .borrow_mut()
                .remove(&(generation, id))
                .is_some();
            if is_wanted {
                effects.answer_package(generation, id, answer);
            }
        });
    }

    /// Ends a request that nobody waits for any more.
    pub(super) fn cancel_package_request(&self, generation: u64, id: u32) {
        if let Some(Some(cancel)) = self.rooms.packages.open.borrow_mut().remove(&(generation, id)) {
            cancel.cancel();
        }
    }

    /// The handle that ends a request's fetch.
    fn cancel_of(&self, generation: u64, id: u32) -> Option<Cancel> {
        let open = self.rooms.packages.open.borrow();
        open.get(&(generation, id))
            .and_then(|cancel| Some(cancel.as_ref()?.again()))
    }

    async fn carry_out(&self, app: AppState, generation: u64, id: u32, request: Request) -> PackageEvent {
        match request {
            Request::Fetch { address, sha256, keep } => {
                let sha256 = sha256.filter(|hash| !hash.is_empty());
                self.fetch_package(app, generation, id, &address, sha256, keep).await
            }
            Request::Stored => {
                let list = package_store::list().await.into_iter();
                let list = list.map(|wheel| {
                    serde_json::json!({"filename": wheel.filename, "sha256": wheel.sha256, "size": wheel.bytes})
                });
                text(serde_json::Value::Array(list.collect()).to_string())
            }
            Request::Read { sha256 } => match package_store::read(&sha256).await {
                Some(bytes) => checked(bytes, Some(sha256), "store").await,
                None => failed("missing", "it is not stored in this browser"),
            },
            Request::Notebook => {
                let id = app.with(|state| state.document.id.clone());
                text(window::read_local(&record_key(&id)).unwrap_or_else(|| "[]".to_owned()))
            }
            Request::Installed {
                requirements,
                removed,
                files,
            } => {
                note_installed(app, &requirements, &removed, &files);
                text(String::new())
            }
        }
    }

    async fn fetch_package(
        &self,
        app: AppState,
        generation: u64,
        id: u32,
        address: &str,
        sha256: Option<String>,
        keep: bool,
    ) -> PackageEvent {
        let Some(place) = addresses::place_of(address) else {
            return failed(
                "refused",
                format!("{address} is not an address that packages come from"),
            );
        };
        if keep
            && let Some(hash) = &sha256
            && let Some(bytes) = package_store::read(hash).await
        {
            return checked(bytes, sha256, "store").await;
        }
        if place == Place::Network && !may_use_network(app) {
            return failed("refused", "this notebook has no network");
        }
        let cancel = self.cancel_of(generation, id);
        let effects = self.clone();
        let on_progress = move |done, total| {
            effects.answer_package(generation, id, PackageEvent::Progress { done, total });
        };
        let bytes = match package_fetch::bytes(address, !keep, cancel.as_ref(), on_progress).await {
            Ok(bytes) => bytes,
            Err(failure) => {
                // What the site offers is known also while it cannot be reached.
                return match package_store::kept_text(address).await {
                    Some(kept) if place == Place::Site && !keep => text(kept),
                    _ => failed(failure.kind, failure.reason),
                };
            }
        };
        if !keep {
            let Ok(decoded) = String::from_utf8(bytes.to_vec()) else {
                return failed("failed", format!("{address} is no text"));
            };
            if place == Place::Site {
                package_store::keep_text(address, &decoded).await;
            }
            return text(decoded);
        }
        let origin = if place == Place::Site { "site" } else { "network" };
        let answer = checked(bytes, sha256, origin).await;
        if let PackageEvent::Done {
            data: Some(data),
            sha256,
            ..
        } = &answer
            && !sha256.is_empty()
        {
            // A full store is no reason to fail: the wheel is there, only not for the next time.
            if let Err(reason) = package_store::write(addresses::file_name(address), sha256, data).await {
                let text = format!("{} is not kept for later: {reason}", addresses::file_name(address));
                app.dispatch(Action::Notify {
                    text,
                    is_error: true,
                    action: None,
                });
            }
        }
        answer
    }
}

/// Whether the open notebook may reach other hosts.
fn may_use_network(app: AppState) -> bool {
    app.with(|state| state.document.notebook.allows_network())
}

/// Bytes with their hash, if it is the expected one.
async fn checked(data: Uint8Array, expected: Option<String>, origin: &'static str) -> PackageEvent {
    let sha256 = package_store::sha256(&data).await.unwrap_or_default();
    match expected {
        Some(expected) if !sha256.is_empty() && expected != sha256 => failed(
            "hash",
            format!("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE INDEX: expected sha256 {expected}, got {sha256}"),
        ),
        _ => PackageEvent::Done {
            text: String::new(),
            data: Some(data),
            origin,
            sha256,
        },
    }
}

fn note_installed(app: AppState, added: &[String], removed: &[String], files: &[InstalledFile]) {
    let id = app.with(|state| state.document.id.clone());
    let key = record_key(&id);
    if files.is_empty() {
        window::remove_local(&key);
    } else if let Ok(text) = serde_json::to_string(files) {
        window::write_local(&key, &text);
    }
    let old = app.with(|state| requirements::read(&state.document.notebook.metadata));
    let new = requirements::merged(&old, added, removed);
    if new != old {
        app.dispatch(Action::Packages(PackageAction::SetRequirements(new)));
    }
}

/// Stores every wheel that the site offers, for later without a network.
async fn keep_site(app: AppState) {
    let kept = keep_all().await;
    let (text, is_error) = match kept {
        Ok(0) => ("This site has no packages of its own".to_owned(), false),
        Ok(count) => (format!("All {count} packages of this site are stored"), false),
        Err(reason) => (format!("The packages of this site could not be stored: {reason}"), true),
    };
    app.dispatch(Action::Notify {
        text,
        is_error,
        action: None,
    });
}

async fn keep_all() -> Result<usize, String> {
    let index = package_fetch::bytes("packages/index.json", true, None, |_, _| {}).await;
    let index = index.map_err(|failure| failure.reason)?;
    let index: serde_json::Value = serde_json::from_slice(&index.to_vec()).map_err(|error| error.to_string())?;
    let files = index
        .get("files")
        .and_then(serde_json::Value::as_array)
        .cloned()
        .unwrap_or_default();
    for file in &files {
        let field = |name: &str| file.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        let (filename, sha256) = (field("filename"), field("sha256"));
        let address = format!("{}{filename}", addresses::SITE);
        if addresses::place_of(&address) != Some(Place::Site) || package_store::read(sha256).await.is_some() {
            continue;
        }
        let bytes = package_fetch::bytes(&address, false, None, |_, _| {}).await;
        let bytes = bytes.map_err(|failure| failure.reason)?;
        if package_store::sha256(&bytes).await.as_deref() != Some(sha256) {
            return Err(format!("{filename} does not have the hash that the list says"));
        }
        package_store::write(filename, sha256, &bytes).await?;
    }
    Ok(files.len())
}
