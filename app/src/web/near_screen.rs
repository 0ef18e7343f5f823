//! What is near the screen: one observer of the browser for all who ask, because thousands of observers cost more than they see.
//! It says when something comes near, once or more; it does not say when it goes.
//! Read next: `ui/notebook/group.rs` (cells), `ui/output/frame.rs` (frames of outputs).

use js_sys::{Array, WeakMap};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// How far outside the screen something is already near, so that scrolling meets it finished.
const VIEWPORT_MARGIN: &str = "600px";

/// The observer, and who waits for which element.
struct Lookout {
    observer: Option<IntersectionObserver>,
    tickets: WeakMap,
    waiting: RefCell<BTreeMap<u32, Rc<dyn Fn()>>>,
    num_tickets: Cell<u32>,
}

thread_local! {
    static LOOKOUT: Rc<Lookout> = Rc::new(Lookout::new());
}

impl Lookout {
    fn new() -> Self {
        let options = IntersectionObserverInit::new();
        options.set_root_margin(VIEWPORT_MARGIN);
        let closure = Closure::<dyn Fn(Array)>::new(|entries: Array| {
            for entry in entries.iter() {
                let entry: IntersectionObserverEntry = entry.unchecked_into();
                if entry.is_intersecting() {
                    LOOKOUT.with(Rc::clone).tell(&entry.target());
                }
            }
        });
        let observer = IntersectionObserver::new_with_options(closure.as_ref().unchecked_ref(), &options).ok();
        // The observer is the page's, to its end.
        closure.forget();
        Self {
            observer,
            tickets: WeakMap::new(),
            waiting: RefCell::default(),
            num_tickets: Cell::new(0),
        }
    }

    fn tell(&self, element: &Element) {
        let ticket = self.tickets.get(element).as_f64();
        // Taken out first, because who is told may ask for something else.
        let on_near = ticket.and_then(|ticket| self.waiting.borrow().get(&(ticket as u32)).cloned());
        if let Some(on_near) = on_near {
            on_near();
        }
    }
}

/// Waits for an element to come near the screen, until it is dropped.
pub struct NearScreen {
    element: Element,
    ticket: u32,
}

impl NearScreen {
    /// Calls `on_near` once or more when `element` is on the screen or close to it.
    pub fn new(element: &Element, on_near: impl Fn() + 'static) -> Self {
        let lookout = LOOKOUT.with(Rc::clone);
        let ticket = lookout.num_tickets.get().wrapping_add(1);
        lookout.num_tickets.set(ticket);
        lookout.tickets.set(element, &JsValue::from(ticket));
        lookout.waiting.borrow_mut().insert(ticket, Rc::new(on_near));
        if let Some(observer) = &lookout.observer {
            observer.observe(element);
        }
        Self {
            element: element.clone(),
            ticket,
        }
    }
}

impl Drop for NearScreen {
    fn drop(&mut self) {
        // The page may be going, and the lookout with it.
        let Ok(lookout) = LOOKOUT.try_with(Rc::clone) else {
            return;
        };
        lookout.waiting.borrow_mut().remove(&self.ticket);
        if let Some(observer) = &lookout.observer {
            observer.unobserve(&self.element);
        }
    }
}
