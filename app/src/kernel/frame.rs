//! The kernel in its frame: opens the frame, hands it the kernel's files as they come, and passes messages.
//! It neither reads nor changes what the messages say. Read next: `library.rs`, `web/frame.rs`, public/kernel/frame.js.

use super::client::{
    ClientEvent, EventSink, KernelClient, KernelLauncher, LaunchOptions, MAX_MESSAGE_CHARS, PackageEvent,
};
use super::file_changes::{FileChanges, FileRefusal, MAX_CHANGES};
use super::library::{File, Library};
use super::manifest::{Asset, stage_label};
use super::protocol::Message;
use crate::model::runtime::{BootProgress, Device};
use crate::model::working_files::{MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES};
use crate::storage::content::{Content, StoredFile};
use crate::web::frame::{Frame, FrameHost};
use crate::web::offline::Starting;
use crate::web::{js, time};
use futures::channel::oneshot;
use js_sys::{Array, JsString, Object, Uint8Array};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// The asset that is the frame's own script.
const FRAME_SCRIPT: &str = "frame.js";

/// Launches kernels in frames.
#[derive(Default)]
pub(crate) struct FrameLauncher {
    library: Rc<Library>,
}

/// One kernel in a frame.
struct FrameClient {
    link: Rc<Link>,
}

/// What the client and the launch share.
struct Link {
    events: EventSink,
    frame: RefCell<Option<Frame>>,
    /// What was sent before the frame was there.
    early: RefCell<Vec<JsValue>>,
    is_ended: Cell<bool>,
    started_ms: f64,
    /// When the frame ran, and when the files that it needs first were there, from the launch on.
    frame_ms: Cell<Option<f64>>,
    fetched_ms: Cell<Option<f64>>,
    /// What the frame did last; shown when all is fetched.
    stage: RefCell<String>,
    /// Told when the kernel is ready, and whether it could use everything that it was given.
    ready: RefCell<Option<oneshot::Sender<bool>>>,
    /// Keeps the rest of the site from being fetched while the kernel starts.
    starting: RefCell<Option<Starting>>,
}

impl Link {
    fn tell(&self, event: ClientEvent) {
        if !self.is_ended.get() {
            (self.events)(event);
        }
    }

    fn fail(&self, reason: String) {
        self.starting.take();
        self.tell(ClientEvent::Fatal(reason));
    }

    fn progress(&self, stage: &str, bytes_done: u64, bytes_total: u64) {
        let stage = stage_label(stage).to_owned();
        self.tell(ClientEvent::Progress(BootProgress {
            stage,
            bytes_done,
            bytes_total,
        }));
    }

    fn post(&self, message: JsValue) {
        let is_gone = match &*self.frame.borrow() {
            Some(frame) => !frame.is_alive() || frame.post(&message).is_err(),
            None => {
                self.early.borrow_mut().push(message);
                false
            }
        };
        if is_gone {
            self.tell(ClientEvent::Fatal("its frame is gone from the page".to_owned()));
        }
    }

    /// The stage of the frame. While files are fetched, that is what people wait for.
    fn show_stage(&self) {
        if self.fetched_ms.get().is_some() {
            self.progress(&self.stage.borrow(), 0, 0);
        }
    }

    fn elapsed_ms(&self) -> f64 {
        time::page_ms() - self.started_ms
    }

    /// Hands a file to the frame, or tells it that there is none.
    fn hand_over(&self, asset: &Asset, file: Result<File, String>) {
        if self.is_ended.get() {
            return;
        }
        let content = match file {
            Ok(file) => ("blob", file.blob.into()),
            Err(reason) if asset.optional || asset.later => ("reason", reason.into()),
            Err(reason) => return self.fail(reason),
        };
        let name = JsValue::from_str(&asset.name);
        self.post(js::object(&[("type", "asset".into()), ("name", name), content]).into());
    }

