//! The kernel in its frame: fetches what it needs once, opens the frame, and passes messages.
//! It neither reads nor changes what the messages say. Read next: `web/frame.rs`, `web/offline.rs`, public/kernel/frame.js.

use super::client::{ClientEvent, EventSink, KernelClient, KernelLauncher, LaunchOptions, PackageEvent};
use super::manifest::{Asset, Manifest, stage_label};
use super::protocol::Message;
use crate::model::action::NewFile;
use crate::model::runtime::{BootProgress, Device};
use crate::web::frame::Frame;
use crate::web::offline::{self, Starting};
use crate::web::{fetch, js, time};
use futures::channel::oneshot;
use futures::future::try_join_all;
use js_sys::{Array, ArrayBuffer, Object, Uint8Array};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::{JsCast as _, JsValue};

const MANIFEST: &str = "kernel/manifest.json";
/// The asset that is the frame's own script.
const FRAME_SCRIPT: &str = "frame.js";

/// A file of the kernel.
struct Loaded {
    asset: Asset,
    bytes: ArrayBuffer,
    /// Whether it came over the network, and is to be kept for the next visit.
    is_new: bool,
}

/// Files of the kernel. They are kept, so that a restart fetches nothing.
type Assets = Rc<Vec<Loaded>>;

/// Launches kernels in frames.
#[derive(Default)]
pub(crate) struct FrameLauncher {
    assets: Rc<RefCell<Option<Assets>>>,
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
    /// Told when the kernel is ready.
    ready: RefCell<Option<oneshot::Sender<()>>>,
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

