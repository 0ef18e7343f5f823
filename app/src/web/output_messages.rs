//! Messages from output frames: one listener for all of them, which looks into none before it knows whose it is.
//! A script may send as fast as its process can, so every frame has an allowance for each second; one that goes past
//! it is taken out of the page at once, which ends what it sends. What is still in the browser's queue then has no source.
//! From a frame only a height is believed, if the number makes sense, and at most one is drawn in an animation frame; a frame
//! that shows a widget may also speak of that (`kernel/comm_view.rs` judges what).
//! Read next: `model/spending.rs` (the allowance), `output_frame.rs` (who watches), `ui/output/frame.rs` (what is shown instead).

use js_sys::{Object, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlIFrameElement, MessageEvent, Window};

use super::{output_frame, time};
use crate::model::spending::Spending;

/// The tallest a frame may make itself; past this it scrolls inside.
pub const MAX_FRAME_HEIGHT: u32 = 50_000;

/// What a message costs beyond that, if it says nothing that an output may say: it may be as long as it likes, and the browser
/// has carried it here before anybody counts.
const FOREIGN_COST: f64 = 8.0;

/// Messages without a source are those of a frame that has been removed, and still in the browser's queue, for as long as
/// no such pause is between two of them. A flood leaves hundreds of thousands, which a slow machine reads for a while.
const PAUSE_MS: f64 = 5000.0;

/// They are that no longer than this after the removal.
const AFTERMATH_MS: f64 = 120_000.0;

/// How many frames may stand inside one another before their messages are nobody's.
const MAX_NESTING: usize = 16;

struct Watched {
    frame: HtmlIFrameElement,
    spending: Cell<Spending>,
    /// A height that waits to be drawn.
    height: Cell<Option<u32>>,
    on_height: Box<dyn Fn(u32)>,
    on_widget: Box<dyn Fn(&str)>,
    on_flood: Box<dyn Fn()>,
}

/// A frame whose messages are taken until this is dropped.
pub struct Watch(Rc<Watched>);

/// Messages from windows that are gone.
#[derive(Clone, Copy, Debug, Default)]
struct Strays {
    spending: Spending,
    /// When a frame was removed last, and when the last such message came.
    removed_ms: Option<f64>,
    last_ms: f64,
}

thread_local! {
    static OUTPUTS: RefCell<Vec<Rc<Watched>>> = const { RefCell::new(Vec::new()) };
    static STRAYS: Cell<Strays> = Cell::default();
    /// The one listener. It lives as long as the page.
    static LISTENER: Closure<dyn Fn(MessageEvent)> = Closure::new(|event: MessageEvent| receive(&event));
}

impl Watch {
    /// Takes the messages of a frame: calls `on_height` with acceptable heights, `on_widget` with what it says about a widget, and `on_flood` when the frame was
    /// taken out of the page because it sent too many.
    pub fn new(
        frame: HtmlIFrameElement,
        on_height: impl Fn(u32) + 'static,
        on_widget: impl Fn(&str) + 'static,
        on_flood: impl Fn() + 'static,
    ) -> Self {
        if let Some(window) = web_sys::window() {
            listen_at(&window);
        }
        let watched = Rc::new(Watched {
            frame,
            spending: Cell::default(),
            height: Cell::default(),
            on_height: Box::new(on_height),
            on_widget: Box::new(on_widget),
            on_flood: Box::new(on_flood),
        });
        OUTPUTS.with_borrow_mut(|outputs| outputs.push(watched.clone()));
        Self(watched)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        OUTPUTS.with_borrow_mut(|outputs| outputs.retain(|output| !Rc::ptr_eq(output, &self.0)));
    }
}

/// Counts what is sent to a window of the site. Hosts are such windows as well: they share the page's thread, and any
/// frame can send to them. Doing it again does nothing.
pub fn listen_at(window: &Window) {
    LISTENER.with(|listener| {
        window
            .add_event_listener_with_callback("message", listener.as_ref().unchecked_ref())
            .ok();
    });
}