    fn take(&self, data: &JsValue) {
        match js::get_text(data, "type").as_deref() {
            Some("progress") => {
                if self.frame_ms.get().is_none() {
                    self.frame_ms.set(Some(self.elapsed_ms()));
                }
                *self.stage.borrow_mut() = js::get_text(data, "stage").unwrap_or_default();
                self.show_stage();
            }
            Some("ready") => {
                let accelerator = js::get(data, "accelerator");
                let device = Device {
                    webgpu: js::get(&accelerator, "webgpu").as_bool().unwrap_or(false),
                    name: js::get_text(&accelerator, "name").unwrap_or_default(),
                };
                let reported = js::entries(&js::get(data, "timings")).into_iter();
                let mut timings_ms: Vec<_> = reported.filter_map(|(name, ms)| Some((name, ms.as_f64()?))).collect();
                for (name, ms) in [("kernelFrame", &self.frame_ms), ("kernelFetch", &self.fetched_ms)] {
                    timings_ms.extend(ms.get().map(|ms| (name.to_owned(), ms)));
                }
                timings_ms.push(("kernelReady".to_owned(), self.elapsed_ms()));
                if let Some(ready) = self.ready.take() {
                    let is_woken = |(name, value): &(String, f64)| name == "fromSnapshot" && *value == 1.0;
                    ready.send(timings_ms.iter().any(is_woken)).ok();
                }
                self.tell(ClientEvent::Ready { device, timings_ms });
            }
            Some("jupyter") => {
                // Counted before it is copied out of the browser's memory, and long before it is parsed.
                let Ok(text) = js::get(data, "message").dyn_into::<JsString>() else {
                    return;
                };
                if text.length() > MAX_MESSAGE_CHARS {
                    return self.tell(ClientEvent::TooLong(text.length()));
                }
                let text = String::from(text);
                // What is no message says nothing; code in the frame may send what it likes.
                if let Ok(message) = Message::from_text(&text) {
                    self.tell(ClientEvent::Message(Box::new(message)));
                }
            }
            Some("package-request") => {
                if let (Some(id), Some(request)) = (request_id(data), js::get_text(data, "request")) {
                    self.tell(ClientEvent::PackageRequest(id, request));
                }
            }
            Some("package-cancel") => {
                if let Some(id) = request_id(data) {
                    self.tell(ClientEvent::PackageCancelled(id));
                }
            }
            Some("file-changes") => {
                if let Some(changes) = FileChanges::from_js(data) {
                    self.tell(ClientEvent::Files(changes));
                }
            }
            Some("file-content") => {
                if let Some(id) = request_id(data) {
                    self.tell(ClientEvent::FileContent(id, file_content(data)));
                }
            }
            Some("alive") => self.tell(ClientEvent::Alive),
            Some("fatal") => {
                let reason = js::get_text(data, "reason").unwrap_or_else(|| "the kernel has stopped".to_owned());
                self.fail(reason);
            }
            _ => {}
        }
    }
}

impl KernelClient for FrameClient {
    fn send(&self, message: &Message) {
        let text = JsValue::from_str(&message.to_text());
        self.link
            .post(js::object(&[("type", "jupyter".into()), ("message", text)]).into());
    }

    fn interrupt(&self) {
        self.link.post(js::object(&[("type", "interrupt".into())]).into());
    }

    fn ping(&self) {
        self.link.post(js::object(&[("type", "ping".into())]).into());
    }

    fn add_files(&self, files: Vec<StoredFile>) {
        let files = files_to_js(files).into();
        self.link
            .post(js::object(&[("type", "files".into()), ("files", files)]).into());
    }

    fn remove_files(&self, paths: Vec<String>) {
        let paths: Array = paths.iter().map(|path| JsValue::from_str(path)).collect();
        let fields = [("type", "files-removed".into()), ("paths", paths.into())];
        self.link.post(js::object(&fields).into());
    }

    fn read_file(&self, id: u32, path: &str) {
        let fields = [("type", "file-read".into()), ("id", id.into()), ("path", path.into())];
        self.link.post(js::object(&fields).into());
    }

    fn answer_files(&self, id: u32, refusals: Vec<FileRefusal>) {
        let refusals = refusals.into_iter().map(|refusal| {
            js::object(&[
                ("index", refusal.index.into()),
                ("reason", refusal.reason.into()),
                ("mayRetry", refusal.may_retry.into()),
            ])
        });
        let refusals: Array = refusals.collect();
        let fields = [
            ("type", "files-stored".into()),
            ("id", id.into()),
            ("refusals", refusals.into()),
        ];
        self.link.post(js::object(&fields).into());
    }

    fn answer_package(&self, id: u32, event: PackageEvent) {
        let event = match event {
            PackageEvent::Progress { done, total } => js::object(&[
                ("state", "progress".into()),
                ("done", done.into()),
                ("total", total.into()),
            ]),
            PackageEvent::Done {
                text,
                data,
                origin,
                sha256,
            } => js::object(&[
                ("state", "done".into()),
                ("text", text.into()),
                ("data", data.map_or(JsValue::NULL, |data| data.buffer().into())),
                ("origin", origin.into()),
                ("sha256", sha256.into()),
            ]),
            PackageEvent::Failed { kind, reason } => js::object(&[
                ("state", "failed".into()),
                ("kind", kind.into()),
                ("reason", reason.into()),
            ]),
        };
        self.link.post(
            js::object(&[
                ("type", "package-event".into()),
                ("id", id.into()),
                ("event", event.into()),
            ])
            .into(),
        );
    }
}

fn request_id(data: &JsValue) -> Option<u32> {
    js::get_number(data, "id")
        .filter(|id| (0.0..=f64::from(u32::MAX)).contains(id))
        .map(|id| id as u32)
}

impl Drop for FrameClient {
    fn drop(&mut self) {
        self.link.is_ended.set(true);
        self.link.starting.take();
        self.link.ready.take();
        self.link.frame.take();
    }
}