    fn take(&self, data: &JsValue, fetched_ms: f64) {
        match js::get_text(data, "type").as_deref() {
            Some("progress") => self.progress(&js::get_text(data, "stage").unwrap_or_default(), 0, 0),
            Some("ready") => {
                let accelerator = js::get(data, "accelerator");
                let device = Device {
                    webgpu: js::get(&accelerator, "webgpu").as_bool().unwrap_or(false),
                    name: js::get_text(&accelerator, "name").unwrap_or_default(),
                };
                let reported = js::entries(&js::get(data, "timings")).into_iter();
                let mut timings_ms: Vec<_> = reported.filter_map(|(name, ms)| Some((name, ms.as_f64()?))).collect();
                timings_ms.push(("kernelFetch".to_owned(), fetched_ms));
                timings_ms.push(("kernelReady".to_owned(), time::page_ms() - self.started_ms));
                if let Some(ready) = self.ready.take() {
                    ready.send(()).ok();
                }
                self.tell(ClientEvent::Ready { device, timings_ms });
            }
            Some("jupyter") => {
                let text = js::get_text(data, "message").unwrap_or_default();
                // What is no message says nothing; code in the frame may send what it likes.
                if let Ok(message) = Message::from_text(&text) {
                    self.tell(ClientEvent::Message(Box::new(message)));
                }
            }
            Some("package-request") => {
                if let (Some(id), Some(request)) = (package_id(data), js::get_text(data, "request")) {
                    self.tell(ClientEvent::PackageRequest(id, request));
                }
            }
            Some("package-cancel") => {
                if let Some(id) = package_id(data) {
                    self.tell(ClientEvent::PackageCancelled(id));
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

    fn add_files(&self, files: Vec<NewFile>) {
        let files = files_to_js(files).into();
        self.link
            .post(js::object(&[("type", "files".into()), ("files", files)]).into());
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

fn package_id(data: &JsValue) -> Option<u32> {
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
            ready: RefCell::new(Some(ready)),
            starting: RefCell::new(Some(Starting::new())),
        });
        let (assets, far_link) = (self.assets.clone(), link.clone());
        time::spawn(async move {
            if let Err(reason) = start(&assets, &far_link, options).await {
                far_link.fail(reason);
            }
            // What was fetched is kept when nothing waits for the browser any more.
            if is_ready.await.is_ok() {
                keep_new(&assets).await;
                far_link.starting.take();
            }
        });
        Box::new(FrameClient { link })
    }
}

async fn start(cache: &RefCell<Option<Assets>>, link: &Rc<Link>, options: LaunchOptions) -> Result<(), String> {
    let cached = cache.borrow().clone();
    let assets = match cached {
        Some(assets) => assets,
        None => {
            let assets = Rc::new(fetch_assets(link).await?);
            *cache.borrow_mut() = Some(assets.clone());
            assets
        }
    };
    if link.is_ended.get() {
        return Ok(());
    }
    let fetched_ms = time::page_ms() - link.started_ms;
    let script = assets
        .iter()
        .find(|loaded| loaded.asset.name == FRAME_SCRIPT)
        .ok_or("the kernel's frame script is missing")?;
    let script = String::from_utf8_lossy(&Uint8Array::new(&script.bytes).to_vec()).into_owned();

    let weak_link = Rc::downgrade(link);
    let frame = Frame::open(&script, options.network, move |data| {
        if let Some(link) = weak_link.upgrade() {
            link.take(&data, fetched_ms);
        }
    });
    let frame = frame.map_err(|error| format!("the kernel's frame could not be opened: {}", js::error_text(&error)))?;

    let (named, hashes) = (Object::new(), Object::new());
    for Loaded { asset, bytes, .. } in assets.iter() {
        js::set(&named, &asset.name, bytes);
        js::set(&hashes, &asset.name, &JsValue::from_str(&asset.sha256));
    }
    // Nothing is transferred: the browser copies the bytes, and ours stay for the next start.
    let boot = js::object(&[
        ("type", "boot".into()),
        ("assets", named.into()),
        ("hashes", hashes.into()),
        ("accelerator", options.accelerator.as_str().into()),
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

async fn fetch_assets(link: &Rc<Link>) -> Result<Vec<Loaded>, String> {
    link.progress("download", 0, 0);
    let manifest = Manifest::from_text(&fetch::text(MANIFEST).await?)?;
    let total = manifest.total_bytes();
    let done = RefCell::new(BTreeMap::new());
    let done = &done;
    let loads = manifest.files.iter().map(|asset| async move {
        let on_piece = |num_bytes| {
            done.borrow_mut().insert(asset.name.clone(), num_bytes);
            let sum = done.borrow().values().sum();
            link.progress("download", sum, total);
        };
        match load(asset, on_piece).await {
            Err(_) if asset.optional => Ok(None),
            loaded => loaded.map(Some),
        }
    });
    Ok(try_join_all(loads).await?.into_iter().flatten().collect())
}

/// A file by its content: what the browser keeps is not fetched.
async fn load(asset: &Asset, on_piece: impl FnMut(u64)) -> Result<Loaded, String> {
    let (path, sha256, asset) = (&asset.path, &asset.sha256, asset.clone());
    if let Some(bytes) = offline::kept(path, sha256).await {
        let is_new = false;
        return Ok(Loaded { asset, bytes, is_new });
    }
    let bytes = fetch::bytes(path, asset.bytes, on_piece).await?;
    if !offline::has_content(&bytes, sha256).await {
        return Err(format!("{path} is not what was published; reload the page"));
    }
    let is_new = true;
    Ok(Loaded { asset, bytes, is_new })
}

async fn keep_new(assets: &RefCell<Option<Assets>>) {
    let Some(assets) = assets.borrow().clone() else { return };
    for Loaded { asset, bytes, .. } in assets.iter().filter(|loaded| loaded.is_new) {
        offline::keep(&asset.path, &asset.sha256, bytes).await;
    }
}

fn files_to_js(files: Vec<NewFile>) -> Array {
    let entries = files.into_iter().map(|file| {
        let bytes = Uint8Array::from(file.bytes.as_slice()).buffer();
        js::object(&[
            ("path", JsValue::from_str(&file.path)),
            ("bytes", bytes.unchecked_into()),
        ])
    });
    entries.collect()
}
