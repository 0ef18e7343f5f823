//! A widget of the kernel, drawn in an output frame by scripts of the site that only such frames get.
//! Each output is a frame of its own. It is told of its model and those that the model refers to, and may speak of these alone.
//! Without a live model (a notebook that was opened, a kernel that was restarted) the state that was kept of it shows, drawn by the
//! site's scripts alone until the user asks for those that came with it; or else the value's text.
//! Read next: `kernel/comms.rs` (the models), `js/widgets/main.js` (inside the frame), `frame.rs` (other frames).

use leptos::html;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::text::{TextKind, TextOutput};
use crate::render::frame_page::{FrameContent, FramePictures, FrameScripts, frame_page};
use crate::state::AppState;
use crate::web::host_frame::OUTPUT_HOST;
use crate::web::output_frame::{LiveOutput, page_theme};
use crate::web::window::random_seed;
use crate::web::{fetch, time};

/// The tallest a widget's frame gets; past this it scrolls inside.
const MAX_HEIGHT: u32 = 4000;

/// What draws widgets: scripts and styles of the site.
type Bundle = Result<(String, String), String>;

thread_local! {
    /// Fetched when the first widget is shown.
    static BUNDLE: RefCell<Option<Rc<(String, String)>>> = const { RefCell::new(None) };
}

async fn bundle() -> Result<Rc<(String, String)>, String> {
    if let Some(bundle) = BUNDLE.with_borrow(Clone::clone) {
        return Ok(bundle);
    }
    let fetched: Bundle = async { Ok((fetch::text("widgets.js").await?, fetch::text("widgets.css").await?)) }.await;
    let bundle = Rc::new(fetched?);
    BUNDLE.set(Some(bundle.clone()));
    Ok(bundle)
}

/// A widget, or what stands for it.
#[component]
pub(super) fn WidgetOutput(model: String, text: String) -> impl IntoView {
    let app = AppState::from_context();
    let kernels = app.effects().widget_kernels();
    let born = kernels.get_untracked();
    let was_live = app.effects().has_widget(&model);
    move || {
        let is_live = was_live && kernels.get() == born;
        if is_live {
            return view! { <LiveWidget model=model.clone() runs_code=true /> }.into_any();
        }
        let note = if was_live {
            "The kernel was restarted. Run the cell again to use this widget."
        } else {
            "Run the cell to use this widget."
        };
        let last = if app.effects().has_kept_widget(&model) {
            view! { <KeptWidget model=model.clone() /> }.into_any()
        } else {
            view! { <TextOutput text=Signal::stored(text.clone()) kind=TextKind::Value /> }.into_any()
        };
        view! {
            {last}
            <p class="output-note">{note}</p>
        }
        .into_any()
    }
}

/// What was kept of a widget. Code that came with it runs when the user asks for it.
#[component]
fn KeptWidget(model: String) -> impl IntoView {
    let brings_code = AppState::from_context().effects().kept_widget_brings_code(&model);
    let runs_code = RwSignal::new(false);
    view! {
        <For each=move || [runs_code.get()] key=|runs_code| *runs_code let:runs_code>
            <LiveWidget model=model.clone() runs_code />
        </For>
        <Show when=move || brings_code && !runs_code.get()>
            <button
                type="button"
                class="output-more"
                title="This widget is drawn by code that came with the notebook. Nothing of it runs until you run the cell or press here."
                on:click=move |_| runs_code.set(true)
            >
                "Run the code of this widget"
            </button>
        </Show>
    }
}

/// The view of one frame, which ends with it.
struct Shown {
    /// The number of the view, once the frame listens.
    view: Rc<Cell<Option<u64>>>,
    close: Box<dyn Fn(u64)>,
    live: Rc<RefCell<Option<LiveOutput>>>,
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(view) = self.view.take() {
            (self.close)(view);
        }
        self.live.take();
    }
}