impl KernelLauncher for FrameLauncher {
    fn launch(&self, options: LaunchOptions, events: EventSink) -> Box<dyn KernelClient> {
        let (ready, is_ready) = oneshot::channel();
        let link = Rc::new(Link {
            events,
            frame: RefCell::default(),
            early: RefCell::default(),
            is_ended: Cell::new(false),
            started_ms: time::page_ms(),
            frame_ms: Cell::default(),
            fetched_ms: Cell::default(),
            stage: RefCell::default(),
            ready: RefCell::new(Some(ready)),
            starting: RefCell::new(Some(Starting::new())),
        });
        let (library, far_link) = (self.library.clone(), link.clone());
        time::spawn(async move {
            if let Err(reason) = start(&library, &far_link, options).await {
                far_link.fail(reason);
            }
            // What was fetched is kept when nothing waits for the browser any more.
            if let Ok(is_woken) = is_ready.await {
                if !is_woken {
                    library.drop_unpacked().await;
                }
                library.keep_new().await;
                far_link.starting.take();
            }
        });
        Box::new(FrameClient { link })
    }
}

/// Opens the frame and hands it every file when it is there; both begin at once.
async fn start(library: &Rc<Library>, link: &Rc<Link>, options: LaunchOptions) -> Result<(), String> {
    let not_opened = |error: JsValue| format!("the kernel's frame could not be opened: {}", js::error_text(&error));
    let host = FrameHost::open().map_err(not_opened)?;
    link.progress("download", 0, 0);
    let weak_link = Rc::downgrade(link);
    library.listen(move |done, total| {
        if let Some(link) = weak_link.upgrade().filter(|link| link.fetched_ms.get().is_none()) {
            link.progress("download", done, total);
        }
    });
    let manifest = library.manifest().await?;
    let mut script = None;
    for asset in &manifest.files {
        let (load, asset, link) = (library.file(asset), asset.clone(), link.clone());
        if asset.name == FRAME_SCRIPT {
            script = Some(load.clone());
        }
        time::spawn(async move { link.hand_over(&asset, load.await) });
    }
    let (far_library, far_link) = (library.clone(), link.clone());
    time::spawn(async move {
        far_library.first_files().await;
        far_link.fetched_ms.set(Some(far_link.elapsed_ms()));
        far_link.show_stage();
    });
    let script = script.ok_or("the kernel's frame script is missing")?.await?;
    let script = JsFuture::from(script.blob.text()).await.ok();
    let script = script
        .and_then(|text| text.as_string())
        .ok_or("the kernel's frame script cannot be read")?;

    let weak_link = Rc::downgrade(link);
    let frame = Frame::open(host, &script, options.network, move |data| {
        if let Some(link) = weak_link.upgrade() {
            link.take(&data);
        }
    });
    let frame = frame.await.map_err(not_opened)?;
    if link.is_ended.get() {
        return Ok(());
    }
    let (names, hashes) = (Array::new(), Object::new());
    for asset in &manifest.files {
        names.push(&JsValue::from_str(&asset.name));
        js::set(&hashes, &asset.name, &JsValue::from_str(&asset.sha256));
    }
    let boot = js::object(&[
        ("type", "boot".into()),
        ("names", names.into()),
        ("hashes", hashes.into()),
        ("accelerator", options.accelerator.as_str().into()),
        ("fileLimits", file_limits()),
        ("files", files_to_js(options.files).into()),
    ]);
    frame
        .post(&boot)
        .map_err(|error| format!("the kernel could not be started: {}", js::error_text(&error)))?;
    for message in link.early.take() {
        frame.post(&message).ok();
    }
    *link.frame.borrow_mut() = Some(frame);
    Ok(())
}

/// The content that a kernel gives of one of its files; bytes, and no name or type that it might claim.
fn file_content(data: &JsValue) -> Result<Content, String> {
    let blob = js::get(data, "blob").dyn_into::<Blob>().and_then(|blob| blob.slice());
    let reason = || js::get_text(data, "reason").unwrap_or_else(|| "it cannot be read".to_owned());
    blob.map(Content::Blob).map_err(|_| reason())
}

/// Files as the frame takes them: large ones are handles, whose bytes are read where they are first needed.
fn files_to_js(files: Vec<StoredFile>) -> Array {
    let entries = files.into_iter().map(|file| {
        let content = match &file.content {
            Content::Folder => ("folder", JsValue::TRUE),
            Content::Bytes(bytes) => ("bytes", Uint8Array::from(bytes.as_ref()).buffer().into()),
            Content::Buffer(buffer) => ("bytes", buffer.slice(0, buffer.length()).buffer().into()),
            Content::Blob(blob) => ("blob", blob.into()),
        };
        let path = JsValue::from_str(&file.path);
        js::object(&[("path", path), ("modified", file.modified_ms.into()), content])
    });
    entries.collect()
}

/// What a notebook keeps of its files; the worker says so where code writes more, and the page keeps no more.
fn file_limits() -> JsValue {
    js::object(&[
        ("maxFiles", (MAX_FILES as f64).into()),
        ("maxFileBytes", (MAX_FILE_BYTES as f64).into()),
        ("maxTotalBytes", (MAX_TOTAL_BYTES as f64).into()),
        ("maxChanges", MAX_CHANGES.into()),
    ])
    .into()
}
