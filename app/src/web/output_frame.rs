//! The browser's side of an output frame: its place in a host, and the page's colours for it.
//! Nothing is ever sent to a frame but colours and what concerns its widget. Read next: `output_messages.rs` (what a frame may say),
//! `render/frame_page.rs` (what stands in one), `ui/output/frame.rs` (the component).

use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlIFrameElement, MutationObserver, MutationObserverInit};

use super::host_frame;
use super::output_messages::Watch;
use crate::render::frame_page::{FrameTheme, THEME_VARIABLES};

/// What is inside a host that has loaded: the output's frame, watched until this is dropped.
pub struct LiveOutput {
    host: HtmlIFrameElement,
    frame: HtmlIFrameElement,
    _watch: Watch,
    _on_load: Closure<dyn FnMut()>,
}

impl LiveOutput {
    /// Puts an output's page into its host. Calls `on_height` with the heights it tells, `on_leave` when the content
    /// has gone to another page, `on_widget` with what it says about a widget, and `on_flood` when it was removed
    /// because it sent too many messages. Nothing if the host could not be loaded.
    pub fn open(
        host: HtmlIFrameElement,
        title: &str,
        page: &str,
        on_height: impl Fn(u32) + 'static,
        on_leave: impl Fn() + 'static,
        on_widget: impl Fn(&str) + 'static,
        on_flood: impl Fn() + 'static,
    ) -> Option<Self> {
        let frame = host_frame::fill(&host, title, page)?;
        let mut num_loads = 0_u32;
        let on_load = Closure::<dyn FnMut()>::new(move || {
            num_loads += 1;
            // The first load is our page. There is no second unless the content navigated.
            if num_loads > 1 {
                on_leave();
            }
        });
        frame.set_onload(Some(on_load.as_ref().unchecked_ref()));
        Some(Self {
            host,
            _watch: Watch::new(frame.clone(), on_height, on_widget, on_flood),
            frame,
            _on_load: on_load,
        })
    }

    /// Tells the frame something about its widget, as JSON text.
    pub fn send_widget(&self, text: &str) {
        self.send([("type", "carrel:widget".to_owned()), ("text", text.to_owned())]);
    }

    /// Gives the frame the page's colours.
    pub fn send_theme(&self, theme: &FrameTheme) {
        host_frame::set_dark(&self.host, theme.is_dark);
        self.send([("type", "carrel:theme".to_owned()), ("css", theme.css())]);
    }

    fn send(&self, entries: [(&str, String); 2]) {
        let message = Object::new();
        for (name, value) in entries {
            Reflect::set(&message, &JsValue::from_str(name), &JsValue::from_str(&value)).ok();
        }
        if let Some(window) = self.frame.content_window() {
            // The frame has no origin to name; only our own page can be in it, or the frame is taken away.
            window.post_message(&message, "*").ok();
        }
    }
}

impl Drop for LiveOutput {
    fn drop(&mut self) {
        self.frame.set_onload(None);
    }
}

thread_local! {
    /// How often all live outputs have been ended.
    static NUM_ENDINGS: ArcRwSignal<u32> = ArcRwSignal::new(0);
    /// The page's theme, followed from the first use to the end of the page.
    static PAGE_THEME: ArcRwSignal<FrameTheme> = follow_page_theme();
}

/// Takes down every live output; those near the screen come back without their scripts. Browsers put all sandboxed frames
/// of a site into one process, so a script that never ends also holds up the kernel's frame. The page stays free of it,
/// and the process ends when none of its frames is left.
pub fn end_all() {
    NUM_ENDINGS.with(|num_endings| num_endings.update(|count| *count += 1));
}

/// How often that has happened.
pub fn num_endings() -> ArcReadSignal<u32> {
    NUM_ENDINGS.with(ArcRwSignal::read_only)
}

/// The page's colours as they are now and whenever they change.
pub fn page_theme() -> ArcReadSignal<FrameTheme> {
    PAGE_THEME.with(ArcRwSignal::read_only)
}

fn follow_page_theme() -> ArcRwSignal<FrameTheme> {
    let theme = ArcRwSignal::new(read_page_theme());
    let update = {
        let theme = theme.clone();
        Closure::<dyn Fn()>::new(move || {
            let new = read_page_theme();
            if theme.with_untracked(|old| *old != new) {
                theme.set(new);
            }
        })
    };
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        query
            .add_event_listener_with_callback("change", update.as_ref().unchecked_ref())
            .ok();
        // The query must outlive this function, or its listener goes with it.
        Box::leak(Box::new(query));
    }
    if let (Some(root), Ok(observer)) = (
        document().document_element(),
        MutationObserver::new(update.as_ref().unchecked_ref()),
    ) {
        let options = MutationObserverInit::new();
        options.set_attributes(true);
        options.set_attribute_filter(&Array::of1(&JsValue::from_str("data-theme")));
        observer.observe_with_options(&root, &options).ok();
        Box::leak(Box::new(observer));
    }
    update.forget();
    theme
}

fn read_page_theme() -> FrameTheme {
    let Some(root) = document().document_element() else {
        return FrameTheme::default();
    };
    let prefers_dark = || {
        window()
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten()
            .is_some_and(|query| query.matches())
    };
    let is_dark = match root.get_attribute("data-theme").as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => prefers_dark(),
    };
    let style = window().get_computed_style(&root).ok().flatten();
    let value = |name: &str| {
        style
            .as_ref()
            .and_then(|style| style.get_property_value(name).ok())
            .unwrap_or_default()
    };
    let variables = THEME_VARIABLES
        .iter()
        .map(|name| ((*name).to_owned(), value(name)))
        .collect();
    FrameTheme { is_dark, variables }
}