/// Puts the frame into its host and joins it to the kernel's comms.
fn open(
    app: AppState,
    host: web_sys::HtmlIFrameElement,
    page: &str,
    model: String,
    on_height: impl Fn(u32) + 'static,
    on_leave: impl Fn() + 'static,
    on_flood: impl Fn() + 'static,
) -> Shown {
    let effects = app.effects();
    let view = Rc::new(Cell::new(None::<u64>));
    let live = Rc::new(RefCell::new(None::<LiveOutput>));
    let closing = effects.clone();
    let shown = Shown {
        view: view.clone(),
        close: Box::new(move |view| closing.close_widget(view)),
        live: live.clone(),
    };
    let frame = live.clone();
    let on_widget = move |text: &str| {
        let is_ready = effects.take_widget(app, view.get(), text);
        if is_ready && view.get().is_none() {
            let frame = frame.clone();
            let opened = effects.open_widget(&model, move |text| {
                if let Some(frame) = &*frame.borrow() {
                    frame.send_widget(text);
                }
            });
            view.set(opened);
        }
    };
    *live.borrow_mut() = LiveOutput::open(host, "Widget", page, on_height, on_leave, on_widget, on_flood);
    shown
}

#[component]
fn LiveWidget(
    model: String,
    /// Whether code that models bring along runs, and not the site's scripts alone.
    runs_code: bool,
) -> impl IntoView {
    let app = AppState::from_context();
    let frame = NodeRef::<html::Iframe>::new();
    let height = RwSignal::new(None::<u32>);
    let failure = RwSignal::new(None::<String>);
    let theme = page_theme();
    let shown = StoredValue::new_local(None::<Shown>);
    let sent_theme = theme.clone();
    let on_host_load = move |_| {
        let (model, theme) = (model.clone(), sent_theme.clone());
        time::spawn(async move {
            let bundle = match bundle().await {
                Ok(bundle) => bundle,
                Err(reason) => {
                    failure.try_set(Some(reason));
                    return;
                }
            };
            let Some(host) = frame.try_get_untracked().flatten() else {
                return;
            };
            let content = FrameContent::Widget {
                script: &bundle.0,
                style: &bundle.1,
            };
            // No state of a model can contain this word, which is drawn now and told to nobody but the policy.
            let nonce = format!("{:016x}", random_seed());
            let scripts = if runs_code {
                FrameScripts::All
            } else {
                FrameScripts::OursAlone(&nonce)
            };
            let page = theme.with_untracked(|theme| frame_page(content, theme, scripts, FramePictures::Carried));
            let on_height = move |new| {
                if height.try_get_untracked().is_some_and(|old| old != Some(new)) {
                    height.set(Some(new));
                }
            };
            let on_leave = move || {
                failure.try_set(Some("it tried to open another page".to_owned()));
            };
            let on_flood = move || {
                failure.try_set(Some("it sent too many messages".to_owned()));
            };
            let opened = open(app, host, &page, model, on_height, on_leave, on_flood);
            if let Some(live) = &*opened.live.borrow() {
                theme.with_untracked(|theme| live.send_theme(theme));
            }
            shown.try_set_value(Some(opened));
        });
    };
    Effect::new(move |was_sent: Option<()>| {
        let theme = theme.get();
        if was_sent.is_some() {
            shown.with_value(|shown| {
                if let Some(live) = shown.as_ref().and_then(|shown| shown.live.try_borrow().ok())
                    && let Some(live) = &*live
                {
                    live.send_theme(&theme);
                }
            });
        }
    });
    view! {
        <div class="output-frame">
            <Show
                when=move || failure.get().is_none()
                fallback=move || {
                    view! { <p class="output-note">{move || format!("This widget could not be shown: {}", failure.get().unwrap_or_default())}</p> }
                }
            >
                <iframe
                    class="output-frame__frame"
                    class:output-frame__frame--ready=move || height.get().is_some()
                    node_ref=frame
                    title="Widget"
                    style:height=move || format!("{}px", height.get().unwrap_or(0).min(MAX_HEIGHT))
                    src=OUTPUT_HOST
                    on:load=on_host_load.clone()
                ></iframe>
            </Show>
        </div>
    }
}