fn receive(event: &MessageEvent) {
    let Some(source) = event.source() else { return stray() };
    let Some(output) = owner(&source) else { return };
    let started_ms = time::page_ms();
    let is_own = output
        .frame
        .content_window()
        .is_some_and(|own| Object::is(&source, &own));
    // Only now is the message itself read, which may take long.
    let said = if is_own { said(&event.data()) } else { None };
    let now_ms = time::page_ms();
    let mut spending = output.spending.get();
    let foreign = if said.is_some() { 0.0 } else { FOREIGN_COST };
    let is_flood = spending.add(now_ms, 1.0 + foreign + now_ms - started_ms);
    output.spending.set(spending);
    if is_flood {
        note_removal(now_ms);
        output.frame.remove();
        (output.on_flood)();
        return;
    }
    match said {
        Some(Said::Height(height)) => draw_later(&output, height),
        Some(Said::OfWidget(text)) => (output.on_widget)(&text),
        None => {}
    }
}

/// Draws the newest height when the browser draws.
fn draw_later(output: &Rc<Watched>, height: u32) {
    if output.height.replace(Some(height)).is_some() {
        return;
    }
    let output = Rc::downgrade(output);
    time::spawn(async move {
        time::next_frame().await;
        if let Some(output) = output.upgrade()
            && let Some(height) = output.height.take()
        {
            (output.on_height)(height);
        }
    });
}

/// The output in which a window is, itself or frames inside of it.
fn owner(source: &Object) -> Option<Rc<Watched>> {
    let mut window: Window = source.clone().unchecked_into();
    for _ in 0..MAX_NESTING {
        let is_window = |output: &&Rc<Watched>| {
            let own = output.frame.content_window();
            own.is_some_and(|own| Object::is(&window, &own))
        };
        if let Some(output) = OUTPUTS.with_borrow(|outputs| outputs.iter().find(is_window).cloned()) {
            return Some(output);
        }
        // A window of any origin may be asked for its parent; the page is its own.
        let parent = window.parent().ok().flatten()?;
        if Object::is(&parent, &window) {
            return None;
        }
        window = parent;
    }
    None
}

/// A message whose window is gone: left over from a frame that was removed, or sent by one that lived for a moment
/// inside of an output. Too many of those end all outputs, since nobody knows whose they are.
fn stray() {
    let now_ms = time::page_ms();
    let mut strays = STRAYS.get();
    let is_left_over = strays
        .removed_ms
        .is_some_and(|removed_ms| now_ms - removed_ms < AFTERMATH_MS)
        && now_ms - strays.last_ms < PAUSE_MS;
    strays.last_ms = now_ms;
    let is_flood = !is_left_over && strays.spending.add(now_ms, 1.0);
    STRAYS.set(strays);
    if is_flood {
        note_removal(now_ms);
        output_frame::end_all();
    }
}

fn note_removal(now_ms: f64) {
    STRAYS.set(Strays {
        spending: Spending::default(),
        removed_ms: Some(now_ms),
        last_ms: now_ms,
    });
}

/// What a frame may say.
enum Said {
    Height(u32),
    OfWidget(String),
}

/// What a message says, if it is one that a frame may send.
fn said(data: &JsValue) -> Option<Said> {
    // Of a primitive there are no fields, and reading one would throw.
    if !data.is_object() {
        return None;
    }
    let field = |name: &str| Reflect::get(data, &JsValue::from_str(name)).ok();
    match field("type")?.as_string()?.as_str() {
        "carrel:output-height" => {
            let height = field("height")?.as_f64().filter(|height| height.is_finite())?;
            // The clamp leaves a whole number well inside the range of u32.
            Some(Said::Height(
                height.ceil().clamp(0.0, f64::from(MAX_FRAME_HEIGHT)) as u32
            ))
        }
        "carrel:widget" => Some(Said::OfWidget(field("text")?.as_string()?)),
        _ => None,
    }
}
