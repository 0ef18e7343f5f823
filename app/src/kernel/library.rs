//! The files of the kernel. Each is taken from the browser's store or fetched, once in a visit, and given as a blob: a handle
//! that goes to the frame without its bytes, which are read where they are needed. Files that a kernel needs only after its
//! start are fetched when the others are there. Read next: `web/offline.rs` (the store), `web/fetch.rs`, `frame.rs`.

use super::manifest::{Asset, Manifest};
use crate::web::offline::Form;
use crate::web::{fetch, offline};
use futures::FutureExt as _;
use futures::future::{LocalBoxFuture, Shared, join_all};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use web_sys::Blob;

const MANIFEST: &str = "kernel/manifest.json";

/// A file of the kernel.
#[derive(Clone)]
pub(super) struct File {
    pub(super) blob: Blob,
    /// In which form the browser keeps it; none where it came over the network and is still to be kept.
    kept: Rc<Cell<Option<Form>>>,
}

/// A file that is there, comes, or cannot be had.
pub(super) type Load = Shared<LocalBoxFuture<'static, Result<File, String>>>;

/// Is told how many bytes of how many have come.
type OnProgress = Rc<dyn Fn(u64, u64)>;

/// All files of the kernel.
#[derive(Default)]
pub(super) struct Library {
    manifest: RefCell<Option<Rc<Manifest>>>,
    loads: RefCell<BTreeMap<String, Load>>,
    done_bytes: RefCell<BTreeMap<String, u64>>,
    on_progress: RefCell<Option<OnProgress>>,
}

impl Library {
    /// What a kernel needs.
    pub(super) async fn manifest(&self) -> Result<Rc<Manifest>, String> {
        let read = self.manifest.borrow().clone();
        if let Some(manifest) = read {
            return Ok(manifest);
        }
        let manifest = Rc::new(Manifest::from_text(&fetch::text(MANIFEST).await?)?);
        *self.manifest.borrow_mut() = Some(manifest.clone());
        Ok(manifest)
    }

    /// Who is told of progress from now on.
    pub(super) fn listen(&self, on_progress: impl Fn(u64, u64) + 'static) {
        *self.on_progress.borrow_mut() = Some(Rc::new(on_progress));
    }

    /// A file. One that could not be had is tried again.
    pub(super) fn file(self: &Rc<Self>, asset: &Asset) -> Load {
        let mut loads = self.loads.borrow_mut();
        if let Some(load) = loads.get(&asset.name)
            && !matches!(load.peek(), Some(Err(_)))
        {
            return load.clone();
        }
        let load = load(self.clone(), asset.clone()).boxed_local().shared();
        loads.insert(asset.name.clone(), load.clone());
        load
    }

    /// Waits for the files that the start needs, also for those that cannot be had.
    pub(super) async fn first_files(self: &Rc<Self>) {
        let Ok(manifest) = self.manifest().await else { return };
        join_all(manifest.first().map(|asset| self.file(asset))).await;
    }

    /// Keeps what was fetched for the next visit, and what is packed also unpacked, which saves the next start that work.
    pub(super) async fn keep_new(self: &Rc<Self>) {
        let Ok(manifest) = self.manifest().await else { return };
        for asset in &manifest.files {
            let Ok(file) = self.file(asset).await else { continue };
            if file.kept.get().is_none() {
                offline::keep(&asset.path, &asset.sha256, Form::AsFetched, &file.blob).await;
                file.kept.set(Some(Form::AsFetched));
            }
            let is_packed = asset.is_packed() && file.kept.get() == Some(Form::AsFetched);
            if is_packed
                && offline::keep(&asset.path, &asset.sha256, Form::Unpacked, &file.blob)
                    .await
                    .is_some()
            {
                self.loads.borrow_mut().remove(&asset.name);
            }
        }
    }

    /// A kernel could not use what was kept unpacked: the next one gets it as the site has it.
    pub(super) async fn drop_unpacked(self: &Rc<Self>) {
        let Ok(manifest) = self.manifest().await else { return };
        for asset in manifest.files.iter().filter(|asset| asset.is_packed()) {
            let is_unpacked = |file: &File| file.kept.get() == Some(Form::Unpacked);
            if self.file(asset).await.as_ref().is_ok_and(is_unpacked) {
                offline::drop_unpacked(&asset.path, &asset.sha256).await;
                self.loads.borrow_mut().remove(&asset.name);
            }
        }
    }

    fn tell(&self, name: &str, num_bytes: u64) {
        self.done_bytes.borrow_mut().insert(name.to_owned(), num_bytes);
        let (manifest, on_progress) = (self.manifest.borrow().clone(), self.on_progress.borrow().clone());
        let (Some(manifest), Some(on_progress)) = (manifest, on_progress) else {
            return;
        };
        let sum = {
            let done = self.done_bytes.borrow();
            manifest.first().filter_map(|asset| done.get(&asset.name)).sum()
        };
        on_progress(sum, manifest.first().map(|asset| asset.bytes).sum());
    }
}

/// A file by its content: what the browser keeps is not fetched.
async fn load(library: Rc<Library>, asset: Asset) -> Result<File, String> {
    let (path, sha256) = (&asset.path, &asset.sha256);
    let forms = [Form::Unpacked, Form::AsFetched];
    for form in forms
        .into_iter()
        .filter(|form| *form == Form::AsFetched || asset.is_packed())
    {
        if let Some(blob) = offline::kept(path, sha256, form).await {
            library.tell(&asset.name, asset.bytes);
            let kept = Rc::new(Cell::new(Some(form)));
            return Ok(File { blob, kept });
        }
    }
    if asset.later {
        library.first_files().await;
    }
    let bytes = fetch::bytes(path, asset.bytes, |num_bytes| library.tell(&asset.name, num_bytes)).await?;
    if !offline::has_content(&bytes, sha256).await {
        return Err(format!("{path} is not what was published; reload the page"));
    }
    let blob = offline::blob(&bytes).ok_or_else(|| format!("{path} cannot be held in memory"))?;
    let kept = Rc::default();
    Ok(File { blob, kept })
}
